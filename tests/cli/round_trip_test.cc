// `render` then `import` gives the same spec back, whatever the target has words for; and what was changed in its files counts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
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
  for (const Target target : {Target::kubernetes, Target::compose}) {
    const spec::Overlay beside = beyond(stack, render::render(stack, target, {}));
    render::expect_golden(
        std::string(GetParam()) + "/overlay-" + (target == Target::compose ? "compose" : "kubernetes") + ".yaml",
        beside.words + "---\n" + beside.rendered);
  }
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

/// quickstart with an image of api's, and none of worker's.
Stack shop() {
  Stack stack = render::reference_stack("quickstart");
  stack.tiers.front().run.image = "ghcr.io/me/api:v1";
  return stack;
}

/// One edit of a rendered file, and what it changes in the spec: nothing else.
struct Edit {
  const char* name;
  Target target;
  const char* path;
  const char* from;
  const char* to;
  const char* spec_from;
  const char* spec_to;
};
void PrintTo(const Edit& edit, std::ostream* out) { *out << edit.name; }

class RoundTripEdit : public testing::TestWithParam<Edit> {};

TEST_P(RoundTripEdit, IsInTheSpecAndNothingElseIs) {
  const Edit& edit = GetParam();
  const Stack stack = shop();
  Rendered made = carried(stack, edit.target);
  change(made, edit.path, edit.from, edit.to);
  std::string want = spec::write(stack, {});
  const std::size_t at = want.find(edit.spec_from);
  ASSERT_NE(at, std::string::npos) << want;
  want.replace(at, std::string_view(edit.spec_from).size(), edit.spec_to);
  const import::Imported it = import::read(as_files(made), {});
  EXPECT_EQ(spec::write(it.stack, {}), want) << said(it);
}

std::string edit_name(const testing::TestParamInfo<Edit>& edit) { return edit.param.name; }

constexpr Target kube = Target::kubernetes, compose = Target::compose;

INSTANTIATE_TEST_SUITE_P(
    Kubernetes, RoundTripEdit,
    testing::Values(Edit{"ImageOfTheSpec", kube, "kubernetes/api.yaml", "image: ghcr.io/me/api:v1", "image: ghcr.io/me/api:v2",
                         "image: ghcr.io/me/api:v1", "image: ghcr.io/me/api:v2"},
                    Edit{"ImageNotOfTheSpec", kube, "kubernetes/worker.yaml", "image: quickstart/worker", "image: me/worker:v2",
                         "command: [plimsoll-app, worker]", "command: [plimsoll-app, worker]\n      image: me/worker:v2"},
                    Edit{"Command", kube, "kubernetes/worker.yaml", "[plimsoll-app, worker]", "[plimsoll-app, worker, --fast]",
                         "[plimsoll-app, worker]", "[plimsoll-app, worker, \"--fast\"]"},
                    Edit{"Env", kube, "kubernetes/api.yaml", "value: \"2\"", "value: \"7\"", "CPU_MS: \"2\"", "CPU_MS: \"7\""},
                    Edit{"EnvDeleted", kube, "kubernetes/api.yaml",
                         "            - name: LAME_DUCK_MS\n              value: \"0\"\n", "", ", LAME_DUCK_MS: \"0\"", ""},
                    Edit{"EnvAdded", kube, "kubernetes/api.yaml", "            - name: LAME_DUCK_MS\n",
                         "            - name: DEBUG\n              value: \"on\"\n            - name: LAME_DUCK_MS\n",
                         "LAME_DUCK_MS: \"0\"", "DEBUG: \"on\", LAME_DUCK_MS: \"0\""},
                    Edit{"MaxReplicas", kube, "kubernetes/api.yaml", "  maxReplicas: 8", "  maxReplicas: 11", "2..8", "2..11"},
                    Edit{"MinReplicaCount", kube, "kubernetes/worker.yaml", "minReplicaCount: 1", "minReplicaCount: 3", "1..5",
                         "3..5"},
                    Edit{"ListLength", kube, "kubernetes/worker.yaml", "listLength: \"20\"", "listLength: \"35\"",
                         "per_instance: 20", "per_instance: 35"},
                    Edit{"CpuTarget", kube, "kubernetes/api.yaml", "averageUtilization: 70", "averageUtilization: 60", "cpu: 70%",
                         "cpu: 60%"},
                    Edit{"MaxMemory", kube, "kubernetes/redis.yaml", "    maxmemory 64mb", "    maxmemory 80mb",
                         "maxmemory: 64Mi", "maxmemory: 80Mi"},
                    Edit{"PoolSize", kube, "kubernetes/pooler.yaml", "default_pool_size = 20", "default_pool_size = 25",
                         "for: main, ", "for: main, default_pool_size: 25, "}),
    edit_name);

INSTANTIATE_TEST_SUITE_P(
    Compose, RoundTripEdit,
    testing::Values(Edit{"ImageOfTheSpec", compose, "compose.yaml", "image: ghcr.io/me/api:v1", "image: ghcr.io/me/api:v2",
                         "image: ghcr.io/me/api:v1", "image: ghcr.io/me/api:v2"},
                    Edit{"ImageNotOfTheSpec", compose, "compose.yaml", "image: quickstart/worker", "image: me/worker:v2",
                         "command: [plimsoll-app, worker]", "command: [plimsoll-app, worker]\n      image: me/worker:v2"},
                    Edit{"Env", compose, "compose.yaml", "CPU_MS: \"2\"", "CPU_MS: \"7\"", "CPU_MS: \"2\"", "CPU_MS: \"7\""},
                    Edit{"EnvDeleted", compose, "compose.yaml", "      LAME_DUCK_MS: \"0\"\n", "", ", LAME_DUCK_MS: \"0\"", ""},
                    Edit{"Replicas", compose, "compose.yaml", "replicas: 2", "replicas: 4", "replicas: 2..8", "replicas: 4"},
                    Edit{"MemoryLimit", compose, "compose.yaml", "memory: 256M", "memory: 512M", "128Mi..256Mi", "128Mi..512Mi"},
                    Edit{"MaxMemory", compose, "redis/redis.conf", "maxmemory 64mb", "maxmemory 80mb", "maxmemory: 64Mi",
                         "maxmemory: 80Mi"},
                    Edit{"PoolSize", compose, "pgbouncer/pooler.ini", "default_pool_size = 20", "default_pool_size = 25",
                         "for: main, ", "for: main, default_pool_size: 25, "}),
    edit_name);

TEST(RoundTripEdited, WhatStandsAgainstTheSpecIsSaid) {
  Rendered made = carried(shop(), kube);
  change(made, "kubernetes/worker.yaml", "image: quickstart/worker", "image: me/worker:v2");
  EXPECT_THAT(said(import::read(as_files(made), {})),
              HasSubstr("tiers.worker.run.image: me/worker:v2, as the files say now; the spec had nothing there"));
}

void drop(Rendered& made, const std::string& path) {
  ASSERT_EQ(std::erase_if(made.files, [&](const render::File& file) { return file.path == path; }), 1U) << path;
}

void replace_all(Rendered& made, const std::string& path, const std::string& from, const std::string& to) {
  for (render::File& file : made.files)
    if (file.path == path)
      for (std::size_t at = 0; (at = file.text.find(from, at)) != std::string::npos; at += to.size())
        file.text.replace(at, from.size(), to);
}

/// One section of a stack's spec.
std::string section(const Stack& stack, const std::string& key) {
  const std::string text = spec::write(stack, {});
  const std::size_t at = text.find("\n" + key + ":");
  if (at == std::string::npos) return {};
  std::size_t end = at + 1;
  do end = std::min(text.find('\n', end), text.size() - 1) + 1;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\n'));
  return text.substr(at, end - at);
}

/// All that the files have no words for is there still: the name, the promises, what other components are for.
void expect_the_rest_of(const Stack& stack, const import::Imported& it) {
  EXPECT_EQ(it.stack.name, stack.name) << said(it);
  ASSERT_NE(it.stack.tier("api"), nullptr);
  EXPECT_EQ(it.stack.tier("api")->publishes, stack.tier("api")->publishes);
  EXPECT_EQ(it.stack.tier("api")->run.env, stack.tier("api")->run.env);
  for (const char* key : {"objectives", "balancer", "databases", "caches", "poolers"})
    EXPECT_EQ(section(it.stack, key), section(stack, key));
  EXPECT_EQ(it.stack.tier("worker"), nullptr);
  EXPECT_THAT(said(it), HasSubstr("tiers.worker was in these files when they were rendered and is no longer: it is left out"));
}

TEST(RoundTripEdited, ADeletedTierIsGoneAndTheRestIsNot) {
  const Stack stack = shop();
  Rendered made = carried(stack, kube);
  drop(made, "kubernetes/worker.yaml");
  const import::Imported it = import::read(as_files(made), {});
  expect_the_rest_of(stack, it);
  EXPECT_EQ(it.stack.tiers.size(), 1U);
}

TEST(RoundTripEdited, ADeletedServiceIsGoneAndTheRestIsNot) {
  const Stack stack = shop();
  Rendered made = carried(stack, compose);
  for (render::File& file : made.files)
    if (file.path == "compose.yaml") {
      const std::size_t at = file.text.find("\n  worker:\n") + 1;
      ASSERT_NE(at, 0U);
      std::size_t end = at + 1;
      do end = file.text.find("\n  ", end) + 1;
      while (file.text[end + 2] == ' ');
      file.text.erase(at, end - at);
    }
  const import::Imported it = import::read(as_files(made), {});
  expect_the_rest_of(stack, it);
  EXPECT_EQ(it.stack.tiers.size(), 1U);
}

TEST(RoundTripEdited, ARenamedTierIsANewOne) {
  const Stack stack = shop();
  for (const Target target : {kube, compose}) {
    Rendered made = carried(stack, target);
    if (target == kube)
      for (const char* key : {"name: ", "app.kubernetes.io/name: "})
        replace_all(made, "kubernetes/worker.yaml", std::string(key) + "worker\n", std::string(key) + "crunch\n");
    else
      replace_all(made, "compose.yaml", "\n  worker:\n    image", "\n  crunch:\n    image");
    const import::Imported it = import::read(as_files(made), {});
    expect_the_rest_of(stack, it);
    ASSERT_NE(it.stack.tier("crunch"), nullptr) << said(it);
    EXPECT_EQ(it.stack.tier("crunch")->run.env, stack.tier("worker")->run.env);
  }
}

TEST(RoundTripEdited, OnlyWhatCameSinceIsAskedAbout) {
  Rendered made = carried(shop(), kube);
  made.files.push_back({"kubernetes/web.yaml",
                        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: quickstart}\nspec:\n"
                        "  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
                        "    spec: {containers: [{name: web, image: web:1, ports: [{containerPort: 80}]}]}\n"});
  const import::Imported it = import::read(as_files(made), {});
  EXPECT_NE(it.stack.tier("web"), nullptr) << said(it);
  EXPECT_FALSE(it.questions.empty());
  for (const import::Question& one : it.questions) EXPECT_THAT(one.path, HasSubstr("web"));
}

// What named the tier that is gone is left alone, not all that travels beside the files.
TEST(RoundTripEdited, WordsAboutWhatIsGoneAreLeft) {
  const Stack stack = render::reference_stack("kaireon");
  Rendered made = carried(stack, kube);
  drop(made, "kubernetes/worker.yaml");
  const import::Imported it = import::read(as_files(made), {});
  EXPECT_EQ(it.stack.name, "kaireon") << said(it);
  for (const char* key : {"balancer", "databases", "caches"}) EXPECT_EQ(section(it.stack, key), section(stack, key));
  EXPECT_EQ(it.stack.tier("api")->scale.schedule.size(), stack.tier("api")->scale.schedule.size());
}

TEST(RoundTripEdited, ADeletedCacheIsNoGhost) {
  const Stack stack = render::stack_from(R"(
apiVersion: plimsoll/v1
name: two
balancer: {}
tiers:
  api: {kind: service, run: {image: two/api:1}, uses: {a: {}}}
caches:
  a: {used_for: [cache], maxmemory: 64mb}
  b: {used_for: [cache], maxmemory: 96mb}
)");
  Rendered made = carried(stack, kube);
  drop(made, "kubernetes/b.yaml");
  const import::Imported it = import::read(as_files(made), {});
  ASSERT_EQ(it.stack.caches.size(), 1U) << said(it);
  EXPECT_EQ(it.stack.caches.front().name, "a");
  EXPECT_EQ(it.stack.caches.front().maxmemory, stack.caches.front().maxmemory);
  EXPECT_THAT(said(it), HasSubstr("caches.b was in these files"));
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

TEST(RoundTripFolder, OfAllWithoutManifestsComposeIsRead) {
  for (const char* name : render::reference_stacks) {
    const Stack stack = render::reference_stack(name);
    Rendered all = carried(stack, Target::compose);
    for (const Target target : render::all_targets(stack)) {
      if (target == Target::compose || target == Target::kubernetes) continue;
      render::merge(all, render::render(stack, target, {}));
    }
    const import::Imported it = import::read(as_files(all), {});
    EXPECT_EQ(spec::write(it.stack, {}), spec::write(stack, {})) << said(it);
  }
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
