#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/stacks.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

std::string text(const std::string& stack, const std::string& file, const Options& options = {}) {
  return file_of(kubernetes(reference_stack(stack), options), "kubernetes/" + file + ".yaml");
}

/// A stack with one cache.
Rendered with_cache(const std::string& cache, const Options& options = {}) {
  return kubernetes(
      stack_from(
          "apiVersion: plimsoll/v1\nname: shop\nbalancer: {}\ntiers: {api: {kind: service, run: {image: a}, uses: {redis: {}}}}\n"
          "caches: {redis: " +
          cache + "}\n"),
      options);
}
std::string redis_of(const std::string& cache) { return file_of(with_cache(cache), "kubernetes/redis.yaml"); }

/// A file's text as it stands in a ConfigMap.
std::string indented(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out += (end == at ? "" : "    ") + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

auto has_note(const char* path, const std::string& text) {
  return Contains(AllOf(Field(&Note::path, path), Field(&Note::text, HasSubstr(text))));
}

// --- poolers

TEST(KubernetesPooler, H14_TheConfigMapHasTheVeryFileOfTheTargetPgbouncer) {
  const Stack stack = reference_stack("health-agent");
  EXPECT_THAT(text("health-agent", "pooler"),
              AllOf(HasSubstr("  pgbouncer.ini: |\n" + indented(file_of(pgbouncer(stack, {}), "pgbouncer/pooler.ini"))),
                    HasSubstr("    default_pool_size = 25\n"), HasSubstr("    min_pool_size = 5\n"),
                    HasSubstr("    reserve_pool_size = 5\n")));
}

TEST(KubernetesPooler, T9_TransactionModeForAThousandClients) {
  EXPECT_THAT(text("triage-warden", "pooler"),
              AllOf(HasSubstr("    pool_mode = transaction\n"), HasSubstr("    max_client_conn = 1000\n"),
                    HasSubstr("    default_pool_size = 50\n"), HasSubstr("kind: ConfigMap\n")));
}

TEST(KubernetesPooler, ItsPasswordsAreAFileOfASecret) {
  const Rendered made = kubernetes(reference_stack("kaireon"), {});
  EXPECT_THAT(file_of(made, "kubernetes/pooler.yaml"), AllOf(HasSubstr("              - secret:\n"
                                                                       "                  name: pooler\n"
                                                                       "                  items:\n"
                                                                       "                    - key: userlist.txt\n"
                                                                       "                      path: userlist.txt\n"),
                                                             HasSubstr("workingDir: /etc/pgbouncer\n")));
  EXPECT_THAT(made.notes, has_note("poolers.pooler", "kubectl create secret generic pooler -n kaireon --from-file=userlist.txt"));
}

TEST(KubernetesPooler, StartsWithTheLeastAndSaysSo) {
  EXPECT_THAT(text("kaireon", "pooler"), AllOf(HasSubstr("  replicas: 1  # the least of 1..3;"), HasSubstr("podAntiAffinity:"),
                                               Not(HasSubstr("PodDisruptionBudget"))));
  Stack stack = reference_stack("kaireon");
  stack.poolers.front().replicas = {2, 3};
  EXPECT_THAT(file_of(kubernetes(stack, {}), "kubernetes/pooler.yaml"), HasSubstr("kind: PodDisruptionBudget\n"));
}

// --- databases and other stores that are elsewhere

TEST(KubernetesDatabase, IsNotRunHereAndTheReaderSaysWhereItIs) {
  const Rendered made = kubernetes(reference_stack("quickstart"), {});
  for (const File& file : made.files) EXPECT_NE(file.path, "kubernetes/main.yaml");
  EXPECT_THAT(made.notes,
              has_note("databases.main", "kubectl create service externalname main -n quickstart --external-name HOST"));
  EXPECT_THAT(made.notes, has_note("databases.main", "kubectl create service externalname main-read -n quickstart"));
  EXPECT_THAT(made.notes, has_note("databases.main", "kubectl create secret generic main -n quickstart --from-literal=user=app"));
}

TEST(KubernetesDatabase, AHostIsAnExternalName) {
  const Options options{.at = {{"main", {{"db.example.net", 5432}}}, {"main-read", {{"ro.example.net", 5432}}}}};
  EXPECT_THAT(text("kaireon", "main", options),
              AllOf(HasSubstr("  type: ExternalName\n  externalName: db.example.net\n"), HasSubstr("  name: main-read\n"),
                    HasSubstr("  externalName: ro.example.net\n")));
  // What runs here knows it by its Service: a new place is one change.
  EXPECT_THAT(text("kaireon", "pooler", options), HasSubstr("main = host=main port=5432"));
  EXPECT_THAT(text("kaireon", "api", options), HasSubstr("@main-read:5432/main"));
}

TEST(KubernetesDatabase, AnExternalNameKeepsThePort) {
  const Options options{.at = {{"main", {{"db.example.net", 6543}}}}};
  EXPECT_THAT(text("kaireon", "pooler", options), HasSubstr("main = host=main port=6543"));
  EXPECT_THAT(kubernetes(reference_stack("kaireon"), options).notes, has_note("", "connect to main:6543"));
}

TEST(KubernetesDatabase, AnAddressIsAnEndpointSlice) {
  const Options options{.at = {{"main", {{"10.0.0.7", 6543}}}}};
  EXPECT_THAT(
      text("kaireon", "main", options),
      AllOf(
          HasSubstr("apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"), HasSubstr("kubernetes.io/service-name: main\n"),
          HasSubstr("addressType: IPv4\nports:\n  - name: postgres\n    port: 6543\nendpoints:\n  - addresses: [\"10.0.0.7\"]\n"),
          Not(HasSubstr("selector"))));
  EXPECT_THAT(text("kaireon", "pooler", options), HasSubstr("main = host=main port=5432"));
}

TEST(KubernetesCache, AManagedOneIsOnlyAName) {
  const Options options{.at = {{"redis", {{"redis.example.net", 6379}}}}};
  EXPECT_THAT(text("kaireon", "redis", options),
              AllOf(HasSubstr("externalName: redis.example.net\n"), Not(HasSubstr("StatefulSet"))));
  EXPECT_THAT(text("kaireon", "api", options), HasSubstr("@redis:6379"));
}

// --- Redis

TEST(KubernetesCache, HasTheVeryFileOfTheTargetRedis) {
  const Stack stack = reference_stack("voiceassist");
  EXPECT_THAT(text("voiceassist", "redis"),
              HasSubstr("  redis.conf: |\n" + indented(file_of(redis(stack, {}), "redis/redis.conf"))));
}

TEST(KubernetesCache, T10_StandaloneIsOneNode) {
  EXPECT_THAT(text("kaireon", "redis"),
              AllOf(HasSubstr("kind: StatefulSet\n"), HasSubstr("  replicas: 1\n"), Not(HasSubstr("replica.conf"))));
}

TEST(KubernetesCache, T10_ReplicationHasTwoCopiesOf2Gi) {
  const std::string made = text("triage-warden", "redis");
  EXPECT_THAT(made, AllOf(HasSubstr("  name: redis-replica\n"), HasSubstr("  serviceName: redis-replica\n  replicas: 2\n"),
                          HasSubstr("command: [redis-server, replica.conf]\n"), HasSubstr("              memory: 2Gi\n"),
                          HasSubstr("  replica.conf: |\n")));
}

TEST(KubernetesCache, V9_SentinelOfThree) {
  const std::string made = redis_of("{used_for: [session], architecture: sentinel, replicas: 2, maxmemory: 3gb}");
  EXPECT_THAT(made,
              AllOf(HasSubstr("  serviceName: redis-sentinel\n  replicas: 3\n"),
                    HasSubstr("command: [redis-sentinel, /data/sentinel.conf]\n"),
                    HasSubstr("sentinel monitor redis redis 6379 2\n"), HasSubstr("            - $(INSTANCE).redis-replica\n")));
  EXPECT_THAT(file_of(with_cache("{used_for: [session], architecture: sentinel, replicas: 2}"), "kubernetes/api.yaml"),
              AllOf(HasSubstr("name: REDIS_SENTINELS\n              value: redis-sentinel:26379\n"),
                    HasSubstr("name: REDIS_MASTER_NAME\n              value: redis\n")));
}

TEST(KubernetesCache, K17_ClusterOfThreeShardsWithACopyEach) {
  const std::string made = text("acme", "cache");
  EXPECT_THAT(made,
              AllOf(HasSubstr("  replicas: 6  # 3 shards × (1 + 1)\n"), HasSubstr("            - cache-0.cache-nodes:6379\n"),
                    HasSubstr("            - cache-5.cache-nodes:6379\n            - --cluster-replicas\n            - \"1\"\n"),
                    Not(HasSubstr("cache-6.cache-nodes")), HasSubstr("kind: Job\n")));
  EXPECT_THAT(made, HasSubstr("            - $(INSTANCE).cache-nodes\n"));
}

struct DiskRow {
  const char* name;
  const char* cache;
  const char* storage;  // empty: none
};
void PrintTo(const DiskRow& row, std::ostream* out) { *out << row.name; }
class CacheDisk : public testing::TestWithParam<DiskRow> {};
TEST_P(CacheDisk, IsThereIfSomethingMustLast) {
  const std::string made = redis_of(GetParam().cache);
  if (*GetParam().storage == '\0')
    EXPECT_THAT(made, AllOf(Not(HasSubstr("volumeClaimTemplates")), Not(HasSubstr("mountPath: /data"))));
  else
    EXPECT_THAT(made, AllOf(HasSubstr(GetParam().storage), HasSubstr("mountPath: /data\n")));
}
INSTANTIATE_TEST_SUITE_P(
    KubernetesCache, CacheDisk,
    testing::Values(DiskRow{"cache", "{used_for: [cache], maxmemory: 1gb}", ""},
                    DiskRow{"queue", "{used_for: [queue], maxmemory: 1gb}", "storage: 3Gi  # derived: 3 × maxmemory"},
                    DiskRow{"by_memory", "{used_for: [queue], memory: 2Gi}", "storage: 6Gi  # derived: 3 × memory"},
                    DiskRow{"unknown", "{used_for: [queue]}", "storage: 10Gi  # a guess"},
                    DiskRow{"aof", "{used_for: [cache], persistence: aof, maxmemory: 1gb}", "storage: 3Gi"},
                    DiskRow{"none", "{used_for: [queue], persistence: none, maxmemory: 1gb}", ""},
                    DiskRow{"cluster", "{used_for: [cache], architecture: cluster, shards: 3}",
                            "storage: 1Gi  # for nodes.conf"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(KubernetesCache, MemoryIsTheNodesOrDerived) {
  EXPECT_THAT(redis_of("{used_for: [cache], maxmemory: 100mb}"), HasSubstr("memory: 150Mi  # derived: 1.5 × maxmemory"));
  EXPECT_THAT(redis_of("{used_for: [cache], maxmemory: 1gb, memory: 3Gi}"), HasSubstr("              memory: 3Gi\n"));
  EXPECT_THAT(redis_of("{used_for: [cache]}"), Not(HasSubstr("resources:")));
}

TEST(KubernetesCache, PasswordsAreInASecretOnly) {
  const Rendered made = with_cache("{used_for: [cache], architecture: replication, replicas: 1}");
  EXPECT_THAT(made.notes, has_note("caches.redis", "requirepass %s\\nmasterauth %s\\n"));
  EXPECT_THAT(made.notes, has_note("caches.redis", "kubectl create secret generic redis -n shop"));
  EXPECT_THAT(file_of(made, "kubernetes/redis.yaml"), AllOf(Not(HasSubstr("requirepass")), HasSubstr("key: auth.conf\n")));
}

// --- vector stores

TEST(KubernetesVectorStore, V10_ThreeNodesOf4To8Gi) {
  const Rendered made = kubernetes(reference_stack("voiceassist"), {});
  EXPECT_THAT(
      file_of(made, "kubernetes/qdrant.yaml"),
      AllOf(HasSubstr("  replicas: 3\n"), HasSubstr("              cpu: \"2\"\n              memory: 4Gi\n"),
            HasSubstr("              cpu: \"4\"\n              memory: 8Gi\n"),
            HasSubstr("--bootstrap http://qdrant-0.qdrant-nodes:6335"), HasSubstr("storage: 16Gi  # derived: 2 × memory")));
  EXPECT_THAT(made.notes, has_note("vector_stores.qdrant.collections.documents", "--data @qdrant/qdrant-documents.json"));
}

TEST(KubernetesVectorStore, OneNodeIsNoCluster) {
  Stack stack = reference_stack("voiceassist");
  stack.vector_stores.front().nodes = 1;
  EXPECT_THAT(file_of(kubernetes(stack, {}), "kubernetes/qdrant.yaml"),
              AllOf(Not(HasSubstr("bootstrap")), Not(HasSubstr("qdrant-nodes")), HasSubstr("  serviceName: qdrant\n")));
}

}  // namespace
}  // namespace plimsoll::render
