// The rendered cloud commands as a shell reads and runs them. AWS is a stand-in: a program `aws` that notes what it is told and
// answers the few questions that the commands go on from.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "rendered/support.h"

namespace plimsoll::render::live {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* password = "a-Secret-of-25-Letters!&$";

/// It remembers the parameter group and the storage that it was told to set.
constexpr const char* aws = R"sh(#!/bin/sh
printf '%s\n' "$*" >> "$STATE/asked"
for word; do
  case "$word" in
  file://*)
    stat -c '%a %n' "${word#file://}" >> "$STATE/files"
    cat "${word#file://}" >> "$STATE/files"
    ;;
  esac
done
after() { value=${all##*"$1 "}; printf '%s\n' "${value%% *}"; }
all=$*
case "$all" in
*modify-db-instance*--db-parameter-group-name*) after --db-parameter-group-name > "$STATE/group" ;;
*modify-db-instance*--allocated-storage*) after --allocated-storage > "$STATE/allocated" ;;
*"DBParameterGroups[0].DBParameterGroupName"*) cat "$STATE/group" ;;
*"CacheParameterGroupName | [0]"*) echo "$CACHE_GROUP" ;;
*"--query DBInstances[0].AllocatedStorage "*) cat "$STATE/allocated" ;;
*"MaxAllocatedStorage ||"*) echo 0 ;;
*ParameterValue*) echo '"80"' ;;
*) echo answer ;;
esac
)sh";

constexpr const char* psql = R"sh(#!/bin/sh
printf 'psql %s\n' "$*" >> "$STATE/asked"
)sh";

constexpr const char* sleep_not = R"sh(#!/bin/sh
echo "$1" >> "$STATE/slept"
)sh";

struct Block {
  std::string part;  // "Precondition"; empty: the page's head
  std::string text;
};

/// Every block of a page that is for a shell.
std::vector<Block> shell_blocks(const std::string& page) {
  static constexpr std::string_view fence = "```sh\n";
  std::vector<Block> all;
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 1)) {
    Block block;
    if (const std::size_t part = page.rfind("\n**", at); part != std::string::npos)
      block.part = page.substr(part + 3, page.find('.', part) - part - 3);
    const std::size_t begin = at + fence.size();
    block.text = page.substr(begin, page.find("```", begin) - begin);
    all.push_back(std::move(block));
  }
  return all;
}

std::string page_of(const Stack& stack) { return file_of(render(stack, Target::cloud, {}), "cloud/aws.md"); }

/// AWS in a folder: what a page's blocks ask of it.
class Account {
 public:
  explicit Account(const std::string& group, std::string cache_group = "null", const std::string& allocated = "400")
      : cache_group_(std::move(cache_group)) {
    for (const auto& [name, text] : {std::pair{"aws", aws}, std::pair{"psql", psql}, std::pair{"sleep", sleep_not}}) {
      dir_.write(name, text);
      chmod((dir_ / name).c_str(), 0755);
    }
    dir_.write("group", group + "\n");
    dir_.write("allocated", allocated + "\n");
  }

  /// Undo is a change's last block, and follows at once where it is wanted.
  Ran carry_out(const std::string& page, bool undo, const std::string& more = "", bool patient = false) {
    std::string script = "PATH=\"$STATE:$PATH\"\n";
    for (const Block& block : shell_blocks(page))
      if (undo || block.part != "Undo") script += block.text;
    if (const std::size_t tries = script.find("tries=120"); !patient && tries != std::string::npos)
      script.replace(tries, std::string_view("tries=120").size(), "tries=2");  // this AWS changes at once or not at all
    dir_.write("page.sh", script + more);
    const std::string state = dir_.path().string();
    return run({"/bin/sh", "-u", dir_ / "page.sh"}, {{"STATE", state},
                                                     {"TMPDIR", state},
                                                     {"AWS_REGION", "eu-west-1"},
                                                     {"CACHE_GROUP", cache_group_},
                                                     {"MAIN_PASSWORD", password},
                                                     {"REDIS_PASSWORD", password},
                                                     {"CACHE_PASSWORD", password},
                                                     {"SESSIONS_PASSWORD", password},
                                                     {"JOBS_PASSWORD", password},
                                                     {"DB_SECURITY_GROUP", "sg-1"},
                                                     {"CACHE_SECURITY_GROUP", "sg-2"},
                                                     {"CACHE_SUBNET_GROUP", "subnets"},
                                                     {"SECRET_ARN", "arn:secret"},
                                                     {"ROLE_ARN", "arn:role"}});
  }

  /// Of "asked" (the arguments of every call), "files" (mode, path and text of what was given as a file) and "slept".
  [[nodiscard]] std::string seen(const std::string& what) const {
    std::ifstream file(dir_ / what, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  TempDir dir_;
  std::string cache_group_;
};

std::string test_name(const testing::TestParamInfo<const char*>& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class CloudLive : public testing::TestWithParam<const char*> {};

TEST_P(CloudLive, EveryBlockIsAShells) {
  const std::vector<Block> blocks = shell_blocks(page_of(reference_stack(GetParam())));
  ASSERT_GT(blocks.size(), 4U);
  const TempDir dir;
  for (const Block& block : blocks) {
    dir.write("block.sh", block.text);
    for (const char* shell : {"/bin/sh", "/bin/bash"}) {
      const Ran ran = run({shell, "-n", dir / "block.sh"});
      EXPECT_EQ(ran.code, 0) << shell << ": " << ran.output << block.text;
    }
  }
}

TEST_P(CloudLive, AllOfAPageRunsToItsEndWithoutASecretAsAnArgument) {
  Account account("default.postgres16");
  const Ran ran = account.carry_out(page_of(reference_stack(GetParam())), true, "\necho the end\n");
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("the end"));
  EXPECT_THAT(ran.output, Not(ContainsRegex("not found|page.sh:"))) << "no variable that is unset, no program that is missing";
  EXPECT_THAT(account.seen("asked"), Not(HasSubstr(password)));
}

INSTANTIATE_TEST_SUITE_P(K27_A4, CloudLive, testing::Values("kaireon", "kaireon-pools", "health-agent", "acme"), test_name);

TEST(CloudRuns, ThePasswordIsInAFileOfOnesOwnThatIsGoneAfterwards) {
  Account account("default.postgres16");
  (void)account.carry_out(page_of(reference_stack("kaireon")), false);
  const std::string files = account.seen("files");
  EXPECT_THAT(files, ContainsRegex("^600 /"));
  EXPECT_THAT(files, HasSubstr(std::string("\n{\"AuthToken\": \"") + password + "\"}\n"));
  EXPECT_FALSE(std::filesystem::exists(files.substr(4, files.find('\n') - 4)));
}

TEST(CloudRuns, K27_K15_AGroupOfRdsOwnIsReplacedAndPutBack) {
  const std::string page = page_of(reference_stack("kaireon"));
  Account account("default.postgres16");
  (void)account.carry_out(page, false);
  EXPECT_THAT(account.seen("asked"), AllOf(HasSubstr("create-db-parameter-group --db-parameter-group-name kaireon-main-params"),
                                           HasSubstr("modify-db-parameter-group --db-parameter-group-name kaireon-main-params "
                                                     "--parameters ParameterName=max_connections,ParameterValue=400,"),
                                           Not(HasSubstr("reboot-db-instance"))));
  EXPECT_EQ(account.seen("group"), "kaireon-main-params\n");
  Account undone("default.postgres16");
  (void)undone.carry_out(page, true);
  EXPECT_EQ(undone.seen("group"), "default.postgres16\n");
}

TEST(CloudRuns, K27_K15_AnothersGroupIsKeptAndChanged) {
  Account account("shared-by-two");
  (void)account.carry_out(page_of(reference_stack("kaireon")), true);
  const std::string asked = account.seen("asked");
  EXPECT_EQ(account.seen("group"), "shared-by-two\n");
  EXPECT_THAT(asked, Not(HasSubstr("kaireon-main-params")));
  EXPECT_THAT(asked, HasSubstr("modify-db-parameter-group --db-parameter-group-name shared-by-two "
                               "--parameters ParameterName=max_connections,ParameterValue=400,"));
  EXPECT_THAT(asked, HasSubstr("ParameterName=max_connections,ParameterValue=80,")) << "its figure of before, by Undo";
}

TEST(CloudRuns, K27_K18_ACachesOwnGroupIsKeptAndChanged) {
  Account account("shared-by-two", "\"caches\"");
  (void)account.carry_out(page_of(reference_stack("kaireon")), false);
  const std::string asked = account.seen("asked");
  EXPECT_THAT(asked, Not(HasSubstr("create-cache-parameter-group")));
  EXPECT_THAT(asked, HasSubstr("modify-cache-parameter-group --cache-parameter-group-name caches "
                               "--parameter-name-values ParameterName=maxmemory-policy,ParameterValue=volatile-lru"));
}

TEST(CloudRuns, K27_K14_TheCeilingGoesBackNoLowerThanWhatIsAllocatedByThen) {
  Account account("shared-by-two");
  (void)account.carry_out(page_of(reference_stack("kaireon")), true);
  EXPECT_THAT(account.seen("asked"), HasSubstr("--allocated-storage 500 --max-allocated-storage 1000"));
  EXPECT_THAT(account.seen("asked"), HasSubstr("--max-allocated-storage 500 --apply-immediately")) << "400 before, without any";
}

TEST(CloudRuns, K27_K14_StorageThatHasGrownByItselfIsLeftAndOnlyTheCeilingSet) {
  Account account("shared-by-two", "null", "480");
  (void)account.carry_out(page_of(reference_stack("kaireon")), false);
  EXPECT_EQ(account.seen("allocated"), "480\n");
  EXPECT_THAT(account.seen("asked"), HasSubstr("kaireon-main --max-allocated-storage 1000 --apply-immediately"));
}

TEST(CloudRuns, AWaitEndsAfterAnHour) {
  Account account("shared-by-two");
  const std::string page = page_of(reference_stack("kaireon"));
  const Ran ran = account.carry_out(page.substr(0, page.find("\n## ")), false,
                                    "wait_for yes echo no; echo \"ended $?\"; wait_for yes echo yes; echo \"ended $?\"\n", true);
  EXPECT_THAT(ran.output, HasSubstr("still no, not yes\nended 1\nyes\nended 0\n"));
  const std::string slept = account.seen("slept");
  EXPECT_EQ(std::ranges::count(slept, '\n'), 119) << "of 30 s each";
}

}  // namespace
}  // namespace plimsoll::render::live
