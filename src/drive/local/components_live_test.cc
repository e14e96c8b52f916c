// The real Postgres, PgBouncer and Redis under plimsoll's hand: each scene has a place and ports of its own and leaves nothing
// running.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "drive/local/bring_up.h"
#include "drive/local/endpoints.h"
#include "drive/local/files.h"
#include "drive/local/purge.h"
#include "drive/local/strays.h"
#include "drive/local/supervise.h"
#include "drive/local/testing/error_of.h"
#include "drive/local/testing/temporary_folder.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"

namespace plimsoll::local {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::HasSubstr;

Stack shop() {
  Stack stack;
  stack.name = "shop";
  Database main;
  main.name = "main";
  main.read_replicas = 1;
  main.max_connections = 40;
  main.settings = {{"shared_buffers", "16MB"}};
  stack.databases = {main};
  Pooler pooler;
  pooler.name = "pooler";
  pooler.database = "main";
  pooler.default_pool_size = 7;
  stack.poolers = {pooler};
  Cache redis;
  redis.name = "redis";
  redis.used_for = {CacheUse::cache, CacheUse::queue};
  stack.caches = {redis};
  Tier api;
  api.name = "api";
  api.uses = {{"main", "pooler", 5, {}}, {"redis", "", 5, {}}};
  stack.tiers = {api};
  return stack;
}

bool eventually(const std::function<bool()>& condition, Duration within = 20s) {
  const auto until = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

class LiveStack : public testing::Test {
 protected:
  ~LiveStack() override {
    for (const RunningProcess& each : running_in(place_)) ::kill(each.pid, SIGKILL);
    static_cast<void>(
        eventually([this] { return running_in(place_).empty() && processes_in(place_.data("main"), "postgres").empty(); }));
  }

  static Place make(const std::string& folder) {
    const Result<std::optional<std::string>> user = server_user();
    EXPECT_TRUE(user) << error_of(user).message;
    const Result<Place> place = make_place(folder, "shop", user.value_or(std::nullopt));
    EXPECT_TRUE(place) << error_of(place).message;
    return place.value_or(Place{folder});
  }

  /// The components as another plimsoll would make them.
  void make_components(const ProgramPaths& programs = ProgramPaths::of_this_machine()) {
    Result<Ports> ports = Ports::open(place_);
    Result<Secrets> secrets = Secrets::open(place_);
    ASSERT_TRUE(ports && secrets);
    Result<std::vector<std::unique_ptr<Component>>> made = components(stack_, place_, *ports, *secrets, programs);
    ASSERT_TRUE(made) << error_of(made).message;
    components_ = std::move(*made);
    all_.clear();
    for (const auto& each : components_) all_.push_back(each.get());
    const Result<Endpoints> found = endpoints(stack_, stack_.tiers[0], *ports, *secrets);
    ASSERT_TRUE(found) << error_of(found).message;
    endpoints_ = *found;
    console_ = console_url(stack_.poolers[0], *ports, *secrets).value_or("");
    monitoring_ = monitoring_url(stack_.databases[0], 0, *ports, *secrets).value_or("");
  }
  void make_and_bring_up() {
    make_components();
    const Result<void> up = bring_up(all_, {}, {});
    ASSERT_TRUE(up) << up.error().message;
  }
  Component& component(const std::string& name) {
    for (Component* each : all_)
      if (each->name() == name) return *each;
    ADD_FAILURE() << "no component " << name;
    return *all_.front();
  }
  std::map<std::string, int> pids() {
    std::map<std::string, int> pids;
    for (const RunningProcess& each : running_in(place_)) pids[each.name] = each.pid;
    return pids;
  }

  static std::string answer(const std::string& url, const std::string& sql) {
    Result<wire::PgConnection> connection = wire::PgConnection::connect(url, 5s);
    if (!connection) return connection.error().message;
    const Result<wire::PgResult> result = connection->exec(sql, 5s);
    if (!result) return result.error().message;
    return result->rows() == 0 ? "" : std::string(result->value(0, 0).value_or("null"));
  }
  std::string through_pooler(const std::string& sql) { return answer(endpoints_.database_url, sql); }
  std::string from_replica(const std::string& sql) { return answer(endpoints_.database_read_url, sql); }
  std::string redis(std::initializer_list<std::string_view> command) {
    Result<wire::RedisClient> client = wire::RedisClient::connect(endpoints_.redis_url, 5s);
    if (!client) return client.error().message;
    const Result<wire::RespValue> reply = client->command(command, 5s);
    return !reply                                          ? reply.error().message
           : reply->kind == wire::RespValue::Kind::integer ? std::to_string(reply->integer)
                                                           : reply->text;
  }
  void write_rows() {
    EXPECT_EQ(through_pooler("create table if not exists kept (n int primary key)"), "");
    EXPECT_EQ(through_pooler("insert into kept select generate_series(1, 500)"), "");
    EXPECT_EQ(redis({"RPUSH", "jobs", "a", "b", "c"}), "3");
  }
  void expect_rows() {
    EXPECT_EQ(through_pooler("select count(*) from kept"), "500");
    EXPECT_TRUE(eventually([this] { return from_replica("select count(*) from kept") == "500"; }));
    EXPECT_EQ(redis({"LLEN", "jobs"}), "3");
  }

  TemporaryFolder folder_;
  Stack stack_ = shop();
  Place place_ = make(folder_.path());
  std::vector<std::unique_ptr<Component>> components_;
  std::vector<Component*> all_;
  Endpoints endpoints_;
  std::string console_, monitoring_;
};

// One life of a stack: up, used, up again (adopted), down (data stay), up (data are there), purged.
TEST_F(LiveStack, ComesUpIsAdoptedGoesDownAndKeepsItsData) {
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  write_rows();
  expect_rows();
  EXPECT_EQ(component("main").info().role, "primary");
  EXPECT_THAT(component("main").info().version, testing::MatchesRegex("[0-9]+\\.[0-9]+.*"));
  EXPECT_THAT(component("pooler").info().version, testing::MatchesRegex("[0-9]+\\.[0-9]+.*"));
  EXPECT_THAT(component("redis").info().version, testing::MatchesRegex("[0-9]+\\.[0-9]+.*"));
  // What was rendered is what they read.
  EXPECT_EQ(answer(monitoring_, "show max_connections"), "40");
  EXPECT_EQ(answer(monitoring_, "show shared_buffers"), "16MB");
  EXPECT_EQ(answer(monitoring_, "select count(*) > 0 from pg_stat_statements"), "t");
  EXPECT_EQ(answer(monitoring_, "select rolsuper from pg_roles where rolname = 'app'"), "f");
  EXPECT_THAT(answer(console_, "show pools"), testing::Not(HasSubstr("refused")));
  EXPECT_EQ(from_replica("select pg_is_in_recovery()"), "t");

  const std::map<std::string, int> first = pids();
  EXPECT_EQ(first.size(), 4U);
  std::string phases;
  make_components();
  const Result<void> again = bring_up(all_,
                                      [&](const Component&, BringUpPhase phase, Duration) {
                                        phases += phase == BringUpPhase::adopted ? 'a' : phase == BringUpPhase::ready ? 'r' : '?';
                                      },
                                      {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(std::count(phases.begin(), phases.end(), 'a'), 4);
  EXPECT_EQ(phases.find('?'), std::string::npos) << phases;
  EXPECT_EQ(pids(), first);

  const Result<void> refused = purge(place_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_TRUE(fs::exists(place_.data("main") + "/PG_VERSION"));

  make_components();  // `down` is another process
  const Result<void> down = take_down(all_, {}, 20s);
  ASSERT_TRUE(down) << down.error().message;
  EXPECT_TRUE(pids().empty());
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  expect_rows();

  ASSERT_TRUE(take_down(all_, {}, 20s));
  ASSERT_TRUE(purge(place_));
  EXPECT_FALSE(fs::exists(place_.root));
}

// All four killed at once: nothing that was acknowledged is lost, and each is started again in order by itself.
TEST_F(LiveStack, H23_SurvivesKillsOfEveryComponent) {
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  write_rows();
  Supervisor supervisor(all_);
  for (const auto& [name, pid] : pids()) EXPECT_EQ(::kill(pid, SIGKILL), 0) << name;
  EXPECT_TRUE(eventually([this] { return pids().empty(); }));
  std::map<std::string, int> ready;
  std::string texts;
  const auto now = [] { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); };
  EXPECT_TRUE(eventually(
      [&] {
        for (const ComponentEvent& event : supervisor.advance(now())) {
          texts += event.text + "\n";
          ready[event.component] += event.kind == ComponentEvent::Kind::ready ? 1 : 0;
        }
        return ready["main"] + ready["main-replica-1"] + ready["pooler"] + ready["redis"] == 4;
      },
      60s))
      << texts;
  expect_rows();
  EXPECT_EQ(pids().size(), 4U);
}

// plimsoll is killed, then the primary and its pidfile are lost in different ways: what runs is adopted, what does not is
// started.
TEST_F(LiveStack, FindsWhatRunsEvenWithoutItsPidfile) {
  stack_.databases[0].read_replicas = 0;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  const std::map<std::string, int> first = pids();
  for (const auto& [name, pid] : first) fs::remove(place_.pidfile(name));
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_EQ(pids(), first);
}

// A changed stack reaches what runs: reloaded or told; what Postgres can't change while it runs is said.
TEST_F(LiveStack, ChangesReachWhatRuns) {
  stack_.databases[0].read_replicas = 0;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  const std::map<std::string, int> first = pids();
  stack_.databases[0].settings["work_mem"] = "7MB";
  stack_.databases[0].max_connections = 50;
  stack_.poolers[0].default_pool_size = 9;
  stack_.caches[0].maxmemory = Bytes{64 << 20};
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_EQ(pids(), first);
  EXPECT_TRUE(eventually([this] { return answer(monitoring_, "show work_mem") == "7MB"; }));
  EXPECT_TRUE(eventually([this] {
    Result<wire::PgConnection> console = wire::PgConnection::connect(console_, 5s);
    if (!console) return false;
    const Result<wire::PgResult> databases = console->exec("show databases", 5s);
    for (int row = 0; databases && row < databases->rows(); ++row)
      if (databases->value(row, "name") == "main") return databases->value(row, "pool_size") == "9";
    return false;
  }));
  EXPECT_THAT(redis({"INFO", "memory"}), HasSubstr("maxmemory:67108864"));
  EXPECT_TRUE(eventually([this] {
    return component("main").ready() && component("main").info().role == "primary (needs a restart for max_connections)";
  }));
}

// plimsoll dies when the files are written and nobody was told: the next one finds the text it wants, and tells all the same.
TEST_F(LiveStack, H23WhatWasWrittenButNotToldReachesWhatRuns) {
  stack_.databases[0].read_replicas = 0;
  stack_.databases[0].settings["work_mem"] = "7MB";
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  const std::string postgres = read_file(place_.conf("main.postgresql.conf")).value();
  const std::string pgbouncer = read_file(place_.conf("pooler.ini")).value();
  stack_.databases[0].settings["work_mem"] = "9MB";
  stack_.poolers[0].default_pool_size = 9;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_TRUE(eventually([this] { return answer(monitoring_, "show work_mem") == "9MB"; }));
  const auto pool_size = [this] {
    Result<wire::PgConnection> console = wire::PgConnection::connect(console_, 5s);
    if (!console) return std::string();
    const Result<wire::PgResult> databases = console->exec("show databases", 5s);
    for (int row = 0; databases && row < databases->rows(); ++row)
      if (databases->value(row, "name") == "main") return std::string(databases->value(row, "pool_size").value_or(""));
    return std::string();
  };
  EXPECT_TRUE(eventually([&] { return pool_size() == "9"; }));
  const auto overwrite = [](const std::string& path, const std::string& text) {  // its owner and mode stay
    std::ofstream(path, std::ios::trunc) << text;
  };
  overwrite(place_.conf("main.postgresql.conf"), postgres);
  overwrite(place_.conf("pooler.ini"), pgbouncer);
  stack_.databases[0].settings["work_mem"] = "7MB";
  stack_.poolers[0].default_pool_size = 7;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_TRUE(eventually([this] { return answer(monitoring_, "show work_mem") == "7MB"; }));
  EXPECT_TRUE(eventually([&] { return pool_size() == "7"; }));
}

// plimsoll is killed -9 in the middle of initdb, which runs on. The next one makes the data folder whole, once.
TEST_F(LiveStack, AnInterruptedInitdbIsMadeAnew) {
  stack_.databases[0].read_replicas = 0;
  make_components();
  const pid_t other = ::fork();
  if (other == 0) {
    static_cast<void>(bring_up(all_, {}, {}));
    ::_exit(0);
  }
  const bool begun = eventually([this] { return fs::exists(place_.data("main.tmp") + "/base"); });
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  ASSERT_TRUE(begun);
  EXPECT_FALSE(fs::exists(place_.data("main")));
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_EQ(through_pooler("select 1"), "1");
  EXPECT_FALSE(fs::exists(place_.data("main.tmp")));
}

// A read replica is added to a stack that runs; its first copy was broken off half-way.
TEST_F(LiveStack, AReadReplicaIsAddedAndAnInterruptedCopyMadeAnew) {
  stack_.databases[0].read_replicas = 0;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  write_rows();
  fs::create_directories(place_.data("main-replica-1.tmp") + "/base");
  std::ofstream(place_.data("main-replica-1.tmp") + "/PG_VERSION") << "15\n";
  stack_.databases[0].read_replicas = 1;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  expect_rows();

  // And taken away: it is stopped as a leftover, and its slot goes with the next start.
  stack_.databases[0].read_replicas = 0;
  ASSERT_TRUE(stop_leftovers(
      place_, [](const std::string& name) { return name != "main-replica-1"; }, 20s));
  EXPECT_EQ(pids().size(), 3U);
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  EXPECT_EQ(answer(monitoring_, "select count(*) from pg_replication_slots"), "0");
}

TEST_F(LiveStack, InterruptedItStopsWhatItStarted) {
  make_components();
  std::stop_source stop;
  const Result<void> up = bring_up(
      all_,
      [&](const Component& component, BringUpPhase phase, Duration) {
        if (component.name() == "main" && phase == BringUpPhase::starting) stop.request_stop();
      },
      stop.get_token());
  ASSERT_FALSE(up);
  EXPECT_THAT(up.error().message, HasSubstr("interrupted\nstopped again: main, redis"));
  EXPECT_TRUE(pids().empty());
}

TEST_F(LiveStack, MissingProgramsAreNamedTogetherAndNothingIsStarted) {
  make_components({{folder_.path()}, folder_.path()});
  const Result<void> up = bring_up(all_, {}, {});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().code, Errc::not_found);
  EXPECT_THAT(up.error().message, HasSubstr("postgres not found: apt-get install postgresql"));
  EXPECT_THAT(up.error().message, HasSubstr("pgbouncer not found: apt-get install pgbouncer"));
  EXPECT_THAT(up.error().message, HasSubstr("redis-server not found: apt-get install redis-server"));
  EXPECT_TRUE(pids().empty());
  EXPECT_TRUE(fs::is_empty(place_.root + "/data"));
}

TEST_F(LiveStack, AWrongSettingIsShownInPostgresOwnWordsAndNothingIsLeftRunning) {
  stack_.databases[0].settings["work_mem"] = "a lot";
  make_components();
  const Result<void> up = bring_up(all_, {}, {});
  ASSERT_FALSE(up);
  EXPECT_THAT(up.error().message, HasSubstr("main: postgres has ended (exit code 1)"));
  EXPECT_THAT(up.error().message, HasSubstr("invalid value for parameter \"work_mem\""));
  EXPECT_TRUE(pids().empty());
}

TEST_F(LiveStack, AFolderThatIsNoPostgresIsLeftAsItIs) {
  fs::create_directories(place_.data("main"));
  std::ofstream(place_.data("main") + "/thesis.txt") << "years of work";
  make_components();
  const Result<void> up = bring_up(all_, {}, {});
  ASSERT_FALSE(up);
  EXPECT_THAT(up.error().message, HasSubstr("is not a Postgres data folder"));
  EXPECT_EQ(read_file(place_.data("main") + "/thesis.txt").value_or(""), "years of work");
}

TEST_F(LiveStack, PasswordsAreInNoLogAndNoCommandLine) {
  stack_.databases[0].read_replicas = 0;
  ASSERT_NO_FATAL_FAILURE(make_and_bring_up());
  std::string seen;
  for (const auto& entry : fs::directory_iterator(place_.root + "/log")) seen += read_file(entry.path().string()).value_or("");
  for (const auto& [name, pid] : pids()) seen += read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
  const std::string secrets = read_file(place_.root + "/secrets").value_or("");
  std::istringstream words(secrets);
  std::string name, password;
  int count = 0;
  while (words >> name >> password) {
    EXPECT_THAT(seen, testing::Not(HasSubstr(password))) << name;
    ++count;
  }
  EXPECT_EQ(count, 7);
}

}  // namespace
}  // namespace plimsoll::local
