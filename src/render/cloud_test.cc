#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "render/cloud_parts.h"
#include "render/render.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const Stack& stack) { return file_of(render(stack, Target::cloud, {}), "cloud/aws.md"); }

/// The text from "## TITLE" to the next heading.
std::string section_of(const std::string& page, const std::string& title) {
  const std::size_t begin = page.find("\n## " + title);
  EXPECT_NE(begin, std::string::npos) << "no section " << title << " in\n" << page;
  if (begin == std::string::npos) return {};
  return page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

std::vector<std::string> sections_of(const std::string& page) {
  std::vector<std::string> all;
  for (std::size_t at = page.find("\n## "); at != std::string::npos; at = page.find("\n## ", at + 1))
    all.push_back(page.substr(at, page.find("\n## ", at + 1) - at));
  return all;
}

/// Of a section, from "**TITLE.**" to the next part.
std::string part_of(const std::string& section, const std::string& title) {
  const std::size_t begin = section.find("**" + title + ".**");
  if (begin == std::string::npos) return {};
  return section.substr(begin, section.find("\n**", begin) - begin);
}

std::string test_name(const testing::TestParamInfo<const char*>& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class CloudGolden : public testing::TestWithParam<const char*> {};
TEST_P(CloudGolden, IsWhatAReaderGets) {
  expect_golden_files(GetParam(), render(reference_stack(GetParam()), Target::cloud, {}));
}
INSTANTIATE_TEST_SUITE_P(K27, CloudGolden, testing::Values("kaireon", "kaireon-pools", "health-agent", "acme"), test_name);

TEST(Cloud, K27_EveryChangeHasPreconditionCommandVerificationAndWayBack) {
  for (const char* name : {"kaireon", "kaireon-pools", "health-agent", "acme"}) {
    const std::vector<std::string> sections = sections_of(page_of(reference_stack(name)));
    ASSERT_FALSE(sections.empty()) << name;
    for (const std::string& section : sections) {
      std::size_t at = 0;
      for (const char* part : {"**Precondition.**", "**Command.**", "**Verify.**", "**Undo.**"}) {
        const std::size_t next = section.find(part, at);
        EXPECT_NE(next, std::string::npos) << name << ": no " << part << " in its place in" << section;
        if (next != std::string::npos) at = next;
      }
      EXPECT_THAT(part_of(section, "Command"), ContainsRegex("\n *aws [a-z]+ (create|modify|promote)-")) << section;
    }
  }
}

TEST(Cloud, K27_LookingChangesNothing) {
  for (const char* name : {"kaireon", "kaireon-pools", "health-agent", "acme"})
    for (const std::string& section : sections_of(page_of(reference_stack(name))))
      for (const char* part : {"Precondition", "Verify"})
        EXPECT_THAT(part_of(section, part),
                    Not(ContainsRegex("aws [a-z]+ (create|modify|delete|reboot|reset|promote|register|deregister)-")))
            << name << section;
}

TEST(Cloud, K27_K11_K12_AChangeOfClassWaitsForTheWindowUnlessToldOtherwise) {
  const std::string page = page_of(reference_stack("kaireon"));
  EXPECT_THAT(page, HasSubstr("apply=--no-apply-immediately"));
  const std::string change = section_of(page, "main: instance class db.r6g.xlarge");
  EXPECT_THAT(change, HasSubstr("1 to 3 minutes"));
  EXPECT_THAT(change, HasSubstr("aws rds modify-db-instance --db-instance-identifier kaireon-main \\\n  --db-instance-class "
                                "'db.r6g.xlarge' \"$apply\""));
  EXPECT_THAT(section_of(page_of(reference_stack("acme")), "main: instance class"),
              HasSubstr("with Multi-AZ as long as a fail-over"));
}

TEST(Cloud, K27_K13_AReadReplicaIsMadeWatchedAndPromoted) {
  const std::string page = page_of(reference_stack("kaireon"));
  const std::string made = section_of(page, "main: read replica 1");
  EXPECT_THAT(made, HasSubstr("create-db-instance-read-replica --db-instance-identifier kaireon-main-read-1"));
  EXPECT_THAT(made, HasSubstr("--metric-name ReplicaLag"));
  EXPECT_THAT(made, HasSubstr("date -u -d '-1 hour'")) << "GNU's; the runbook's is BSD's only";
  EXPECT_THAT(section_of(page, "main: promote read replica 1"),
              HasSubstr("promote-read-replica --db-instance-identifier kaireon-main-read-1"));
}

TEST(Cloud, K27_K14_StorageOf500GrowsTo1000AndIsToBeSeenToAt70Percent) {
  const std::string change = section_of(page_of(reference_stack("kaireon")), "main: storage 500 GiB, up to 1000 GiB by itself");
  EXPECT_THAT(change, HasSubstr("if [ \"$allocated_before\" -le 454 ]")) << "10 % more is what RDS takes; less it rounds up";
  EXPECT_THAT(part_of(change, "Undo"), HasSubstr("DBInstances[0].AllocatedStorage")) << "it may have grown since";
  EXPECT_THAT(part_of(change, "Undo"), HasSubstr("if [ \"$ceiling_before\" -gt \"$ceiling\" ]"));
  EXPECT_THAT(change, HasSubstr("--allocated-storage 500 --max-allocated-storage 1000"));
  EXPECT_THAT(change, HasSubstr("Act when 70% is used"));

  Stack stack = reference_stack("kaireon");
  stack.databases.front().storage.max = Bytes{540LL << 30};
  EXPECT_THAT(render(stack, Target::cloud, {}).notes, Contains(Field(&Note::path, std::string("databases.main.storage.max"))));
}

TEST(Cloud, K27_K15_TheGroupThatIsChangedIsTheOneTheInstanceHas) {
  const std::string page = page_of(reference_stack("kaireon"));
  const std::string change = section_of(page, "main: max_connections 400");
  EXPECT_THAT(part_of(change, "Precondition"), HasSubstr("group=$("));
  for (const char* part : {"Command", "Undo"}) {
    EXPECT_THAT(part_of(change, part), HasSubstr("--db-parameter-group-name \"$group\"")) << part;
    EXPECT_THAT(part_of(change, part), HasSubstr("if [ \"$apply\" = --apply-immediately ]")) << "a restart is an outage";
  }
  EXPECT_THAT(change, Not(HasSubstr("kaireon-main-params"))) << "the instance may have another";
  EXPECT_THAT(section_of(page, "main: a parameter group of its own"),
              HasSubstr("default.*)\n  aws rds create-db-parameter-group --db-parameter-group-name kaireon-main-params"));
}

TEST(Cloud, K27_AZoneMoreHasNoOutageAndIsWaitedFor) {
  const std::string change = section_of(page_of(reference_stack("acme")), "main: Multi-AZ");
  EXPECT_THAT(change, HasSubstr("--multi-az --apply-immediately"));
  EXPECT_THAT(change, HasSubstr("wait_for True aws rds describe-db-instances"));
  EXPECT_THAT(change, Not(HasSubstr("$apply")));
}

TEST(Cloud, EveryWaitHasAnEnd) {
  for (const char* name : {"kaireon", "acme"}) {
    const std::string page = page_of(reference_stack(name));
    const std::size_t loop = page.find("until now=");
    ASSERT_NE(loop, std::string::npos) << "that of wait_for";
    EXPECT_EQ(page.find("until now=", loop + 1), std::string::npos);
    EXPECT_THAT(page, Not(ContainsRegex("(while|until) \\["))) << "a loop of its own";
  }
}

TEST(Cloud, K27_K15_BothFiguresForConnectionsAndThatARestartIsNeeded) {
  Stack stack = reference_stack("kaireon");
  stack.databases.front().memory = Bytes{32LL << 30};  // the catalog's, of db.r6g.xlarge
  const std::string change = section_of(page_of(stack), "main: max_connections 400");
  EXPECT_THAT(change, HasSubstr("LEAST(34359738368 / 9531392, 5000) = 3604"));
  EXPECT_THAT(change, HasSubstr("ParameterName=max_connections,ParameterValue=400,ApplyMethod=pending-reboot"));
}

TEST(Cloud, K15_TheEnginesOwnFigureEndsAtFiveThousand) {
  EXPECT_EQ(cloud_parts::default_max_connections(Bytes{16LL << 30}), 1802);
  EXPECT_EQ(cloud_parts::default_max_connections(Bytes{128LL << 30}), 5000);
}

TEST(Cloud, K27_K17_ThreeShardsBecomeSixAndBack) {
  const std::string page = page_of(reference_stack("acme"));
  EXPECT_THAT(section_of(page, "cache: replication group, 3 shards × 1 replica"),
              HasSubstr("--num-node-groups 3 --replicas-per-node-group 1"));
  const std::string change = section_of(page, "cache: from 3 to 6 shards");
  EXPECT_THAT(change, HasSubstr("modify-replication-group-shard-configuration --replication-group-id acme-cache \\\n  "
                                "--node-group-count 6 --apply-immediately"));
  EXPECT_THAT(change, HasSubstr("--node-group-count 3 --node-groups-to-retain $shards_before"));
}

TEST(Cloud, K27_K18_ThePolicyAndWhatMaxmemoryIsThere) {
  Stack stack = reference_stack("kaireon");
  stack.caches.front().memory = Bytes{static_cast<std::int64_t>(13.07 * (1LL << 30))};  // the catalog's, of cache.r6g.large
  const std::string change = section_of(page_of(stack), "redis: volatile-lru");
  EXPECT_THAT(change, HasSubstr("ParameterName=maxmemory-policy,ParameterValue=volatile-lru"));
  EXPECT_THAT(change, HasSubstr("ParameterName=reserved-memory-percent,ParameterValue=8")) << "12 of 13.07 GiB";
}

TEST(Cloud, K27_K18_NoMaxmemoryIsStatedThatNothingSets) {
  for (const std::optional<Bytes> memory : {std::optional<Bytes>{}, std::optional<Bytes>{Bytes{8LL << 30}}}) {
    Stack stack = reference_stack("kaireon");
    stack.caches.front().memory = memory;
    const Rendered made = render(stack, Target::cloud, {});
    const std::string page = file_of(made, "cloud/aws.md");
    EXPECT_THAT(page, HasSubstr("\n## redis: volatile-lru\n"));
    EXPECT_THAT(page, Not(HasSubstr("reserved-memory-percent")));
    EXPECT_THAT(made.notes, Contains(Field(&Note::path, std::string("caches.redis.maxmemory"))));
  }
}

TEST(Cloud, A4_AProxyWithItsPoolAndTheTwoFiguresToWatch) {
  const std::string change = section_of(page_of(reference_stack("acme")), "proxy: RDS Proxy");
  EXPECT_THAT(change, HasSubstr("MaxConnectionsPercent=25,")) << "100 of 400";
  EXPECT_THAT(change, HasSubstr("--metric-name ClientConnections"));
  EXPECT_THAT(change, HasSubstr("--metric-name DatabaseConnections"));
}

TEST(Cloud, A4_K20_OneProxyStandsForAllPoolersWithTheirReserves) {
  Stack stack = reference_stack("kaireon");
  std::string change = section_of(page_of(stack), "pooler: RDS Proxy");
  EXPECT_THAT(change, HasSubstr("derived from 3 poolers × 100 = 300 server connections"));
  EXPECT_THAT(change, HasSubstr("MaxConnectionsPercent=75,"));
  stack.poolers.front().max_db_connections = 0;
  stack.poolers.front().default_pool_size = 30;
  stack.poolers.front().reserve_pool_size = 10;
  change = section_of(page_of(stack), "pooler: RDS Proxy");
  EXPECT_THAT(change, HasSubstr("MaxConnectionsPercent=30,")) << "3 × 40 of 400";
}

TEST(Cloud, AStackWithoutClassesOfAwsHasNoPageAndIsTold) {
  for (const char* name : {"quickstart", "voiceassist", "triage-warden"}) {
    const Rendered made = render(reference_stack(name), Target::cloud, {});
    EXPECT_TRUE(made.files.empty()) << name;
    ASSERT_FALSE(made.notes.empty()) << name;
    EXPECT_THAT(made.notes.front().text, HasSubstr("nothing to do on AWS"));
  }
}

TEST(Cloud, NoSecretIsInAPageOnlyItsVariable) {
  const std::string page = page_of(reference_stack("kaireon"));
  EXPECT_THAT(page, HasSubstr("REDIS_PASSWORD"));
  EXPECT_THAT(page, Not(HasSubstr("--auth-token"))) << "every user of the machine can read the arguments of a command";
  EXPECT_THAT(page, Not(ContainsRegex("psql [^\n]*_URL")));
  EXPECT_THAT(page, HasSubstr("  umask 077\n  token=$(mktemp)\n  trap 'rm -f \"$token\"' EXIT"));
  EXPECT_THAT(page, HasSubstr("--cli-input-json \"file://$token\""));
}

TEST(Cloud, TwoSecurityGroupsHaveTwoNames) {
  const std::string page = page_of(reference_stack("acme"));
  EXPECT_THAT(page, HasSubstr("\"${DB_SECURITY_GROUP:?lets instances in on 5432}\""));
  EXPECT_THAT(page, HasSubstr("\"${CACHE_SECURITY_GROUP:?lets instances in on 6379}\""));
  EXPECT_THAT(page, Not(ContainsRegex("[{$]SECURITY_GROUP")));
}

TEST(Cloud, AnIdentifierIsOneThatAwsTakesAndTheComponentsAlone) {
  Stack stack;
  stack.name = "kaireon";
  EXPECT_EQ(cloud_parts::identifier(stack, "main", 40), "kaireon-main");
  EXPECT_EQ(cloud_parts::identifier(stack, "main", 12), "kaireon-main");
  std::set<std::string> all;
  for (const char* component :
       {"a--b", "a---b", "a-b", "a2345678901234567890123456789012345678-p", "a2345678901234567890123456789012345678-q"}) {
    const std::string id = cloud_parts::identifier(stack, component, 40);
    EXPECT_LE(id.size(), 40U) << id;
    EXPECT_THAT(id, Not(HasSubstr("--")));
    EXPECT_NE(id.back(), '-') << id;
    EXPECT_EQ(id, cloud_parts::identifier(stack, component, 40));
    EXPECT_TRUE(all.insert(id).second) << id << " twice";
  }
}

TEST(Cloud, AnotherIdentifierIsSaidAndUsedThroughout) {
  Stack stack = reference_stack("acme");
  stack.name = "acme-of-the-longest-name-that-there-is-1";
  const Rendered made = render(stack, Target::cloud, {});
  const std::string id = cloud_parts::identifier(stack, "sessions", cloud_parts::most_of_replication_group);
  EXPECT_THAT(file_of(made, "cloud/aws.md"), HasSubstr("--replication-group-id " + id + " "));
  EXPECT_THAT(file_of(made, "cloud/aws.md"), Not(HasSubstr(stack.name + "-sessions")));
  EXPECT_THAT(made.notes, Contains(AllOf(Field(&Note::path, std::string("caches.sessions")), Field(&Note::text, HasSubstr(id)))));
}

TEST(Cloud, AnyTextIsOneWordOfAShell) {
  EXPECT_EQ(cloud_parts::shell_word("plain"), "'plain'");
  EXPECT_EQ(cloud_parts::shell_word("it's $HOME `x` \"y\""), "'it'\\''s $HOME `x` \"y\"'");
}

}  // namespace
}  // namespace plimsoll::render
