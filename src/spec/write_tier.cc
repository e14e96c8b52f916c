// Stack → spec text: a tier.

#include <utility>

#include "spec/section.h"
#include "spec/tables.h"

namespace plimsoll::spec {
namespace {

YamlTree write_probe(const Probe& probe, Section section) {
  const Probe usual;
  section.put("after", probe.after, usual.after);
  section.put("every", probe.every, usual.every);
  section.put("timeout", probe.timeout, usual.timeout);
  section.put("failures", probe.failures, usual.failures);
  return section.take();
}

YamlTree write_run(const Run& run, Section section) {
  const Run usual;
  section.put("command", run.command);
  section.put("image", run.image);
  section.put("env", write_texts(run.env));
  section.put("ready", run.ready, usual.ready);
  section.put("live", run.live);
  Section probes = section.under("probes");
  probes.put("ready", write_probe(run.ready_probe, probes.under("ready")));
  probes.put("live", write_probe(run.live_probe, probes.under("live")));
  section.put("probes", probes.take());
  section.put("metrics", run.metrics);
  section.put("ready_within", run.ready_within, usual.ready_within);
  section.put("stop_within", run.stop_within, usual.stop_within);
  return section.take();
}

YamlTree write_instance(const InstanceResources& instance, Section section) {
  const InstanceResources usual;
  if (section.defaults() || !(instance.cpu.request == usual.cpu.request) || instance.cpu.limit)
    section.range("cpu", instance.cpu);
  section.put("memory", instance.memory);
  section.put("start", instance.start, usual.start);
  Bought bought = instance.bought;
  // A price that only the live part knows is the owner's, unless it came with a class.
  if (!bought.price && bought.instance_class.empty() && instance.price.per_hour > 0) bought.price = instance.price;
  write_bought(section, bought);
  return section.take();
}

YamlTree write_capacity(const Capacity& capacity, Section section) {
  const Capacity usual;
  section.put("concurrency", capacity.concurrency, usual.concurrency);
  Section time = section.under("service_time");
  time.always("mean", capacity.service_mean);
  time.put("p99", capacity.service_p99);
  section.put("service_time", time.take());
  section.put("arrivals", capacity.arrivals);
  section.put("utilization", capacity.utilization_max, usual.utilization_max);
  return section.take();
}

YamlTree write_use(const Stack& stack, const Use& use, Section section) {
  const Use usual;
  // Each kind of component has keys that mean nothing for another.
  const bool is_database = stack.database(use.component) != nullptr;
  const bool has_pool = is_database || stack.cache(use.component) != nullptr;
  const bool is_external = stack.external(use.component) != nullptr;
  section.put("through", use.through);
  if (has_pool || use.connections != usual.connections) section.put("connections", use.connections, usual.connections);
  if (is_database || use.overflow != usual.overflow) section.put("overflow", use.overflow, usual.overflow);
  section.put("share", use.share);
  section.put("reads", use.reads);
  section.put("session_features", use.session_features);
  if (is_external || use.calls != usual.calls) section.put("calls", use.calls, usual.calls);
  if (use.rate.per_second > 0) section.always("rate", use.rate);
  return section.take();
}

YamlTree write_queue(const QueueTarget& queue, Section section) {
  section.always("per_instance", queue.per_instance);
  section.put("activation", queue.activation, 0.0);
  return section.take();
}

YamlTree write_baseline(const Baseline& baseline, Section section) {
  section.put("users", baseline.users);
  section.put("rate", baseline.rate);
  section.put("p95", baseline.p95);
  section.put("cpu", baseline.cpu);
  section.put("memory", baseline.memory);
  section.put("connections", baseline.connections);
  section.put("excludes", baseline.excludes);
  section.put("work", write_work(baseline.work));
  return section.take();
}

YamlTree write_placement(const Placement& placement, Section section) {
  const Placement usual;
  section.put("spread_hosts", placement.spread_hosts, usual.spread_hosts);
  section.put("own_hosts", placement.own_hosts, usual.own_hosts);
  section.put("zone_skew", placement.zone_skew, usual.zone_skew);
  section.put("zones_strict", placement.zones_strict, usual.zones_strict);
  return section.take();
}

/// One of the four; of several the first.
YamlTree write_disruption(const Disruption& disruption, Section section) {
  if (disruption.min_available)
    section.put("min_available", disruption.min_available);
  else if (disruption.min_available_share)
    section.raw("min_available", share_text(*disruption.min_available_share));
  else if (disruption.max_unavailable)
    section.put("max_unavailable", disruption.max_unavailable);
  else if (disruption.max_unavailable_share)
    section.raw("max_unavailable", share_text(*disruption.max_unavailable_share));
  return section.take();
}

YamlTree write_leader(const Lease& lease, Section section) {
  const Lease usual;
  section.put("lease", lease.lease, usual.lease);
  section.put("renew", lease.renew, usual.renew);
  section.put("retry", lease.retry, usual.retry);
  return section.take();
}

/// least..most; "0..most" where only the most is bounded.
template <class T>
void ends(Section& section, std::string_view key, const std::optional<T>& least, const std::optional<T>& most) {
  if (least || most) section.range(key, RequestLimit<T>{least.value_or(T{}), most});
}

YamlTree write_vertical(const Vertical& vertical, Section section) {
  section.put("mode", vertical.mode, Vertical{}.mode);
  ends(section, "cpu", vertical.cpu_min, vertical.cpu_max);
  ends(section, "memory", vertical.memory_min, vertical.memory_max);
  return section.take();
}

/// What plans and checks need to know, but no live decision does.
void write_plan_parts(const Tier& tier, Section& section) {
  if (tier.baseline) section.add("baseline", write_baseline(*tier.baseline, section.under("baseline")));
  if (tier.placement) section.add("placement", write_placement(*tier.placement, section.under("placement")));
  if (tier.disruption) section.put("disruption", write_disruption(*tier.disruption, section.under("disruption")));
  if (tier.leader) section.add("leader", write_leader(*tier.leader, section.under("leader")));
  if (tier.vertical) section.add("vertical", write_vertical(*tier.vertical, section.under("vertical")));
  section.put("sessions", tier.sessions, SessionState::none);
}

}  // namespace

YamlTree write_work(const std::vector<WorkKind>& work) {
  YamlTree map;
  for (const WorkKind& kind : work)
    map.entries.push_back(
        {kind.name, YamlTree::scalar(kind.shares ? exact_text(Rate{kind.per_instance}) : decimal(kind.per_instance))});
  return map;
}

YamlTree write_tier(const Stack& stack, const Tier& tier, Section section) {
  section.always("kind", tier.kind);
  section.add("run", write_run(tier.run, section.under("run")));
  section.put("instance", write_instance(tier.instance, section.under("instance")));
  section.put("replicas", tier.replicas, Bounds{});
  section.put("surge", tier.surge, 0);
  section.put("priority", tier.priority, tier.kind == TierKind::service ? 10 : 0);
  if (tier.capacity) section.add("capacity", write_capacity(*tier.capacity, section.under("capacity")));
  YamlTree uses;
  for (const Use& use : tier.uses) uses.entries.push_back({use.component, write_use(stack, use, section.under("uses"))});
  section.put("uses", std::move(uses));
  section.put("publishes", tier.publishes);
  YamlTree consumes;
  for (const QueueTarget& queue : tier.consumes)
    consumes.entries.push_back({queue.list, write_queue(queue, section.under("consumes"))});
  section.put("consumes", std::move(consumes));
  if (tier.objectives) section.add("objectives", write_objectives(*tier.objectives, section.under("objectives")));
  section.put("scale", write_scale(stack, tier, section.under("scale")));
  write_plan_parts(tier, section);
  return section.take();
}

}  // namespace plimsoll::spec
