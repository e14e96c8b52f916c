#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/notes.h"
#include "render/testing/stacks.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

using testing::AllOf;
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
  EXPECT_THAT(made.notes,
              has_note("poolers.pooler", "kubectl create secret generic pooler -n kaireon --from-file=userlist.txt=<(printf "));
}

TEST(KubernetesPooler, StartsWithTheLeastAndSaysSo) {
  EXPECT_THAT(text("kaireon", "pooler"), AllOf(HasSubstr("  replicas: 1  # the least of 1..3;"), HasSubstr("podAntiAffinity:"),
                                               Not(HasSubstr("PodDisruptionBudget"))));
  Stack stack = reference_stack("kaireon");
  stack.poolers.front().replicas = {2, 3};
  EXPECT_THAT(file_of(kubernetes(stack, {}), "kubernetes/pooler.yaml"), HasSubstr("kind: PodDisruptionBudget\n"));
}

// SIGTERM would wait for clients, which are pools and stay, until SIGKILL cuts their transactions.
TEST(KubernetesPooler, WaitsForTransactionsAndNotForClients) {
  EXPECT_THAT(text("kaireon", "pooler"),
              AllOf(HasSubstr("                command: [sh, -c, sleep 5; kill -INT 1; sleep 30]\n"),
                    HasSubstr("      terminationGracePeriodSeconds: 40  # derived: 5 s + 30 s of preStop,")));
}

TEST(KubernetesPooler, AsksForWhatItNeeds) {
  EXPECT_THAT(text("kaireon", "pooler"),
              HasSubstr("              cpu: 100m\n              memory: 64Mi\n          readinessProbe:"));
}

TEST(KubernetesPooler, SaysWhatItsIniCantAndNotWhatIsOtherwiseHere) {
  const Rendered made = kubernetes(reference_stack("kaireon"), {});
  EXPECT_THAT(made.notes, has_note("poolers.pooler.mode", "clients must not prepare statements by name"));
  EXPECT_THAT(made.notes, Not(has_note("poolers.pooler.replicas", "an ini file is one pooler's")));
  EXPECT_THAT(made.notes, Not(has_note("poolers.pooler", "the folder PgBouncer is started in")));
}

// --- databases and other stores that are elsewhere

TEST(KubernetesDatabase, IsNotRunHereAndTheReaderSaysWhereItIs) {
  const Rendered made = kubernetes(reference_stack("quickstart"), {});
  EXPECT_THAT(file_of(made, "kubernetes/main.yaml"),
              AllOf(Not(HasSubstr("kind: StatefulSet")), Not(HasSubstr("kind: Service\n"))));
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
          Not(HasSubstr("selector:\n    app.kubernetes.io/name: main\n"))));
  EXPECT_THAT(text("kaireon", "pooler", options), HasSubstr("main = host=main port=5432"));
}

// One slice is of one family and one port.
TEST(KubernetesDatabase, AddressesOfSeveralPortsAndFamiliesAreASliceEach) {
  const Options options{.at = {{"main-read", {{"10.0.0.8", 5432}, {"10.0.0.9", 5433}, {"fd00::1", 5432}, {"10.0.0.7", 5432}}}}};
  const std::string made = text("kaireon", "main", options);
  EXPECT_THAT(made, AllOf(HasSubstr("  name: main-read\n"), HasSubstr("  ipFamilyPolicy: PreferDualStack  #"),
                          HasSubstr("addressType: IPv4\nports:\n  - name: postgres\n    port: 5432\nendpoints:\n"
                                    "  - addresses: [\"10.0.0.8\"]\n  - addresses: [\"10.0.0.7\"]\n"),
                          HasSubstr("  name: main-read-2\n"),
                          HasSubstr("addressType: IPv4\nports:\n  - name: postgres\n    port: 5433\nendpoints:\n"
                                    "  - addresses: [\"10.0.0.9\"]\n"),
                          HasSubstr("  name: main-read-3\n"),
                          HasSubstr("addressType: IPv6\nports:\n  - name: postgres\n    port: 5432\nendpoints:\n"
                                    "  - addresses: [\"fd00::1\"]\n")));
}

TEST(KubernetesDatabase, ANameAmongAddressesIsSaid) {
  const Options options{.at = {{"main-read", {{"10.0.0.8", 5432}, {"ro.example.net", 5432}}}}};
  EXPECT_THAT(kubernetes(reference_stack("kaireon"), options).notes, has_note("", "ro.example.net is a name and left out"));
}

TEST(KubernetesCache, SentinelsOfAManagedOneAreWhereTheReaderSays) {
  const std::string cache = "{used_for: [session], architecture: sentinel, replicas: 2}";
  Options options{.at = {{"redis", {{"10.0.0.7", 6379}}}}};
  const Rendered without = with_cache(cache, options);
  EXPECT_THAT(file_of(without, "kubernetes/api.yaml"), Not(HasSubstr("REDIS_SENTINELS")));
  EXPECT_THAT(without.notes, has_note("caches.redis.sentinels", "nothing says where they are"));
  options.at["redis-sentinel"] = {{"10.0.0.7", 26380}, {"10.0.0.8", 26380}};
  const Rendered with = with_cache(cache, options);
  EXPECT_THAT(file_of(with, "kubernetes/api.yaml"),
              HasSubstr("name: REDIS_SENTINELS\n              value: redis-sentinel:26379\n"));
  EXPECT_THAT(file_of(with, "kubernetes/redis.yaml"),
              AllOf(HasSubstr("kind: Service\nmetadata:\n  name: redis-sentinel\n"),
                    HasSubstr("  - name: sentinel\n    port: 26380\nendpoints:\n  - addresses: [\"10.0.0.7\"]\n"
                              "  - addresses: [\"10.0.0.8\"]\n")));
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
  EXPECT_THAT(made, AllOf(HasSubstr("  serviceName: redis-sentinel\n  replicas: 3\n"),
                          HasSubstr("command: [redis-sentinel, /data/sentinel.conf]\n"),
                          HasSubstr("sentinel monitor redis redis.shop.svc 6379 2\n")));
  // Names that KEDA, in a namespace of its own, can look up; the master's too, as it may come back as a replica.
  EXPECT_THAT(made,
              AllOf(HasSubstr("sentinel announce-hostnames yes\n"), HasSubstr("replicaof redis.shop.svc 6379\n"),
                    HasSubstr("            - redis.conf\n            - --replica-announce-ip\n            - redis.shop.svc\n"),
                    HasSubstr("            - $(INSTANCE).redis-replica.shop.svc\n")));
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

// A Job can't be changed: another shape is another one. Where the cluster is there, it does nothing.
TEST(KubernetesCache, AClusterIsMadeOnce) {
  const std::string made = text("acme", "cache");
  EXPECT_THAT(made,
              AllOf(HasSubstr("kind: Job\nmetadata:\n  name: cache-create-3x1\n"), HasSubstr("ttlSecondsAfterFinished: 86400\n"),
                    HasSubstr("cluster info | grep -q cluster_state:ok || exec redis-cli --cluster create")));
  EXPECT_THAT(text("acme", "cache", {.kube = {1, 20}}), Not(HasSubstr("ttlSecondsAfterFinished")));
  const Rendered all = kubernetes(reference_stack("acme"), {});
  EXPECT_THAT(all.notes, has_note("caches.cache", "clients must speak the cluster's protocol (follow MOVED and ASK)"));
  EXPECT_THAT(all.notes, has_note("caches.cache.shards", "--replicas=12;"));
  EXPECT_THAT(all.notes,
              has_note("caches.cache.shards", "for cache-6 to cache-8, the same with --cluster-slave for cache-9 to cache-11;"));
  EXPECT_THAT(all.notes, Not(has_note("caches.cache.architecture", "when all")));
}

TEST(KubernetesCache, WhatNobodyDoesByItselfIsSaid) {
  EXPECT_THAT(with_cache("{used_for: [cache], architecture: replication, replicas: 1}").notes,
              has_note("caches.redis.architecture", "nobody takes over by himself"));
  EXPECT_THAT(with_cache("{used_for: [cache], architecture: sentinel, replicas: 1}").notes,
              has_note("caches.redis.architecture", "clients must ask a Sentinel"));
  EXPECT_THAT(redis_of("{used_for: [cache]}"), HasSubstr("# Read at the start only: after a change"));
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
  EXPECT_THAT(redis_of("{used_for: [cache]}"), Not(HasSubstr("limits:")));  // what the exporter asks for is not Redis'
}

TEST(KubernetesCache, PasswordsAreInASecretOnly) {
  const Rendered made = with_cache("{used_for: [cache], architecture: replication, replicas: 1}");
  EXPECT_THAT(made.notes, has_note("caches.redis", "requirepass %s\\nmasterauth %s\\n"));
  EXPECT_THAT(made.notes, has_note("caches.redis", "kubectl create secret generic redis -n shop"));
  EXPECT_THAT(file_of(made, "kubernetes/redis.yaml"), AllOf(Not(HasSubstr("requirepass")), HasSubstr("key: auth.conf\n")));
}

// --- exporters

TEST(KubernetesExporter, OfRedisStandsInThePodOfEachNode) {
  for (const char* shape : {"standalone", "replication, replicas: 1", "sentinel, replicas: 2", "cluster, shards: 3"}) {
    const std::string made = redis_of(std::string("{used_for: [session], architecture: ") + shape + "}");
    std::size_t sets = 0, exporters = 0;
    for (std::size_t at = made.find("command: [redis-server"); at != std::string::npos;
         at = made.find("command: [redis-server", at + 1))
      ++sets;
    for (std::size_t at = made.find("- redis-server\n"); at != std::string::npos; at = made.find("- redis-server\n", at + 1))
      ++sets;
    for (std::size_t at = made.find("redis_exporter:"); at != std::string::npos; at = made.find("redis_exporter:", at + 1))
      ++exporters;
    EXPECT_EQ(exporters, sets) << shape;
    EXPECT_THAT(made, AllOf(HasSubstr("value: redis://127.0.0.1:6379\n"), HasSubstr("            - name: REDIS_PASSWORD\n"
                                                                                    "              valueFrom:\n"
                                                                                    "                secretKeyRef:\n"
                                                                                    "                  name: redis\n"
                                                                                    "                  key: password\n")));
    EXPECT_EQ(made.find("REDIS_EXPORTER_IS_CLUSTER") != std::string::npos, std::string(shape).starts_with("cluster")) << shape;
  }
}

TEST(KubernetesExporter, OfRedisCountsTheListsThatWorkersConsume) {
  const std::string lists = text("kaireon-pools", "redis");
  EXPECT_THAT(lists, HasSubstr("- name: REDIS_EXPORTER_CHECK_SINGLE_KEYS\n"));
  for (const Tier& tier : reference_stack("kaireon-pools").tiers)
    for (const QueueTarget& queue : tier.consumes) EXPECT_THAT(lists, HasSubstr(queue.list));
  EXPECT_THAT(redis_of("{used_for: [cache]}"), Not(HasSubstr("CHECK_SINGLE_KEYS")));
}

TEST(KubernetesExporter, OfThePoolerLogsInToTheConsoleByASecret) {
  const Rendered made = kubernetes(reference_stack("kaireon"), {});
  EXPECT_THAT(
      file_of(made, "kubernetes/pooler.yaml"),
      AllOf(
          HasSubstr("value: postgres://plimsoll_monitoring:$(MONITORING_PASSWORD)@127.0.0.1:6432/pgbouncer?sslmode=disable\n"),
          HasSubstr("                  name: main\n                  key: monitoring-password\n                  optional: true"),
          Not(HasSubstr("args:"))));
  // The password of the user list and of the Secret are one.
  EXPECT_THAT(made.notes, has_note("poolers.pooler", "\"${MAIN_MONITORING_PASSWORD:?}\")"));
  EXPECT_THAT(made.notes, has_note("databases.main", "--from-literal=monitoring-password=\"${MAIN_MONITORING_PASSWORD:?}\""));
}

TEST(KubernetesExporter, OfADatabaseRunsByItselfForPrimaryAndReplicas) {
  const Options options{.at = {{"main", {{"10.0.0.7", 6543}}}, {"main-read", {{"ro.example.net", 6544}}}}};
  Stack stack = reference_stack("quickstart");
  EXPECT_THAT(
      file_of(kubernetes(stack, options), "kubernetes/main.yaml"),
      AllOf(HasSubstr("kind: Deployment\nmetadata:\n  name: main-exporter\n"), HasSubstr("name: main-read-exporter\n"),
            HasSubstr("value: main:5432/main?sslmode=disable\n"), HasSubstr("value: main-read:6544/main?sslmode=disable\n"),
            HasSubstr("          replacement: main  #"), HasSubstr("          replacement: main-read  #"),
            HasSubstr("            - name: DATA_SOURCE_USER\n              value: plimsoll_monitoring\n"),
            HasSubstr("                  name: main\n                  key: monitoring-password\n")));
  stack.databases.front().bought.instance_class = "db.r6g.large";
  EXPECT_THAT(file_of(kubernetes(stack, options), "kubernetes/main.yaml"), HasSubstr("sslmode=require  # a managed one"));
}

TEST(KubernetesExporter, OfSeveralReplicasSeesOneAndSaysSo) {
  Stack stack = reference_stack("quickstart");
  stack.databases.front().read_replicas = 1;
  EXPECT_THAT(kubernetes(stack, {}).notes, Not(has_note("databases.main.read_replicas", "main-read-exporter asks")));
  stack.databases.front().read_replicas = 2;
  EXPECT_THAT(kubernetes(stack, {}).notes, has_note("databases.main.read_replicas", "main-read-exporter asks"));
}

TEST(KubernetesExporter, OfAManagedCacheRunsByItself) {
  const Options options{.at = {{"redis", {{"redis.example.net", 6380}}}}};
  EXPECT_THAT(text("kaireon", "redis", options),
              AllOf(HasSubstr("  name: redis-exporter\n"), HasSubstr("value: redis://redis:6380\n"),
                    HasSubstr("          replacement: redis  #")));
}

// --- vector stores

TEST(KubernetesVectorStore, ShowsItsPageToWhoeverHasTheKey) {
  EXPECT_THAT(
      text("voiceassist", "qdrant"),
      HasSubstr("  podMetricsEndpoints:\n    - port: http\n      interval: 30s\n      authorization:\n        credentials:\n"
                "          name: qdrant\n          key: api-key\n"));
}

TEST(KubernetesVectorStore, V10_ThreeNodesOf4To8Gi) {
  const Rendered made = kubernetes(reference_stack("voiceassist"), {});
  EXPECT_THAT(file_of(made, "kubernetes/qdrant.yaml"),
              AllOf(HasSubstr("  replicas: 3\n"), HasSubstr("              cpu: \"2\"\n              memory: 4Gi\n"),
                    HasSubstr("              cpu: \"4\"\n              memory: 8Gi\n"),
                    HasSubstr("--bootstrap http://qdrant-0.qdrant-nodes:6335"), HasSubstr("storage: 16Gi  # derived: 2 × memory"),
                    HasSubstr("        # A StatefulSet refuses another size. To grow: kubectl patch each pvc")));
  EXPECT_THAT(made.notes, has_note("vector_stores.qdrant.collections.documents", "--data @qdrant/qdrant/documents.json"));
}

// Nodes that wait for the one before are never ready after all went down; and one that reads its segments must not be killed.
TEST(KubernetesVectorStore, NodesStartTogetherAndTakeTheirTime) {
  EXPECT_THAT(text("voiceassist", "qdrant"), AllOf(HasSubstr("  podManagementPolicy: Parallel\n"), HasSubstr("path: /readyz\n"),
                                                   Not(HasSubstr("livenessProbe:\n"))));
}

TEST(KubernetesVectorStore, SnapshotsAreOnTheDiskToo) {
  EXPECT_THAT(text("voiceassist", "qdrant"),
              AllOf(HasSubstr("mountPath: /qdrant/storage\n              subPath: storage\n"),
                    HasSubstr("mountPath: /qdrant/snapshots\n              subPath: snapshots\n")));
}

TEST(KubernetesVectorStore, OneNodeIsNoCluster) {
  Stack stack = reference_stack("voiceassist");
  stack.vector_stores.front().nodes = 1;
  EXPECT_THAT(file_of(kubernetes(stack, {}), "kubernetes/qdrant.yaml"),
              AllOf(Not(HasSubstr("bootstrap")), Not(HasSubstr("qdrant-nodes")), HasSubstr("  serviceName: qdrant\n")));
}

}  // namespace
}  // namespace plimsoll::render
