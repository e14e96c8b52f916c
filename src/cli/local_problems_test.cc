#include "cli/local_problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "spec/located.h"
#include "spec/render_diagnostic.h"

namespace plimsoll::cli {
namespace {
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view base = R"(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run: {command: [shop, api]}
    uses: {main: {through: pooler}, redis: {}}
  worker:
    kind: worker
    run: {command: [shop, worker]}
databases: {main: {read_replicas: 1}}
poolers: {pooler: {for: main}}
caches: {redis: {used_for: [cache]}}
)";

std::string with(std::string_view from, std::string_view to) {
  std::string text(base);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::vector<Diagnostic> problems(const std::string& text) {
  const auto parsed = spec::parse_located(text, [](std::string_view) { return std::optional<std::string>("x"); });
  EXPECT_TRUE(parsed.ok()) << spec::render(parsed.diagnostics, "stack.yaml", text, false);
  if (!parsed.value) return {};
  return local_problems(parsed.value->stack, parsed.value->origins);
}

struct Row {
  const char* name;
  const char* from;
  const char* to;
  int line, column;
  const char* says;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class NotHereYet : public ::testing::TestWithParam<Row> {};

TEST_P(NotHereYet, IsRefusedWithItsPlace) {
  const Row& row = GetParam();
  const std::vector<Diagnostic> found = problems(with(row.from, row.to));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::error);
  EXPECT_EQ(found[0].at.line, row.line);
  EXPECT_EQ(found[0].at.column, row.column);
  EXPECT_THAT(found[0].message, HasSubstr(row.says));
  EXPECT_FALSE(found[0].expected.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Local, NotHereYet,
    ::testing::Values(Row{"SecondService", "kind: worker", "kind: service", 9, 3, "the balancer serves 'api'"},
                      Row{"NoCommand", "run: {command: [shop, worker]}", "run: {image: shop}", 11, 5, "'worker' has no command"},
                      Row{"Nginx", "listen: 8080", "engine: nginx", 3, 12, "nginx"},
                      Row{"Traefik", "listen: 8080", "engine: traefik", 3, 12, "traefik"},
                      Row{"Sticky", "listen: 8080", "sticky: who", 3, 12, "kept on their instance"},
                      Row{"ClientRate", "listen: 8080", "client_rate: 5/s, client_burst: 3", 3, 12, "slowed down"},
                      Row{"Extensions", "read_replicas: 1", "extensions: [vector]", 12, 20, "extensions"},
                      Row{"Partitions", "read_replicas: 1", "partitions: [{table: t}]", 12, 20, "partitions"},
                      Row{"Lag", "read_replicas: 1", "read_replicas: 1, lag_max: 1s", 12, 38, "lag"},
                      Row{"PoolOverItsLimit", "for: main", "for: main, max_db_connections: 10", 13, 11, "a pool of 20"},
                      Row{"PoolOverItsClients", "for: main", "for: main, max_client_conn: 10", 13, 31, "never fill"},
                      Row{"PoolOverTheDatabase", "for: main", "for: main, max_db_connections: 200", 13, 31, "more than 'main'"},
                      Row{"Cluster", "[cache]", "[cache], architecture: cluster, shards: 3", 14, 37, "single node"},
                      Row{"Persistence", "[cache]", "[cache], persistence: aof", 14, 37, "persistence: none"},
                      Row{"QueuesPersist", "[cache]", "[cache, queue], persistence: rdb", 14, 44, "persistence: aof"},
                      Row{"VectorStore", "caches:", "vector_stores: {qdrant: {}}\ncaches:", 14, 17, "'qdrant'"}),
    [](const auto& row) { return std::string(row.param.name); });

class ChangesNothingThatRuns : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(ChangesNothingThatRuns, IsNoProblem) { EXPECT_THAT(problems(with(GetParam().first, GetParam().second)), IsEmpty()); }

INSTANTIATE_TEST_SUITE_P(
    Local, ChangesNothingThatRuns,
    ::testing::Values(
        std::pair("name: shop", "name: shop\nbudget: $100/month\ncatalog: aws-2026\nregions: {a: {}, b: {}}\ngrowth: {users: 5}"),
        std::pair("run: {command: [shop, worker]}",
                  "run: {command: [shop, worker], image: shop}\n    placement: {spread_hosts: 100}\n    disruption: "
                  "{min_available: 1}\n"
                  "    leader: {}\n    vertical: {}\n    sessions: cache\n    baseline: {users: 100}\n"
                  "    instance: {class: t3.medium, market: spot, arch: arm64, price: $5/month}"),
        std::pair("read_replicas: 1", "class: db.m5.large, multi_az: true, storage: {size: 5GB}, steps: [{users: 5}]"),
        std::pair("read_replicas: 1", "lag_max: 1s"),  // of no read replica
        std::pair("for: main",
                  "for: main, min_pool_size: 2, reserve_pool_size: 3, server_idle_timeout: 30s, class: t3.small, table: "
                  "[{replicas: {api: 3}}]"),
        std::pair("[cache]", "[cache], architecture: standalone, persistence: none, ops: 5/s, memory: 5GB"),
        std::pair("[cache]", "[queue], persistence: aof")));

// Several come in the order of the text.
TEST(LocalProblems, AllOfThemAtOnce) {
  const std::vector<Diagnostic> found = problems(
      "apiVersion: plimsoll/v1\nname: s\ncaches: {redis: {used_for: [cache], architecture: sentinel}}\n"
      "tiers: {w: {kind: worker, run: {image: w}}}\nvector_stores: {v: {}}\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].at.line, 3);
  EXPECT_EQ(found[1].at.line, 4);
  EXPECT_EQ(found[2].at.line, 5);
}

TEST(LocalProblems, TheStacksOfTheDemoRun) {
  for (const char* name : {"quickstart", "va-autoscale"}) {
    std::ifstream file(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "stacks" / (std::string(name) + ".yaml"));
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_THAT(problems(text.str()), IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace plimsoll::cli
