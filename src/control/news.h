#pragma once
// What of a tick is worth telling: which decisions go into the journal though they change nothing, and what people hear of
// beside the counts.

#include <array>
#include <span>
#include <string>
#include <vector>

#include "decide/decision.h"
#include "decide/explanation.h"
#include "decide/plan.h"

namespace plimsoll {

/// A plain value: take a copy, ask it, and keep the copy once what it said is journalled.
class News {
 public:
  explicit News(const Plan&);

  struct Told {
    std::vector<std::string> changes;  // a sentence for each tier whose count changes
    std::vector<std::string> notes;    // enabling changes, growth that did not help, a count that somebody else changes
    std::vector<std::string> held;     // a sentence for each tier whose count stands for another reason than before
    [[nodiscard]] bool worth_a_record() const { return !changes.empty() || !notes.empty() || !held.empty(); }
  };

  /// Times do not fall. A tier that is held for a reason it was journalled with within the last minute is no news, unless
  /// another order has a say now; nor is one between two polls; one that polls is told again after `again_after`.
  Told of(const Plan&, const Decision&, std::span<const Explanation>, std::span<const Order>, TimePoint now);

  static constexpr Duration same_reason_after = std::chrono::minutes(1);
  static constexpr Duration again_after = std::chrono::minutes(5);

 private:
  static constexpr std::size_t reasons = static_cast<std::size_t>(Reason::contended) + 1;
  struct Tier {
    Reason reason = Reason::steady;         // of the last record
    std::int64_t order = 0;                 // of the last record: the order that had a say; 0: none
    TimePoint last{};                       // its time; zero: never
    std::array<TimePoint, reasons> told{};  // when a reason was last recorded
    bool contended = false;
  };
  struct Change {
    Enabling::Kind kind;
    LimitId limit;
    TimePoint seen;  // last
  };

  bool is_news(const TierPlan&, const Tier&, Reason, std::int64_t order, TimePoint now) const;
  void tell_enabling(const Plan&, const Decision&, TimePoint now, Told& told);

  std::vector<Tier> tiers_;
  std::vector<Change> enabling_;
};

/// The sentence with who-said-why of the order that decided: "api 2→3: held at 3 by order 2 (release day)".
std::string sentence(const Plan&, const Explanation&, std::span<const Order>);

}  // namespace plimsoll
