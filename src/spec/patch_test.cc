#include "spec/patch.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <string>
#include <vector>

#include "spec/testing/support.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

struct Row {
  std::string name, before, path, value, after;
};
class Patch : public ::testing::TestWithParam<Row> {};
TEST_P(Patch, ChangesWhatItIsToldTo) {
  const Row& row = GetParam();
  const std::vector<Edit> edits = {{row.path, row.value}};
  const Result<std::string> got = patch(row.before, edits);
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(*got, row.after);
}
INSTANTIATE_TEST_SUITE_P(
    Edit, Patch,
    ::testing::Values(
        Row{"ScalarInABlock", "a:\n  b: 3..20   # why\n  c: 1\n", "a.b", "3..18", "a:\n  b: 3..18   # why\n  c: 1\n"},
        Row{"ScalarInFlow", "a: {b: 5, c: {d: 6}}  # x\n", "a.c.d", "70", "a: {b: 5, c: {d: 70}}  # x\n"},
        Row{"QuotedScalar", "a: \"x\" # y\n", "a", "\"z\"", "a: \"z\" # y\n"},
        Row{"FlowMap", "a: {b: 1,\n  c: 2} # x\nd: 1\n", "a", "{e: 1}", "a: {e: 1} # x\nd: 1\n"},
        Row{"FlowList", "a: [1, 2]\n", "a", "[3]", "a: [3]\n"},
        Row{"ItemOfFlow", "a: [1, 2, 3]\n", "a[1]", "9", "a: [1, 9, 3]\n"},
        Row{"ItemOfBlock", "a:\n  - 1 # one\n  - 2\n", "a[0]", "7", "a:\n  - 7 # one\n  - 2\n"},
        Row{"InAnItem", "m:\n  - {cpu: 70%}\n  - memory: 5\n    x: 1\n", "m[0].cpu", "60%",
            "m:\n  - {cpu: 60%}\n  - memory: 5\n    x: 1\n"},
        Row{"InABlockItem", "m:\n  - memory: 5\n    x: 1\n", "m[0].x", "2", "m:\n  - memory: 5\n    x: 2\n"},
        Row{"AddedToABlockItem", "m:\n  - memory: 5\n  - 1\n", "m[0].x", "2", "m:\n  - memory: 5\n    x: 2\n  - 1\n"},
        Row{"AddedToABlock", "a:\n  b: 1  # one\nc: 2\n", "a.d", "3", "a:\n  b: 1  # one\n  d: 3\nc: 2\n"},
        Row{"AddedBehindADeepSection", "a:\n  b:\n    c: 1\n# end\nx: 2\n", "a.d", "3",
            "a:\n  b:\n    c: 1\n  d: 3\n# end\nx: 2\n"},
        Row{"AddedToFlow", "a: {b: 1}\n", "a.c", "2", "a: {b: 1, c: 2}\n"},
        Row{"AddedToEmptyFlow", "a: {}\n", "a.c", "2", "a: {c: 2}\n"},
        Row{"AddedAfterATrailingComma", "a: {b: 1, }\n", "a.c", "2", "a: {b: 1, c: 2, }\n"},
        Row{"AddedToALongFlow", "a: {\n  b: 1  # one\n}\n", "a.c", "2", "a: {\n  b: 1, c: 2  # one\n}\n"},
        Row{"AddedToTheFile", "a: 1\n", "b", "2", "a: 1\nb: 2\n"},
        Row{"AddedToTheFileWithoutAnEnd", "a: 1", "b", "2", "a: 1\nb: 2"},
        Row{"SectionAdded", "a: 1\n", "b.c", "2", "a: 1\nb: {c: 2}\n"},
        Row{"SectionsAdded", "x:\n    a: 1\n", "x.b.c.d.e", "2", "x:\n    a: 1\n    b:\n      c:\n        d: {e: 2}\n"},
        Row{"SectionsAddedToFlow", "x: {a: 1}\n", "x.b.c", "2", "x: {a: 1, b: {c: 2}}\n"},
        Row{"UnderAKeyWithNothing", "a:\nb: 1\n", "a.c", "2", "a: {c: 2}\nb: 1\n"},
        Row{"UnderNull", "a: ~ # none\nb: 1\n", "a.c", "2", "a: {c: 2} # none\nb: 1\n"},
        Row{"NothingReplaced", "a:   # later\nb: 1\n", "a", "2", "a: 2   # later\nb: 1\n"},
        Row{"NothingInFlowReplaced", "{a, b: 1}\n", "a", "2", "{a: 2, b: 1}\n"},
        Row{"BlockMapReplaced", "a:   # size\n  # of it\n  b: 1\n  c: 2  # two\nd: 3\n", "a", "{e: 1}",
            "a: {e: 1}   # size\nd: 3\n"},
        Row{"BlockListReplaced", "a:\n- 1\n- 2\nd: 3\n", "a", "[5]", "a: [5]\nd: 3\n"},
        Row{"BlockItemReplaced", "m:\n  - memory: 5\n    x: 1\n  - 2\n", "m[0]", "{cpu: 1}", "m:\n  - {cpu: 1}\n  - 2\n"},
        Row{"BlockScalarReplaced", "a: |\n  x\n  y\n\nb: 1\n", "a", "z", "a: z\n\nb: 1\n"},
        Row{"AddedBehindABlockScalar", "m:\n  a: |\n    x\nb: 1\n", "m.c", "z", "m:\n  a: |\n    x\n  c: z\nb: 1\n"},
        Row{"PlainOverTwoLines", "a: x\n  y\nb: 1\n", "a", "z", "a: z\nb: 1\n"},
        Row{"WindowsLines", "a:\r\n  b: 1\r\nc: 2\r\n", "a.d", "3", "a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n"},
        Row{"WindowsBlockReplaced", "a:\r\n  b: 1\r\nc: 2\r\n", "a", "3", "a: 3\r\nc: 2\r\n"},
        Row{"ByteOrderMark",
            "\xEF\xBB\xBF"
            "a: 1\n",
            "a", "2",
            "\xEF\xBB\xBF"
            "a: 2\n"},
        Row{"Tabs", "a:\t1\t# tab\n", "a", "2", "a:\t2\t# tab\n"},
        Row{"WideCharacters", "ä: {é: ü, b: 1}\n", "ä.b", "2", "ä: {é: ü, b: 2}\n"},
        Row{"DotsInAName", "c:\n  a.b: {x: 1}\n", "c.a.b.x", "2", "c:\n  a.b: {x: 2}\n"},
        Row{"QuotedKey", "c: {\"a:b\": 1}\n", "c.a:b", "2", "c: {\"a:b\": 2}\n"},
        Row{"KeyThatNeedsQuotes", "c: {x: 1}\n", "c.no", "2", "c: {x: 1, \"no\": 2}\n"},
        Row{"AliasReplaced", "a: &x 1\nb: *x\n", "b", "2", "a: &x 1\nb: 2\n"},
        Row{"BesideAnAnchor", "a: &x {b: 1}\nc: *x\nd: 4\n", "d", "5", "a: &x {b: 1}\nc: *x\nd: 5\n"},
        Row{"DocumentStart", "---\na: 1\n...\n", "b", "2", "---\na: 1\nb: 2\n...\n"},
        Row{"Json", "{\"a\":1,\"b\":{\"c\":2}}", "b.c", "3", "{\"a\":1,\"b\":{\"c\":3}}"}),
    [](const auto& one) { return one.param.name; });

struct Wrong {
  std::string name, before, path, value;
  Errc code;
  std::string message;
};
class PatchFails : public ::testing::TestWithParam<Wrong> {};
TEST_P(PatchFails, AndSaysWhereAndWhy) {
  const Wrong& row = GetParam();
  const std::vector<Edit> edits = {{row.path, row.value}};
  const Result<std::string> got = patch(row.before, edits);
  ASSERT_FALSE(got.has_value()) << *got;
  EXPECT_EQ(got.error().code, row.code);
  EXPECT_EQ(got.error().message, row.message);
}
INSTANTIATE_TEST_SUITE_P(
    Edit, PatchFails,
    ::testing::Values(
        Wrong{"ThroughAnAlias", "a: &x {b: 1}\nc: *x\n", "c.b", "2", Errc::refused,
              "c.b: there is an alias, which has no keys of its own, on line 2"},
        Wrong{"ThroughAnAnchor", "a: &x {b: 1}\nc: *x\n", "a.b", "2", Errc::refused,
              "a.b: the value is anchored, and changes wherever its aliases stand, on line 1"},
        Wrong{"AnchorWouldGo", "a:\n  b: &x 1\nc: *x\n", "a", "2", Errc::refused,
              "a: an anchor would go, whose aliases need it, on line 2"},
        Wrong{"NoSuchItem", "a: [1]\n", "a[1]", "2", Errc::not_found, "a[1]: there is no such item on line 1"},
        Wrong{"NoList", "a: 1\n", "a[0]", "2", Errc::not_found, "a[0]: there is no such item on line 1"},
        Wrong{"ListMissing", "a: {b: 1}\n", "a.c[0]", "2", Errc::not_found, "a.c[0]: there is no such item on line 1"},
        Wrong{"BelowAValue", "a: 1\n", "a.b", "2", Errc::refused, "a.b: there are no keys on line 1"},
        Wrong{"KeyOfAList", "x: 1\na: [1]\n", "a.b", "2", Errc::refused, "a.b: there are no keys on line 2"},
        Wrong{"NoPath", "a: 1\n", "", "2", Errc::refused, ": an edit needs a path; the file begins on line 1"},
        Wrong{"NameMissing", "a: 1\n", "b..c", "2", Errc::refused, "b..c: a name is missing in the path on line 1"},
        Wrong{"TwoLines", "a: 1\n", "a", "2\nb: 3", Errc::malformed, "a: the new value has more than one line"},
        Wrong{"NoValue", "a: 1\n", "a", "", Errc::malformed, "a: the new value '' is no YAML"},
        Wrong{"ValueWithAnAnchor", "a: 1\n", "a", "{b: &x 1}", Errc::malformed, "a: the new value '{b: &x 1}' has an anchor"},
        Wrong{"ValueWithoutBraces", "a: 1\n", "a", "b: 1", Errc::malformed, "a: the new value 'b: 1' needs braces or brackets"},
        Wrong{"DotAtTheEnd", "a: 1\n", "a.", "2", Errc::refused, "a.: a name is missing in the path on line 1"},
        Wrong{"DotAtTheEndOfANewKey", "a: 1\n", "b.", "2", Errc::refused, "b.: a name is missing in the path on line 1"},
        Wrong{"BrokenValue", "a: 1\n", "a", "[2", Errc::malformed, "a: the new value '[2' is no YAML"},
        Wrong{"ValueThatEndsTheMap", "a: {b: 1}\n", "a.b", "x, c: 3", Errc::malformed,
              "a.b: the new value 'x, c: 3' needs braces or brackets"},
        Wrong{"ValueThatSplitsInFlow", "a: {b: 1}\n", "a.b", "x, y", Errc::refused, "a.b: 'x, y' cannot stand there on line 1"},
        Wrong{"NoYaml", "a: [1\n", "a", "2", Errc::malformed,
              "line 2: not YAML: did not find expected ',' or ']' (while parsing a flow sequence that began on line 1)"},
        Wrong{"KeyTwice", "a: 1\na: 2\n", "a", "2", Errc::malformed, "line 2: duplicate key 'a'"}),
    [](const auto& one) { return one.param.name; });

TEST(Patch, SeveralEditsOneAfterTheOther) {
  const std::vector<Edit> edits = {{"a.b", "2"}, {"a.c.d", "x"}, {"a.c.e", "y"}};
  const Result<std::string> got = patch("# top\na: {b: 1}\n", edits);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(*got, "# top\na: {b: 2, c: {d: x, e: y}}\n");
}

// --- properties ------------------------------------------------------------------------------------------------------

/// Every path there is, with the node.
void collect(const Node& node, const std::string& path, std::vector<std::string>& paths) {
  if (!path.empty()) paths.push_back(path);
  for (std::size_t i = 0; i < node.items.size(); ++i) collect(node.items[i], path + "[" + std::to_string(i) + "]", paths);
  for (const Node::Entry& entry : node.entries) collect(entry.value, path.empty() ? entry.key : path + "." + entry.key, paths);
}

/// The tree as paths and values, but for what lies at or below one path.
void flatten(const Node& node, const std::string& path, const std::string& without, std::vector<std::string>& out) {
  if (path == without) return;
  out.push_back(path + "=" + node.text);
  for (std::size_t i = 0; i < node.items.size(); ++i) flatten(node.items[i], path + "[" + std::to_string(i) + "]", without, out);
  for (const Node::Entry& entry : node.entries)
    flatten(entry.value, path.empty() ? entry.key : path + "." + entry.key, without, out);
}

std::vector<std::string> stack_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "stacks"))
    if (entry.path().extension() == ".yaml") files.push_back(testing::read_file(entry.path()));
  return files;
}

TEST(Patch, ChangesNothingButThePath) {
  const std::vector<std::string> files = stack_files();
  const bool holds = rc::check([&] {
    const std::string before = *rc::gen::elementOf(files);
    const Parsed<Node> tree = parse_yaml(before);
    std::vector<std::string> paths;
    collect(*tree.value, "", paths);
    const std::string path = *rc::gen::elementOf(paths);
    const std::string value = *rc::gen::element<std::string>("7", "{x: 1}", "[1, 2]", "\"a # b\"", "3..20");
    const std::vector<Edit> edits = {{path, value}};
    const Result<std::string> after = patch(before, edits);
    RC_ASSERT(after.has_value());
    const Parsed<Node> again = parse_yaml(*after);
    RC_ASSERT(again.ok());
    std::vector<std::string> was, is;
    flatten(*tree.value, "", path, was);
    flatten(*again.value, "", path, is);
    RC_ASSERT(was == is);
    // Comments outside a section that went are all there, and a value on one line moves no line.
    const std::vector<std::string_view> old_lines = split_lines(before), new_lines = split_lines(*after);
    if (old_lines.size() == new_lines.size()) {
      std::size_t differing = 0;
      for (std::size_t i = 0; i < old_lines.size(); ++i) differing += old_lines[i] != new_lines[i];
      RC_ASSERT(differing <= 1U);
    }
    // Doing it again changes nothing.
    RC_ASSERT(*patch(*after, edits) == *after);
  });
  EXPECT_TRUE(holds);
}

TEST(Patch, AddsWithoutTouchingALine) {
  const std::vector<std::string> files = stack_files();
  const bool holds = rc::check([&] {
    const std::string before = *rc::gen::elementOf(files);
    std::vector<std::string> maps = {""};
    const Parsed<Node> tree = parse_yaml(before);
    std::vector<std::string> paths;
    collect(*tree.value, "", paths);
    const std::string above = *rc::gen::elementOf(paths);
    const std::string added = above + *rc::gen::element<std::string>(".new", ".new.er", ".new.er.still");
    const std::vector<Edit> edits = {{added, "1"}};
    const Result<std::string> after = patch(before, edits);
    if (!after) {
      RC_ASSERT(after.error().code == Errc::refused);  // below a scalar or list
      return;
    }
    std::vector<std::string> was, is;
    flatten(*tree.value, "", "", was);
    const Parsed<Node> again = parse_yaml(*after);
    RC_ASSERT(again.ok());
    flatten(*again.value, "", above + ".new", is);
    std::vector<std::string> old_values, new_values;
    flatten(*tree.value, " ", "", old_values);
    flatten(*again.value, " ", " ." + above + ".new", new_values);
    RC_ASSERT(new_values == old_values);
    // Everything that was there still is, in its order.
    std::size_t at = 0;
    for (const char c : before) {
      at = after->find(c, at);
      RC_ASSERT(at != std::string::npos);
      ++at;
    }
  });
  EXPECT_TRUE(holds);
}

TEST(Patch, TheFuzzersCorpus) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "fuzz" / "corpus" / "patch")) {
    SCOPED_TRACE(entry.path().filename().string());
    const std::string input = testing::read_file(entry.path());
    const std::size_t first = input.find('\n');
    const std::size_t second = first == std::string::npos ? first : input.find('\n', first + 1);
    ASSERT_NE(second, std::string::npos);
    const std::vector<Edit> edits = {{input.substr(0, first), input.substr(first + 1, second - first - 1)}};
    const Result<std::string> after = patch(std::string_view(input).substr(second + 1), edits);
    EXPECT_EQ(after.has_value(), after.has_value() && parse_yaml(*after).ok());
    EXPECT_TRUE(after.has_value() || !after.error().message.empty());
    ++files;
  }
  EXPECT_GE(files, 10U);
}

}  // namespace
}  // namespace plimsoll::spec
