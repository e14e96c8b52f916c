#pragma once

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.h"
#include "load/plan.h"
#include "load/pool.h"
#include "load/recorder.h"

namespace plimsoll::load {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

enum class Stop : std::uint8_t {
  none,
  drain,  // no new requests, Plan::drain for those in flight
  now,    // cancel those in flight
};

/// One bit per request id, set by any worker.
using AcceptedBits = std::vector<std::atomic<std::uint64_t>>;

/// One thread of the generator: its own epoll loop, its own connections, its stripe of the arrivals; nothing is shared on
/// the way of a request. A response is read and the next request written in one go: two system calls a request in a
/// closed loop, since sockets are registered once, edge-triggered, for both directions.
class Worker {
 public:
  /// Borrows everything; `accepted` may be null. `index` < plan.threads.
  Worker(const Plan& plan, const Address& address, const CaptureNames& captures, SecondSeries& series, AcceptedBits* accepted,
         const std::atomic<Stop>& stop, unsigned index);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before run(), on any thread.
  Result<void> prepare();
  /// The body of the thread: returns when all is answered, failed or cancelled.
  void run(std::chrono::steady_clock::time_point start);

  // Any thread.
  [[nodiscard]] const Recorder& recorder() const { return recorder_; }
  [[nodiscard]] std::uint64_t busy() const { return busy_now_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t open() const { return open_now_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t waiting() const { return waiting_now_.load(std::memory_order_relaxed); }
  [[nodiscard]] Duration ended() const { return Duration(ended_ns_.load(std::memory_order_relaxed)); }  // 0 while it runs

 private:
  using Kind = std::uint64_t Counts::*;

  [[nodiscard]] Duration now() const { return std::chrono::steady_clock::now() - start_; }
  [[nodiscard]] bool over(Duration now);
  void notice_stop(Duration now);
  void release_due(Duration now);
  void release_closed(Duration now);
  void expire(Duration now);
  [[nodiscard]] Duration next_wake(Duration now);
  int wait(Duration at_most);
  void cancel_all();

  void dispatch(Connection&, const Exchange&);
  void open_socket(Connection&);
  void connected(Connection&);
  void send_request(Connection&);
  void send_rest(Connection&);
  void handle(Connection&, std::uint32_t events);
  void read(Connection&, bool closing);
  void answered(Connection&, bool reuse);
  void lost(Connection&);
  void fail(Connection&, Kind kind);
  void fail_connect(Connection&, int error);
  void close_socket(Connection&);

  const Plan& plan_;
  const Address& address_;
  AcceptedBits* accepted_;
  const std::atomic<Stop>& stop_;
  const unsigned index_;
  const OpenLoop* open_loop_;  // exactly one of the two
  const ClosedLoop* closed_loop_;

  std::chrono::steady_clock::time_point start_;
  int epoll_ = -1;
  bool precise_wait_ = true;
  RequestMix mix_;
  Pool pool_;
  Recorder recorder_;
  std::optional<Arrivals> arrivals_;
  std::optional<Arrivals::Arrival> next_;  // open loop: the first one not dispatched
  std::uint64_t next_id_;                  // closed loop
  bool blocked_ = false;                   // when the loop went to sleep no connection was left
  Duration last_release_{};
  Duration refill_at_{};  // closed loop: not before, after a failure
  std::optional<Duration> stop_by_;
  std::vector<char> buffer_;

  std::atomic<std::uint64_t> busy_now_{0}, open_now_{0}, waiting_now_{0};
  std::atomic<std::int64_t> ended_ns_{0};
};

}  // namespace plimsoll::load
