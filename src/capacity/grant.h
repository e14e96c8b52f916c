#pragma once
// The allocation of one tick: who may grow, and by how much, where several tiers draw on the same limits. A limit is anything
// that adds up over instances: server connections, clients of a pooler or of Redis, outside concurrency or rate, cores, memory,
// money per hour. What is left of each is the caller's sum (capacity/budget.h); here it is shared out.
//
//   const GrantShape shape(tiers.size(), limits.size(), uses);      // when a plan is compiled
//   GrantScratch scratch(shape);                                    // one for each thread that grants
//   grant(shape, asks, capacities, scratch, granted, used);         // each tick; allocates nothing

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/ids.h"

namespace plimsoll::capacity {

/// One instance of tier `tier` takes `per_instance` of limit `limit`. Both are positions in the arrays handed to grant().
struct GrantUse {
  std::uint32_t limit = 0;
  std::uint32_t tier = 0;
  double per_instance = 0;  // >= 0, finite (asserted), in the limit's own unit; 0 uses nothing
};

/// Who draws on what. Fixed until the plan changes; const functions are safe from several threads. The order of `uses` means
/// nothing, and uses of one tier and one limit add up. Positions are in range (asserted).
class GrantShape {
 public:
  struct Entry {
    std::uint32_t index;  // a tier in of_limit(), a limit in of_tier()
    double per_instance;
  };

  GrantShape() = default;
  GrantShape(std::size_t tiers, std::size_t limits, std::span<const GrantUse> uses);

  [[nodiscard]] std::size_t tiers() const { return tier_begin_.size() - 1; }
  [[nodiscard]] std::size_t limits() const { return limit_begin_.size() - 1; }
  [[nodiscard]] std::size_t entries() const { return by_tier_.size(); }
  /// Ascending by index.
  [[nodiscard]] std::span<const Entry> of_limit(std::size_t limit) const {
    return std::span(by_limit_).subspan(limit_begin_[limit], limit_begin_[limit + 1] - limit_begin_[limit]);
  }
  [[nodiscard]] std::span<const Entry> of_tier(std::size_t tier) const {
    return std::span(by_tier_).subspan(tier_begin_[tier], tier_begin_[tier + 1] - tier_begin_[tier]);
  }

 private:
  std::vector<std::uint32_t> limit_begin_ = {0}, tier_begin_ = {0};
  std::vector<Entry> by_limit_, by_tier_;
};

/// What a tier has and wants. All counts >= 0 (asserted).
struct GrantTier {
  TierId id;         // breaks ties, lower first; need not be the tier's position
  int before = 0;    // what runs or was asked for until now
  int wish = 0;      // what it should be
  int besides = 0;   // instances that also hold the limits: a rollout's surge, instances that still drain
  int priority = 0;  // higher is served first
};

/// Stands for "no limit binds".
inline constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

struct Granted {
  int count = 0;
  std::uint32_t limit = no_limit;  // what keeps the tier below its wish
  bool operator==(const Granted&) const = default;
};

/// Room for one call at a time; sized once, then reused. Opaque.
class GrantScratch {
 public:
  GrantScratch() = default;
  explicit GrantScratch(const GrantShape& shape);

 private:
  friend class Granter;
  struct Ask {
    std::int64_t remainder = 0;  // of the proportional share, in 1e-9 instances
    std::uint32_t tier = 0;
    std::uint32_t id = 0;
    int priority = 0;
    int missing = 0;  // instances wanted and not granted yet
    double share = 0;
    bool filling = false;
  };
  struct Limited {    // one limit, while one priority is served
    double room = 0;  // before this round; +inf where every wish fits
    double left = 0;  // room less the shares that stand
    double pull = 0;  // what the tiers still filling take for each share of what they miss
    std::uint32_t filling = 0;
    std::uint32_t first = 0;  // into links_
  };
  struct Link {  // an ask that draws on a limit
    std::uint32_t next = 0;
    std::uint32_t ask = 0;
    double per_instance = 0;
  };
  struct Event {  // the limit is used up when each ask has this share of what it misses, or later
    double at = 0;
    std::uint32_t limit = 0;
  };
  std::vector<Ask> asks_;
  std::vector<Limited> limits_;
  std::vector<Link> links_;
  std::vector<Event> events_;
};

/// Shares the limits out.
///
/// Shrinking (wish <= before) always goes through and frees its share first; a caller whose shrunken instances still hold what
/// they held counts them in `besides`. Growth is granted where it fits, so for each tier min(before, wish) <= count <= wish, and
/// a running tier is never forced down. A limit is never exceeded by growth (beyond 1e-9 of it, for sums of doubles); one that is
/// exceeded already admits none.
/// A higher priority is served whole before a lower one sees what is left. Within one priority growth is shared in proportion to
/// what is missing (a tier that meets several limits is held by the tightest), whole instances by the largest remainder, ties to
/// the lower id; nothing is left idle that a tier still wants and that fits. So with one limit and one per_instance the sum of
/// the counts never falls as the capacity grows (tiers of different weight can lose to one heavy neighbour that now fits).
///
/// @param capacity  one per limit, what it holds in all less reserves and other users; may be negative; +inf: no limit
/// @param out       one per tier; `limit` is set where count < wish: the limit with the least room, in instances of that tier,
///                  when its priority had been served
/// @param used      one per limit, or empty: what the granted counts (and `besides`) take of it
///
/// The order of tiers and of uses changes nothing. Sizes must match (asserted). Allocates nothing.
/// Cost: O(tiers + entries) while every wish fits (10,000 tiers of three uses: 0.25 ms). Otherwise, for the tiers that meet a
/// limit that is short, a sort and O(entries log limits) (all of them: 3 to 4 ms, whatever the number of priorities); further
/// rounds only where uses of one limit differ by orders of magnitude.
void grant(const GrantShape& shape, std::span<const GrantTier> tiers, std::span<const double> capacity, GrantScratch& scratch,
           std::span<Granted> out, std::span<double> used);

}  // namespace plimsoll::capacity
