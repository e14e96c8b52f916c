#pragma once
// What a run under load amounted to: the screen at its end, and (show/json.h) its report.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "show/moments.h"
#include "show/style.h"

namespace plimsoll::show {

struct FailureCount {
  std::string kind;  // "timed out", "connection reset", "status 503"
  std::uint64_t count = 0;
};

/// Jobs by their ids, counted after the queue had time to empty.
struct JobCounts {
  std::uint64_t in = 0;         // accepted from clients
  std::uint64_t done = 0;       // of these, with their effect in the database
  std::uint64_t duplicate = 0;  // effects beyond the first of a job
  std::uint64_t lost = 0;       // neither done nor anywhere waiting
  /// Still waiting or being worked on.
  [[nodiscard]] std::uint64_t unfinished() const { return in > done + lost ? in - done - lost : 0; }
};

struct TierHistory {
  std::string tier;
  std::vector<double> replicas;  // ready ones
};

/// Histories hold one value per `sample_period`, oldest first, NaN where nothing was measured.
struct Summary {
  std::string stack;
  Duration elapsed{};
  std::uint64_t requests = 0;  // that were due
  std::uint64_t ok = 0;
  std::vector<FailureCount> failures;  // kinds with 0 are left out on screen
  std::optional<Duration> p50, p95, p99, max;
  std::optional<Duration> p95_objective;
  std::optional<JobCounts> jobs;  // absent: the stack has no queue

  Duration sample_period = std::chrono::seconds(1);  // > 0
  std::vector<double> rate_per_s;                    // requests
  std::vector<double> p95_s;
  std::vector<TierHistory> tiers;

  std::vector<Decision> decisions;  // oldest first, all of them
  std::vector<std::string> notes;   // what a reader must know to judge the figures: "the generator was late by up to 80 ms"
  std::string report_path;          // where the JSON was written; may be empty

  [[nodiscard]] std::uint64_t failed() const {
    std::uint64_t sum = 0;
    for (const FailureCount& f : failures) sum += f.count;
    return sum;
  }
  /// Neither answered nor failed: cut off when the run was stopped.
  [[nodiscard]] std::uint64_t unanswered() const { return requests > ok + failed() ? requests - ok - failed() : 0; }
};

/// Whether to exit 0: something was asked, every request was answered well, and every job was done exactly once. Latency
/// beside its objective is shown, but is no part of this.
bool went_well(const Summary&);
/// went_well in one sentence without a full stop: "21,904 requests answered, none failed; 7,120 jobs done, each once".
std::string verdict_text(const Summary&);

/// The whole screen, as many lines as it takes, each at most `columns` (>= 1) wide and with its line break. Reads well from 60
/// on.
std::string render_summary(const Summary&, Style, int columns);

}  // namespace plimsoll::show
