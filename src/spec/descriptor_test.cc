#include "spec/descriptor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/quantity.h"
#include "spec/render_diagnostic.h"
#include "spec/tables.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {

class Descriptors : public ::testing::TestWithParam<const Object*> {};
INSTANTIATE_TEST_SUITE_P(Files, Descriptors, ::testing::Values(&root_object(), &tables::catalog),
                         [](const auto& row) { return row.index == 0 ? "Stack" : "Catalog"; });

TEST_P(Descriptors, EveryFieldSaysWhatItIs) {
  walk(*GetParam(), "", [](const std::string& path, const Field& field) {
    SCOPED_TRACE(path);
    EXPECT_TRUE(field.set);
    EXPECT_FALSE(field.doc.empty());
    EXPECT_EQ(field.doc.find('\n'), std::string_view::npos);
    EXPECT_FALSE(expectation(field).empty());
    EXPECT_FALSE(field.required && !field.fallback.empty()) << "a required key has no default";
    const bool collection = field.kind == Kind::list || field.kind == Kind::map;
    const Kind inner = collection ? field.element : field.kind;
    EXPECT_EQ(inner == Kind::object, field.of != nullptr || !field.variants.empty());
    EXPECT_EQ(inner == Kind::enumeration, !field.names.empty());
    EXPECT_EQ(field.kind == Kind::map, field.keys != nullptr);
    EXPECT_EQ(field.taken.empty(), field.taken_by.empty());
  });
}

void check_object(const Object& object) {
  SCOPED_TRACE(object.title);
  std::set<std::string_view> keys;
  for (const Field& field : object.fields) EXPECT_TRUE(keys.insert(field.key).second) << field.key;
  for (const std::string_view key : object.exactly_one) EXPECT_TRUE(keys.contains(key)) << key;
  for (const std::string_view key : object.at_least_one) EXPECT_TRUE(keys.contains(key)) << key;
  for (const Field& field : object.fields) {
    EXPECT_TRUE(field.with.empty() || keys.contains(field.with)) << field.with;
    EXPECT_TRUE(field.instead_of.empty() || keys.contains(field.instead_of)) << field.instead_of;
    if (field.of) check_object(*field.of);
    for (const Variant& variant : field.variants) check_object(*variant.of);
  }
}

TEST_P(Descriptors, KeysAreUniqueAndReferToEachOther) { check_object(*GetParam()); }

// --- the defaults in the table are those of the model ---------------------------------------------------------------

bool has_default(const Object& object) {
  bool found = false;
  walk(object, "", [&](const std::string&, const Field& field) { found = found || !field.fallback.empty(); });
  return found;
}

const std::map<std::string, std::string> samples = {
    {"apiVersion", "plimsoll/v1"},
    {"name", "s"},
    {"tiers.*.kind", "service"},
    {"tiers.*.run.command", "[x]"},
    {"poolers.*.for", "db"},
    {"caches.*.used_for", "[cache]"},
    {"tiers.*.scale.rules[].when", "cpu > 70%"},
    {"tiers.*.scale.rules[].add", "1"},
    {"tiers.*.scale.metrics[].signal", "requests_per_second"},
    {"tiers.*.scale.metrics[].average", "5"},
    {"tiers.*.scale.schedule[].start", "\"0 20 * * *\""},
    {"tiers.*.scale.schedule[].end", "\"0 8 * * *\""},
    {"tiers.*.scale.schedule[].floor", "1"},
    {"tiers.*.scale.formula.value", "a"},
    {"tiers.*.scale.formula.target", "1"},
    {"tiers.*.scale.fallback.replicas", "1"},
    {"tiers.*.capacity.service_time", "{mean: 20ms}"},
    {"tiers.*.consumes.*.per_instance", "1"},
    {"databases.*.maintenance.start", "\"0 3 * * sun\""},
    {"databases.*.maintenance.end", "\"0 4 * * sun\""},
    {"signals.*.name", "x"},
    {"balancer.client_rate", "5"},
    {"databases.*.partitions[].table", "t"},
    {"poolers.*.table[].replicas", "{tier: 1}"},
    {"vector_stores.*.collections.*.dimensions", "384"},
};
/// Those of another kind of tier or component have a test of their own below.
const std::set<std::string> left_out = {"tiers.*.consumes",      "tiers.*.uses.*.calls", "caches.*.shards",
                                        "caches.*.replicas",     "caches.*.sentinels",   "caches.*.quorum",
                                        "caches.*.node_timeout", "caches.*.down_after",  "caches.*.failover_timeout"};
const std::map<std::string, std::string> entry_names = {
    {"tiers", "tier"},      {"databases", "db"},   {"poolers", "pooler"},        {"caches", "cache"},
    {"tiers.*.uses", "db"}, {"signals", "figure"}, {"vector_stores", "vectors"}, {"vector_stores.*.collections", "docs"}};

/// A stack with one of everything that has a default somewhere; the defaults written out, or left out.
std::string write(const Object& object, const std::string& prefix, bool defaults) {
  std::string out = "{";
  const auto add = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{}{}: {}", out == "{" ? "" : ", ", key, value);
  };
  for (const Field& field : object.fields) {
    const std::string path = prefix + std::string(field.key);
    if (field.borrowed || left_out.contains(path)) continue;
    if (const auto sample = samples.find(path); sample != samples.end())
      add(field.key, sample->second);
    else if (field.of && has_default(*field.of) && field.kind == Kind::object)
      add(field.key, write(*field.of, path + ".", defaults));
    else if (field.of && has_default(*field.of) && field.kind == Kind::map)
      add(field.key, fmt::format("{{{}: {}}}", entry_names.at(path), write(*field.of, path + ".*.", defaults)));
    else if (field.of && has_default(*field.of) && field.kind == Kind::list)
      add(field.key, fmt::format("[{}]", write(*field.of, path + "[].", defaults)));
    else if (defaults && !field.fallback.empty())
      add(field.key, fmt::format("\"{}\"", field.fallback));
  }
  return out + "}";
}

/// Everything that has a default, as text.
std::string figures(const Scale& scale) {
  const BehaviorRules& up = scale.behavior.up;
  const BehaviorRules& down = scale.behavior.down;
  const ThresholdRule& rule = scale.rules.at(0);
  const ControllerSettings& settings = scale.controller;
  std::string out = fmt::format("{} {} {} {} {} {} {} {}\n", static_cast<int>(scale.like), scale.tolerance.value,
                                scale.step.observe.count(), scale.poll.count(), scale.cooldown.count(), scale.idle.has_value(),
                                scale.metrics.at(0).activation, scale.schedule.at(0).when.zone);
  out += fmt::format("{} {} {} {} {} {}\n", up.window.count(), down.window.count(), static_cast<int>(up.select),
                     static_cast<int>(down.select), rule.held.count(), static_cast<int>(rule.urgency));
  out += fmt::format("{} {} {} {} {}\n", static_cast<int>(scale.formula->type), scale.formula->activation,
                     scale.fallback->after.count(), scale.fallback->failures, static_cast<int>(scale.fallback->behavior));
  return out + fmt::format("{} {} {} {} {}\n", settings.sync.count(), settings.downscale_stabilization.count(),
                           settings.cpu_initialization.count(), settings.initial_readiness.count(),
                           settings.initial_cooldown.count());
}

std::string figures(const Bought& bought) {
  return fmt::format("{} {} {} {}\n", bought.instance_class, bought.price.has_value(), static_cast<int>(bought.market),
                     static_cast<int>(bought.arch));
}

/// What plans and checks are made from.
std::string plan_figures(const Stack& s) {
  const Tier& t = s.tiers.at(0);
  const Database& d = s.databases.at(0);
  const Pooler& p = s.poolers.at(0);
  const Cache& c = s.caches.at(0);
  const VectorStore& v = s.vector_stores.at(0);
  std::string out = figures(s.balancer->bought) + figures(t.instance.bought) + figures(d.bought) + figures(d.replica) +
                    figures(p.bought) + figures(c.bought) + figures(v.bought);
  out += fmt::format("{} {} {} {} {}\n", s.balancer->client_burst, t.uses.at(0).overflow, static_cast<int>(t.sessions),
                     static_cast<int>(t.vertical->mode), s.growth->per_month);
  out += fmt::format("{} {} {} {} {} {} {}\n", t.placement->spread_hosts, t.placement->own_hosts, t.placement->zone_skew,
                     t.placement->zones_strict, t.leader->lease.count(), t.leader->renew.count(), t.leader->retry.count());
  const Partitions& parts = d.partitions.at(0);
  out += fmt::format("{} {} {} {} {} {}\n", d.multi_az, d.lag_max.count(), d.storage.act_at.value, static_cast<int>(parts.by),
                     parts.ahead, parts.schedule);
  const PoolerRow& row = p.table.at(0);
  out += fmt::format("{} {} {} {} {} {}\n", p.min_pool_size, p.reserve_pool_size, p.server_idle_timeout.count(), row.instances,
                     row.default_pool_size, row.max_db_connections);
  const VectorStore::Collection& docs = v.collections.at(0);
  out += fmt::format("{} {} {} {} {} {}\n", v.nodes, v.cpu.request.count, v.cpu.limit.has_value(),
                     static_cast<int>(docs.distance), docs.shards, docs.replication);
  return out + fmt::format("{} {} {}\n", static_cast<int>(c.architecture), c.ops_max.per_second, s.growth->bands.at(0).from);
}

std::string figures(const Stack& s) {
  const Balancer& b = s.balancer.value();
  const Tier& t = s.tiers.at(0);
  const Database& d = s.databases.at(0);
  const Pooler& p = s.poolers.at(0);
  const Cache& c = s.caches.at(0);
  const NamedSignal& n = s.signals.at(0);
  std::string out =
      fmt::format("{} {}:{} {} {} {} {} {} {}\n", static_cast<int>(b.engine), b.address, b.listen, static_cast<int>(b.algorithm),
                  b.health.path, b.health.every.count(), b.health.timeout.count(), b.drain.count(), b.timeout.count());
  out += fmt::format("{} {} {} {} {} {}..{} {} {} {} {}\n", t.run.ready, t.run.ready_within.count(), t.run.stop_within.count(),
                     t.instance.cpu.request.count, t.instance.cpu.limit.has_value(), t.replicas.min, t.replicas.max,
                     t.uses.at(0).connections, t.instance.start.count(), t.surge, t.priority);
  for (const Probe& probe : {t.run.ready_probe, t.run.live_probe})
    out += fmt::format("{} {} {} {}\n", probe.after.count(), probe.every.count(), probe.timeout.count(), probe.failures);
  out += fmt::format("{} {} {} {} {}\n", t.capacity->concurrency, t.capacity->utilization_max.value, static_cast<int>(n.from),
                     n.per_instance, static_cast<int>(n.unit));
  out += fmt::format("{} {} {} {} {} {} {} {}\n", d.read_replicas, d.max_connections, static_cast<int>(p.mode),
                     p.default_pool_size, p.max_client_conn, p.max_db_connections, c.policy, n.max_age.count());
  out += fmt::format("{} {} {} {} {} {}..{} {}\n", d.reserve.superuser, d.reserve.monitoring, d.reserve.replication,
                     d.reserve.admin, d.maintenance->zone, p.replicas.min, p.replicas.max, c.max_clients);
  return out + plan_figures(s) + figures(t.scale);
}

TEST(DescriptorDefaults, AreThoseOfTheModel) {
  const std::string without = write(root_object(), "", false);
  const std::string with = write(root_object(), "", true);
  ASSERT_GT(with.size(), without.size());
  const Parsed<Stack> plain = parse(without, testing::environment());
  const Parsed<Stack> spelled = parse(with, testing::environment());
  ASSERT_TRUE(plain.ok()) << render(plain.diagnostics, "without", without, false);
  ASSERT_TRUE(spelled.ok()) << render(spelled.diagnostics, "with", with, false);
  EXPECT_EQ(figures(*plain.value), figures(*spelled.value)) << with;
}

TEST(DescriptorDefaults, OfCacheArchitecturesAreThoseOfTheModel) {
  const auto read = [](const char* keys) {
    const std::string text = fmt::format(
        "{{apiVersion: plimsoll/v1, name: s, tiers: {{w: {{kind: worker, run: {{command: [w]}}}}}}, caches: {{redis: {{used_for: "
        "[cache], {}}}}}}}",
        keys);
    const Parsed<Stack> parsed = parse(text, testing::environment());
    EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
    return parsed.value.value_or(Stack{}).caches.at(0);
  };
  const Cache cluster = read("architecture: cluster, shards: 1, replicas: 0, node_timeout: 5s");
  const Cache sentinel = read("architecture: sentinel, sentinels: 3, quorum: 2, down_after: 5s, failover_timeout: 10s");
  const Cache plain = read("architecture: standalone");
  EXPECT_EQ(cluster.shards, plain.shards);
  EXPECT_EQ(cluster.replicas, plain.replicas);
  EXPECT_EQ(cluster.node_timeout, plain.node_timeout);
  EXPECT_EQ(sentinel.sentinels, plain.sentinels);
  EXPECT_EQ(sentinel.quorum, plain.quorum);
  EXPECT_EQ(sentinel.down_after, plain.down_after);
  EXPECT_EQ(sentinel.failover_timeout, plain.failover_timeout);
}

TEST(DescriptorDefaults, OfQueuesAndExternalsAreThoseOfTheModel) {
  const auto read = [](const char* queue, const char* use) {
    const std::string text = fmt::format(
        "{{apiVersion: plimsoll/v1, name: s, externals: {{llm: {{}}}}, caches: {{redis: {{used_for: [queue]}}}}, tiers: {{w: "
        "{{kind: "
        "worker, run: {{command: [w]}}, uses: {{redis: {{}}, llm: {{{}}}}}, consumes: {{jobs: {{per_instance: 1{}}}}}}}}}}}",
        use, queue);
    const Parsed<Stack> parsed = parse(text, testing::environment());
    EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
    return parsed.value.value_or(Stack{});
  };
  const Stack plain = read("", ""), spelled = read(", activation: 0", "calls: 1");
  EXPECT_EQ(plain.tiers.at(0).consumes.at(0).activation, spelled.tiers.at(0).consumes.at(0).activation);
  EXPECT_EQ(plain.tiers.at(0).uses.at(1).calls, spelled.tiers.at(0).uses.at(1).calls);
  EXPECT_EQ(plain.tiers.at(0).priority, 0) << "a worker's";
}

}  // namespace
}  // namespace plimsoll::spec
