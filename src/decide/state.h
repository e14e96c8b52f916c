#pragma once
// What deciding remembers between ticks: a plain value, serialised by state_codec.h, so that a restart changes no decision.

#include <array>
#include <cstdint>
#include <vector>

#include "core/time.h"
#include "decide/plan.h"

namespace plimsoll {

/// Past wishes of a tier within one window, in at most 48 slices of it: the highest (or the lowest) of each.
/// A slice spans window/40 and counts until its newest wish is older than the window: a wish binds at most window/40 too long,
/// never too short.
struct WishWindow {
  enum class Keep { lowest, highest };
  struct Slice {
    TimePoint first{}, last{};
    int wish = 0;    // the extreme one
    TimePoint at{};  // when it was wished last
  };
  struct Binding {
    int wish = 0;
    TimePoint at{};
  };
  static constexpr std::uint32_t slices = 48;

  /// Times do not fall.
  void record(TimePoint now, int wish, Duration window, Keep keep);
  /// The extreme wish after now - window; `wish_now` where there is none.
  [[nodiscard]] Binding binding(TimePoint now, int wish_now, Duration window, Keep keep) const;

  std::array<Slice, slices> ring{};
  std::uint32_t begin = 0, count = 0;
};

/// Changes that were made, for rate policies: at most 32; when full the two oldest become one at the younger's time.
struct ChangeHistory {
  struct Change {
    TimePoint at{};
    int delta = 0;  // > 0 grew, < 0 shrank
  };
  static constexpr std::uint32_t capacity = 32;

  void record(TimePoint now, int delta);
  /// The sum of growth, or of shrinkage (as a positive number), after now - period.
  [[nodiscard]] int grown(TimePoint now, Duration period) const;
  [[nodiscard]] int shrunk(TimePoint now, Duration period) const;

  std::array<Change, capacity> ring{};
  std::uint32_t begin = 0, count = 0;
};

struct RuleClock {
  TimePoint true_since{};  // meaningless unless holds
  bool holds = false;
};

struct TierState {
  int asked = -1;       // what was last accepted; -1: nothing yet
  TimePoint changed{};  // when it last changed; zero: never
  WishWindow up;        // the lowest wishes of the up window
  WishWindow down;      // the highest wishes of the down window
  ChangeHistory changes;
};

struct StackState {
  std::uint64_t shape = 0;       // of the plan it belongs to
  std::vector<TierState> tiers;  // one per Plan::tiers
  std::vector<RuleClock> rules;  // of all tiers, from TierPlan::first_rule on
};

StackState initial_state(const Plan&);

}  // namespace plimsoll
