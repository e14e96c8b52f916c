// Whole files: what a reader of a stack's manifests gets. Parts: kubernetes_workload_test.cc, kubernetes_stores_test.cc and
// beside them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "render/targets.h"
#include "render/testing/stacks.h"
#include "spec/testing/random_stack.h"

namespace plimsoll::render {
namespace {

class Kubernetes : public testing::TestWithParam<const char*> {};

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

TEST_P(Kubernetes, LooksAsBefore) {
  const Rendered made = kubernetes(reference_stack(GetParam()), {});
  expect_golden_files(GetParam(), made);
  std::string notes;
  for (const Note& note : made.notes) notes += note.path + ": " + note.text + "\n";
  expect_golden(std::string(GetParam()) + "/kubernetes.notes", notes);
}

// `kubectl apply -f kubernetes/` goes by name: the namespace must be there before what stands in it.
TEST_P(Kubernetes, TheNamespaceComesFirst) {
  const Rendered made = kubernetes(reference_stack(GetParam()), {});
  const auto first = std::ranges::min_element(made.files, {}, &File::path);
  EXPECT_THAT(first->text, testing::HasSubstr("\nkind: Namespace\n")) << first->path;
}

// Else a Service redis would give each pod a REDIS_PORT that is no port.
TEST_P(Kubernetes, NoPodHasVariablesOfServices) {
  for (const File& file : kubernetes(reference_stack(GetParam()), {}).files) {
    const auto count = [&](const std::string& what) {
      std::size_t found = 0;
      for (std::size_t at = file.text.find(what); at != std::string::npos; at = file.text.find(what, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count("\n      enableServiceLinks: false  #"), count("\n  template:\n")) << file.path;
  }
}

// Whatever a spec may say: the same bytes each time, each path once, each file some objects with a line about what they are.
TEST(KubernetesFiles, OfAnyStackAreTheSameEachTime) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Stack stack = spec::testing::RandomStack(seed).make();
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Options options{.kube = {1, 16 + static_cast<int>(seed % 20)}};
    const Rendered once = kubernetes(stack, options), again = kubernetes(stack, options);
    ASSERT_EQ(once.files.size(), again.files.size());
    std::set<std::string> paths;
    for (std::size_t i = 0; i < once.files.size(); ++i) {
      EXPECT_EQ(once.files[i].text, again.files[i].text);
      EXPECT_TRUE(paths.insert(once.files[i].path).second) << once.files[i].path;
      EXPECT_TRUE(once.files[i].text.starts_with("# ")) << once.files[i].text;
      EXPECT_THAT(once.files[i].text, testing::HasSubstr("\napiVersion: "));
    }
    EXPECT_EQ(once.notes, again.notes);
  }
}

INSTANTIATE_TEST_SUITE_P(Stacks, Kubernetes, testing::ValuesIn(reference_stacks), name_of);

}  // namespace
}  // namespace plimsoll::render
