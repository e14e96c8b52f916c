// `plimsoll render`: files on stdout or in a folder, nothing overwritten unasked.

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"

namespace plimsoll::scenes {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* shop = R"(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run: {image: shop/api:1}
    replicas: 2..6
    uses: {main: {through: pooler, connections: 4}, redis: {}}
databases: {main: {max_connections: 100}}
poolers: {pooler: {for: main, default_pool_size: 20, max_client_conn: 200}}
caches: {redis: {used_for: [cache]}}
)";

struct Shop : Folder {
  Shop() { put("stack.yaml", shop); }

  void change(const std::string& from, const std::string& to) const {
    std::string text = text_of("stack.yaml");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    put("stack.yaml", text.replace(at, from.size(), to));
  }
};

std::string without(std::string text, const std::string& part) {
  const std::size_t at = text.find(part);
  return at == std::string::npos ? text : text.erase(at, part.size());
}

TEST(Render, OneFileGoesToStdoutAndNotesToStderr) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("[pgbouncer]"), HasSubstr("default_pool_size = 20"), HasSubstr("stack shop")));
  EXPECT_THAT(outcome.err, HasSubstr("to make first:"));
  EXPECT_EQ(folder.plimsoll({"render", "stack.yaml", "--to", "pgbouncer"}).out, outcome.out);
  EXPECT_EQ(folder.plimsoll({"render", "--to", "pgbouncer", "-f", "stack.yaml"}).out, outcome.out);
  EXPECT_THAT(folder.names(), testing::ElementsAre("stack.yaml"));
}

TEST(Render, ManifestsAreOneStream) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"render", "--to", "kubernetes"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("kind: Namespace"), HasSubstr("\n---\n"), HasSubstr("name: plimsoll")));
  folder.put("all.yaml", outcome.out);
  EXPECT_EQ(folder.plimsoll({"import", "all.yaml"}).code, 0);
}

TEST(Render, SeveralFilesAskForAFolder) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer,kubernetes"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("-o DIR"), HasSubstr("pgbouncer/pooler.ini"), HasSubstr("kubernetes/")));
}

TEST(Render, AFolderIsMadeAndTheSameFilesAreLeft) {
  const Shop folder;
  const Outcome made = folder.plimsoll({"render", "--to", "pgbouncer", "--to", "kubernetes", "-o", "deploy/out"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(folder.has("deploy/out/pgbouncer/pooler.ini"));
  EXPECT_TRUE(folder.has("deploy/out/kubernetes/plimsoll.yaml"));
  EXPECT_THAT(made.err, AllOf(HasSubstr("deploy/out: "), HasSubstr(" new, 0 replaced, 0 the same")));
  const Outcome again = folder.plimsoll({"render", "--to", "pgbouncer", "--to", "kubernetes", "-o", "deploy/out"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("0 new, 0 replaced, "));
}

TEST(Render, WhatDiffersIsNeverReplacedUnasked) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"}).code, 0);
  const std::string before = folder.text_of("out/pgbouncer/pooler.ini");
  folder.change("default_pool_size: 20", "default_pool_size: 25");

  const Outcome refused = folder.plimsoll({"render", "--to", "pgbouncer,kubernetes", "-o", "out"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("out/pgbouncer/pooler.ini"), HasSubstr("--diff out"), HasSubstr("--write")));
  EXPECT_EQ(folder.text_of("out/pgbouncer/pooler.ini"), before);
  EXPECT_FALSE(folder.has("out/kubernetes")) << "checked before the first write";

  const Outcome written = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out", "--write"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(written.err,
              AllOf(HasSubstr("-default_pool_size = 20"), HasSubstr("+default_pool_size = 25"), HasSubstr("1 replaced")));
  EXPECT_THAT(folder.text_of("out/pgbouncer/pooler.ini"), HasSubstr("default_pool_size = 25"));
}

TEST(Render, DiffShowsAndWritesNothing) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"}).code, 0);
  const Outcome same = folder.plimsoll({"render", "--to", "pgbouncer", "--diff", "out"});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, IsEmpty());
  folder.change("default_pool_size: 20", "default_pool_size: 25");
  const std::string before = folder.text_of("out/pgbouncer/pooler.ini");
  const Outcome differs = folder.plimsoll({"render", "--to", "pgbouncer,kubernetes", "--diff", "out"});
  EXPECT_EQ(differs.code, 1);
  EXPECT_THAT(differs.out, AllOf(StartsWith("--- out/pgbouncer/pooler.ini"), HasSubstr("+default_pool_size = 25"),
                                 HasSubstr("new:\n  out/kubernetes/"), Not(HasSubstr("\x1b["))));
  EXPECT_EQ(folder.text_of("out/pgbouncer/pooler.ini"), before);
  EXPECT_FALSE(folder.has("out/kubernetes"));
  EXPECT_EQ(folder.plimsoll({"render", "--to", "pgbouncer", "--diff", "nowhere"}).code, 1) << "all of it is new";
  EXPECT_FALSE(folder.has("nowhere"));
}

TEST(Render, WhatIsNoLongerRenderedIsNamedAndStays) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"}).code, 0);
  folder.put("out/pgbouncer/mine.ini", "[databases]\n");
  const std::string text = without(without(shop, "poolers: {pooler: {for: main, default_pool_size: 20, max_client_conn: 200}}\n"),
                                   "through: pooler, ");
  folder.put("stack.yaml", text + "poolers: {front: {for: main}}\n");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("nothing is deleted"), HasSubstr("out/pgbouncer/pooler.ini"), Not(HasSubstr("mine.ini"))));
  EXPECT_TRUE(folder.has("out/pgbouncer/pooler.ini"));
}

/// The shop without its pooler.
std::string without_pooler() {
  return without(without(shop, "poolers: {pooler: {for: main, default_pool_size: 20, max_client_conn: 200}}\n"),
                 "through: pooler, ");
}

TEST(RenderLeftOver, AFolderThatNothingIsRenderedToAnyMore) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "all", "-o", "out"}).code, 0);
  folder.put("stack.yaml", without_pooler());
  for (const char* targets : {"all", "pgbouncer,nginx,kubernetes", "compose"}) {
    const Outcome outcome = folder.plimsoll({"render", "--to", targets, "-o", "out", "--write"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("no longer; nothing is deleted:\n")) << targets;
    EXPECT_THAT(outcome.err, HasSubstr("  out/pgbouncer/pooler.ini\n")) << targets;
    EXPECT_THAT(outcome.err, Not(AnyOf(HasSubstr("  out/prometheus/"), HasSubstr("  out/grafana/")))) << targets;
  }
  EXPECT_THAT(folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"}).err, HasSubstr("  out/pgbouncer/pooler.ini\n"));
  EXPECT_THAT(folder.plimsoll({"render", "--to", "redis", "-o", "out"}).err, Not(HasSubstr("pgbouncer"))) << "not asked for";
}

TEST(RenderLeftOver, AnotherBalancerAndItsOwnDashboard) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "all", "-o", "out"}).code, 0);
  folder.put("out/grafana/old.json", folder.text_of("out/grafana/dashboard.json"));
  folder.put("out/grafana/mine.json", R"({"title": "mine", "tags": ["plimsoll", "shop"]})");
  folder.put("out/grafana/broken.json", "{");
  folder.change("balancer: {listen: 8080}", "balancer: {listen: 8080, engine: nginx}");
  const Outcome outcome = folder.plimsoll({"render", "--to", "all", "-o", "out", "--write"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("  out/grafana/old.json\n"), HasSubstr("  out/haproxy/haproxy.cfg\n"),
                                 Not(HasSubstr("mine.json")), Not(HasSubstr("broken.json"))));
}

TEST(RenderOutput, AFullDiskIsSaid) {
  if (!fs::exists("/dev/full")) FAIL() << "needs Linux' /dev/full";
  const Shop folder;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"render", "--to", "kubernetes"},
                                             {"render", "--to", "pgbouncer", "--json"},
                                             {"render", "--to", "helm", "--diff", "out"},
                                             {"plan", "stack.yaml"},
                                             {"check", "stack.yaml"},
                                             {"spec", "stack.yaml"},
                                             {"spec", "stack.yaml", "--resolved"}}) {
    const Outcome outcome = folder.plimsoll(arguments, {}, {}, "/dev/full");
    EXPECT_EQ(outcome.code, 2) << arguments.front();
    EXPECT_THAT(outcome.err, HasSubstr("No space left on device")) << arguments.front();
  }
}

TEST(Render, JsonHasFilesAndNotes) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json body = json::parse(outcome.out);
  EXPECT_EQ(body["schema"], "plimsoll/render/v1");
  EXPECT_EQ(body["stack"], "shop");
  EXPECT_EQ(body["targets"], json::array({"pgbouncer"}));
  ASSERT_EQ(body["files"].size(), 1U);
  EXPECT_EQ(body["files"][0]["path"], "pgbouncer/pooler.ini");
  ASSERT_FALSE(body["notes"].empty());
  for (const json& note : body["notes"]) {
    EXPECT_EQ(note["target"], "pgbouncer");
    EXPECT_TRUE(note["path"].is_null() || note["path"].is_string());
    EXPECT_FALSE(note["text"].get<std::string>().empty());
  }
  const json changes = json::parse(folder.plimsoll({"render", "--to", "pgbouncer", "--json", "--diff", "out"}).out);
  EXPECT_EQ(changes["changes"][0]["change"], "new");
  EXPECT_EQ(changes["folder"], "out");
}

TEST(Render, PlacesAndVersionsReachTheFiles) {
  const Shop folder;
  const Outcome placed = folder.plimsoll({"render", "--to", "pgbouncer", "--at", "main=10.1.2.3:5433"});
  EXPECT_EQ(placed.code, 0) << placed.err;
  EXPECT_THAT(placed.out, AllOf(HasSubstr("10.1.2.3"), HasSubstr("5433")));
  const Outcome named = folder.plimsoll({"render", "--to", "kubernetes", "--namespace", "blue", "--kube-version", "1.20"});
  EXPECT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("namespace: blue"));
}

TEST(Render, TheVersionThatAClusterPrintsIsTaken) {
  const Shop folder;
  for (const char* version : {"1.29.3", "v1.31.4+k3s1", "1.29.3-gke.100", "v1.29"}) {
    const Outcome one = folder.plimsoll({"render", "--to", "kubernetes", "--kube-version", version});
    EXPECT_EQ(one.code, 0) << version << one.err;
  }
}

/// A gate on the files must say what one on the spec does: with the overlay all of it is known.
TEST(Render, CheckOfTheFilesFindsWhatCheckOfTheSpecFinds) {
  const Shop folder;
  folder.put("health.yaml", source_text("stacks/health-agent.yaml"));
  const auto rules = [&](const Outcome& outcome) {
    std::set<std::string> names;
    const json report = json::parse(outcome.out);
    for (const json& one : report["findings"]) names.insert(one["rule"].get<std::string>());
    return names;
  };
  const std::set<std::string> wanted = rules(folder.plimsoll({"check", "health.yaml", "--json"}));
  EXPECT_THAT(wanted, testing::Contains("connection-budget"));
  for (const char* target : {"kubernetes", "compose"}) {
    ASSERT_EQ(folder.plimsoll({"render", "-f", "health.yaml", "--to", target, "-o", target}).code, 0);
    const Outcome found = folder.plimsoll({"check", target, "--json"});
    EXPECT_EQ(found.code, 1) << target << found.err;
    for (const std::string& rule : wanted) EXPECT_THAT(rules(found), testing::Contains(rule)) << target;
  }
}

/// What has to be done first is not to drown in the rest.
TEST(Render, ManyNotesAreShownWhenTheyAreAskedFor) {
  const Shop folder;
  folder.put("kaireon.yaml", source_text("stacks/kaireon.yaml"));
  const Outcome brief = folder.plimsoll({"render", "-f", "kaireon.yaml", "--to", "all", "-o", "a"});
  EXPECT_THAT(brief.err, AllOf(HasSubstr("to make first:"), HasSubstr(" things; --notes shows them")));
  const Outcome whole = folder.plimsoll({"render", "-f", "kaireon.yaml", "--to", "all", "-o", "b", "--notes"});
  EXPECT_THAT(whole.err, AllOf(HasSubstr("not said by these files:\n"), Not(HasSubstr("--notes shows"))));
  EXPECT_GT(whole.err.size(), brief.err.size());
}

TEST(Render, ImportOfAllGivesTheSpecBack) {
  const Shop folder;
  ASSERT_EQ(folder.plimsoll({"render", "--to", "all", "-o", "out"}).code, 0);
  const Outcome back = folder.plimsoll({"import", "out", "-o", "back.yaml"});
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_THAT(back.err, HasSubstr("made by `plimsoll render`"));
  EXPECT_EQ(folder.plimsoll({"spec", "back.yaml", "--resolved"}).out, folder.plimsoll({"spec", "stack.yaml", "--resolved"}).out);
  EXPECT_EQ(folder.plimsoll({"render", "-f", "back.yaml", "--to", "all", "--diff", "out"}).code, 0);
  EXPECT_THAT(folder.plimsoll({"import", "out", "--name", "other"}).out, HasSubstr("\nname: other\n"));
}

TEST(Render, NothingForTheStackIsANo) {
  const Folder folder;
  folder.put("stack.yaml", "apiVersion: plimsoll/v1\nname: jobs\ntiers: {worker: {kind: worker, run: {image: jobs:1}}}\n");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no pooler"));
  EXPECT_FALSE(folder.has("out"));
}

struct Mistake {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};
void PrintTo(const Mistake& row, std::ostream* out) { *out << row.name; }

class RenderMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(RenderMistakes, AreToldAndNothingIsWritten) {
  const Shop folder;
  std::vector<std::string> arguments = {"render", "-o", "out"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const Outcome outcome = folder.plimsoll(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_FALSE(folder.has("out"));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RenderMistakes,
    testing::Values(Mistake{"NoTarget", {}, "targets: kubernetes, helm"},                                             //
                    Mistake{"UnknownTarget", {"--to", "kubernets"}, "did you mean 'kubernetes'?"},                    //
                    Mistake{"OneOfSeveralUnknown", {"--to", "helm,wagon"}, "'wagon' is no target"},                   //
                    Mistake{"VersionWord", {"--to", "helm", "--kube-version", "1.x"}, "expected 1.16 to 1.99"},       //
                    Mistake{"Version", {"--to", "helm", "--kube-version", "2.0"}, "expected 1.16 to 1.99"},           //
                    Mistake{"VersionTooOld", {"--to", "helm", "--kube-version", "1.15"}, "expected 1.16 to 1.99"},    //
                    Mistake{"Namespace", {"--to", "helm", "--namespace", "Blue\nx: y"}, "no name of a namespace"},    //
                    Mistake{"AtWithoutPlace", {"--to", "helm", "--at", "main"}, "expected NAME=HOST:PORT"},           //
                    Mistake{"AtUnknown", {"--to", "helm", "--at", "mian=h:1"}, "did you mean 'main'?"},               //
                    Mistake{"AtPort", {"--to", "helm", "--at", "main=h:70000"}, "ports 1 to 65535"},                  //
                    Mistake{"AtNoPort", {"--to", "helm", "--at", "main=h"}, "is no HOST:PORT"},                       //
                    Mistake{"AtHost", {"--to", "helm", "--at", "main=h;quit:1"}, "is no HOST:PORT"},                  //
                    Mistake{"AtTwice", {"--to", "helm", "--at", "main=h:1", "--at", "main=h:2"}, "was named twice"},  //
                    Mistake{"AtSeveral", {"--to", "helm", "--at", "main=h:1,h:2"}, "main is in one place"},           //
                    Mistake{"NoSuchFile", {"--to", "helm", "-f", "none.yaml"}, "none.yaml: no such file"},            //
                    Mistake{"DiffAndOutput", {"--to", "helm", "--diff", "x"}, "excludes"}),
    [](const testing::TestParamInfo<Mistake>& row) { return row.param.name; });

TEST(RenderHostile, AFileIsNoFolder) {
  const Shop folder;
  folder.put("out", "mine\n");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("out is not a folder"));
  EXPECT_EQ(folder.text_of("out"), "mine\n");
}

TEST(RenderHostile, AFileInTheWayOfAFolderOfIt) {
  const Shop folder;
  folder.put("out/pgbouncer", "mine\n");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer,kubernetes", "-o", "out", "--write"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("out/pgbouncer is a file where a folder is needed"));
  EXPECT_FALSE(folder.has("out/kubernetes"));
}

TEST(RenderHostile, AFolderInTheWayOfAFile) {
  const Shop folder;
  folder.put("out/pgbouncer/pooler.ini/x", "mine\n");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out", "--write"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("is a folder where a file is needed"));
}

TEST(RenderHostile, LinksOutOfTheFolderAreRefused) {
  const Shop folder;
  folder.put("elsewhere/pooler.ini", "mine\n");
  fs::create_directories(folder.path() / "out");
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "out/pgbouncer");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out", "--write"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("leads out of out"));
  EXPECT_EQ(folder.text_of("elsewhere/pooler.ini"), "mine\n");

  fs::remove(folder.path() / "out/pgbouncer");
  fs::create_directories(folder.path() / "out/pgbouncer");
  fs::create_symlink("nowhere", folder.path() / "out/pgbouncer/pooler.ini");
  EXPECT_THAT(folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"}).err, HasSubstr("leads nowhere"));
}

TEST(RenderHostile, ALinkWithinTheFolderIsFollowed) {
  const Shop folder;
  fs::create_directories(folder.path() / "out/real");
  fs::create_directory_symlink("real", folder.path() / "out/pgbouncer");
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer", "-o", "out"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(folder.has("out/real/pooler.ini"));
}

TEST(RenderHostile, AReadOnlyFileStays) {
  const Shop folder;
  folder.put("out/pgbouncer/pooler.ini", "mine\n");
  fs::permissions(folder.path() / "out/pgbouncer/pooler.ini", fs::perms::owner_read);
  const Outcome outcome = folder.plimsoll({"render", "--to", "pgbouncer,kubernetes", "-o", "out", "--write"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("read-only"));
  EXPECT_FALSE(folder.has("out/kubernetes")) << "checked before the first write";
}

TEST(RenderHelp, TeachesWithExamples) {
  const Shop folder;
  const Outcome outcome = folder.plimsoll({"render", "--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* word : {"kubernetes", "alertmanager", "--diff", "--write", "--at", "--kube-version", "docs/render.md"})
    EXPECT_THAT(outcome.out, HasSubstr(word));
  EXPECT_THAT(folder.plimsoll({"--help"}).out, HasSubstr("plimsoll render --to kubernetes"));
}

}  // namespace
}  // namespace plimsoll::scenes
