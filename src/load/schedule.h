#pragma once
// When requests are due. The schedule is arithmetic on the integral of the rate, so arrivals never drift, never depend on
// how the server answers, and are the same bit for bit on a second run.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/rng.h"
#include "core/time.h"
#include "core/units.h"

namespace plimsoll::load {

struct Stage {
  enum class Shape {
    ramp,  // the rate moves in a straight line from where the last stage ended (0 at first) to `target`
    hold,  // the rate is `target` from the first moment on
  };
  Duration duration{};  // > 0
  Rate target;          // >= 0
  Shape shape = Shape::ramp;
};

/// The offered rate over time, in seconds since the start. A value; read from any thread.
///
/// Arrivals are numbered from 0. The k-th is due when the integral of the rate reaches k + 1/2, so a hold of 50/s for 1 s is
/// exactly 50 arrivals 20 ms apart, the first after 10 ms.
class Schedule {
 public:
  Schedule() = default;  // no stages: no arrivals
  /// Durations > 0, rates finite and >= 0 (asserted).
  explicit Schedule(std::vector<Stage> stages);

  /// "30s:50,1m:200,30s:0" ramps to 50/s in 30 s, to 200/s in the next minute, and back to 0. "30s=50" holds 50/s for 30 s.
  /// Rates as parse_rate() reads them. Errors: malformed, naming the stage. At most 1e6/s, 10,000 stages, 30 days and 1e11
  /// arrivals in all.
  static Result<Schedule> parse(std::string_view text);

  [[nodiscard]] Duration duration() const { return duration_; }
  [[nodiscard]] Rate rate_at(Duration since_start) const;  // 0 before the start and after the end
  [[nodiscard]] Rate peak() const;

  /// The integral of the rate up to then: how many arrivals are expected by that time.
  [[nodiscard]] double expected(Duration since_start) const;
  /// When expected() reaches `count`, in closed form within its stage; nothing if it never does. `count` >= 0.
  [[nodiscard]] std::optional<Duration> when(double count) const;

  /// Even arrivals: how many there are in all, and when the k-th is due (k < count()).
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] Duration arrival(std::uint64_t k) const;

  [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }

 private:
  struct Piece {  // one stage, solved: seconds and arrivals before it, its rates at both ends
    double begins_s, length_s, from, to, before, arrivals;
  };
  std::vector<Stage> stages_;
  std::vector<Piece> pieces_;
  Duration duration_{};
  double total_ = 0;
};

enum class Pattern {
  even,     // a comb: as regular as the rate allows
  poisson,  // independent arrivals, as from many users who do not know each other
};

/// The arrivals of one schedule in order, or every n-th of them: stripes 0..n-1 together are exactly the whole.
/// One thread per object; it keeps its own copy of the schedule.
class Arrivals {
 public:
  struct Arrival {
    std::uint64_t id;  // position in the whole schedule, 0..
    Duration due;      // since the start
  };

  /// `rng` matters for poisson only; pass Rng(seed).fork("arrivals") to every stripe alike. stripe < stripes (asserted).
  Arrivals(Schedule schedule, Pattern pattern, Rng rng, unsigned stripe = 0, unsigned stripes = 1);

  /// The next one, or nothing when the schedule is over.
  std::optional<Arrival> next();

  /// Walks a copy to its end: constant time for even, one logarithm an arrival for poisson.
  [[nodiscard]] std::uint64_t remaining() const;

  /// About how many of this stripe are due by then and not yet taken: exact for even, the expectation for poisson.
  [[nodiscard]] std::uint64_t overdue(Duration since_start) const;

 private:
  [[nodiscard]] double position_after(double position);

  Schedule schedule_;
  Pattern pattern_;
  Rng rng_;
  std::uint64_t id_ = 0;  // of the next arrival
  unsigned stripes_;
  double position_ = 0;  // of the next arrival, on the integral of the rate
};

}  // namespace plimsoll::load
