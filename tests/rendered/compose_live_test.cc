// The rendered compose.yaml as docker-compose itself reads it (no daemon is needed for that).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rendered/support.h"

namespace plimsoll::render::live {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* docker_compose = "/usr/bin/docker-compose";  // the Debian package docker-compose

/// Every variable that the file wants, by its "${NAME:?".
std::vector<std::pair<std::string, std::string>> variables_in(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    if (at > 0 && text[at - 1] == '$') continue;  // "$${": the container's own shell's
    const std::pair<std::string, std::string> one{text.substr(at + 2, text.find(':', at) - at - 2), "secret"};
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
  }
  return all;
}

Ran config(const Rendering& made, std::vector<std::pair<std::string, std::string>> environment) {
  return run({docker_compose, "-f", made.path("compose.yaml"), "config"}, std::move(environment), made.dir().path().string());
}

std::string test_name(const testing::TestParamInfo<const char*>& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class ComposeLive : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { ASSERT_EQ(access(docker_compose, X_OK), 0) << "install the package docker-compose"; }
  const Rendering made_{reference_stack(GetParam()), Target::compose};
};

TEST_P(ComposeLive, DockerComposeReadsTheFile) {
  const std::string text = file_of(made_.rendered(), "compose.yaml");
  const Ran ran = config(made_, variables_in(text));
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, Not(HasSubstr("ignored"))) << ran.output;
  for (const Tier& tier : reference_stack(GetParam()).tiers) EXPECT_THAT(ran.output, HasSubstr("\n  " + tier.name + ":\n"));
}

TEST_P(ComposeLive, AVariableThatIsNotSetStopsItByName) {
  const std::vector<std::pair<std::string, std::string>> all = variables_in(file_of(made_.rendered(), "compose.yaml"));
  ASSERT_FALSE(all.empty());
  for (const auto& missing : all) {
    std::vector<std::pair<std::string, std::string>> rest = all;
    std::erase(rest, missing);
    const Ran ran = config(made_, rest);
    EXPECT_NE(ran.code, 0) << missing.first;
    EXPECT_THAT(ran.output, HasSubstr(missing.first));
    EXPECT_THAT(ran.output, HasSubstr("is not set"));
  }
}

INSTANTIATE_TEST_SUITE_P(H9_V7_V9_V10_T10_K17, ComposeLive, testing::ValuesIn(reference_stacks), test_name);

TEST(ComposeLiveValues, ADollarInTheSpecIsADollarInTheContainer) {
  const Stack plain = reference_stack("quickstart");
  Stack stack = plain;
  stack.tiers.front().run.env["PRICE"] = "5 $ ${ # \"so\"\n- it's: $HOME";
  const Rendering made(stack, Target::compose);
  const Ran ran = config(made, variables_in(file_of(render(plain, Target::compose, {}), "compose.yaml")));
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("$$HOME"));
}

}  // namespace
}  // namespace plimsoll::render::live
