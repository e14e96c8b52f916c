#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "render/render.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string compose_of(const Stack& stack, const Options& options = {}) {
  return file_of(render(stack, Target::compose, options), "compose.yaml");
}

/// The lines of one service.
std::string service_of(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find("\n  " + name + ":\n");
  EXPECT_NE(begin, std::string::npos) << "no service " << name << " in\n" << text;
  if (begin == std::string::npos) return {};
  std::size_t end = text.find('\n', begin + 1);
  while (end != std::string::npos && end + 1 < text.size() && text.compare(end, 4, "\n   ") == 0) end = text.find('\n', end + 1);
  return text.substr(begin + 1, end - begin);
}

std::string notes_of(const Rendered& made) {
  std::string text;
  for (const Note& note : made.notes) text += note.path + ": " + note.text + "\n";
  return text;
}

std::string test_name(const testing::TestParamInfo<const char*>& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class ComposeGolden : public testing::TestWithParam<const char*> {};
TEST_P(ComposeGolden, IsWhatAReaderGets) {
  const Rendered made = render(reference_stack(GetParam()), Target::compose, {});
  expect_golden(std::string(GetParam()) + "/compose.yaml", file_of(made, "compose.yaml"));
}
INSTANTIATE_TEST_SUITE_P(H9_V7_V8_V9_V10_T10_K17, ComposeGolden, testing::ValuesIn(reference_stacks), test_name);

/// What is to be set is what a value refers to, whatever the variable is called that it ends up in.
TEST(ComposeNotes, NameTheVariablesToSet) {
  Stack stack = reference_stack("quickstart");
  stack.tiers.at(0).run.env = {{"REFERRED", "Bearer ${SECRET_TOKEN} of ${OTHER}"}, {"PLAIN", "5"}};
  const Rendered made = render(stack, Target::compose, {});
  const auto told = std::ranges::find(made.notes, ModelPath("tiers.api.run.env"), &Note::path);
  ASSERT_NE(told, made.notes.end());
  EXPECT_EQ(told->text, "set in .env: OTHER, SECRET_TOKEN");
}

TEST(Compose, FilesOfOtherTargetsAreTheirsToTheByte) {
  for (const char* name : reference_stacks) {
    const Stack stack = reference_stack(name);
    const Rendered compose = render(stack, Target::compose, {});
    const Rendered all = render_all(stack, {});  // asserts that one path is one text
    for (const File& file : compose.files) EXPECT_EQ(file.text, file_of(all, file.path)) << name << ": " << file.path;
  }
}

TEST(Compose, EveryMountedFileIsAmongTheRendered) {
  for (const char* name : reference_stacks) {
    const Rendered made = render(reference_stack(name), Target::compose, {});
    const std::string text = file_of(made, "compose.yaml");
    for (std::size_t at = text.find("- ./"); at != std::string::npos; at = text.find("- ./", at + 1))
      file_of(made, text.substr(at + 4, text.find(':', at) - at - 4));
  }
}

TEST(Compose, H8_H9_ThreeCopiesBehindNginxShareRedisAndPostgres) {
  Stack stack = reference_stack("health-agent");
  stack.tiers.front().replicas = {3, 20};
  const std::string text = compose_of(stack);
  EXPECT_THAT(service_of(text, "api"), HasSubstr("replicas: 3"));
  EXPECT_THAT(service_of(text, "api"), HasSubstr("@main:5432/main"));
  EXPECT_THAT(service_of(text, "api"), HasSubstr("@redis:6379"));
  EXPECT_THAT(service_of(text, "balancer"), HasSubstr("./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"));
  EXPECT_THAT(service_of(text, "balancer"), HasSubstr("127.0.0.1:8080:8080"));
  EXPECT_THAT(service_of(text, "main"), HasSubstr("pgvector/pgvector"));
}

TEST(Compose, V7_TwoToFourCpusAndTwoToFourGigabytes) {
  Stack stack = reference_stack("voiceassist");
  EXPECT_THAT(service_of(compose_of(stack), "server"),
              HasSubstr("limits:\n          cpus: \"2\"\n          memory: 2G\n"
                        "        reservations:\n          cpus: \"1\"\n          memory: 1G\n"));
  stack.tiers.front().instance.cpu = {Cores{2}, Cores{4}};
  stack.tiers.front().instance.memory = {{Bytes{2LL << 30}, Bytes{4LL << 30}}};
  EXPECT_THAT(service_of(compose_of(stack), "server"),
              HasSubstr("limits:\n          cpus: \"4\"\n          memory: 4G\n"
                        "        reservations:\n          cpus: \"2\"\n          memory: 2G\n"));
}

TEST(Compose, V8_APrimaryAndAReadReplicaFromABaseBackup) {
  const std::string text = compose_of(reference_stack("voiceassist"));
  EXPECT_THAT(service_of(text, "main"), HasSubstr("memory: 8G"));
  EXPECT_THAT(service_of(text, "main-read"), HasSubstr("pg_basebackup -h main -p 5432 -U plimsoll_replication"));
  EXPECT_THAT(service_of(text, "main-read"), HasSubstr("$$PGDATA")) << "a dollar is the shell's, not Compose's";
  EXPECT_THAT(service_of(text, "pooler"), HasSubstr("./pgbouncer/pooler.ini:/etc/pgbouncer/pgbouncer.ini:ro"));
}

TEST(Compose, V9_ACacheOfFourGigabytes) {
  EXPECT_THAT(service_of(compose_of(reference_stack("voiceassist")), "redis"), HasSubstr("memory: 4G"));
}

TEST(Compose, V9_SentinelsEachWithACopyOfTheirFile) {
  const std::string text = compose_of(stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
tiers: {api: {kind: service, run: {command: [x]}, uses: {redis: {}}}}
caches: {redis: {architecture: sentinel, replicas: 2, used_for: [cache]}}
)"));
  const std::string sentinel = service_of(text, "redis-sentinel");
  EXPECT_THAT(sentinel, HasSubstr("replicas: 3  # quorum 2"));
  EXPECT_THAT(sentinel, HasSubstr("cp sentinel.conf /data/sentinel.conf"));
  EXPECT_THAT(service_of(text, "redis-replica"), HasSubstr("replicas: 2"));
  EXPECT_THAT(service_of(text, "api"), HasSubstr("REDIS_SENTINELS: redis-sentinel:26379"));
}

TEST(Compose, T10_AMasterWithTwoReplicas) {
  const std::string text = compose_of(reference_stack("triage-warden"));
  EXPECT_THAT(service_of(text, "redis"), HasSubstr("memory: 2G"));
  EXPECT_THAT(service_of(text, "redis-replica"), HasSubstr("replicas: 2"));
  EXPECT_THAT(service_of(text, "redis-replica"), HasSubstr("condition: service_healthy"));
}

TEST(Compose, K17_SixNodesAndWhatMakesThemACluster) {
  const std::string text = compose_of(reference_stack("acme"));
  for (int i = 1; i <= 6; ++i) service_of(text, "cache-" + std::to_string(i));
  EXPECT_THAT(text, Not(HasSubstr("\n  cache-7:")));
  EXPECT_THAT(service_of(text, "cache-create"), HasSubstr("--cluster-replicas 1"));
  EXPECT_THAT(service_of(text, "cache-create"),
              HasSubstr("cache-1:6379 cache-2:6379 cache-3:6379 cache-4:6379 cache-5:6379 cache-6:6379"));
  EXPECT_THAT(service_of(text, "cache-1"), HasSubstr("aliases: [cache]"));
  EXPECT_THAT(service_of(text, "storefront"), HasSubstr("CACHE_CLUSTER_MODE: \"true\""));
  EXPECT_THAT(service_of(text, "storefront"), HasSubstr("REDIS_URL: redis://:${JOBS_PASSWORD:?is not set}@jobs:6379"));
  EXPECT_THAT(service_of(text, "storefront"), HasSubstr("CACHE_URL: redis://:${CACHE_PASSWORD:?is not set}@cache:6379"));
}

/// nodes.conf has addresses: with others after a restart no node would find any.
TEST(Compose, K17_NodesOfAClusterKeepTheirAddresses) {
  const std::string text = compose_of(reference_stack("acme"));
  const std::size_t subnet = text.find("subnet: 10.");
  ASSERT_NE(subnet, std::string::npos) << text;
  const std::string net = text.substr(subnet + 8, text.find(".0.0/16", subnet) - subnet - 8);
  EXPECT_THAT(text, HasSubstr("ip_range: " + net + ".128.0/17"));
  for (int i = 1; i <= 6; ++i)
    EXPECT_THAT(service_of(text, "cache-" + std::to_string(i)),
                HasSubstr("ipv4_address: \"" + net + ".1." + std::to_string(i) + "\"\n"));
  EXPECT_THAT(compose_of(reference_stack("kaireon")), Not(HasSubstr("subnet")));
}

TEST(Compose, AnInterruptedCopyIsMadeAgainAndNeverStartsAsAPrimary) {
  const std::string text = service_of(compose_of(reference_stack("voiceassist")), "main-read");
  const std::size_t copy = text.find("-D \"$$PGDATA.new\""), sign = text.find("touch \"$$PGDATA.new/standby.signal\""),
                    move = text.find("mv \"$$PGDATA.new\" \"$$PGDATA\"");
  EXPECT_LT(copy, sign);
  EXPECT_LT(sign, move);
  EXPECT_NE(move, std::string::npos) << text;
  EXPECT_THAT(text, HasSubstr("PGDATA: /var/lib/postgresql/data/copy")) << "a mounted folder can't be replaced";
}

TEST(Compose, APoolerLetsTransactionsEnd) {
  EXPECT_THAT(service_of(compose_of(reference_stack("kaireon")), "pooler"),
              AllOf(HasSubstr("stop_signal: SIGINT"), HasSubstr("stop_grace_period: 30s")));
}

TEST(Compose, OnlyNotesOfWhatItDoesAreLeftOut) {
  const std::string notes = notes_of(render(reference_stack("acme"), Target::compose, {}));
  EXPECT_THAT(notes, HasSubstr("clients must speak the cluster's protocol"));
  for (const char* done : {"auth.conf of the folder", "--check-single-keys", "userlist.txt in the folder",
                           "postgres -c config_file", "start it with --data.retention", "first login is admin"})
    EXPECT_THAT(notes, Not(HasSubstr(done)));
  Stack stack = reference_stack("kaireon");
  stack.balancer->engine = BalancerEngine::haproxy;
  EXPECT_THAT(notes_of(render(stack, Target::compose, {})), Not(HasSubstr("on Kubernetes")));
  const Options elsewhere{.at = {{"redis", {{"10.0.0.9", 6380}}}}};
  EXPECT_THAT(notes_of(render(reference_stack("kaireon"), Target::compose, elsewhere)), HasSubstr("auth.conf of the folder"));
}

TEST(Compose, V10_ThreeNodesOfQdrantFindTheFirst) {
  const std::string text = compose_of(reference_stack("voiceassist"));
  EXPECT_THAT(service_of(text, "qdrant-1"), Not(HasSubstr("--bootstrap")));
  for (const char* name : {"qdrant-2", "qdrant-3"}) {
    EXPECT_THAT(service_of(text, name), HasSubstr("--bootstrap, \"http://qdrant-1:6335\"")) << name;
    EXPECT_THAT(service_of(text, name), HasSubstr("cpus: \"4\"")) << name;
    EXPECT_THAT(service_of(text, name), HasSubstr("memory: 8G")) << name;
  }
}

TEST(Compose, V4_AnotherCountIsACommandAndTheNoteHasIt) {
  EXPECT_THAT(notes_of(render(reference_stack("voiceassist"), Target::compose, {})), HasSubstr("--scale server=N"));
}

TEST(Compose, PasswordsAreVariablesAndFilesTheReaderMakes) {
  const Rendered made = render(reference_stack("kaireon"), Target::compose, {});
  const std::string api = service_of(file_of(made, "compose.yaml"), "api");
  EXPECT_THAT(api, HasSubstr("postgres://app:${MAIN_PASSWORD:?is not set}@pooler:6432/main"));
  EXPECT_THAT(api, HasSubstr("redis://:${REDIS_PASSWORD:?is not set}@redis:6379"));
  const std::string notes = notes_of(made);
  for (const char* name : {"MAIN_PASSWORD", "MAIN_SUPERUSER_PASSWORD", "MAIN_REPLICATION_PASSWORD", "REDIS_PASSWORD",
                           "secrets/pooler_userlist", "secrets/redis_auth"})
    EXPECT_THAT(notes, HasSubstr(name));
}

TEST(Compose, ValuesOfTheSpecStayData) {
  const Stack stack = stack_from(R"(
apiVersion: plimsoll/v1
name: hostile
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run:
      command: [sh, -c, "echo $HOME $${HOME} '#'"]
      env: {PRICE: "5 $ # \"quoted\" 'so'", LINES: "a\nb: c\n- d", TOKEN: "${API_TOKEN}", MIXED: "x-${API_TOKEN}-$1", LITERAL: "$$y"}
)");
  const std::string api = service_of(compose_of(stack), "api");
  EXPECT_THAT(api, HasSubstr("command: [sh, -c, \"echo $$HOME $${HOME} '#'\"]"));
  EXPECT_THAT(api, HasSubstr(R"(PRICE: "5 $$ # \"quoted\" 'so'")"));
  EXPECT_THAT(api, HasSubstr("LINES: |-\n        a\n        b: c\n        - d\n"));
  EXPECT_THAT(api, HasSubstr("TOKEN: ${API_TOKEN:?is not set}"));
  EXPECT_THAT(api, HasSubstr("MIXED: x-${API_TOKEN:?is not set}-$$1"));
  EXPECT_THAT(api, HasSubstr("LITERAL: $$$$y"));
}

TEST(Compose, WhatIsElsewhereIsNotStartedHere) {
  const Options options{
      .at = {{"main", {{"db.example.org", 5433}}}, {"main-read", {{"read.example.org", 5432}}}, {"redis", {{"10.0.0.9", 6380}}}}};
  const std::string text = compose_of(reference_stack("kaireon"), options);
  for (const char* name : {"\n  main:", "\n  main-read:", "\n  redis:"}) EXPECT_THAT(text, Not(HasSubstr(name)));
  EXPECT_THAT(service_of(text, "api"), HasSubstr("@10.0.0.9:6380"));
}

TEST(Compose, AComponentKeepsItsNameFromWhatRunsBesideIt) {
  const Rendered made = render(stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
tiers: {grafana: {kind: service, run: {command: [x], image: mine}}}
)"),
                               Target::compose, {});
  EXPECT_THAT(service_of(file_of(made, "compose.yaml"), "grafana"), HasSubstr("image: mine"));
  EXPECT_THAT(notes_of(made), HasSubstr("grafana is a component's name"));
}

TEST(Compose, TheSameStackGivesTheSameText) {
  for (const char* name : reference_stacks) EXPECT_EQ(compose_of(reference_stack(name)), compose_of(reference_stack(name)));
}

}  // namespace
}  // namespace plimsoll::render
