// `render` then `import` gives the same spec back, whatever the target has words for; and what was changed in its files counts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "cli/carried.h"
#include "import/import.h"
#include "render/testing/stacks.h"
#include "spec/write.h"

namespace plimsoll::cli {
namespace {

using render::KubeVersion;
using render::Rendered;
using render::Target;
using testing::HasSubstr;

std::vector<SourceFile> as_files(const Rendered& rendered, const std::string& folder = "out/") {
  std::vector<SourceFile> files;
  for (const bool below : {false, true})
    for (const render::File& file : rendered.files)
      if ((file.path.find('/') != std::string::npos) == below && !file.path.ends_with(".cfg"))
        files.push_back({folder + file.path, file.text});
  return files;
}

Rendered carried(const Stack& stack, Target target, const render::Options& options = {}) {
  Rendered made = render::render(stack, target, options);
  carry_along(stack, target, options, made);
  return made;
}

std::string said(const import::Imported& it) {
  std::string out;
  for (const import::Inference& one : it.inferences) out += one.text + "\n";
  return out;
}

struct Way {
  std::string stack;
  Target target;
  KubeVersion kube;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.stack; }

class RoundTrip : public testing::TestWithParam<Way> {};

TEST_P(RoundTrip, GivesTheSpecBack) {
  const Way& way = GetParam();
  const Stack stack = render::reference_stack(way.stack);
  render::Options options;
  options.kube = way.kube;
  const Rendered made = carried(stack, way.target, options);
  ASSERT_FALSE(made.files.empty());
  const import::Imported it = import::read(as_files(made), {.name = "out"});
  EXPECT_EQ(spec::write(it.stack, {}), spec::write(stack, {})) << said(it);
  EXPECT_THAT(said(it), HasSubstr("made by `plimsoll render`"));
}

std::vector<Way> ways() {
  std::vector<Way> all;
  for (const char* stack : render::reference_stacks) {
    all.push_back({stack, Target::kubernetes, {1, 34}});
    all.push_back({stack, Target::kubernetes, {1, 20}});
    all.push_back({stack, Target::compose, {}});
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Way>& way) {
  std::string name = way.param.stack + (way.param.target == Target::compose ? "_compose" : "_kubernetes");
  if (way.param.target == Target::kubernetes) name += std::to_string(way.param.kube.minor);
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Stacks, RoundTrip, testing::ValuesIn(ways()), name_of);

/// What still travels beside the files, for everybody to see it shrink.
class Beyond : public testing::TestWithParam<const char*> {};

TEST_P(Beyond, IsAsSmallAsInTheGoldenFile) {
  const Stack stack = render::reference_stack(GetParam());
  for (const Target target : {Target::kubernetes, Target::compose})
    render::expect_golden(
        std::string(GetParam()) + "/overlay-" + (target == Target::compose ? "compose" : "kubernetes") + ".yaml",
        beyond(stack, render::render(stack, target, {})));
}

INSTANTIATE_TEST_SUITE_P(Stacks, Beyond, testing::ValuesIn(render::reference_stacks), [](const auto& stack) {
  std::string name = stack.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

/// The text of one file with one change; the test fails if there is nothing to change.
void change(Rendered& made, const std::string& path, const std::string& from, const std::string& to) {
  for (render::File& file : made.files)
    if (file.path == path) {
      const std::size_t at = file.text.find(from);
      ASSERT_NE(at, std::string::npos) << from << " is not in\n" << file.text;
      file.text.replace(at, from.size(), to);
      return;
    }
  FAIL() << path << " is not there";
}

TEST(RoundTripEdited, AChangedBoundIsInTheSpec) {
  const Stack stack = render::reference_stack("quickstart");
  Rendered made = carried(stack, Target::kubernetes);
  change(made, "kubernetes/api.yaml", "maxReplicas: 8", "maxReplicas: 11");
  const import::Imported it = import::read(as_files(made), {});
  ASSERT_NE(it.stack.tier("api"), nullptr);
  EXPECT_EQ(it.stack.tier("api")->replicas, (Bounds{2, 11})) << said(it);
  EXPECT_EQ(it.stack.tiers.size(), stack.tiers.size());
}

TEST(RoundTripEdited, WhatNoLongerFitsIsLeftAndSaid) {
  const Stack stack = render::reference_stack("quickstart");
  Rendered made = carried(stack, Target::kubernetes);
  for (render::File& file : made.files)
    if (file.path == "kubernetes/plimsoll.yaml") file.text += "    tiers: [no, map]\n";
  const import::Imported it = import::read(as_files(made), {});
  EXPECT_THAT(said(it), HasSubstr("the ConfigMap of plimsoll is left, for it no longer fits"));
}

TEST(RoundTripFolder, OfAllTargetsTheManifestsAreRead) {
  const Stack stack = render::reference_stack("quickstart");
  Rendered all = carried(stack, Target::kubernetes);
  for (render::File& file : carried(stack, Target::compose).files) all.files.push_back(std::move(file));
  const import::Imported it = import::read(as_files(all), {});
  EXPECT_EQ(spec::write(it.stack, {}), spec::write(stack, {})) << said(it);
}

TEST(RoundTripHostile, TextsThatMeanSomethingToOthersStayTexts) {
  const Stack stack = render::stack_from(R"(
apiVersion: plimsoll/v1
name: shop
balancer: {}
tiers:
  api:
    kind: service
    run:
      image: shop/api:1
      env: {A: "$$HOME $x ${NAME} {{ .Values }}", B: "'\"#: \n- a", C: "$${NOT}", D: "", E: "null", F: "08:30"}
  plimsoll: {kind: worker, run: {image: shop/worker:1}}
)");
  for (const Target target : {Target::kubernetes, Target::compose}) {
    const Rendered made = carried(stack, target);
    const import::Imported it = import::read(as_files(made), {});
    EXPECT_EQ(spec::write(it.stack, {}), spec::write(stack, {})) << said(it);
  }
}

}  // namespace
}  // namespace plimsoll::cli
