#pragma once
// What deciding remembers between ticks: a plain value, serialised by state_codec.h, so that a restart changes no decision.

#include <array>
#include <cstdint>
#include <vector>

#include "core/time.h"
#include "decide/explanation.h"
#include "decide/plan.h"

namespace plimsoll {

/// Past wishes of a tier within one window: of those that can still become the highest (or the lowest), each with its time.
/// Exact as long as at most 32 of them are in question at once; past that the two oldest count as one, the more extreme wish at
/// the later time: a wish then binds too long, never too short.
struct WishWindow {
  enum class Keep { lowest, highest };
  struct Wish {
    TimePoint at{};
    int wish = 0;
  };
  using Binding = Wish;
  static constexpr std::uint32_t capacity = 32;

  /// Times do not fall.
  void record(TimePoint now, int wish, Duration window, Keep keep);
  /// The extreme wish after now - window; `wish_now` where there is none.
  [[nodiscard]] Binding binding(TimePoint now, int wish_now, Duration window) const;

  std::array<Wish, capacity> ring{};
  std::uint32_t begin = 0, count = 0;
};

/// Changes that were made, for rate policies: at most 64; when full the two oldest become one at the younger's time.
struct ChangeHistory {
  struct Change {
    TimePoint at{};
    int delta = 0;  // > 0 grew, < 0 shrank
  };
  static constexpr std::uint32_t capacity = 64;

  void record(TimePoint now, int delta);
  /// The sum of growth, or of shrinkage (as a positive number), after now - period.
  [[nodiscard]] int grown(TimePoint now, Duration period) const;
  [[nodiscard]] int shrunk(TimePoint now, Duration period) const;

  std::array<Change, capacity> ring{};
  std::uint32_t begin = 0, count = 0;
};

/// The last few times something happened.
struct Recent {
  static constexpr std::size_t capacity = 4;
  void record(TimePoint now);
  /// How many of them were after `since`.
  [[nodiscard]] int after(TimePoint since) const;
  std::array<TimePoint, capacity> at{};  // unordered; zero: never
};

/// One per policy of a tier. A rule: since when its condition holds. A signal's policy: since when it has had a gap. A schedule:
/// until when its answer stands.
struct PolicyClock {
  TimePoint since{};  // meaningless unless holds; a schedule: always read
  bool holds = false;
};

/// What a growth was expected to do, until it is judged.
struct Expectation {
  bool open = false;
  std::uint32_t policy = 0;  // that grew the tier
  int from = 0, to = 0;
  double value = 0;  // of its signal, at the decision
  double load = -1;  // arrivals per second then; -1: not measured
  TimePoint due{};   // when to look
};

/// The memory of a tier that is like HPA or KEDA: theirs, to the slot. Sized by initial_like() and never after.
struct LikeState {
  hpa::Kept kept;
  std::vector<hpa::Recommendation> recommendations;
  std::vector<hpa::ScaleEvent> ups, downs;
  std::vector<TimePoint> failing_since;
  hpa::Conditions conditions;  // in force
  keda::LoopState loop;
  std::int32_t rescale_to = -1;  // what the last pass asked to be written and settle() has yet to record; -1: nothing
};

LikeState initial_like(const LikePlan&);

struct TierState {
  int asked = -1;       // what was last accepted; -1: nothing yet
  int wanted = -1;      // of the last evaluation; stands between polls
  TimePoint decided{};  // the last evaluation
  TimePoint changed{};  // when it last changed; zero: never
  TimePoint grown{};
  TimePoint shrunk{};
  TimePoint active{};  // the last sign of work; zero: never looked
  TimePoint frozen_until{};
  std::int32_t frozen_by = -1;      // ComponentId; -1: unknown
  std::uint32_t frozen_policy = 0;  // whose growth did not help
  TimePoint turned{};               // the last change that policies made
  std::int8_t heading = 0;          // of that change: 1 up, -1 down, 0 none yet
  bool by_policy = false;           // the decision about to be carried out is the policies'
  Recent reversals;                 // growth after shrinkage or the reverse, soon after
  bool damped = false;              // the last wish was to shrink, and flapping kept it from happening
  TimePoint regretted{};            // when such a wish was last taken back; zero: never
  Recent contests;                  // the count was changed by somebody else
  bool emptied = false;             // to zero, last
  Expectation expectation;
  WishWindow up;    // the lowest wishes of the up window
  WishWindow down;  // the highest wishes of the down window
  ChangeHistory changes;
};

struct StackState {
  std::uint64_t shape = 0;          // of the plan it belongs to
  std::vector<TierState> tiers;     // one per Plan::tiers
  std::vector<PolicyClock> clocks;  // of all tiers, from TierPlan::first_policy on
  std::vector<LikeState> likes;     // one per Plan::likes
  std::vector<int> poolers;         // instances, one per Plan::poolers
};

StackState initial_state(const Plan&);

/// A stored state that fits() the plan, taken up by it: what only repeats the plan (when a schedule's answer can change, how many
/// poolers it begins with) is the plan's again, for the file may have been edited in between.
void take_up(const Plan&, StackState&);

}  // namespace plimsoll
