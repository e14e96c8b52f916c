#include "render/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "render/testing/stacks.h"
#include "spec/testing/random_stack.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;

std::string text_of(const std::vector<Variable>& all) {
  std::string text;
  for (const Variable& one : all) text += one.name + "=" + one.value + "\n";
  return text;
}

Login login(const std::string& component) {
  return {"$" + variable_of(component) + "_USER", "$" + variable_of(component) + "_PASSWORD",
          "$" + variable_of(component) + "_API_KEY"};
}

TEST(Variables, ThroughAPoolerWithReadsAndARedis) {
  const Stack stack = reference_stack("kaireon");
  EXPECT_EQ(text_of(variables_of(stack, *stack.tier("api"), {}, login)),
            "DATABASE_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@pooler:6432/main\n"
            "DATABASE_READ_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@main-read:5432/main\n"
            "POOL_SIZE=5\n"
            "REDIS_URL=redis://:$REDIS_PASSWORD@redis:6379\n"
            "QUEUES=decisions,pipelines\n");
  EXPECT_EQ(text_of(variables_of(stack, *stack.tier("worker"), {}, login)),
            "DATABASE_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@pooler:6432/main\n"
            "POOL_SIZE=3\n"
            "REDIS_URL=redis://:$REDIS_PASSWORD@redis:6379\n"
            "QUEUES=decisions,pipelines\n");
}

TEST(Variables, WhereThingsAreIsSaidOnceForAll) {
  const Stack stack = reference_stack("kaireon");
  const Options options{.at = {{"pooler", {{"10.0.0.7", 7000}}}, {"redis", {{"::1", 7001}}}}};
  const std::string text = text_of(variables_of(stack, *stack.tier("worker"), options, login));
  EXPECT_NE(text.find("@10.0.0.7:7000/main\n"), std::string::npos) << text;
  EXPECT_NE(text.find("@[::1]:7001\n"), std::string::npos) << text;
}

/// acme's storefront uses a page cache first, and puts its jobs elsewhere.
TEST(Variables, K17_RedisIsWhereTheQueuesAreAndTheOthersHaveNamesOfTheirOwn) {
  Stack stack = reference_stack("acme");
  const std::string text = text_of(variables_of(stack, *stack.tier("storefront"), {}, login));
  EXPECT_THAT(text, HasSubstr("REDIS_URL=redis://:$JOBS_PASSWORD@jobs:6379\n"
                              "CACHE_URL=redis://:$CACHE_PASSWORD@cache:6379\n"
                              "CACHE_CLUSTER_MODE=true\n"
                              "SESSIONS_URL=redis://:$SESSIONS_PASSWORD@sessions:6379\n"
                              "QUEUES=reservations\n"));
  stack.tiers.at(0).publishes.clear();
  EXPECT_THAT(text_of(variables_of(stack, *stack.tier("storefront"), {}, login)),
              HasSubstr("REDIS_URL=redis://:$CACHE_PASSWORD@cache:6379\nREDIS_CLUSTER_MODE=true\nSESSIONS_URL="));
}

TEST(Variables, ACacheCalledRedisThatIsNotTheFirstHasAnotherName) {
  Stack stack = reference_stack("acme");
  for (Cache& cache : stack.caches)
    if (cache.name == "sessions") cache.name = "redis";
  for (Use& use : stack.tiers.at(0).uses)
    if (use.component == "sessions") use.component = "redis";
  const std::string text = text_of(variables_of(stack, *stack.tier("storefront"), {}, login));
  EXPECT_THAT(text, HasSubstr("REDIS_URL=redis://:$JOBS_PASSWORD@jobs:6379\n"));
  EXPECT_THAT(text, HasSubstr("REDIS_CACHE_URL=redis://:$REDIS_PASSWORD@redis:6379\n"));
}

TEST(Variables, V10_AVectorStoreHasAnAddressAndAKey) {
  Stack stack = reference_stack("voiceassist");
  stack.tiers.at(0).uses.push_back({.component = "qdrant"});
  EXPECT_THAT(text_of(variables_of(stack, *stack.tier("server"), {}, login)),
              HasSubstr("QDRANT_URL=http://qdrant:6333\nQDRANT_API_KEY=$QDRANT_API_KEY\n"));
}

TEST(Names, AComponentMayNotBeCalledLikeAPartOfTheFiles) {
  for (const char* name : reference_stacks) EXPECT_EQ(name_clash(reference_stack(name)), "") << name;
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(0).name = "main-read";
  EXPECT_EQ(name_clash(stack),
            "the files would have two things called main-read: the component, and the read replicas of main; call the component "
            "otherwise");
  stack.databases.at(0).read_replicas = 0;
  EXPECT_EQ(name_clash(stack), "");
  stack.tiers.at(0).name = "balancer";
  EXPECT_NE(name_clash(stack), "");
}

TEST(Names, PartsThatAreNotThereClaimNoName) {
  Stack stack = reference_stack("kaireon");  // its redis stands alone
  for (const char* name : {"redis-replica", "redis-sentinel", "redis-create", "redis-nodes", "redis-1"}) {
    stack.tiers.at(0).name = name;
    EXPECT_EQ(name_clash(stack), "") << name;
  }
  stack.caches.at(0).architecture = CacheArchitecture::cluster;
  for (const char* name : {"redis-create", "redis-nodes", "redis-1"}) {
    stack.tiers.at(0).name = name;
    EXPECT_THAT(name_clash(stack), HasSubstr(name));
  }
}

TEST(Names, TwoSecretsOfOneVariableAreRefused) {
  Stack stack = reference_stack("kaireon");
  stack.caches.at(0).name = "main-monitoring";
  EXPECT_EQ(name_clash(stack),
            "the files would have two variables called MAIN_MONITORING_PASSWORD: a secret of main, and a secret of "
            "main-monitoring; call one of them otherwise");
}

TEST(Names, TwoGroupsOfAlertsOfOneNameAreRefused) {
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(0).name = "a-1";
  stack.tiers.at(1).name = "a1";
  EXPECT_EQ(name_clash(stack), "the files would have two groups of alerts called A1: a-1, and a1; call one of them otherwise");
}

/// Whatever a spec may say: it is refused by name, or every target has its files, each path once.
TEST(Names, AnyStackIsRefusedByNameOrRendersWhole) {
  constexpr std::array<const char*, 14> names = {
      "main-1-read", "redis-1",         "redis-nodes", "redis-replica", "redis-sentinel", "grafana",        "redis-create",
      "tier1",       "main-1-exporter", "tier-1-x",    "balancer",      "alerts",         "redis-exporter", "plimsoll"};
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stack stack = spec::testing::RandomStack(seed).make();
    // A name that may be a part's. Nothing but poolers' tables and services' uses names a tier.
    stack.tiers.back().name = names.at(seed % names.size());
    for (Pooler& pooler : stack.poolers) pooler.table.clear();
    if (!name_clash(stack).empty()) {
      ++refused;
      continue;
    }
    std::set<std::string> paths;
    for (const File& file : render_all(stack, {}).files) EXPECT_TRUE(paths.insert(file.path).second) << file.path;
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 150);
}

/// Files that are of no component never take a component's.
TEST(Names, ATierMayBeCalledAlerts) {
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(1).name = "alerts";
  const Rendered made = render(stack, Target::kubernetes, {});
  EXPECT_NE(file_of(made, "kubernetes/alerts.yaml").find("kind: Deployment"), std::string::npos);
  EXPECT_NE(file_of(made, "kubernetes/alerts-of-all.yaml").find("kind: PrometheusRule"), std::string::npos);
}

TEST(Names, AVariableHasNoDash) { EXPECT_EQ(variable_of("main-db.2"), "MAIN_DB_2"); }

}  // namespace
}  // namespace plimsoll::render
