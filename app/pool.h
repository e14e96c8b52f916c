#pragma once
// A bounded pool of connections, for libpq and Redis alike. Connections are opened when needed and dropped when broken.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "wire/socket.h"

namespace plimsoll::app {

using wire::Deadline;

inline Duration left(Deadline deadline) {
  return std::max<Duration>(Duration::zero(), deadline - std::chrono::steady_clock::now());
}

/// Thread-safe. Leases must end before the pool does.
template <class Connection>
class Pool {
 public:
  using Connect = std::function<Result<Connection>(Duration within)>;

  Pool(int size, Connect connect) : size_(size), connect_(std::move(connect)), changed_at_(std::chrono::steady_clock::now()) {}

  struct Use {
    int size = 0;
    int in_use = 0;
    int waiting = 0;
    double busy_s = 0;  // connection-seconds in use so far: its rate over `size` is the mean utilization
  };
  Use use() const {
    const std::lock_guard lock(mutex_);
    return {size_, in_use_, waiting_, busy_s_ + in_use_ * seconds(std::chrono::steady_clock::now() - changed_at_)};
  }

  /// Runs `work(connection)` on a connection of the pool; again, with pauses, while the other side is away or full and the
  /// deadline allows. So work() must do no harm when it is done twice: an answer may be lost after it was obeyed.
  template <class Work>
  auto run(Deadline deadline, const Work& work) -> decltype(work(std::declval<Connection&>())) {
    for (Duration pause = std::chrono::milliseconds(10);; pause = std::min<Duration>(pause * 2, std::chrono::milliseconds(200))) {
      auto result = once(deadline, work);
      const bool passing = !result && (result.error().code == Errc::unreachable || result.error().code == Errc::exhausted);
      if (!passing || left(deadline) <= pause) return result;
      std::this_thread::sleep_for(pause);
    }
  }

  /// One attempt.
  template <class Work>
  auto once(Deadline deadline, const Work& work) -> decltype(work(std::declval<Connection&>())) {
    if (!enter(deadline)) return fail(Errc::timed_out, "every connection of the pool is in use");
    const Leaving leaving{*this};
    std::vector<Connection> held = pick();
    if (held.empty()) {
      Result<Connection> fresh = connect_(left(deadline));
      if (!fresh) return fail(fresh.error());
      held.push_back(std::move(*fresh));
    }
    auto result = work(held.front());
    const std::lock_guard lock(mutex_);
    if (!held.front().broken())
      idle_.push_back(std::move(held.front()));
    else if (!result && result.error().code == Errc::unreachable)
      idle_.clear();  // the other side went away: the rest would each cost an attempt to find out
    return result;
  }

 private:
  struct Leaving {
    Pool& pool;
    ~Leaving() { pool.leave(); }
  };

  bool enter(Deadline deadline) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    const bool got = free_.wait_until(lock, deadline, [this] { return in_use_ < size_; });
    --waiting_;
    if (got) count(+1);
    return got;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    count(-1);
    free_.notify_one();
  }

  void count(int change) {
    const auto now = std::chrono::steady_clock::now();
    busy_s_ += in_use_ * seconds(now - changed_at_);
    changed_at_ = now;
    in_use_ += change;
  }

  /// The one used last, so that the others may age out; none or one.
  std::vector<Connection> pick() {
    const std::lock_guard lock(mutex_);
    std::vector<Connection> picked;
    if (!idle_.empty()) {
      picked.push_back(std::move(idle_.back()));
      idle_.pop_back();
    }
    return picked;
  }

  const int size_;
  const Connect connect_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  std::vector<Connection> idle_;
  int in_use_ = 0;
  int waiting_ = 0;
  double busy_s_ = 0;
  std::chrono::steady_clock::time_point changed_at_;
};

}  // namespace plimsoll::app
