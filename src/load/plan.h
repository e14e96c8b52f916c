#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/time.h"
#include "load/request_mix.h"
#include "load/schedule.h"

namespace plimsoll::load {

/// Requests are due by the schedule, whatever the server does: what users who do not know each other do.
struct OpenLoop {
  Schedule schedule;
  Pattern pattern = Pattern::even;
  std::uint64_t seed = 1;  // of poisson arrivals
  /// All that came due within one quantum is sent at once (its latency still counts from its own due time). Each exact
  /// wake-up costs about as much CPU as a request; below 1 / quantum requests a second a thread nothing changes. >= 0.
  Duration quantum = std::chrono::microseconds(100);
};

/// So many connections, each sending its next request when the last is answered; measures what a server can do at most, but
/// no latency a user would see: a slow server is asked less.
struct ClosedLoop {
  int connections = 1;  // >= 1, at most Plan::max_connections
  Duration duration{};  // > 0; what is in flight then is waited for
};

/// What a run does. Plain values, fixed at its start.
struct Plan {
  std::string host = "127.0.0.1";  // address or name; resolved once, at start
  std::uint16_t port = 80;
  RequestMix mix;  // not empty (asserted)
  std::variant<OpenLoop, ClosedLoop> model;

  /// 1..64. One thread carries some 50,000 requests a second; more only take cores from the system under test.
  int threads = 1;
  /// The pool grows by one connection whenever a request is due and none is idle, up to this; 1..60,000, at least `threads`.
  /// Too small, and requests wait here instead of at the server (counted in `waited`, and in their response time).
  int max_connections = 256;
  /// From the time a request is due; covers waiting for a connection, connecting and the whole answer. > 0.
  Duration timeout = std::chrono::seconds(10);
  /// After stop(): how long requests in flight may still be answered. >= 0.
  Duration drain = std::chrono::seconds(5);
  /// A server may close an idle connection just as a request is on its way. If such a reused connection ends before any byte
  /// of the answer and the request is `repeatable`, it is sent once more on a fresh connection and counted in retried_on_stale;
  /// otherwise, and the second time, it is a reset.
  bool retry_on_stale = true;
  /// Its value tells instances apart in Summary::instances; empty: don't.
  std::string instance_header = "X-Instance";
  /// Keep one bit per request on whether it got a 2xx: Engine::accepted(). Open loop only (asserted).
  bool remember_accepted = false;
  /// Above this p99 of slip the run is `generator_limited`.
  Duration slip_limit = std::chrono::milliseconds(20);
};

}  // namespace plimsoll::load
