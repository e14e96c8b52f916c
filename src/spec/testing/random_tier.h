#pragma once
// Random tiers of a stack whose other components are there.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/stack.h"
#include "spec/testing/random_values.h"

namespace plimsoll::spec::testing {

class RandomTier : public RandomValues {
 public:
  using RandomValues::RandomValues;

 protected:
  Tier tier(const Stack& s, std::string name, TierKind kind) {
    Tier t;
    t.name = std::move(name);
    t.kind = kind;
    t.priority = kind == TierKind::service ? 10 : 0;
    vary(t.priority, [&] { return number(0, 100); });
    if (flip()) t.run.command = {"app", text(), ""};
    if (t.run.command.empty() || flip()) t.run.image = pick<std::string>({"shop/api:1", "1", "registry.local:5000/a@sha256:0f"});
    for (const char* variable : {"A", "no", "MODE_2"})
      if (flip()) t.run.env[variable] = pick<std::string>({text(), "${SECRET}", "x ${SECRET} y\nz", ""});
    vary(t.run.ready, [&] { return std::string("/up"); });
    if (flip()) t.run.live = "/alive";
    for (Probe* probe : {&t.run.ready_probe, &t.run.live_probe}) {
      vary(probe->after, [&] { return time(); });
      vary(probe->every, [&] { return time(); });
      vary(probe->timeout, [&] { return time(); });
      vary(probe->failures, [&] { return number(1, 9); });
    }
    t.run.metrics = "/metrics";
    vary(t.run.ready_within, [&] { return time(); });
    vary(t.run.stop_within, [&] { return time(); });
    t.instance.cpu = flip() ? request(cores(), cores()) : InstanceResources{}.cpu;
    t.instance.memory = request(bytes(), bytes());
    vary(t.instance.start, [&] { return time(); });
    t.instance.bought = bought();
    if (t.instance.bought.price) t.instance.price = *t.instance.bought.price;
    const int min = number(0, 5);
    if (flip()) t.replicas = {min, min + number(1, 20)};
    vary(t.surge, [&] { return number(0, 9); });
    t.uses.push_back(use(s, "redis"));
    for (const auto& d : s.databases)
      if (flip()) t.uses.push_back(use(s, d.name));
    for (const auto& e : s.externals)
      if (flip()) t.uses.push_back(use(s, e.name));
    for (const auto& v : s.vector_stores)
      if (flip()) t.uses.push_back(use(s, v.name));
    if (flip()) t.publishes = {"jobs", "queue:mail", "1"};
    if (kind == TierKind::worker)
      for (const char* list : {"jobs", "a.b", "queue:mail"})
        if (flip()) t.consumes.push_back({list, count(), flip() ? count() : 0.0});
    if (flip()) t.objectives = objectives();
    t.scale = scale(s, t);
    if (t.scale.like == Like::plimsoll && flip() && kind == TierKind::service) {
      const Duration mean = time();
      t.capacity = Capacity{number(1, 99), mean, flip() ? std::optional(mean * 2) : std::nullopt, "", Ratio{0.8}};
      vary(t.capacity->utilization_max, [&] { return part(); });
      for (const NamedSignal& one : s.signals)
        if (one.unit == SignalUnit::per_second && flip()) t.capacity->arrivals = one.name;
    }
    plan_parts(s, t);
    return t;
  }

 private:
  struct Chosen {
    SignalKind kind;
    std::string list;
    SignalUnit unit;
    bool per_instance;
  };
  /// A signal that can be measured of the tier.
  Chosen chosen(const Stack& s, const Tier& t) {
    std::vector<Chosen> all = {{SignalKind::p95, "", SignalUnit::seconds, false},
                               {SignalKind::p99, "", SignalUnit::seconds, false}};
    if (t.kind == TierKind::service) {
      all.push_back({SignalKind::requests_per_second, "", SignalUnit::per_second, false});
      all.push_back({SignalKind::queued_requests, "", SignalUnit::number, false});
      all.push_back({SignalKind::errors, "", SignalUnit::ratio, false});
    }
    for (const QueueTarget& q : t.consumes) all.push_back({SignalKind::backlog, q.list, SignalUnit::number, false});
    for (const NamedSignal& one : s.signals) all.push_back({SignalKind::named, one.name, one.unit, one.per_instance});
    return pick(all);
  }

  MetricTarget metric(const Stack& s, const Tier& t, bool block) {
    MetricTarget m;
    const int kind = number(0, 3);
    if (kind < 2) {
      m.signal = kind == 0 ? SignalKind::cpu : SignalKind::memory;
      m.type = flip() ? TargetType::utilization : TargetType::average;
      if (block && flip()) m.container = text();
      if (m.type == TargetType::utilization)
        m.target = m.container.empty() ? part().value : number(1, 100) / 100.0;
      else
        m.target = kind == 0 ? cores().count : static_cast<double>(bytes().count);
      return m;
    }
    const Chosen signal = chosen(s, t);
    m.signal = signal.kind;
    m.list = signal.list;
    const bool whole = signal.kind == SignalKind::p95 || signal.kind == SignalKind::p99 || signal.kind == SignalKind::errors;
    m.type = whole || (flip() && !signal.per_instance) ? TargetType::value : TargetType::average;
    m.target = in_unit(signal.unit);
    if (flip()) m.activation = in_unit(signal.unit);
    return m;
  }

  BehaviorRules rules(Duration usual, bool tolerance) {
    BehaviorRules b;
    b.window = usual;
    if (flip()) {
      b.window = time();
      b.window_given = true;
    }
    if (flip()) {
      b.policies_given = true;
      for (int i = number(0, 2); i > 0; --i) {
        const bool percent = flip();
        b.policies.push_back(
            {percent ? RatePolicy::Unit::percent : RatePolicy::Unit::instances, percent ? count() / 100 : number(1, 50), time()});
      }
    }
    vary(b.select, [&] { return one_of<SelectPolicy>(3); });
    if (tolerance) b.tolerance = maybe([&] { return part(); });
    return b;
  }

  ThresholdRule rule(const Stack& s, const Tier& t) {
    ThresholdRule r;
    const Chosen signal = chosen(s, t);
    r.signal = signal.kind;
    r.list = signal.list;
    r.comparison = one_of<ThresholdRule::Comparison>(2);
    r.threshold = in_unit(signal.unit);
    vary(r.held, [&] { return time(); });
    r.every = std::max<Duration>(r.held, std::chrono::minutes(1));
    vary(r.every, [&] { return time(); });
    if (flip()) r.clears = r.threshold;
    if (number(0, 3) == 0)
      r.investigate = true;
    else if (flip())
      r.step = number(1, 9) * (flip() ? 1 : -1);
    else
      r.percent = number(1, 300) / 100.0 * 100 * (flip() ? 1 : -1);
    vary(r.urgency, [&] { return one_of<Urgency>(4); });
    return r;
  }

  ScheduleRule schedule(const Tier& t) {
    ScheduleRule r;
    if (flip()) {
      r.when.from = moment();
      r.when.until = *r.when.from + std::chrono::seconds(number(1, 100'000));
    } else {
      r.when.start = cron();
      r.when.end = "15 22 * * *";
      r.when.zone = zone();
    }
    r.kind = one_of<ScheduleRule::Kind>(2);
    r.replicas = number(0, t.replicas.max);
    if (flip()) r.why = text();
    return r;
  }

  Scale scale(const Stack& s, const Tier& t) {
    Scale c;
    c.like = one_of<Like>(3);
    vary(c.tolerance, [&] { return part(); });
    for (int i = number(0, 3); i > 0; --i) c.metrics.push_back(metric(s, t, true));
    if (flip()) {
      c.behavior.given = true;
      c.behavior.up = rules(c.behavior.up.window, c.like != Like::keda);
      c.behavior.down = rules(c.behavior.down.window, c.like != Like::keda);
    }
    for (int i = number(0, 2); i > 0; --i) c.schedule.push_back(schedule(t));
    if (c.like == Like::plimsoll) {
      for (int i = number(0, 3); i > 0; --i) c.rules.push_back(rule(s, t));
      c.step.out = maybe([&] { return part(); });
      c.step.in = maybe([&] { return part(); });
      vary(c.step.observe, [&] { return time(); });
    }
    if (c.like != Like::hpa) {
      if (flip() && !s.signals.empty())
        c.formula = {s.signals[0].name + " * 2 + max(1, 2)", flip() ? TargetType::value : TargetType::average, count(),
                     flip() ? count() : 0.0};
      if (flip()) c.fallback = {one_of<Fallback::Behavior>(4), time(), number(0, 9), number(t.replicas.min, t.replicas.max)};
      vary(c.poll, [&] { return time(); });
      vary(c.cooldown, [&] { return time(); });
      if (t.replicas.min > 0 && flip()) c.idle = number(0, t.replicas.min - 1);
    }
    if (flip()) c.controller = {time(), time(), time(), time(), time()};
    return c;
  }

  Use use(const Stack& s, const std::string& name) {
    Use u;
    u.component = name;
    u.share = maybe([&] { return part(); });
    if (s.external(name)) {
      vary(u.calls, [&] { return count(); });
      vary(u.rate, [&] { return rate(); });
    } else if (s.database(name)) {
      vary(u.connections, [&] { return number(1, 99); });
      vary(u.overflow, [&] { return number(0, 9); });
      u.reads = maybe([&] { return part(); });
      for (const char* feature : {"listen", "prepared_statements", "set"})
        if (flip()) u.session_features.emplace_back(feature);
      for (const Pooler& pooler : s.poolers)
        if (pooler.database == name && flip()) u.through = pooler.name;
    } else if (s.cache(name)) {
      vary(u.connections, [&] { return number(1, 99); });
    }
    return u;
  }

  void plan_parts(const Stack& s, Tier& t) {
    if (flip()) {
      t.baseline.emplace();
      Baseline& b = *t.baseline;
      b.users = maybe([&] { return count(); });
      b.rate = maybe([&] { return rate(); });
      b.p95 = maybe([&] { return time(); });
      b.cpu = maybe([&] { return part(); });
      b.memory = maybe([&] { return bytes(); });
      b.connections = maybe([&] { return number(0, 99); });
      for (const Use& u : t.uses)
        if (s.external(u.component) && flip()) b.excludes.push_back(u.component);
      b.work = work();
    }
    if (flip()) t.placement = {number(0, 100), flip(), number(0, 3), flip()};
    if (flip()) {
      t.disruption.emplace();
      switch (number(0, 3)) {
        case 0:
          t.disruption->min_available = number(0, 5);
          break;
        case 1:
          t.disruption->max_unavailable = number(0, 5);
          break;
        case 2:
          t.disruption->min_available_share = Ratio{number(0, 100) / 100.0};
          break;
        default:
          t.disruption->max_unavailable_share = Ratio{number(0, 100) / 100.0};
      }
    }
    if (flip()) t.leader = {time(), time(), time()};
    if (flip()) {
      t.vertical.emplace();
      t.vertical->mode = one_of<Vertical::Mode>(3);
      if (flip()) t.vertical->cpu_min = Cores{0.5};
      if (flip()) t.vertical->cpu_max = Cores{number(1, 9) * 0.75};
      if (flip()) t.vertical->memory_min = Bytes{1 << 20};
      if (flip()) t.vertical->memory_max = bytes();
    }
    vary(t.sessions, [&] { return one_of<SessionState>(3); });
  }
};

}  // namespace plimsoll::spec::testing
