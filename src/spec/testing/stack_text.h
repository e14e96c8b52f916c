#pragma once
// Every member of a stack as text, exactly: two stacks are the same if their texts are.

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/stack.h"

namespace plimsoll::spec::testing {

class StackText {
 public:
  /// Without the flags that say whether a value was given.
  explicit StackText(const Stack& stack, bool with_flags = true) : with_flags_(with_flags) { add(stack); }
  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  template <class T>
  void line(std::string_view key, const T& value) {
    if constexpr (std::is_enum_v<T>)
      out_ += fmt::format("{}{} = {}\n", path_, key, static_cast<int>(value));
    else
      out_ += fmt::format("{}{} = {}\n", path_, key, value);
  }
  void put(std::string_view key, const std::string& value) { line(key, value); }
  void put(std::string_view key, bool value) { line(key, value); }
  void put(std::string_view key, int value) { line(key, value); }
  void put(std::string_view key, std::uint16_t value) { line(key, value); }
  void put(std::string_view key, double value) { line(key, value); }
  void put(std::string_view key, Duration value) { line(key, value.count()); }
  void put(std::string_view key, TimePoint value) { line(key, value.time_since_epoch().count()); }
  void put(std::string_view key, Bytes value) { line(key, value.count); }
  void put(std::string_view key, Cores value) { line(key, value.count); }
  void put(std::string_view key, Ratio value) { line(key, value.value); }
  void put(std::string_view key, Rate value) { line(key, value.per_second); }
  void put(std::string_view key, Money value) { line(key, value.per_hour); }
  void put(std::string_view key, Bounds value) { line(key, fmt::format("{}..{}", value.min, value.max)); }
  template <class T>
  requires std::is_enum_v<T>
  void put(std::string_view key, T value) { line(key, value); }
  template <class T>
  void put(std::string_view key, const RequestLimit<T>& value) {
    put(std::string(key) + ".request", value.request);
    put(std::string(key) + ".limit", value.limit);
  }
  template <class T>
  void put(std::string_view key, const std::optional<T>& value) {
    if (value)
      put(key, *value);
    else
      line(key, "-");
  }
  template <class T>
  void put(std::string_view key, const std::vector<T>& all) {
    line(std::string(key) + ".size", all.size());
    for (std::size_t i = 0; i < all.size(); ++i) put(fmt::format("{}[{}]", key, i), all[i]);
  }
  template <class T>
  void put(std::string_view key, const std::map<std::string, T>& all) {
    line(std::string(key) + ".size", all.size());
    for (const auto& [name, value] : all) put(fmt::format("{}.{}", key, name), value);
  }
  template <class T>
  requires(std::is_class_v<T>) void put(std::string_view key, const T& value) {
    const std::size_t length = path_.size();
    path_ += std::string(key) + ".";
    add(value);
    path_.resize(length);
  }

  void add(const Objectives& o) {
    put("p50", o.p50), put("p95", o.p95), put("p99", o.p99), put("errors", o.errors), put("age", o.age);
  }
  void add(const Bought& b) {
    put("class", b.instance_class), put("price", b.price), put("market", b.market), put("arch", b.arch);
  }
  void add(const SizeStep& s) {
    put("users", s.users), put("class", s.instance_class), put("cpu", s.cpu), put("memory", s.memory), put("price", s.price);
  }
  void add(const HealthCheck& h) { put("path", h.path), put("every", h.every), put("timeout", h.timeout); }
  void add(const Balancer& b) {
    put("engine", b.engine), put("listen", b.listen), put("address", b.address), put("algorithm", b.algorithm);
    put("health", b.health), put("bought", b.bought), put("sticky", b.sticky), put("client_rate", b.client_rate);
    put("client_burst", b.client_burst), put("drain", b.drain), put("timeout", b.timeout);
  }
  void add(const Probe& p) {
    put("after", p.after), put("every", p.every), put("timeout", p.timeout), put("failures", p.failures);
  }
  void add(const Run& r) {
    put("command", r.command), put("image", r.image), put("env", r.env), put("ready", r.ready), put("metrics", r.metrics);
    put("live", r.live), put("ready_probe", r.ready_probe), put("live_probe", r.live_probe);
    put("ready_within", r.ready_within), put("stop_within", r.stop_within);
  }
  void add(const Capacity& c) {
    put("concurrency", c.concurrency), put("mean", c.service_mean), put("p99", c.service_p99), put("arrivals", c.arrivals);
    put("utilization_max", c.utilization_max);
  }
  void add(const WorkKind& w) { put("name", w.name), put("per_instance", w.per_instance), put("shares", w.shares); }
  void add(const Baseline& b) {
    put("users", b.users), put("rate", b.rate), put("p95", b.p95), put("cpu", b.cpu), put("memory", b.memory);
    put("connections", b.connections), put("excludes", b.excludes), put("work", b.work);
  }
  void add(const Placement& p) {
    put("spread_hosts", p.spread_hosts), put("own_hosts", p.own_hosts), put("zone_skew", p.zone_skew);
    put("zones_strict", p.zones_strict);
  }
  void add(const Disruption& d) {
    put("min_available", d.min_available), put("max_unavailable", d.max_unavailable);
    put("min_available_share", d.min_available_share), put("max_unavailable_share", d.max_unavailable_share);
  }
  void add(const Lease& l) { put("lease", l.lease), put("renew", l.renew), put("retry", l.retry); }
  void add(const Vertical& v) {
    put("mode", v.mode), put("cpu_min", v.cpu_min), put("cpu_max", v.cpu_max), put("memory_min", v.memory_min);
    put("memory_max", v.memory_max);
  }
  void add(const InstanceResources& i) {
    put("cpu", i.cpu), put("memory", i.memory), put("start", i.start), put("price", i.price), put("bought", i.bought);
  }
  void add(const Use& u) {
    put("component", u.component), put("through", u.through), put("connections", u.connections), put("overflow", u.overflow);
    put("share", u.share), put("reads", u.reads), put("session_features", u.session_features), put("calls", u.calls);
    put("rate", u.rate);
  }
  void add(const QueueTarget& q) { put("list", q.list), put("per_instance", q.per_instance), put("activation", q.activation); }
  void add(const NamedSignal& s) {
    put("name", s.name), put("from", s.from), put("url", s.url), put("query", s.query), put("per_instance", s.per_instance);
    put("unit", s.unit), put("max_age", s.max_age);
  }
  void add(const MetricTarget& m) {
    put("signal", m.signal), put("list", m.list), put("type", m.type), put("target", m.target), put("activation", m.activation);
    put("container", m.container);
  }
  void add(const RatePolicy& p) { put("unit", p.unit), put("amount", p.amount), put("every", p.every); }
  void add(const BehaviorRules& b) {
    put("window", b.window), put("policies", b.policies), put("select", b.select), put("tolerance", b.tolerance);
    if (with_flags_) put("window_given", b.window_given), put("policies_given", b.policies_given);
  }
  void add(const Behavior& b) {
    put("up", b.up), put("down", b.down);
    if (with_flags_) put("given", b.given);
  }
  void add(const StepLimit& s) { put("out", s.out), put("in", s.in), put("observe", s.observe); }
  void add(const ThresholdRule& r) {
    put("signal", r.signal), put("list", r.list), put("comparison", r.comparison), put("threshold", r.threshold);
    put("held", r.held), put("every", r.every), put("step", r.step), put("percent", r.percent), put("clears", r.clears);
    put("urgency", r.urgency), put("investigate", r.investigate);
  }
  void add(const When& w) {
    put("from", w.from), put("until", w.until), put("start", w.start), put("end", w.end), put("zone", w.zone);
  }
  void add(const ScheduleRule& s) { put("kind", s.kind), put("when", s.when), put("replicas", s.replicas), put("why", s.why); }
  void add(const Fallback& f) {
    put("behavior", f.behavior), put("after", f.after), put("failures", f.failures), put("replicas", f.replicas);
  }
  void add(const Formula& f) {
    put("text", f.text), put("type", f.type), put("target", f.target), put("activation", f.activation);
  }
  void add(const ControllerSettings& c) {
    put("sync", c.sync), put("downscale_stabilization", c.downscale_stabilization);
    put("cpu_initialization", c.cpu_initialization), put("initial_readiness", c.initial_readiness);
    put("initial_cooldown", c.initial_cooldown);
  }
  void add(const Scale& s) {
    put("like", s.like), put("tolerance", s.tolerance), put("metrics", s.metrics), put("behavior", s.behavior),
        put("step", s.step);
    put("rules", s.rules), put("schedule", s.schedule), put("formula", s.formula), put("fallback", s.fallback),
        put("poll", s.poll);
    put("cooldown", s.cooldown), put("idle", s.idle), put("controller", s.controller);
  }
  void add(const Tier& t) {
    put("name", t.name), put("kind", t.kind), put("run", t.run), put("instance", t.instance), put("replicas", t.replicas);
    put("surge", t.surge), put("priority", t.priority), put("capacity", t.capacity), put("uses", t.uses);
    put("publishes", t.publishes), put("consumes", t.consumes), put("objectives", t.objectives), put("scale", t.scale);
    put("baseline", t.baseline), put("placement", t.placement), put("disruption", t.disruption), put("leader", t.leader);
    put("vertical", t.vertical), put("sessions", t.sessions);
  }
  void add(const ConnectionReserve& r) {
    put("superuser", r.superuser), put("monitoring", r.monitoring), put("replication", r.replication), put("admin", r.admin);
  }
  void add(const Storage& s) { put("size", s.size), put("max", s.max), put("used", s.used), put("act_at", s.act_at); }
  void add(const Partitions& p) {
    put("table", p.table), put("by", p.by), put("above_rows", p.above_rows), put("ahead", p.ahead), put("keep", p.keep);
    put("schedule", p.schedule);
  }
  void add(const Database& d) {
    put("name", d.name), put("read_replicas", d.read_replicas), put("max_connections", d.max_connections);
    if (with_flags_) put("max_connections_given", d.max_connections_given);
    put("reserve", d.reserve), put("maintenance", d.maintenance), put("settings", d.settings), put("bought", d.bought);
    put("cpu", d.cpu), put("memory", d.memory), put("multi_az", d.multi_az), put("replica", d.replica), put("lag_max", d.lag_max);
    put("replicas_above_users", d.replicas_above_users), put("connections_per_replica", d.connections_per_replica);
    put("storage", d.storage), put("partitions", d.partitions), put("extensions", d.extensions), put("steps", d.steps);
  }
  void add(const PoolerRow& r) {
    put("replicas", r.replicas), put("instances", r.instances), put("default_pool_size", r.default_pool_size);
    put("max_db_connections", r.max_db_connections);
  }
  void add(const Pooler& p) {
    put("name", p.name), put("database", p.database), put("replicas", p.replicas), put("mode", p.mode);
    put("default_pool_size", p.default_pool_size), put("max_client_conn", p.max_client_conn);
    put("max_db_connections", p.max_db_connections), put("min_pool_size", p.min_pool_size);
    put("reserve_pool_size", p.reserve_pool_size), put("server_idle_timeout", p.server_idle_timeout), put("table", p.table);
    put("bought", p.bought);
  }
  void add(const CacheContent& c) {
    put("entry", c.entry), put("entries", c.entries), put("ttl", c.ttl), put("hit_rate_min", c.hit_rate_min);
  }
  void add(const Cache& c) {
    put("name", c.name), put("max_clients", c.max_clients), put("maxmemory", c.maxmemory), put("policy", c.policy);
    put("used_for", c.used_for), put("architecture", c.architecture), put("shards", c.shards), put("replicas", c.replicas);
    put("node_timeout", c.node_timeout), put("sentinels", c.sentinels), put("quorum", c.quorum), put("down_after", c.down_after);
    put("failover_timeout", c.failover_timeout), put("memory", c.memory), put("ops", c.ops), put("ops_max", c.ops_max);
    put("persistence", c.persistence), put("content", c.content), put("steps", c.steps), put("bought", c.bought);
  }
  void add(const External& e) {
    put("name", e.name), put("concurrency", e.concurrency), put("rate", e.rate), put("p50", e.p50), put("p99", e.p99);
  }
  void add(const VectorStore::Collection& c) {
    put("name", c.name), put("dimensions", c.dimensions), put("distance", c.distance), put("shards", c.shards);
    put("replication", c.replication), put("points", c.points);
  }
  void add(const VectorStore& v) {
    put("name", v.name), put("nodes", v.nodes), put("cpu", v.cpu), put("memory", v.memory), put("bought", v.bought);
    put("collections", v.collections);
  }
  void add(const Limits& l) {
    put("cost", l.cost), put("cores", l.cores), put("memory", l.memory), put("node_cores", l.node_cores);
    put("node_memory", l.node_memory);
  }
  void add(const Band& b) {
    put("from", b.from), put("to", b.to), put("instances", b.instances), put("cost_least", b.cost_least);
    put("cost_most", b.cost_most), put("with", b.with);
  }
  void add(const Growth::Arrival& a) { put("at", a.at), put("users", a.users), put("why", a.why); }
  void add(const Growth& g) {
    put("users", g.users), put("rate", g.rate), put("data", g.data), put("per_month", g.per_month);
    put("connections_per_1000", g.connections_per_1000), put("cache_per_1000", g.cache_per_1000), put("onboarding", g.onboarding);
    put("work", g.work), put("bands", g.bands);
  }
  void add(const Region& r) { put("name", r.name), put("share", r.share); }
  void add(const Stack& s) {
    put("name", s.name), put("objectives", s.objectives), put("balancer", s.balancer), put("tiers", s.tiers);
    put("databases", s.databases), put("poolers", s.poolers), put("caches", s.caches), put("externals", s.externals);
    put("vector_stores", s.vector_stores), put("signals", s.signals), put("limits", s.limits), put("growth", s.growth);
    put("budget", s.budget), put("catalog", s.catalog), put("regions", s.regions);
  }

  bool with_flags_;
  std::string path_, out_;
};

inline std::string stack_text(const Stack& stack, bool with_flags = true) { return StackText(stack, with_flags).text(); }

}  // namespace plimsoll::spec::testing
