#include "render/names.h"

#include <gtest/gtest.h>

#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

std::string text_of(const std::vector<Variable>& all) {
  std::string text;
  for (const Variable& one : all) text += one.name + "=" + one.value + "\n";
  return text;
}

Login login(const std::string& component) {
  return {"$" + variable_of(component) + "_USER", "$" + variable_of(component) + "_PASSWORD"};
}

TEST(Variables, ThroughAPoolerWithReadsAndARedis) {
  const Stack stack = reference_stack("kaireon");
  EXPECT_EQ(text_of(variables_of(stack, *stack.tier("api"), {}, login)),
            "DATABASE_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@pooler:6432/main\n"
            "DATABASE_READ_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@main-read:5432/main\n"
            "POOL_SIZE=5\n"
            "REDIS_URL=redis://:$REDIS_PASSWORD@redis:6379\n"
            "QUEUES=decisions,pipelines\n");
  EXPECT_EQ(text_of(variables_of(stack, *stack.tier("worker"), {}, login)),
            "DATABASE_URL=postgres://$MAIN_USER:$MAIN_PASSWORD@pooler:6432/main\n"
            "POOL_SIZE=3\n"
            "REDIS_URL=redis://:$REDIS_PASSWORD@redis:6379\n"
            "QUEUES=decisions,pipelines\n");
}

TEST(Variables, WhereThingsAreIsSaidOnceForAll) {
  const Stack stack = reference_stack("kaireon");
  const Options options{.at = {{"pooler", {{"10.0.0.7", 7000}}}, {"redis", {{"::1", 7001}}}}};
  const std::string text = text_of(variables_of(stack, *stack.tier("worker"), options, login));
  EXPECT_NE(text.find("@10.0.0.7:7000/main\n"), std::string::npos) << text;
  EXPECT_NE(text.find("@[::1]:7001\n"), std::string::npos) << text;
}

TEST(Names, AComponentMayNotBeCalledLikeAPartOfTheFiles) {
  for (const char* name : reference_stacks) EXPECT_EQ(name_clash(reference_stack(name)), "") << name;
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(0).name = "main-read";
  EXPECT_EQ(name_clash(stack),
            "the files would have two things called main-read: the component, and the read replicas of main; call the component "
            "otherwise");
  stack.databases.at(0).read_replicas = 0;
  EXPECT_EQ(name_clash(stack), "");
  stack.tiers.at(0).name = "balancer";
  EXPECT_NE(name_clash(stack), "");
}

/// Files that are of no component never take a component's.
TEST(Names, ATierMayBeCalledAlerts) {
  Stack stack = reference_stack("kaireon");
  stack.tiers.at(1).name = "alerts";
  const Rendered made = render(stack, Target::kubernetes, {});
  EXPECT_NE(file_of(made, "kubernetes/alerts.yaml").find("kind: Deployment"), std::string::npos);
  EXPECT_NE(file_of(made, "kubernetes/alerts-of-all.yaml").find("kind: PrometheusRule"), std::string::npos);
}

TEST(Names, AVariableHasNoDash) { EXPECT_EQ(variable_of("main-db.2"), "MAIN_DB_2"); }

}  // namespace
}  // namespace plimsoll::render
