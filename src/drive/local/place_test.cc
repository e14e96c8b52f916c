#include "drive/local/place.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/purge.h"
#include "drive/local/testing/error_of.h"
#include "drive/local/testing/temporary_folder.h"

namespace plimsoll::local {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Place, HasItsFoldersUnderTheStacksName) {
  const TemporaryFolder folder;
  for (int again = 0; again < 2; ++again) {
    const Result<Place> place = make_place(folder.path() + "/state/", "shop", std::nullopt);
    ASSERT_TRUE(place) << place.error().message;
    EXPECT_EQ(place->root, folder.path() + "/state/shop");
    for (const char* each : {"run", "conf", "log", "data", "sock"})
      EXPECT_TRUE(fs::is_directory(place->root + "/" + each)) << each;
  }
  EXPECT_EQ(find_place(folder.path() + "/state", "shop").value_or(Place{}).root, folder.path() + "/state/shop");
}

TEST(Place, IsFreeOfSymbolicLinks) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() + "/real");
  fs::create_directory_symlink(folder.path() + "/real", folder.path() + "/link");
  EXPECT_EQ(make_place(folder.path() + "/link", "shop", std::nullopt).value_or(Place{}).root, folder.path() + "/real/shop");
}

TEST(Place, IsNotFoundWhereNothingWasStarted) {
  const TemporaryFolder folder;
  const Result<Place> place = find_place(folder.path(), "shop");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, Errc::not_found);
  EXPECT_THAT(place.error().message, HasSubstr("shop"));
}

struct NameRow {
  std::string stack;
};
class StackName : public testing::TestWithParam<NameRow> {};
TEST_P(StackName, ThatIsNoFolderNameIsRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_of(make_place(folder.path(), GetParam().stack, std::nullopt)).code, Errc::malformed);
}
INSTANTIATE_TEST_SUITE_P(Place, StackName,
                         testing::Values(NameRow{""}, NameRow{"."}, NameRow{".."}, NameRow{"a/b"}, NameRow{"../x"}));

TEST(Place, NamesWhatIsInTheWayAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/file") << "x";
  const Result<Place> under_a_file = make_place(folder.path() + "/file/deeper", "shop", std::nullopt);
  ASSERT_FALSE(under_a_file);
  EXPECT_THAT(under_a_file.error().message, HasSubstr(folder.path() + "/file/deeper"));
  EXPECT_THAT(under_a_file.error().message, HasSubstr("--state-dir"));

  // "data" can't be made: what was made before it is taken back, what was there stays.
  fs::create_directories(folder.path() + "/state/shop");
  std::ofstream(folder.path() + "/state/shop/data") << "x";
  const Result<Place> blocked = make_place(folder.path() + "/state", "shop", std::nullopt);
  ASSERT_FALSE(blocked);
  EXPECT_THAT(blocked.error().message, HasSubstr("/state/shop/data is not a folder"));
  EXPECT_FALSE(fs::exists(folder.path() + "/state/shop/run"));
  EXPECT_TRUE(fs::exists(folder.path() + "/state/shop/data"));
}

TEST(Place, InAFolderThatCannotBeWrittenIsNamed) {
  const Result<Place> place = make_place("/proc/plimsoll", "shop", std::nullopt);  // for root too
  ASSERT_FALSE(place);
  EXPECT_THAT(place.error().message, HasSubstr("/proc/plimsoll"));
}

// Only root can start components as another user: for anybody else there is nothing to check.
TEST(Place, NamesTheFirstFolderTheOtherUserCannotEnter) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() + "/closed/state");
  ASSERT_EQ(::chmod((folder.path() + "/closed").c_str(), 0700), 0);
  const Result<Place> place = make_place(folder.path() + "/closed/state", "shop", "nobody");
  EXPECT_EQ(place.has_value(), ::geteuid() != 0);
  if (place) return;
  EXPECT_EQ(place.error().code, Errc::refused);
  EXPECT_THAT(place.error().message, HasSubstr("the user nobody can't enter " + folder.path() + "/closed,"));
  EXPECT_THAT(place.error().message, HasSubstr("--state-dir /var/lib/plimsoll"));
  EXPECT_FALSE(fs::exists(folder.path() + "/closed/state/shop"));
  ASSERT_EQ(::chmod((folder.path() + "/closed").c_str(), 0711), 0);
  EXPECT_TRUE(make_place(folder.path() + "/closed/state", "shop", "nobody"));
}

TEST(Place, CanBeEnteredWhateverTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(077);
  const Result<Place> place = make_place(folder.path() + "/a/b", "shop", "nobody");
  ::umask(before);
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_TRUE(make_place(folder.path() + "/a/b", "shop", "nobody"));
}

TEST(Place, AnUnknownUserIsNamed) {
  if (::geteuid() != 0) return;  // see above
  const TemporaryFolder folder;
  EXPECT_THAT(error_of(make_place(folder.path(), "shop", "no-such-user")).message, HasSubstr("no-such-user"));
}

/// Listens on a port of the loopback.
class Listener {
 public:
  explicit Listener(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd_); }

 private:
  int fd_;
};

class InAPlace : public testing::Test {
 protected:
  TemporaryFolder folder_;
  Place place_ = make_place(folder_.path(), "shop", std::nullopt).value_or(Place{});
};

TEST_F(InAPlace, PortsAreRememberedAndDiffer) {
  std::set<std::uint16_t> seen;
  {
    Result<Ports> ports = Ports::open(place_);
    ASSERT_TRUE(ports);
    for (const char* name : {"main", "pooler", "redis", "api-1", "api-2"}) {
      const Result<std::uint16_t> port = ports->of(name);
      ASSERT_TRUE(port) << port.error().message;
      EXPECT_GE(*port, 15000);
      EXPECT_LT(*port, 30000);
      EXPECT_TRUE(seen.insert(*port).second);
    }
  }
  Result<Ports> again = Ports::open(place_);
  ASSERT_TRUE(again);
  EXPECT_TRUE(seen.contains(*again->known("api-2")));
  EXPECT_EQ(again->of("api-2").value_or(0), *again->known("api-2"));
  EXPECT_FALSE(again->known("api-3"));
}

TEST_F(InAPlace, ATakenPortIsReplacedAndTheNewOneRemembered) {
  Result<Ports> ports = Ports::open(place_);
  ASSERT_TRUE(ports);
  const std::uint16_t first = ports->of("api-1").value_or(0);
  const Listener somebody(first);
  EXPECT_FALSE(port_free("127.0.0.1", first));
  const std::uint16_t second = ports->of("api-1").value_or(0);
  EXPECT_NE(second, first);
  EXPECT_EQ(Ports::open(place_)->known("api-1"), second);
}

TEST_F(InAPlace, AFreshPortIsNeverTheOneItHad) {
  Result<Ports> ports = Ports::open(place_);
  ASSERT_TRUE(ports);
  const std::uint16_t first = ports->of("api-1").value_or(0);
  EXPECT_NE(ports->fresh("api-1").value_or(first), first);
}

TEST_F(InAPlace, ADamagedListOfPortsIsNamed) {
  for (const char* text : {"{\"api-1\": ", "[]", "{\"api-1\": 70000}", "{\"api-1\": \"x\"}", "{\"api-1\": -1}", ""}) {
    ASSERT_TRUE(write_file(place_.root + "/ports.json", text));
    const Result<Ports> ports = Ports::open(place_);
    ASSERT_FALSE(ports) << text;
    EXPECT_EQ(ports.error().code, Errc::malformed);
    EXPECT_THAT(ports.error().message, HasSubstr("ports.json"));
  }
}

TEST(PortFree, SeesListenersOnAnyAddress) {
  const std::uint16_t port = 14321;
  ASSERT_TRUE(port_free("127.0.0.1", port));
  const Listener somebody(port);
  EXPECT_FALSE(port_free("127.0.0.1", port));
  EXPECT_FALSE(port_free("0.0.0.0", port));
  EXPECT_FALSE(port_free("*", port));
  EXPECT_FALSE(port_free("no address", port));
}

TEST_F(InAPlace, SecretsAreMadeOnceAndKeptFromOthers) {
  std::string app;
  {
    Result<Secrets> secrets = Secrets::open(place_);
    ASSERT_TRUE(secrets);
    app = secrets->of("main.app").value_or("");
    EXPECT_THAT(app, testing::MatchesRegex("[0-9A-Za-z]{32}"));
    EXPECT_NE(secrets->of("main.admin").value_or(app), app);
  }
  EXPECT_EQ(Secrets::open(place_)->of("main.app").value_or(""), app);
  struct stat info {};
  ASSERT_EQ(::stat((place_.root + "/secrets").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
}

TEST_F(InAPlace, ADamagedSecretIsNamedByLineAndNotShown) {
  ASSERT_TRUE(write_file(place_.root + "/secrets", "main.app pass1\nbroken hush hush\n"));
  const Result<Secrets> secrets = Secrets::open(place_);
  ASSERT_FALSE(secrets);
  EXPECT_THAT(secrets.error().message, HasSubstr("secrets line 2"));
  EXPECT_THAT(secrets.error().message, testing::Not(HasSubstr("hush")));
}

TEST_F(InAPlace, TheLockHasOneHolderAndIsFreedWithIt) {
  EXPECT_FALSE(Lock::holder(place_));
  {
    const Result<Lock> lock = Lock::take(place_);
    ASSERT_TRUE(lock);
    EXPECT_EQ(Lock::holder(place_), ::getpid());
    const Result<Lock> second = Lock::take(place_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::refused);
    EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(::getpid())));
  }
  EXPECT_FALSE(Lock::holder(place_));
  EXPECT_TRUE(Lock::take(place_));
}

TEST_F(InAPlace, AHolderKilledFreesTheLock) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<Lock> lock = Lock::take(place_);
    const char byte = lock ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &byte, 1));
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(Lock::holder(place_), child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_EQ(byte, 'y');
  EXPECT_TRUE(Lock::take(place_));
}

TEST_F(InAPlace, OfAPurgedPlaceNobodyHoldsTheLock) {
  std::optional<Lock> lock = Lock::take(place_).value();
  EXPECT_EQ(purge(place_).error().code, Errc::refused) << "somebody controls it";
  EXPECT_TRUE(fs::exists(place_.root));
  // One that waits for the lock of the place that goes gets none.
  std::optional<Errc> got;
  std::thread other([&] {
    Result<Lock> late = Lock::take(place_);
    while (!late && late.error().code == Errc::refused) late = Lock::take(place_);
    got = late ? std::nullopt : std::optional(late.error().code);
  });
  const Result<void> purged = purge(place_, std::move(*lock));
  lock.reset();
  other.join();
  EXPECT_TRUE(purged) << purged.error().message;
  EXPECT_EQ(got, Errc::failed) << "there is no such place any more";
  EXPECT_FALSE(fs::exists(place_.root));
  EXPECT_TRUE(fs::is_empty(fs::path(place_.root).parent_path())) << "nothing beside it either";
}

}  // namespace
}  // namespace plimsoll::local
