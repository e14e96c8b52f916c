// What gives way first: every limit of the present stack as a function of the load, and the load at which each is full.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/growth.h"
#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

class Checks {
 public:
  Checks(const Stack& stack, const Catalog& catalog, const Demand& demand) : stack_(stack), catalog_(catalog), demand_(demand) {
    for (const Tier& tier : stack.tiers) {
      const int count = running(stack, tier, demand);
      needed_[tier.name] = count;
      held_[tier.name] = std::min(count, std::max(tier.replicas.max, tier.replicas.min)) + tier.surge;
    }
  }

  std::vector<Check> all() {
    for (const Database& database : stack_.databases) of_database(database);
    for (const Cache& cache : stack_.caches) of_cache(cache);
    for (const External& external : stack_.externals) of_external(external);
    for (const Tier& tier : stack_.tiers) of_tier(tier);
    of_machine();
    of_money();
    return std::move(out_);
  }

 private:
  void add(const std::string& component, std::string constraint, double used, double room, std::string sum) {
    out_.push_back({component, std::move(constraint), used, room, std::move(sum)});
  }

  void of_database(const Database& database) {
    const Wiring wiring = wiring_of(stack_, database, held_);
    const std::optional<double> by_users = connections_by_users(stack_, database, demand_);
    if (!wiring.direct_sum.empty() || by_users) {
      double direct = wiring.direct;
      std::string sum = wiring.direct_sum;
      // Connections by users are what the tiers open together: they all reach the database only where no pooler stands between.
      if (wiring.through == 0 && by_users && *by_users > direct) {
        direct = *by_users;
        sum = fmt::format("{} users × {} per 1,000", whole_users(*demand_.load.users),
                          number(*stack_.growth->connections_per_1000));
      }
      if (!wiring.pooled_sum.empty()) sum += " + " + wiring.pooled_sum;
      add(database.name, "max_connections", direct + wiring.pooled_most, wiring.room,
          fmt::format("{} = {} of {} ({}{} less {} reserved)", sum, number(direct + wiring.pooled_most), number(wiring.room),
                      number(database.max_connections),
                      database.max_connections_given || !database.bought.instance_class.empty() ? "" : ", not stated,",
                      database.reserve.sum()));
    }
    for (const Pooler& pooler : stack_.poolers) {
      if (pooler.database != database.name) continue;
      double clients = 0;
      for (const Tier& tier : stack_.tiers)
        for (const Use& use : tier.uses)
          if (use.through == pooler.name) clients += static_cast<double>(held_.at(tier.name)) * use.most_connections();
      const double room = static_cast<double>(std::max(1, pooler.replicas.max)) * pooler.max_client_conn;
      add(pooler.name, "max_client_conn", clients, room,
          fmt::format("{} clients of {} × {}", number(clients), std::max(1, pooler.replicas.max), pooler.max_client_conn));
    }
    if (demand_.load.users && !database.steps.empty()) {
      const double most = carried(database);
      add(database.name, "size", *demand_.load.users, most,
          fmt::format("{} users, {} carries {}", whole_users(*demand_.load.users),
                      database.bought.instance_class.empty() ? "the present size" : database.bought.instance_class,
                      number(most)));
    }
    if (database.storage.used && database.storage.size) {
      const double most = static_cast<double>(std::max(*database.storage.size, database.storage.max.value_or(Bytes{})).count);
      const double used = static_cast<double>(database.storage.used->count) * demand_.data_factor;
      add(database.name, "storage", used, most * database.storage.act_at.value,
          fmt::format("{} of {} × {}", size(bytes_of(used)), size(bytes_of(most)), percent(database.storage.act_at.value)));
      out_.back().stored = true;
    }
  }

  /// Users of the largest step whose size the database has.
  [[nodiscard]] double carried(const Database& database) const {
    double most = database.steps.front().users;
    for (const SizeStep& step : database.steps) {
      const InstanceClass* row = step.instance_class.empty() ? nullptr : catalog_.find(step.instance_class);
      const std::optional<Cores> cpu = row != nullptr ? row->cpu : step.cpu;
      const std::optional<Bytes> memory = row != nullptr ? row->memory : step.memory;
      const bool same = !step.instance_class.empty() && step.instance_class == database.bought.instance_class;
      const bool as_large = (cpu || memory) && (!cpu || (database.cpu && *database.cpu >= *cpu)) &&
                            (!memory || (database.memory && *database.memory >= *memory));
      if (same || as_large) most = std::max(most, step.users);
    }
    return most;
  }

  void of_cache(const Cache& cache) {
    const int shards = cache.architecture == CacheArchitecture::cluster ? std::max(1, cache.shards) : 1;
    if (cache.ops && demand_.factor) {
      const double ops = cache.ops->per_second * *demand_.factor;
      add(cache.name, "operations", ops, cache.ops_max.per_second * shards,
          fmt::format("{} ops/s of {} × {}", number(ops), shards, number(cache.ops_max.per_second)));
    }
    if (demand_.load.users && !cache.steps.empty()) {
      const std::optional<Bytes> each = cache.maxmemory ? cache.maxmemory : cache.memory;
      if (!each) return;
      double most = 0;
      for (const SizeStep& step : cache.steps)
        if (step.memory && step.memory->count <= each->count * shards) most = std::max(most, step.users);
      if (most == 0) return;
      add(cache.name, "memory", *demand_.load.users, most,
          fmt::format("{} users, {} carry {}", whole_users(*demand_.load.users), size(Bytes{each->count * shards}),
                      number(most)));
    }
  }

  void of_external(const External& external) {
    if (!demand_.load.rate) return;
    double rate = 0;
    for (const Tier& tier : stack_.tiers)
      for (const Use& use : tier.uses)
        if (use.component == external.name && tier.kind == TierKind::service)
          rate += demand_.load.rate->per_second * use.share.value_or(Ratio{1}).value;
    if (external.concurrency && external.p50)
      add(external.name, "calls in flight", rate * seconds(*external.p50), *external.concurrency,
          fmt::format("{} calls/s × {} s = {} of {}", number(rate), number(seconds(*external.p50)),
                      number(rate * seconds(*external.p50)), *external.concurrency));
    if (external.rate)
      add(external.name, "calls a second", rate, external.rate->per_second,
          fmt::format("{} of {} calls/s", number(rate), number(external.rate->per_second)));
  }

  void of_tier(const Tier& tier) {
    const TierNeed need = need_of(stack_, tier, demand_);
    if (!need.instances) return;
    add(tier.name, "replicas", *need.instances, tier.replicas.max,
        fmt::format("{} = {} of {}", need.formula, number(*need.instances), tier.replicas.max));
  }

  void of_machine() {
    double cores = 0, memory = 0;
    for (const Tier& tier : stack_.tiers) {
      cores += held_[tier.name] * tier.instance.cpu.request.count;
      if (tier.instance.memory)
        memory += static_cast<double>(held_[tier.name]) * static_cast<double>(tier.instance.memory->request.count);
    }
    if (stack_.limits.cores)
      add("limits", "cores", cores, stack_.limits.cores->count,
          fmt::format("{} of {} cores requested", number(cores), number(stack_.limits.cores->count)));
    if (stack_.limits.memory)
      add("limits", "memory", memory, static_cast<double>(stack_.limits.memory->count),
          fmt::format("{} of {} requested", size(bytes_of(memory)), size(*stack_.limits.memory)));
  }

  void of_money() {
    if (!stack_.budget && !stack_.limits.cost) return;
    std::map<std::string, int> counts;
    double instances = 0;
    for (const Tier& tier : stack_.tiers) {
      counts[tier.name] = std::min(needed_[tier.name], std::max(tier.replicas.max, tier.replicas.min));
      instances += counts[tier.name] * tier.instance.price.per_hour;
    }
    if (stack_.budget) {
      const double cost = cost_of(stack_, catalog_, counts).per_month();
      add("budget", "cost", cost, stack_.budget->per_hour * hours_a_month,
          fmt::format("{} of {} a month", dollars(cost), dollars(stack_.budget->per_hour * hours_a_month)));
    }
    if (stack_.limits.cost)
      add("limits", "cost", instances, stack_.limits.cost->per_hour,
          fmt::format("instances cost {} of {} a month", dollars(instances * hours_a_month),
                      dollars(stack_.limits.cost->per_hour * hours_a_month)));
  }

  const Stack& stack_;
  const Catalog& catalog_;
  const Demand& demand_;
  std::map<std::string, int> needed_, held_;
  std::vector<Check> out_;
};

/// How large a part of the peak the load has after so many months of growth.
double part_at(const Course& course, double month) {
  const Course::Step& first = course.steps.front();
  double part = 1;
  if (first.load.rate && course.then.rate && course.then.rate->per_second > 0)
    part = first.load.rate->per_second / course.then.rate->per_second;
  else if (first.load.users && course.then.users && *course.then.users > 0)
    part = *first.load.users / *course.then.users;
  else if (first.demand.factor && course.peak.factor && *course.peak.factor > 0)
    part = *first.demand.factor / *course.peak.factor;
  return std::min(1.0, part * grown(1, course.growth, month));
}

/// The least scale of the peak at which a limit is over; it is over at 1.
double crossing(const Stack& stack, const Catalog& catalog, const Demand& peak, std::size_t index) {
  double low = 0, high = 1;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    const std::vector<Check> at = checks(stack, catalog, scaled(peak, middle));
    (index < at.size() && at[index].over() ? high : low) = middle;
  }
  return high;
}

/// The month in which growth alone brings the load to a value; absent if it does not.
std::optional<double> month_at(const Course& course, double scale) {
  if (course.growth <= 1 || course.months == 0) return std::nullopt;
  const Course::Step& first = course.steps.front();
  double start = 0, end = 0;
  if (first.load.rate && course.then.rate) {
    start = first.load.rate->per_second;
    end = course.then.rate->per_second * scale;
  } else if (first.load.users && course.then.users) {
    start = *first.load.users;
    end = *course.then.users * scale;
  } else if (first.demand.factor && course.peak.factor) {
    start = *first.demand.factor;
    end = *course.peak.factor * scale;
  }
  const double month = periods_until(start, course.growth, end);
  if (!std::isfinite(month) || month > course.months) return std::nullopt;
  return month;
}

}  // namespace

std::vector<Check> checks(const Stack& stack, const Catalog& catalog, const Demand& demand) {
  return Checks(stack, catalog, demand).all();
}

std::optional<Binding> binding_of(const Stack& stack, const Catalog& catalog, const Course& course) {
  const std::vector<Check> at_peak = checks(stack, catalog, course.peak);
  std::optional<Binding> first;
  double least = 2;
  for (std::size_t i = 0; i < at_peak.size(); ++i) {
    if (!at_peak[i].over()) continue;
    // Data grows by the month, whatever the load does meanwhile.
    const double month = at_peak[i].stored ? periods_until(at_peak[i].used / std::max(1e-9, course.peak.data_factor),
                                                           course.growth, at_peak[i].room)
                                           : 0;
    const double scale = at_peak[i].stored ? part_at(course, month) : crossing(stack, catalog, course.peak, i);
    if (scale >= least) continue;
    least = scale;
    first = Binding{at_peak[i].component, at_peak[i].constraint, at_peak[i].sum, {}, {}, {}};
    if (course.then.users) first->at_users = *course.then.users * scale;
    if (course.then.rate) first->at_rate = course.then.rate->per_second * scale;
    first->at_month = at_peak[i].stored && course.months > 0 ? std::optional<double>(month) : month_at(course, scale);
  }
  return first;
}

std::vector<Month> months_of(const Stack& stack, const Catalog& catalog, const Course& course) {
  std::vector<Month> months;
  if (course.months == 0 && course.steps.front().event == 1) return months;
  std::vector<bool> over;
  for (std::size_t i = 0; i < course.steps.size(); ++i) {
    const Course::Step& step = course.steps[i];
    Month month;
    month.month = static_cast<int>(i);
    month.at = step.at;
    month.load = step.load;
    month.event = step.event;
    Draft draft{stack, catalog, course.now, step.demand};
    size_all(draft);
    month.instances = draft.counts_then;
    month.cost = cost_of(draft.after, catalog, draft.counts_then).per_month();
    const std::vector<Check> seen = checks(stack, catalog, step.demand);
    over.resize(seen.size());
    for (std::size_t k = 0; k < seen.size(); ++k) {
      if (seen[k].over() && !over[k] && month.gives_way.empty()) month.gives_way = seen[k].component + ": " + seen[k].constraint;
      over[k] = over[k] || seen[k].over();
    }
    double tightest = -1;
    for (const Database& database : stack.databases) {
      std::map<std::string, int> counts = draft.counts_then;
      for (const Tier& tier : stack.tiers) counts[tier.name] += tier.surge;
      const Wiring wiring = wiring_of(stack, database, counts);
      double used = wiring.servers();
      if (wiring.through == 0) used = std::max(used, connections_by_users(stack, database, step.demand).value_or(0));
      const double share = wiring.room > 0 ? used / wiring.room : used;
      if (share <= tightest) continue;
      tightest = share;
      month.connections = static_cast<int>(std::min(used, 1e9));
      month.connections_room = static_cast<int>(std::max(0.0, wiring.room));
    }
    months.push_back(std::move(month));
  }
  return months;
}

}  // namespace plimsoll::capacity::planning
