// `plimsoll plan`: journey 5, and what it writes.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace plimsoll::scenes {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Ten instances at most by what one carries; 10 connections each of 100.
constexpr const char* shop = R"(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
catalog: small
tiers:
  api:
    kind: service
    run: {image: shop/api:1}
    instance: {class: t3.small}
    replicas: 2..6   # as on the old machine
    baseline: {users: 100}
    uses: {main: {connections: 10}}
    scale: {metrics: [{cpu: 70%}]}
databases: {main: {max_connections: 100}}
growth: {users: 200, per_month: 1.2}
)";
constexpr const char* catalog = R"(apiVersion: plimsoll/v1
kind: catalog
name: small
source: "a price list made up for this test"
instances: {t3.small: {cpu: 2, memory: 2GB, price: $15/month}}
)";

struct Shop : Folder {
  Shop() {
    put("stack.yaml", shop);
    put("catalogs/small.yaml", catalog);
  }
};

// "What do we need for ten times the users?": figures with formulas, what gives way, cost, months, the diff.
TEST(Journey5, TenTimesTheUsers) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"plan", "stack.yaml", "--users", "2k"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("shop: 2,000 users"));
  EXPECT_THAT(outcome.out, HasSubstr("ceil(2,000 / 100 users)"));
  EXPECT_THAT(outcome.out, HasSubstr("First to give way"));
  EXPECT_THAT(outcome.out, HasSubstr("a price list made up for this test"));
  EXPECT_THAT(outcome.out, HasSubstr("$300")) << "20 × $15";
  EXPECT_THAT(outcome.out, HasSubstr("Changes to the spec"));
  EXPECT_THAT(outcome.out, HasSubstr("-    replicas: 2..6   # as on the old machine"));
  EXPECT_EQ(folder.text_of("stack.yaml"), shop) << "shown, not written";
}

TEST(Journey5, MonthByMonthAndAReport) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"plan", "--months", "6", "--event", "3x@" + std::string("2099-01-01")});
  EXPECT_EQ(outcome.code, 2) << "an event beyond the plan's reach";
  EXPECT_THAT(outcome.err, HasSubstr("more than ten years ahead"));
  const Outcome months = folder.plimsoll({"plan", "--growth", "1.5/month", "--months", "6", "--report", "plan.html"});
  EXPECT_EQ(months.code, 0) << months.err;
  EXPECT_THAT(months.out, HasSubstr("Month by month"));
  EXPECT_THAT(months.out, HasSubstr("cost a month"));
  EXPECT_THAT(months.out, HasSubstr("2,278")) << "200 × 1.5^6 users";
  const std::string html = folder.text_of("plan.html");
  EXPECT_THAT(html, HasSubstr("<svg class=\"chart\""));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

TEST(Plan, JsonHasEveryPart) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"plan", "--users", "2000", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json body = json::parse(outcome.out);
  EXPECT_EQ(body["schema"], "plimsoll/plan/v1");
  EXPECT_EQ(body["then"]["users"], 2000);
  EXPECT_FALSE(body["lines"].empty());
  EXPECT_FALSE(body["changes"].empty());
  EXPECT_THAT(body["diff"].get<std::string>(), HasSubstr("+++ "));
}

TEST(Plan, WriteChangesThoseLinesAndNothingElse) {
  const Shop folder;
  ::chmod((folder.path() / "stack.yaml").c_str(), 0640);
  const Outcome outcome = folder.plimsoll({"plan", "--users", "2000", "--write", "--yes"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string text = folder.text_of("stack.yaml");
  EXPECT_NE(text, shop);
  EXPECT_THAT(text, HasSubstr("# as on the old machine")) << "comments stay";
  EXPECT_THAT(text, HasSubstr("name: shop\nbalancer: {listen: 8080}\ncatalog: small\n"));
  EXPECT_EQ(std::filesystem::status(folder.path() / "stack.yaml").permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(folder.plimsoll({"spec"}).code, 0);
  EXPECT_THAT(folder.names(), ElementsAre("catalogs", "stack.yaml"));
}

TEST(Plan, WriteAsks) {
  const Shop folder;
  const Outcome unasked = folder.plimsoll({"plan", "--users", "2000", "--write"});
  EXPECT_EQ(unasked.code, 2);
  EXPECT_THAT(unasked.err, HasSubstr("there is no terminal to ask on, so say --yes too"));
  const Outcome no = folder.on_terminal({"plan", "--users", "2000", "--write"}, 80, "[y/N]", "n\n");
  EXPECT_EQ(no.code, 2);
  EXPECT_THAT(no.out, HasSubstr("write this to stack.yaml? [y/N]"));
  EXPECT_EQ(folder.text_of("stack.yaml"), shop);
  const Outcome yes = folder.on_terminal({"plan", "--users", "2000", "--write"}, 80, "[y/N]", "y\n");
  EXPECT_EQ(yes.code, 0) << yes.out;
  EXPECT_NE(folder.text_of("stack.yaml"), shop);
}

TEST(Plan, CtrlCAtTheQuestionChangesNothing) {
  const Shop folder;
  const Outcome outcome = folder.on_terminal({"plan", "--users", "2000", "--write"}, 80, "[y/N]", "\x03");
  EXPECT_NE(outcome.code, 0);
  EXPECT_EQ(folder.text_of("stack.yaml"), shop);
  EXPECT_THAT(folder.names(), ElementsAre("catalogs", "stack.yaml"));
}

TEST(Plan, AReadOnlyFileStaysAsItIs) {
  const Shop folder;
  ::chmod((folder.path() / "stack.yaml").c_str(), 0444);
  const Outcome outcome = folder.plimsoll({"plan", "--users", "2000", "--write", "--yes"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("stack.yaml is read-only; nothing was written"));
  EXPECT_EQ(folder.text_of("stack.yaml"), shop);
}

TEST(Plan, ANewFileLeavesTheOldOne) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"plan", "--users", "2000", "-o", "later.yaml"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(folder.text_of("stack.yaml"), shop);
  EXPECT_EQ(folder.plimsoll({"spec", "later.yaml"}).code, 0);
  EXPECT_EQ(folder.plimsoll({"plan", "--users", "2000", "-o", "later.yaml"}).code, 2) << "it is there already";
}

TEST(Catalog, ThatIsNotFoundSaysWhereItWasLookedFor) {
  const Shop folder;
  std::filesystem::remove_all(folder.path() / "catalogs");
  const Outcome outcome = folder.plimsoll({"plan", "--users", "2000"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("catalog 'small' not found"));
  EXPECT_THAT(outcome.err, HasSubstr("looked for small.yaml in"));
  EXPECT_THAT(outcome.err, HasSubstr((folder.path() / "catalogs").string()));
}

TEST(Catalog, IsFoundBesideTheSpecAboveItByPathAndByTheEnvironment) {
  const Shop folder;
  folder.put("deep/er/stack.yaml", shop);
  EXPECT_EQ(folder.plimsoll({"plan", "deep/er/stack.yaml"}).code, 0) << "in a folder above the spec";
  EXPECT_EQ(folder.plimsoll({"plan", "--catalog", "aws-2026"}).code, 0) << "one that comes with plimsoll";
  const Folder elsewhere;
  elsewhere.put("stack.yaml", shop);
  EXPECT_EQ(elsewhere.plimsoll({"plan"}).code, 2);
  EXPECT_EQ(elsewhere.plimsoll({"plan", "--catalog", (folder.path() / "catalogs/small.yaml").string()}).code, 0);
  EXPECT_EQ(elsewhere.plimsoll({"plan"}, "", {{"PLIMSOLL_CATALOGS", "/nowhere:" + (folder.path() / "catalogs").string()}}).code,
            0);
}

TEST(Catalog, WithAMistakeNamesItsLine) {
  const Shop folder;
  folder.put("catalogs/small.yaml", "apiVersion: plimsoll/v1\nkind: catalog\nname: small\ninstances: {t3.small: {cpu: two}}\n");
  const Outcome outcome = folder.plimsoll({"plan"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("small.yaml:4:"));
}

}  // namespace
}  // namespace plimsoll::scenes
