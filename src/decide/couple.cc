#include <algorithm>
#include <utility>

#include "decide/enabling.h"
#include "decide/steps.h"

namespace plimsoll {
namespace {

/// Whether it is the policies that want to grow: what a person or a schedule asked for meets limits only.
bool by_policy(Reason reason) {
  switch (reason) {
    case Reason::order_hold:
    case Reason::order_floor:
    case Reason::schedule_floor:
    case Reason::schedule_exact:
    case Reason::bound_min:
    case Reason::contended:  // all it grows to is min
      return false;
    default:
      return true;
  }
}

void fill_capacities(const Plan& plan, const StackState& state, std::vector<double>& capacities) {
  for (std::size_t i = 0; i < plan.limits.size(); ++i) capacities[i] = plan.limits[i].total - plan.limits[i].reserve;
  for (std::size_t i = 0; i < plan.poolers.size(); ++i) {
    const capacity::PoolerFleet fleet = fleet_of(plan.poolers[i], state, i);
    capacities[plan.poolers[i].clients.index] = capacity::clients_of(fleet);
    if (plan.poolers[i].servers) capacities[plan.poolers[i].servers->index] -= capacity::servers_of(fleet);
  }
}

/// Growth above something that is saturated would only wait there.
int withhold(const Plan& plan, const Observation& seen, TimePoint now, TierDecision& tier, Explanation& why) {
  const int wish = tier.granted;
  if (wish <= tier.before || !by_policy(tier.reason)) return wish;
  const auto found = bottleneck(plan, plan.tiers[why.tier.index], seen.components, now);
  if (!found) return wish;
  why.steps.push_back({Step::couple, wish, tier.before, Reason::bottleneck, {}, static_cast<std::int64_t>(found->index)});
  tier.reason = Reason::bottleneck;
  return tier.before;
}

void fill_asks(const Plan& plan, const Observation& seen, TimePoint now, Decision& out, std::span<Explanation> why) {
  for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
    TierDecision& tier = out.tiers[i];
    const int wish = withhold(plan, seen, now, tier, why[i]);
    // What shrinks now, and what drains already, holds its share until it is gone.
    // Instances beyond the count, a rollout's for one, hold theirs too.
    const int beyond = std::clamp(seen.tiers[i].reported, 0, capacity::most_instances) - tier.before;
    const int besides = std::max(plan.tiers[i].surge, beyond) + why[i].draining + std::max(tier.before - wish, 0);
    out.room.asks[i] = {TierId{plan.tiers[i].rank}, tier.before, wish, besides, plan.tiers[i].priority};
  }
}

/// What all tiers would have wished for of a limit: what an enabling change has to make room for.
double wished(const Plan& plan, const Decision& out, LimitId id) {
  double sum = 0;
  for (const capacity::GrantShape::Entry& use : plan.grants.of_limit(id.index)) {
    const capacity::GrantTier& ask = out.room.asks[use.index];
    sum += (ask.wish + ask.besides) * use.per_instance;
  }
  return sum;
}

void propose(Decision& out, const Enabling& change) {
  for (const Enabling& known : out.enabling)
    if (known.limit == change.limit && known.kind == change.kind) return;
  out.enabling.push_back(change);
}

/// Each limit is looked at once: it costs a look at all its tiers, and thousands may meet it.
bool is_noted(CoupleRoom& room, LimitId id) { return std::exchange(room.noted[id.index], std::uint8_t{1}) != 0; }

void note_limit(const Plan& plan, const StackState& state, TimePoint now, LimitId id, Decision& out, Explanation& why,
                TierDecision& tier) {
  const int wish = tier.granted;
  why.steps.push_back(
      {Step::couple, out.room.asks[why.tier.index].wish, wish, Reason::limit, {}, static_cast<std::int64_t>(id.index)});
  why.limits.push_back({id, out.room.used[id.index], out.room.capacities[id.index]});
  tier.reason = Reason::limit;
  if (!is_noted(out.room, id)) propose(out, make_room(plan, state, out.room, id, wished(plan, out, id), now));
}

/// A saturated pooler can be helped where it stands.
void note_bottleneck(const Plan& plan, const StackState& state, TimePoint now, const Explanation& why, Decision& out) {
  const StepLine& step = why.steps[why.steps.size() - 1];
  if (step.reason != Reason::bottleneck) return;  // so many steps that this one found no room
  for (std::size_t i = 0; i < plan.poolers.size(); ++i) {
    const PoolerPlan& pooler = plan.poolers[i];
    if (static_cast<std::int64_t>(pooler.component.index) != step.subject) continue;
    const double left = pooler.servers ? out.room.capacities[pooler.servers->index] - out.room.used[pooler.servers->index] : 0;
    propose(out, widen_pool(plan, state, i, left, now));
  }
}

void size_room(const Plan& plan, CoupleRoom& room) {
  if (room.asks.size() == plan.tiers.size() && room.capacities.size() == plan.limits.size()) return;
  room.asks.resize(plan.tiers.size());
  room.granted.resize(plan.tiers.size());
  room.capacities.resize(plan.limits.size());
  room.used.resize(plan.limits.size());
  room.noted.resize(plan.limits.size());
  room.scratch = capacity::GrantScratch(plan.grants);
}

}  // namespace

void couple(const Plan& plan, const StackState& state, const Observation& seen, TimePoint now, Decision& out,
            std::span<Explanation> why) {
  size_room(plan, out.room);
  out.enabling.clear();
  std::ranges::fill(out.room.noted, std::uint8_t{0});
  out.cost_before = out.cost_after = 0;
  fill_capacities(plan, state, out.room.capacities);
  fill_asks(plan, seen, now, out, why);
  grant(plan.grants, out.room.asks, out.room.capacities, out.room.scratch, out.room.granted, out.room.used);
  for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
    TierDecision& tier = out.tiers[i];
    const capacity::Granted& granted = out.room.granted[i];
    tier.granted = tier.asked = granted.count;
    if (granted.limit != capacity::no_limit) note_limit(plan, state, now, LimitId{granted.limit}, out, why[i], tier);
    if (tier.reason == Reason::bottleneck) note_bottleneck(plan, state, now, why[i], out);
    why[i].cost_before = tier.before * plan.tiers[i].price_per_hour;
    why[i].cost_after = tier.asked * plan.tiers[i].price_per_hour;
    out.cost_before += why[i].cost_before;
    out.cost_after += why[i].cost_after;
  }
}

}  // namespace plimsoll
