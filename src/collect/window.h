#pragma once
// Rates of counters over a sliding window. Pure.

#include <deque>
#include <optional>

#include "core/time.h"

namespace plimsoll::collect {

/// Readings of one counter that only grows, until whoever counts starts again. A total that fell is such a start: what was read
/// before is forgotten, so that a rate is never negative and never counts across it.
class CounterWindow {
 public:
  /// `window` > 0 (asserted). A shorter one follows faster, a longer one is smoother.
  explicit CounterWindow(Duration window);

  /// A reading not later than the last one is ignored.
  void add(TimePoint at, double total);
  void forget() { readings_.clear(); }

  struct Rate {
    double per_second = 0;
    TimePoint end{};  // when it was last read
    Duration span{};  // what it is a mean over: at most the window and one interval of reading
  };
  /// From the newest reading back to the last one not within the window, or to the first there is; absent before the second.
  [[nodiscard]] std::optional<Rate> rate() const;

 private:
  struct Reading {
    TimePoint at{};
    double total = 0;
  };
  Duration window_;
  std::deque<Reading> readings_;
};

/// Two counters of one source, one counting a part of what the other counts: what share it was of late. As above, a total that
/// fell is a new start of both.
class ShareWindow {
 public:
  /// `window` > 0 (asserted).
  explicit ShareWindow(Duration window);

  /// A reading not later than the last one is ignored.
  void add(TimePoint at, double part, double whole);

  struct Share {
    double ratio = 0;  // 0..1
    TimePoint end{};
    Duration span{};
  };
  /// Absent before the second reading, and where nothing was counted in between.
  [[nodiscard]] std::optional<Share> share() const;

 private:
  struct Reading {
    TimePoint at{};
    double part = 0, whole = 0;
  };
  Duration window_;
  std::deque<Reading> readings_;
};

}  // namespace plimsoll::collect
