// Real processes on one file: what was written before a kill -9 is there after it, and two may write at once.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/testing/folder.h"

namespace plimsoll::store {
namespace {

/// Runs `work` in a child that never returns here; killed and reaped with the object.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) : pid_(fork()) {
    PLIMSOLL_ASSERT(pid_ >= 0);
    if (pid_ == 0) _exit(work());
  }
  ~Child() { kill_now(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill_now() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = -1;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

struct Pipe {
  int ends[2];
  Pipe() { PLIMSOLL_ASSERT(pipe(ends) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
};

// The child begins actions as fast as it can and tells each one's id only after begin() has returned; it dies in the middle of
// that.
TEST(Crash, EveryActionBegunBeforeAKillIsThereAfterIt) {
  const Folder folder;
  const auto path = folder / "journal.db";
  for (int round = 0; round < 5; ++round) {
    const Pipe pipe;
    std::int64_t last_told = 0;
    {
      Child writer([&] {
        const auto store = SqliteStore::open(path);
        if (!store) return 1;
        for (;;) {
          const auto id = (*store)->begin(start_of("api-1"));
          if (!id || write(pipe.ends[1], &*id, sizeof *id) != sizeof *id) return 1;
          if (!(*store)->save_state(ByteVector(100, 7), at(0s))) return 1;
        }
      });
      for (int i = 0; i < 100; ++i) ASSERT_EQ(read(pipe.ends[0], &last_told, sizeof last_told), ssize_t{sizeof last_told});
      writer.kill_now();
    }
    const auto store = must(SqliteStore::open(path));
    const auto open = must(store->open_actions());
    EXPECT_THAT(open, testing::Contains(testing::Field(&Action::id, last_told)));
    EXPECT_GE(open.size(), 100U * static_cast<unsigned>(round + 1)) << "none of those told before it is missing either";
    EXPECT_EQ(must(store->latest_state()), ByteVector(100, 7));
  }
}

TEST(Crash, TwoProcessesWriteAtOnceAndNothingIsLost) {
  const Folder folder;
  const auto path = folder / "journal.db";
  // They also race for making the file.
  const auto work = [&] {
    const auto store = SqliteStore::open(path);
    if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
    for (int i = 0; i < 300; ++i)
      if (!(*store)->begin(start_of("api-1")) || !(*store)->orders(at(0s))) return 2;
    return 0;
  };
  Child one(work), two(work), three(work);
  EXPECT_EQ(one.wait(), 0);
  EXPECT_EQ(two.wait(), 0);
  EXPECT_EQ(three.wait(), 0);
  EXPECT_EQ(must(must(SqliteStore::open(path))->open_actions()).size(), 900U);
}

}  // namespace
}  // namespace plimsoll::store
