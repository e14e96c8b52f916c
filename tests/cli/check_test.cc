// `plimsoll check` as people run it: journey 1, a spec, stdin, mixed folders, JSON and SARIF.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace plimsoll::scenes {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string manifests = source_path("tests/data/manifests/journey-1/k8s");

std::string shop_spec(const std::string& replicas = "2..6") {
  return "apiVersion: plimsoll/v1\nname: shop\nbalancer: {listen: 8080}\ntiers:\n  api:\n    kind: service\n    run: {image: "
         "shop/api:1}\n"
         "    replicas: " +
         replicas +
         "\n    uses: {main: {connections: 10}}\n    scale: {metrics: [{cpu: 70%}]}\ndatabases: {main: {max_connections: 100}}\n";
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::size_t width = 0;
    for (const char c : line) width += (static_cast<unsigned char>(c) & 0xC0U) == 0x80 ? 0 : 1;
    widest = std::max(widest, width);
  }
  return widest;
}

TEST(Check, ALoneConfigurationIsNotCalledSound) {
  const Folder folder;
  folder.put("pgbouncer.ini", "[databases]\nmain = host=db\n[pgbouncer]\nmax_client_conn = 100\n");
  const Outcome outcome = folder.plimsoll({"check", "pgbouncer.ini"});
  EXPECT_THAT(outcome.out, HasSubstr("1 file read, but nothing to compare with"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("No findings")));
}

// "I have manifests and ten minutes": one command, three findings with their places, sums and fixes, exit 1.
TEST(Journey1, FindingsInManifestsAsTheyAre) {
  const Folder folder;
  std::filesystem::create_directory_symlink(manifests, folder.path() / "k8s");
  const Outcome outcome = folder.plimsoll({"check", "k8s/"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("k8s/api-hpa.yaml:14"));
  EXPECT_THAT(outcome.out, HasSubstr("connections: api can reach 20 × 5 = 100, worker 30 × 3 = 90, reserved 20: 210 of"));
  EXPECT_THAT(outcome.out, HasSubstr("fix    maxReplicas: 18"));
  EXPECT_THAT(outcome.out, HasSubstr("[k8s/pgbouncer.yaml:22]"));
  EXPECT_THAT(outcome.out, HasSubstr("k8s/worker.yaml:31"));
  EXPECT_THAT(outcome.out, HasSubstr("k8s/api.yaml:9"));
  EXPECT_THAT(
      outcome.out,
      HasSubstr("3 findings in 11 files (2 errors, 1 warning). Model: 2 tiers, 1 balancer, 1 pooler, 1 database, 1 cache."));
  EXPECT_THAT(outcome.out, HasSubstr("Not inferred"));
  EXPECT_EQ(outcome.err, "");
}

TEST(Journey1, ModelIsKeptAndIsAValidSpec) {
  const Folder folder;
  const Outcome kept = folder.plimsoll({"check", manifests, "--write", "stack.yaml"});
  EXPECT_EQ(kept.code, 1);
  EXPECT_THAT(kept.out, HasSubstr("Wrote stack.yaml"));
  EXPECT_THAT(folder.text_of("stack.yaml"), HasSubstr("# capacity: "));
  const Outcome valid = folder.plimsoll({"spec", "stack.yaml"});
  EXPECT_EQ(valid.code, 0) << valid.err << folder.text_of("stack.yaml");
  const Outcome checked = folder.plimsoll({"check"});
  EXPECT_EQ(checked.code, 1) << "the spec has the mistakes of the manifests";
  EXPECT_THAT(checked.out, HasSubstr("connections: api can reach 20 × 5 = 100, worker 30 × 3 = 90"));
}

TEST(Check, OnATerminalLinesAreAsWideAsItIs) {
  const Folder folder;
  std::filesystem::create_directory_symlink(manifests, folder.path() / "k8s");
  for (const int columns : {60, 80, 120}) {
    const Outcome outcome = folder.on_terminal({"check", "k8s"}, columns);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_LE(widest_line(outcome.out), static_cast<std::size_t>(columns)) << outcome.out;
  }
  EXPECT_GT(widest_line(folder.plimsoll({"check", "k8s"}).out), 120U) << "what is piped is for grep: a message is one line";
}

TEST(Check, ASoundSpecSaysWhatWasChecked) {
  const Folder folder;
  folder.put("stack.yaml", shop_spec());
  const Outcome outcome = folder.plimsoll({"check"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("No findings in 1 file. Model: 1 tier, 1 balancer, 1 database."));
}

TEST(Check, AnUnsoundSpecNamesItsLines) {
  const Folder folder;
  folder.put("stack.yaml", shop_spec("2..12"));
  const Outcome outcome = folder.plimsoll({"check", "stack.yaml"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("stack.yaml:8  ERROR  connections: api can reach 12 × 10 = 120"));
  EXPECT_THAT(outcome.out, HasSubstr("fix    replicas: 2..9"));
}

// A fix is what it says: the line it names, put in its place, makes the finding go away.
TEST(Check, TheFixMendsIt) {
  const Folder folder;
  folder.put("stack.yaml", shop_spec("2..12"));
  const json found = json::parse(folder.plimsoll({"check", "--json"}).out);
  ASSERT_EQ(found["counts"]["error"], 1);
  EXPECT_EQ(found["findings"][0]["fixes"][0]["text"], "replicas: 2..9");
  folder.put("stack.yaml", shop_spec("2..9"));
  EXPECT_EQ(folder.plimsoll({"check"}).code, 0);
}

TEST(Check, ReadsStdin) {
  const Folder folder;
  const Outcome outcome = folder.plimsoll({"check", "-"}, "services:\n  web: {image: shop/web:1, ports: [\"80:80\"]}\n");
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Model: 1 tier"));
}

TEST(Check, ASpecInAFolderIsCheckedAsOneAndSaidSo) {
  const Folder folder;
  folder.put("k8s/stack.yaml", shop_spec("2..12"));
  folder.put("k8s/compose.yml", "services:\n  web: {image: shop/web:1, ports: [\"80:80\"]}\n");
  const Outcome outcome = folder.plimsoll({"check", "k8s"});
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("k8s/stack.yaml is a spec and was checked as one, apart from the other files."));
  EXPECT_THAT(outcome.out, HasSubstr("in 2 files"));
}

TEST(Check, StrictCountsWarnings) {
  const Folder folder;
  const std::string kaireon = source_path("stacks/kaireon.yaml");
  EXPECT_EQ(folder.plimsoll({"check", kaireon}).code, 0);
  EXPECT_EQ(folder.plimsoll({"check", kaireon, "--strict"}).code, 1);
}

TEST(Check, AHelmTemplateIsPassedOverWithAWord) {
  const Folder folder;
  folder.put("chart/templates/api.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n");
  folder.put("chart/web.yaml",
             "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n");
  const Outcome outcome = folder.plimsoll({"check", "chart"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("chart/templates/api.yaml"), HasSubstr("helm template")));
  EXPECT_NE(outcome.code, 1) << "nothing was judged that was not read";
}

TEST(Check, JsonIsWhole) {
  const Folder folder;
  const Outcome outcome = folder.plimsoll({"check", manifests, "--json"});
  EXPECT_EQ(outcome.code, 1);
  const json body = json::parse(outcome.out);
  EXPECT_EQ(body["schema"], "plimsoll/check/v1");
  EXPECT_EQ(body["model"]["tiers"], 2);
  EXPECT_EQ(body["counts"]["error"], 2);
  const json& first = body["findings"][0];
  EXPECT_EQ(first["rule"], "connection-budget");
  EXPECT_EQ(first["line"], 14);
  EXPECT_EQ(first["fixes"][0]["text"], "maxReplicas: 18");
  EXPECT_FALSE(first["sum"].empty());
  EXPECT_FALSE(body["questions"].empty());
}

TEST(Check, SarifIsValidByItsSchema) {
  const Folder folder;
  const Outcome outcome = folder.plimsoll({"check", manifests, "--sarif", "-o", "check.sarif"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("3 findings")) << "the screen stays";
  const json body = json::parse(folder.text_of("check.sarif"));
  EXPECT_EQ(body["runs"][0]["results"].size(), 3U);
  folder.put("broken.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [}\n");
  const Outcome with_mistake =
      folder.plimsoll({"check", manifests, "broken.yaml", source_path("stacks/kaireon.yaml"), "--sarif"});
  EXPECT_EQ(with_mistake.code, 2);
  folder.put("mistake.sarif", with_mistake.out);
  for (const char* file : {"check.sarif", "mistake.sarif"}) {
    const std::string code =
        "import json, jsonschema, sys; "
        "jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))";
    const std::string schema = source_path("tests/data/schemas/sarif-2.1.0.json"), document = (folder.path() / file).string();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::execl("/usr/bin/python3", "python3", "-c", code.c_str(), schema.c_str(), document.c_str(), nullptr);
      ::_exit(127);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << file << ": " << folder.text_of(file);
  }
}

}  // namespace
}  // namespace plimsoll::scenes
