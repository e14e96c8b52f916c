#pragma once
// Decisions of a stack taken back out of its journal, decided again and compared: what `plimsoll explain` shows.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "decide/decision.h"
#include "decide/explanation.h"
#include "decide/order.h"
#include "decide/plan.h"
#include "ports/store.h"

namespace plimsoll {

/// One tier's part of one journalled tick.
struct Explained {
  TimePoint at{};
  std::string engine;                 // version of the program that decided
  std::optional<Explanation> stored;  // as it was decided; absent: `trouble` says why
  /// The stored state and observation, decided again on the plan at hand.
  enum class Again { same, differs, impossible } again = Again::impossible;
  std::optional<Explanation> now;  // what that gave; absent if impossible
  std::string trouble;             // for people: why something is absent, or may differ; empty if there is nothing to say
  std::vector<Enabling> enabling;  // of the tick, from deciding again
  std::vector<Order> orders;       // that were in force for the tier
  std::string pending;             // the driver's words about instances that do not come; empty if there are none
  std::vector<std::string> said;   // what the journal says of the tier in words

  /// The decision to speak of: the stored one, else the one decided again. Null if the record is of no use but for `said`.
  [[nodiscard]] const Explanation* decision() const { return stored ? &*stored : now ? &*now : nullptr; }
};

/// `record` as it concerns `tier`. Never fails: a damaged record, one of another version or of another plan says so.
/// @param version  of this program
Explained explained(const Plan&, TierId tier, const StoredTick& record, std::string_view version);

/// The last tick at or before `at`; absent if there is none on record. A tier that was between two polls then stands in it with
/// the evaluation its count stood for. Errors are the store's.
Result<std::optional<StoredTick>> record_before(Store&, TimePoint at);

/// The last `count` ticks at or before `at` that changed the tier or held it for another reason than the one before, oldest
/// first.
Result<std::vector<StoredTick>> news_before(Store&, const Plan&, TierId tier, TimePoint at, std::size_t count);

/// How a tier's count moved in the hour before `at`.
struct Turns {
  int changes = 0;
  int reversals = 0;  // growth after shrinkage, or the reverse
};
Result<Turns> turns_before(Store&, const Plan&, TierId tier, TimePoint at);
inline constexpr Duration turns_within = std::chrono::hours(1);

}  // namespace plimsoll
