#include "capacity/sizing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "capacity/crossing.h"
#include "capacity/erlang.h"
#include "capacity/latency.h"
#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

/// Counts are rounded up unless they are a whole number but for the last digits of a double.
constexpr double rounding = 1e-12;

/// A tier's model under one objective: what an objective demands of a wait, prepared once for many counts and rates.
class Tier {
 public:
  Tier(const InstanceCapacity& capacity, const Objective& objective)
      : service_(capacity.service_mean_s, capacity.service_p99_s),
        places_(capacity.concurrency),
        pooling_(capacity.pooling),
        ceiling_(objective.utilization_ceiling) {
    PLIMSOLL_ASSERT(capacity.concurrency >= 1 && ceiling_ > 0 && ceiling_ < 1);
    add(objective.p99_s, 0.01, SizedBy::p99);
    add(objective.p95_s, 0.05, SizedBy::p95);
    add(objective.p50_s, 0.50, SizedBy::p50);
  }

  [[nodiscard]] bool unreachable() const { return unreachable_; }
  [[nodiscard]] bool has_goals() const { return count_ > 0; }

  /// Rate at which n instances are as busy as they may be.
  [[nodiscard]] double full_rate(int n) const { return ceiling_ * places_ * n / service_.mean(); }

  /// The largest of ln(share that is late / share that may be): met if <= 0. Rises with the rate, falls with n.
  struct Excess {
    double log = -1e300;
    SizedBy by = SizedBy::utilization;
  };
  [[nodiscard]] Excess excess(double rate, int n) const {
    const Waiting wait = waiting_at(rate, n);
    Excess most;
    for (int i = 0; i < count_; ++i) {
      const double late = std::max(service_.latency_tail(wait, goals_[i].seconds), 1e-300);
      const double over = std::log(late / goals_[i].late);
      if (over > most.log) most = {over, goals_[i].by};
    }
    return most;
  }

  [[nodiscard]] bool met(double rate, int n) const {
    if (count_ == 0) return true;
    const Waiting wait = waiting_at(rate, n);
    for (int i = 0; i < count_; ++i) {
      const Goal& goal = goals_[i];
      // Were everyone late who waits, few enough may be: that often settles it without an integral.
      if (goal.late_idle + wait.wait_probability <= goal.late) continue;
      if (service_.latency_tail(wait, goal.seconds) > goal.late) return false;
    }
    return true;
  }

  [[nodiscard]] Waiting waiting_at(double rate, int n) const {
    if (pooling_ == Pooling::split) return waiting(rate / n, places_, service_.mean(), service_.scv());
    return waiting(rate, std::int64_t{places_} * n, service_.mean(), service_.scv());
  }

  /// The greatest rate at which n instances meet all; `carried`: a rate that they are known to.
  [[nodiscard]] double rate_for(int n, double carried) const {
    const double full = full_rate(n);
    if (met(full, n)) return full;
    return narrow([&](double rate) { return excess(rate, n).log; }, Bracket{full, carried}, 1e-9).below;
  }

 private:
  struct Goal {
    double seconds, late, late_idle;  // the share that may be late, and that is late although it never waits
    SizedBy by;
  };

  void add(const std::optional<double>& seconds, double late, SizedBy by) {
    if (!seconds) return;
    PLIMSOLL_ASSERT(*seconds > 0);
    const double late_idle = service_.tail(*seconds);
    if (late_idle < late)
      goals_[count_++] = {*seconds, late, late_idle, by};
    else
      unreachable_ = true;
  }

  ServiceTime service_;
  int places_;
  Pooling pooling_;
  double ceiling_;
  std::array<Goal, 3> goals_{};
  int count_ = 0;
  bool unreachable_ = false;
};

int clamp_count(double n) { return static_cast<int>(std::clamp(n, 1.0, static_cast<double>(most_instances))); }

}  // namespace

Sizing instances_for(double rate, const InstanceCapacity& capacity, const Objective& objective) {
  PLIMSOLL_ASSERT(rate >= 0 && std::isfinite(rate));
  const Tier tier(capacity, objective);
  const double needed = rate / tier.full_rate(1);
  int few = clamp_count(std::ceil(needed * (1 - rounding)));
  Sizing sizing{few, few > 1 ? SizedBy::utilization : SizedBy::floor, tier.unreachable()};
  if (needed * (1 - rounding) > most_instances) sizing.objective_unreachable = true;
  if (tier.met(rate, few)) return sizing;
  int enough = few;
  for (int step = 1; enough < most_instances; step *= 2) {
    enough = std::min(most_instances, few + step);
    if (tier.met(rate, enough)) break;
    few = enough;
  }
  if (few == most_instances) return {few, tier.excess(rate, few).by, true};
  while (enough - few > 1) {
    const int middle = few + (enough - few) / 2;
    (tier.met(rate, middle) ? enough : few) = middle;
  }
  sizing.instances = enough;
  sizing.by = tier.excess(rate, few).by;
  return sizing;
}

Prediction predict(double rate, int instances, const InstanceCapacity& capacity) {
  PLIMSOLL_ASSERT(rate >= 0 && std::isfinite(rate) && instances >= 1);
  const Tier tier(capacity, {});
  const ServiceTime service(capacity.service_mean_s, capacity.service_p99_s);
  const Waiting wait = tier.waiting_at(rate, instances);
  Prediction seen;
  seen.utilization = rate * capacity.service_mean_s / capacity.concurrency / instances;
  seen.stable = wait.stable();
  seen.wait_probability = wait.wait_probability;
  seen.mean_wait_s = wait.mean();
  seen.mean_s = seen.mean_wait_s + service.mean();
  seen.p50_s = service.latency_quantile(wait, 0.50);
  seen.p95_s = service.latency_quantile(wait, 0.95);
  seen.p99_s = service.latency_quantile(wait, 0.99);
  return seen;
}

double rate_for(int instances, const InstanceCapacity& capacity, const Objective& objective) {
  PLIMSOLL_ASSERT(instances >= 1);
  return Tier(capacity, objective).rate_for(instances, 0);
}

SizingTable::SizingTable(const InstanceCapacity& capacity, const Objective& objective, int max) {
  PLIMSOLL_ASSERT(max >= 1 && max <= 100'000);
  const Tier tier(capacity, objective);
  objective_unreachable_ = tier.unreachable();
  rates_.reserve(static_cast<std::size_t>(max));
  double carried = tier.rate_for(1, 0);
  rates_.push_back(carried);
  for (int n = 2; n <= max; ++n) {
    // Split, an instance does not notice the others. Shared, n instances carry what n - 1 did and an n-th more of it.
    if (capacity.pooling == Pooling::split || !tier.has_goals())
      rates_.push_back(rates_.front() * n);
    else
      rates_.push_back(carried = std::max(carried, tier.rate_for(n, carried * n / (n - 1))));
  }
}

int SizingTable::instances(double rate) const {
  PLIMSOLL_ASSERT(rate >= 0);
  if (rates_.empty()) return 1;
  // As far as a double tells: what n instances are said to carry they do.
  const auto first = std::lower_bound(rates_.begin(), rates_.end(), rate * (1 - rounding));
  return static_cast<int>(first - rates_.begin()) + 1;
}

int instances_sharing(std::span<const Work> kinds) {
  double sum = 0;
  for (const Work& work : kinds) {
    PLIMSOLL_ASSERT(work.demand >= 0 && work.per_instance > 0);
    sum += work.demand / work.per_instance;
  }
  return clamp_count(std::ceil(sum * (1 - rounding)));
}

int instances_side_by_side(std::span<const Work> kinds) {
  double most = 0;
  for (const Work& work : kinds) {
    PLIMSOLL_ASSERT(work.demand >= 0 && work.per_instance > 0);
    most = std::max(most, work.demand / work.per_instance);
  }
  return clamp_count(std::ceil(most * (1 - rounding)));
}

}  // namespace plimsoll::capacity
