#pragma once
// What a run amounted to. Plain values; printing is the business of others.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace plimsoll::load {

/// Of one set of latencies; all 0 if count is 0.
struct Percentiles {
  std::uint64_t count = 0;
  Duration p50{}, p90{}, p95{}, p99{}, p999{}, max{}, mean{};
};

/// Each request that was due is counted exactly once: due = succeeded + failed() + cancelled + not_sent, once the run is over.
struct Counts {
  std::uint64_t due = 0;        // arrivals acted upon (closed loop: requests begun); those still waiting come later
  std::uint64_t sent = 0;       // of these, handed to a connection
  std::uint64_t succeeded = 0;  // answered 2xx or 3xx

  // Answered, but with
  std::uint64_t status_4xx = 0;
  std::uint64_t status_5xx = 0;
  // Not answered
  std::uint64_t connect_refused = 0;
  std::uint64_t connect_failed = 0;     // no route, no port, no descriptor left, or the like
  std::uint64_t reset = 0;              // closed or reset before the first byte of the answer
  std::uint64_t truncated = 0;          // closed or reset within the answer
  std::uint64_t malformed = 0;          // what came is not HTTP
  std::uint64_t timed_out = 0;          // no whole answer by the deadline
  std::uint64_t timed_out_waiting = 0;  // never sent: no connection was free by the deadline

  std::uint64_t cancelled = 0;  // in flight when the run was stopped and not answered within the drain time
  std::uint64_t not_sent = 0;   // due, but the run was stopped while they waited for a connection

  // Not outcomes, but beside them
  std::uint64_t retried_on_stale = 0;  // sent again, once, since the server had closed the idle connection
  std::uint64_t waited = 0;            // sent, but only after waiting for a free connection
  std::uint64_t connections_opened = 0;
  std::uint64_t body_bytes = 0;  // of answers, without heads and framing

  [[nodiscard]] std::uint64_t failed() const {
    return status_4xx + status_5xx + connect_refused + connect_failed + reset + truncated + malformed + timed_out +
           timed_out_waiting;
  }
  bool operator==(const Counts&) const = default;
};

/// Every member of Counts, to add and copy them alike.
inline constexpr std::array all_counts{&Counts::due,
                                       &Counts::sent,
                                       &Counts::succeeded,
                                       &Counts::status_4xx,
                                       &Counts::status_5xx,
                                       &Counts::connect_refused,
                                       &Counts::connect_failed,
                                       &Counts::reset,
                                       &Counts::truncated,
                                       &Counts::malformed,
                                       &Counts::timed_out,
                                       &Counts::timed_out_waiting,
                                       &Counts::cancelled,
                                       &Counts::not_sent,
                                       &Counts::retried_on_stale,
                                       &Counts::waited,
                                       &Counts::connections_opened,
                                       &Counts::body_bytes};
static_assert(all_counts.size() * sizeof(std::uint64_t) == sizeof(Counts));

/// One second of the run, complete. Latencies are response times (see Summary) of what was finished in it.
struct SecondStats {
  std::uint32_t second = 0;  // 0 is the first
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  Duration p50{}, p95{}, p99{};  // 0 if nothing was answered
};

struct StatusCount {
  int status;
  std::uint64_t count;
};

struct InstanceCount {
  std::string instance;  // bytes outside of printable ASCII replaced by '?'
  std::uint64_t count;
};

struct Summary {
  Duration elapsed{};  // from the start to the last answer, or till now
  Counts counts;

  /// From the time the request was due to its whole answer: what a user waits, including for a connection and for a
  /// generator that was late. Of answered requests, whatever their status, and of timed-out ones with the time waited.
  Percentiles response;
  /// From the first byte handed to the connected socket to the whole answer: what the server and the network took.
  Percentiles service;
  /// How late the generator itself was: from the due time to the moment it acted on it, for requests that had not to wait
  /// for a connection. Empty in a closed loop.
  Percentiles slip;
  /// The run says more about the generator than about the server: slip.p99 is over Plan::slip_limit.
  bool generator_limited = false;

  std::vector<SecondStats> seconds;      // finished ones, in order, without holes
  std::vector<StatusCount> statuses;     // every status seen, ascending
  std::vector<InstanceCount> instances;  // by the captured header, in order of name
  std::uint64_t other_instances = 0;     // answers of instances beyond the 64 that are told apart

  double cpu_s = 0;  // CPU time of the generator's threads, to the last finished second or, at the end, in all
};

/// A moment of a running test.
struct Snapshot {
  Summary so_far;
  Percentiles window;  // response times of the last five finished seconds
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;      // due, but without a connection; close to exact
  std::uint64_t connections = 0;  // open or being opened
  double rate_now = 0;            // requests per second the schedule asks for now; 0 in a closed loop
  bool running = false;
};

}  // namespace plimsoll::load
