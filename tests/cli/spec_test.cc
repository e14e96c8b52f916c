// `plimsoll spec`, and the help texts.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace plimsoll::scenes {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* shop = R"(apiVersion: plimsoll/v1
name: shop
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run: {command: [shop], env: {TOKEN: "${SHOP_TOKEN}"}}
    replicas: 2..6
    uses: {main: {connections: 10}}
    scale: {metrics: [{cpu: 70%}]}
databases: {main: {max_connections: 100}}
)";

TEST(Spec, SaysInAFewWordsWhatIsInIt) {
  const Folder folder;
  folder.put("stack.yaml", shop);
  const Outcome outcome = folder.plimsoll({"spec"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("stack.yaml: stack shop is valid. 1 tier: api (service, 2..6)"));
  EXPECT_THAT(outcome.out, HasSubstr("at their defaults"));
}

TEST(Spec, ResolvedIsTheSameSpecWithEveryDefaultAndNoSecret) {
  const Folder folder;
  folder.put("stack.yaml", shop);
  const Outcome outcome = folder.plimsoll({"spec", "--resolved"}, "", {{"SHOP_TOKEN", "very-secret"}});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("${SHOP_TOKEN}"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("very-secret")));
  EXPECT_THAT(outcome.out, HasSubstr("stop_within: 30s"));
  folder.put("resolved.yaml", outcome.out);
  const Outcome again = folder.plimsoll({"spec", "resolved.yaml", "--resolved"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, outcome.out);
}

TEST(Spec, SchemaAndReferenceAreTheDocumentsOnes) {
  const Folder folder;
  const Outcome schema = folder.plimsoll({"spec", "--schema"});
  EXPECT_EQ(schema.code, 0);
  EXPECT_TRUE(schema.out == source_text("docs/spec.schema.json")) << "not docs/spec.schema.json";
  EXPECT_TRUE(nlohmann::json::accept(schema.out));
  EXPECT_TRUE(folder.plimsoll({"spec", "--reference"}).out == source_text("docs/spec.md")) << "not docs/spec.md";
}

TEST(Spec, EveryErrorWithItsPlace) {
  const Folder folder;
  std::string text = shop;
  text.replace(text.find("replicas: 2..6"), 8, "replcas");
  folder.put("stack.yaml", text);
  const Outcome outcome = folder.plimsoll({"spec"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("stack.yaml:8:5: error: unknown key 'replcas'"));
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'replicas'?"));
}

TEST(Help, ListsCheckFirstForNewcomers) {
  const Folder folder;
  const Outcome outcome = folder.plimsoll({"--help"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_LT(outcome.out.find("plimsoll check k8s/"), outcome.out.find("plimsoll up"));
}

TEST(Help, OfEveryVerbHasExamplesAndExitCodes) {
  const Folder folder;
  for (const char* verb : {"check", "import", "plan", "spec"}) {
    const Outcome outcome = folder.plimsoll({verb, "--help"});
    EXPECT_EQ(outcome.code, 0) << verb;
    EXPECT_THAT(outcome.out, HasSubstr(std::string("plimsoll ") + verb + " "));
    EXPECT_THAT(outcome.out, HasSubstr("Exit: 0"));
  }
}

}  // namespace
}  // namespace plimsoll::scenes
