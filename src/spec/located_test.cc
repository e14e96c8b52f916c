#include "spec/located.h"

#include <gtest/gtest.h>

#include <string>

#include "spec/testing/support.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

constexpr const char* text =
    "# the shop\n"
    "apiVersion: plimsoll/v1\n"
    "name: shop\n"
    "balancer: {listen: 8080}\n"
    "tiers:\n"
    "  api:\n"
    "    kind: service\n"
    "    run: {command: [api]}\n"
    "    \"replicas\" : 3..20\n"
    "    scale:\n"
    "      metrics:\n"
    "        - cpu: 70%\n"
    "        - {memory: 600Mi}\n"
    "  worker:\n"
    "    kind: worker\n"
    "    run: {command: [w], env: {WHY: \"für alle\", LIKE: é}}\n"
    "    uses: {redis: {}}\n"
    "    scale: {minReplicaCount: 2, maxReplicaCount: 7, triggers: [{type: redis, metadata: {listName: a.b}}]}\n"
    "caches: {redis: {used_for: [queue]}}\n";

Located read(const char* yaml) {
  Parsed<Located> parsed = parse_located(yaml, testing::environment({}));
  EXPECT_TRUE(parsed.ok()) << (parsed.diagnostics.empty() ? "" : parsed.diagnostics.front().message);
  return parsed.value ? std::move(*parsed.value) : Located{};
}

struct Row {
  std::string name, path;
  int key_line, key_column, value_line, value_column;
  std::string prefix;
};
class Place : public ::testing::TestWithParam<Row> {};
TEST_P(Place, IsWhereItStands) {
  const Located located = read(text);
  const Row& want = GetParam();
  const Origin* origin = located.origins.exact(want.path);
  ASSERT_NE(origin, nullptr);
  EXPECT_EQ(origin->key.file, 0U);
  EXPECT_EQ(origin->key.at.line, want.key_line);
  EXPECT_EQ(origin->key.at.column, want.key_column);
  EXPECT_EQ(origin->value.at.line, want.value_line);
  EXPECT_EQ(origin->value.at.column, want.value_column);
  EXPECT_EQ(origin->prefix, want.prefix);
}
INSTANTIATE_TEST_SUITE_P(
    Located, Place,
    ::testing::Values(Row{"TopLevel", "name", 3, 1, 3, 7, "name: "}, Row{"InFlow", "balancer.listen", 4, 12, 4, 20, "listen: "},
                      Row{"Section", "tiers.api", 6, 3, 7, 5, "api: "},
                      Row{"QuotedKey", "tiers.api.replicas", 9, 5, 9, 18, "\"replicas\": "},
                      Row{"ItemOfBlockMaps", "tiers.api.scale.metrics[0]", 12, 11, 12, 11, ""},
                      Row{"InItem", "tiers.api.scale.metrics[0].cpu", 12, 11, 12, 16, "cpu: "},
                      Row{"ItemInFlow", "tiers.api.scale.metrics[1]", 13, 11, 13, 11, ""},
                      Row{"InFlowItem", "tiers.api.scale.metrics[1].memory", 13, 12, 13, 20, "memory: "},
                      Row{"AfterWideCharacters", "tiers.worker.run.env.LIKE", 16, 48, 16, 54, "LIKE: "},
                      Row{"BorrowedAsWritten", "tiers.worker.scale.maxReplicaCount", 18, 33, 18, 50, "maxReplicaCount: "},
                      Row{"BorrowedMaximum", "tiers.worker.replicas.max", 18, 33, 18, 50, "maxReplicaCount: "},
                      Row{"BorrowedMinimum", "tiers.worker.replicas.min", 18, 13, 18, 30, "minReplicaCount: "},
                      Row{"OfATrigger", "tiers.worker.consumes.a.b", 18, 64, 18, 64, ""}),
    [](const auto& one) { return one.param.name; });

TEST(Located, DefaultsHaveNoPlaceButTheSectionAboveDoes) {
  const Located located = read(text);
  EXPECT_EQ(located.origins.exact("tiers.api.surge"), nullptr);
  EXPECT_EQ(located.origins.exact("balancer.drain"), nullptr);
  EXPECT_EQ(located.origins.nearest("tiers.api.surge"), located.origins.exact("tiers.api"));
}

TEST(Located, GivesTheStackThatParseGives) {
  const Located located = read(text);
  EXPECT_EQ(located.stack.name, "shop");
  ASSERT_EQ(located.stack.tiers.size(), 2U);
  EXPECT_EQ(located.stack.tiers[1].replicas, (Bounds{2, 7}));
}

TEST(Located, ByteOrderMarkAndWindowsLineEnds) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char* c = text; *c != '\0'; ++c) windows += *c == '\n' ? std::string("\r\n") : std::string(1, *c);
  const Located one = read(text);
  const Located other = read(windows.c_str());
  ASSERT_EQ(one.origins.all().size(), other.origins.all().size());
  for (const auto& [path, origin] : one.origins.all()) {
    const Origin* same = other.origins.exact(path);
    ASSERT_NE(same, nullptr) << path;
    EXPECT_EQ(same->value.at.line, origin.value.at.line) << path;
    EXPECT_EQ(same->value.at.column, origin.value.at.column) << path;
    EXPECT_EQ(same->prefix, origin.prefix) << path;
  }
}

TEST(Located, MistakesAreThoseOfParse) {
  const char* wrong = "apiVersion: plimsoll/v1\nname: shop\ntiers: {api: {kind: servant}}\n";
  const Parsed<Stack> parsed = parse(wrong, testing::environment({}));
  const Parsed<Located> located = parse_located(wrong, testing::environment({}));
  EXPECT_FALSE(located.value);
  ASSERT_EQ(located.diagnostics.size(), parsed.diagnostics.size());
  for (std::size_t i = 0; i < parsed.diagnostics.size(); ++i)
    EXPECT_EQ(located.diagnostics[i].message, parsed.diagnostics[i].message);
}

}  // namespace
}  // namespace plimsoll::spec
