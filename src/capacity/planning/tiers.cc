#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "capacity/budget.h"
#include "capacity/growth.h"
#include "capacity/planning/parts.h"
#include "capacity/sizing.h"
#include "capacity/wording.h"
#include "core/quantity.h"

namespace plimsoll::capacity::planning {
namespace {

const char* bound_by(SizedBy by) {
  switch (by) {
    case SizedBy::p50:
      return "the p50 objective";
    case SizedBy::p95:
      return "the p95 objective";
    case SizedBy::p99:
      return "the p99 objective";
    case SizedBy::utilization:
      return "utilization";
    case SizedBy::floor:
      break;
  }
  return "one at least";
}

/// Keeps the largest of several ways to size a tier.
class Largest {
 public:
  void take(int instances, std::string formula, std::string note = {}) {
    if (need.instances && *need.instances >= instances) return;
    need = {instances, std::move(formula), std::move(note)};
  }
  TierNeed need;
};

void by_queueing(Largest& largest, const Stack& stack, const Tier& tier, const Demand& demand) {
  if (tier.kind != TierKind::service || !tier.capacity || !demand.load.rate || tier.capacity->service_mean <= Duration::zero())
    return;
  const double rate = demand.load.rate->per_second;
  InstanceCapacity capacity;
  capacity.concurrency = tier.capacity->concurrency;
  capacity.service_mean_s = seconds(tier.capacity->service_mean);
  if (tier.capacity->service_p99) capacity.service_p99_s = seconds(*tier.capacity->service_p99);
  if (stack.balancer && stack.balancer->algorithm != BalancerAlgorithm::leastconn) capacity.pooling = Pooling::split;
  const Objectives& owed = tier.objectives ? *tier.objectives : stack.objectives;
  const auto in_seconds = [](const std::optional<Duration>& d) { return d ? std::optional<double>(seconds(*d)) : std::nullopt; };
  const Objective objective{in_seconds(owed.p50), in_seconds(owed.p95), in_seconds(owed.p99),
                            tier.capacity->utilization_max.value};
  const Sizing sizing = instances_for(rate, capacity, objective);
  std::string note;
  if (sizing.objective_unreachable) note = "an idle instance is slower than the objective: more instances do not mend that";
  largest.take(sizing.instances,
               fmt::format("{}/s × {} = {} busy, {} places each, at most {} busy; {} binds", number(rate),
                           for_people(tier.capacity->service_mean), number(rate * capacity.service_mean_s), capacity.concurrency,
                           percent(objective.utilization_ceiling), bound_by(sizing.by)),
               std::move(note));
}

void by_work(Largest& largest, const Baseline& baseline, const Demand& demand) {
  std::vector<Work> sharing, apart;
  std::vector<std::string> shared_terms, terms;
  for (const WorkKind& kind : baseline.work) {
    const auto found = demand.work.find(kind.name);
    if (found == demand.work.end() || kind.per_instance <= 0) continue;
    (kind.shares ? sharing : apart).push_back({found->second, kind.per_instance});
    (kind.shares ? shared_terms : terms)
        .push_back(fmt::format("{} {} / {}", kind.name, number(found->second), number(kind.per_instance)));
  }
  if (!sharing.empty()) largest.take(instances_sharing(sharing), fmt::format("ceil({})", fmt::join(shared_terms, " + ")));
  if (!apart.empty()) largest.take(instances_side_by_side(apart), fmt::format("most of ceil({})", fmt::join(terms, "), ceil(")));
}

void by_baseline(Largest& largest, const Tier& tier, const Demand& demand) {
  if (!tier.baseline) return;
  const Baseline& one = *tier.baseline;
  std::string note;
  if (!one.excludes.empty()) note = fmt::format("without the time of {}", fmt::join(one.excludes, ", "));
  if (one.users && *one.users > 0 && demand.load.users)
    largest.take(std::max(1, units_for(*demand.load.users, *one.users)),
                 fmt::format("ceil({} / {} users)", whole_users(*demand.load.users), number(*one.users)), note);
  if (tier.kind == TierKind::service && one.rate && one.rate->per_second > 0 && demand.load.rate)
    largest.take(std::max(1, units_for(demand.load.rate->per_second, one.rate->per_second)),
                 fmt::format("ceil({} / {} requests/s)", number(demand.load.rate->per_second), number(one.rate->per_second)),
                 note);
  by_work(largest, one, demand);
}

int in_step(int count, const Demand& demand) {
  const double factor = std::max(1.0, demand.factor.value_or(1));
  return static_cast<int>(std::min<double>(most_instances, std::ceil(count * factor - 1e-9)));
}

constexpr int most_a_spec_takes = 10'000;

/// The least an owner keeps running stays the same share of the most there may be; of the most without an event's part, for
/// which a schedule raises the floor while it lasts.
Bounds bounds_for(const Bounds& today, int most, int steady_most) {
  const double share = static_cast<double>(today.min) / std::max(1, today.max);
  const int least = steady_most > today.max ? static_cast<int>(std::ceil(share * steady_most - 1e-9)) : today.min;
  return {std::clamp(least, today.min, std::max(today.min, most)), std::max(today.max, most)};
}

std::string range(const Bounds& bounds) { return fmt::format("{}..{}", bounds.min, bounds.max); }

void say_what_would_help(Draft& draft, const Tier& tier) {
  const bool service = tier.kind == TierKind::service;
  if (tier.capacity && service) {
    draft.unknown.push_back("load on " + tier.name + ": growth: {rate: …}, or ask with --rate");
    return;
  }
  const bool has = tier.baseline && (tier.baseline->users || tier.baseline->rate || !tier.baseline->work.empty());
  if (has)
    draft.unknown.push_back(fmt::format("load on {}: {}", tier.name,
                                        tier.baseline->work.empty()
                                            ? "growth: {users: …, rate: …}"
                                            : "growth: {work: {…}}, its work by kind, or ask with --work"));
  else
    draft.unknown.push_back(fmt::format("what one instance of {0} carries: `plimsoll load`, or tiers.{0}.baseline: {1}",
                                        tier.name, service ? "{rate: …}" : "{work: {jobs: …/s}} and growth.work"));
}

/// H11, V7: what follows from an instance's cores.
void say_per_instance(Draft& draft, const Tier& tier) {
  const double cores = tier.instance.cpu.limit.value_or(tier.instance.cpu.request).count;
  if (cores < 1 || cores > 10'000) return;
  const int whole = static_cast<int>(cores);
  for (const Use& use : tier.uses) {
    if (draft.before.database(use.component) == nullptr) continue;
    const int most = pool_max(whole);
    std::string note;
    if (use.most_connections() > most)
      note = "more than that waits in the database instead of the instance, unless queries are slow";
    draft.line(tier.name, "rule: pool of an instance", std::to_string(use.most_connections()),
               fmt::format("{}..{}", pool_min(whole), most), fmt::format("{0} cores: {0} .. 2 × {0} + 5", whole),
               std::move(note));
    draft.lines.back().changed = false;
  }
  if (tier.kind == TierKind::service) {
    draft.line(tier.name, "rule: worker processes", "", std::to_string(workers_for(whole)),
               fmt::format("2 × {} + 1, where a process serves one request at a time", whole));
    draft.lines.back().changed = false;
  }
}

void say_replicas(Draft& draft, const Tier& tier, const Tier& after, const TierNeed& need) {
  if (!need.instances) {
    const Demand steady = scaled(draft.then, 1 / draft.then.event);
    const int most = std::max(tier.replicas.max, std::min(in_step(tier.replicas.max, draft.then), most_a_spec_takes));
    const Bounds stepped{std::max(tier.replicas.min, std::min(in_step(tier.replicas.min, steady), most)), most};
    const bool same = stepped == tier.replicas;
    draft.line(tier.name, "replicas", range(tier.replicas), range(stepped), same ? "" : "both in step with the load",
               same ? "" : "not written: what one carries is not known");
    return;
  }
  if (after.replicas == tier.replicas) {
    draft.line(tier.name, "replicas", range(tier.replicas), range(after.replicas), "");
    return;
  }
  draft.change("tiers." + tier.name + ".replicas", range(after.replicas),
               fmt::format("{} instances at the peak", number(*need.instances)));
  draft.line(tier.name, "replicas", range(tier.replicas), range(after.replicas),
             "the most is what the peak needs; the least keeps its share of it");
}

void size_tier(Draft& draft, const Tier& tier, Tier& after) {
  const TierNeed then = need_of(draft.before, tier, draft.then);
  const Demand steady = scaled(draft.then, 1 / draft.then.event);
  std::string formula = then.formula;
  std::string note = then.note;
  if (then.instances) {
    const TierNeed always = need_of(draft.before, tier, steady);
    const int most = std::min(*then.instances, most_a_spec_takes);
    after.replicas = bounds_for(tier.replicas, most, std::min(always.instances.value_or(1), most));
  } else {
    // A guess is not written: each further plan would multiply it again.
    say_what_would_help(draft, tier);
    if (draft.then.factor)
      formula = fmt::format("ceil({} × {}), in step with the load", tier.replicas.min, number(std::max(1.0, *draft.then.factor)));
    note = "what one carries is not known";
  }
  const int needed = running(draft.before, tier, draft.then);
  if (needed > most_a_spec_takes)
    draft.unknown.push_back(
        fmt::format("{}: {} instances are more than a spec may have ({})", tier.name, number(needed), number(most_a_spec_takes)));
  draft.counts_now[tier.name] = running(draft.before, tier, draft.now);
  draft.counts_then[tier.name] = std::max(after.replicas.min, needed);
  draft.line(tier.name, "instances", std::to_string(draft.counts_now[tier.name]), std::to_string(draft.counts_then[tier.name]),
             formula, note);
  say_replicas(draft, tier, after, then);
  say_per_instance(draft, tier);
}

}  // namespace

TierNeed need_of(const Stack& stack, const Tier& tier, const Demand& demand) {
  Largest largest;
  by_queueing(largest, stack, tier, demand);
  by_baseline(largest, tier, demand);
  return std::move(largest.need);
}

int running(const Stack& stack, const Tier& tier, const Demand& demand) {
  const TierNeed need = need_of(stack, tier, demand);
  if (need.instances) return std::max(tier.replicas.min, *need.instances);
  return in_step(tier.replicas.min, demand);
}

void size_tiers(Draft& draft) {
  for (std::size_t i = 0; i < draft.before.tiers.size(); ++i) size_tier(draft, draft.before.tiers[i], draft.after.tiers[i]);
}

}  // namespace plimsoll::capacity::planning
