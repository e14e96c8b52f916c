#include "capacity/findings/testing/scenes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <ostream>

namespace plimsoll::capacity::testing_ {
namespace {

using namespace std::chrono_literals;

Use use_of(const char* component, int connections = 5) {
  Use use;
  use.component = component;
  use.connections = connections;
  return use;
}

std::string all_text(const Finding& finding) {
  std::string text = finding.message;
  for (const std::string& line : finding.sum) text += "\n" + line;
  return text;
}

}  // namespace

Given sound() {
  Given given;
  Stack& stack = given.stack;
  stack.name = "shop";
  stack.balancer.emplace();
  Tier api;
  api.name = "api";
  api.kind = TierKind::service;
  api.instance.cpu = {Cores{0.5}, Cores{1}};
  api.instance.memory = RequestLimit<Bytes>{Bytes{512LL << 20}, Bytes{1LL << 30}};
  api.replicas = {2, 4};
  api.uses = {use_of("main"), use_of("redis")};
  api.scale.metrics.push_back({.signal = SignalKind::cpu, .type = TargetType::utilization, .target = 0.7});
  api.scale.behavior.down.window = 300s;
  Tier worker = api;
  worker.name = "worker";
  worker.kind = TierKind::worker;
  worker.replicas = {1, 4};
  worker.uses = {use_of("main", 3), use_of("jobs"), use_of("llm", 0)};
  worker.scale.metrics.clear();
  worker.consumes = {{.list = "orders", .per_instance = 50}};
  stack.tiers = {api, worker};
  stack.databases = {Database{.name = "main"}};
  stack.poolers = {Pooler{.name = "pooler", .database = "main", .replicas = {1, 1}, .max_client_conn = 500}};
  stack.caches = {Cache{.name = "redis", .maxmemory = Bytes{1LL << 30}, .policy = "allkeys-lru", .used_for = {CacheUse::cache}},
                  Cache{.name = "jobs", .maxmemory = Bytes{1LL << 30}, .used_for = {CacheUse::queue}}};
  stack.externals = {External{.name = "llm"}};
  given.context.now = TimePoint{} + std::chrono::hours(24 * 365 * 56);  // late in 2025
  return given;
}

const Catalog& catalog() {
  static const Catalog all = [] {
    Catalog made;
    made.name = "test";
    made.classes = {{.name = "db.large",
                     .kind = ClassKind::database,
                     .family = "db",
                     .memory = Bytes{16LL << 30},
                     .max_connections = 200,
                     .price = Money{200 / hours_a_month}},
                    {.name = "db.plain", .kind = ClassKind::database, .family = "db", .memory = Bytes{2LL << 30}},
                    {.name = "m.large", .kind = ClassKind::instance, .family = "m", .price = Money{70 / hours_a_month}}};
    return made;
  }();
  return all;
}

Tier& api(Given& given) { return given.stack.tiers[0]; }
Tier& worker(Given& given) { return given.stack.tiers[1]; }
Database& main_of(Given& given) { return given.stack.databases[0]; }
Cache& redis(Given& given) { return given.stack.caches[0]; }

void PrintTo(const Row& row, std::ostream* out) { *out << row.rule << " / " << row.name; }
std::string name_of_row(const ::testing::TestParamInfo<Row>& info) { return info.param.name; }

std::vector<Finding> of_rule(const Given& given, std::string_view rule) {
  std::vector<Finding> all = findings(given.stack, given.context);
  std::erase_if(all, [&](const Finding& one) { return one.rule != rule; });
  return all;
}

void check(const Row& row) {
  Given given = sound();
  row.change(given);
  const std::vector<Finding> found = of_rule(given, row.rule);
  if (!row.level) {
    for (const Finding& one : found) ADD_FAILURE() << "must be silent, says: " << all_text(one);
    return;
  }
  ASSERT_EQ(found.size(), 1U) << (found.empty() ? "says nothing" : all_text(found.back()));
  EXPECT_EQ(found[0].level, *row.level) << all_text(found[0]);
  EXPECT_THAT(all_text(found[0]), ::testing::HasSubstr(row.says));
  EXPECT_FALSE(found[0].path.empty());
  EXPECT_TRUE(!found[0].fixes.empty() || !found[0].advice.empty()) << "says what is wrong and not what to do";
  if (found[0].fixes.empty()) return;
  ASSERT_TRUE(apply(given, found[0].fixes[0])) << found[0].fixes[0].path;
  for (const Finding& left : of_rule(given, row.rule))
    EXPECT_LT(left.level, *row.level) << "after " << found[0].fixes[0].spec << " it still says: " << all_text(left);
}

}  // namespace plimsoll::capacity::testing_
