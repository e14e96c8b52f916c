#include "spec/yaml_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

struct Row {
  std::string name, text, yaml;
};
class YamlScalar : public ::testing::TestWithParam<Row> {};
TEST_P(YamlScalar, IsWritten) { EXPECT_EQ(yaml_scalar(GetParam().text), GetParam().yaml); }
TEST_P(YamlScalar, IsReadBackAsAText) {
  const Row& row = GetParam();
  for (const std::string& around : {row.yaml + "\n", "[" + row.yaml + "]\n", "{k: " + row.yaml + ", l: 1}\n"}) {
    const Parsed<Node> parsed = parse_yaml("a: " + around);
    ASSERT_TRUE(parsed.ok()) << around;
    const Node* at = &parsed.value->entries.at(0).value;
    if (at->kind == Node::Kind::list) at = &at->items.at(0);
    if (at->kind == Node::Kind::map) at = &at->entries.at(0).value;
    EXPECT_EQ(at->text, row.text) << around;
    EXPECT_FALSE(at->is_null()) << around;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Write, YamlScalar,
    ::testing::Values(Row{"Word", "plimsoll-app", "plimsoll-app"}, Row{"Path", "/api/v1?x=1", "\"/api/v1?x=1\""},
                      Row{"PlainPath", "/ready", "/ready"}, Row{"Image", "shop/api:1.4", "shop/api:1.4"},
                      Row{"Words", "for all customers", "for all customers"}, Row{"Condition", "cpu > 70%", "cpu > 70%"},
                      Row{"No", "no", "\"no\""}, Row{"Off", "Off", "\"Off\""}, Row{"Null", "null", "\"null\""},
                      Row{"Tilde", "~", "\"~\""}, Row{"Number", "1.0", "\"1.0\""}, Row{"Time", "12:30", "\"12:30\""},
                      Row{"Date", "2026-11-27", "\"2026-11-27\""}, Row{"Cron", "0 20 * * *", "\"0 20 * * *\""},
                      Row{"Infinity", ".inf", "\".inf\""}, Row{"Empty", "", "\"\""}, Row{"KeyLike", "a: b", "\"a: b\""},
                      Row{"ColonAtTheEnd", "a:", "\"a:\""}, Row{"Comment", "a #b", "\"a #b\""}, Row{"Dash", "- a", "\"- a\""},
                      Row{"LeadingSpace", "  a", "\"  a\""}, Row{"TrailingSpace", "a ", "\"a \""},
                      Row{"TwoSpaces", "a  b", "\"a  b\""}, Row{"Comma", "max(a, b)", "\"max(a, b)\""},
                      Row{"Bracket", "a]", "\"a]\""}, Row{"Quote", "say \"hi\"", "\"say \\\"hi\\\"\""},
                      Row{"Backslash", "C:\\x", "\"C:\\\\x\""}, Row{"Url", "http://p:9090", "\"http://p:9090\""},
                      Row{"Newlines", "a\nb\n", "\"a\\nb\\n\""}, Row{"Tab", "a\tb", "\"a\\tb\""},
                      Row{"Return", "a\rb", "\"a\\rb\""}, Row{"Control", "a\x01", "\"a\\x01\""},
                      Row{"Unicode", "für alle €", "\"für alle €\""}, Row{"Emoji", "\xF0\x9F\x9A\xA2", "\"\xF0\x9F\x9A\xA2\""},
                      Row{"NextLine", "a\xC2\x85", "\"a\\x85\""}, Row{"LineSeparator", "a\xE2\x80\xA8", "\"a\\u2028\""},
                      Row{"ByteOrderMark", "\xEF\xBB\xBF", "\"\\uFEFF\""}, Row{"Reference", "${NAME}", "\"${NAME}\""},
                      Row{"Anchor", "&a", "\"&a\""}, Row{"Tag", "!x", "\"!x\""}, Row{"DocumentEnd", "---", "\"---\""}),
    [](const auto& one) { return one.param.name; });

TEST(YamlScalar, WhatYamlCannotCarryIsReplaced) {
  EXPECT_EQ(yaml_scalar("a\xFF"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(yaml_scalar("a\xC3"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(yaml_scalar("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // half of a surrogate pair
  EXPECT_EQ(yaml_scalar(std::string("\0", 1)), "\"\xEF\xBF\xBD\"");
}

TEST(YamlScalar, AnyTextIsReadBack) {
  const bool holds = rc::check([] {
    const auto piece = rc::gen::element<std::string>("a", "Z", "0", "9", ".", ":", " ", "  ", "#", "-", "?", ",", "[", "]", "{",
                                                     "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`", "\\", "\n", "\r",
                                                     "\t", "~", "no", "null", "${X}", "$", "ü", "€", "\xF0\x9F\x9A\xA2",
                                                     "\xC2\xA0", "\xE2\x80\xA9", "\x7F", "\x1B", "<<", "=", "/");
    std::string text;
    for (const std::string& one : *rc::gen::container<std::vector<std::string>>(piece)) text += one;
    RC_PRE(text != "<<");  // a merge key even in quotes
    const std::string yaml = yaml_scalar(text);
    RC_ASSERT(yaml.find('\n') == std::string::npos);
    const Parsed<Node> block = parse_yaml("first: " + yaml + "\n" + yaml + ": b\n");
    RC_ASSERT(block.ok());
    RC_ASSERT(block.value->entries.at(0).value.text == text);
    RC_ASSERT(block.value->entries.at(1).key == text);
    RC_ASSERT(!block.value->entries.at(0).value.is_null());
    const Parsed<Node> flow = parse_yaml("{a: [" + yaml + ", {b: " + yaml + "}]}");
    RC_ASSERT(flow.ok());
    RC_ASSERT(flow.value->entries.at(0).value.items.at(0).text == text);
    RC_ASSERT(flow.value->entries.at(0).value.items.at(1).entries.at(0).value.text == text);
  });
  EXPECT_TRUE(holds);
}

YamlTree map_of(std::vector<YamlTree::Entry> entries) {
  YamlTree tree;
  tree.entries = std::move(entries);
  return tree;
}
YamlTree text(const char* as_written) { return YamlTree::scalar(as_written); }

TEST(BlockText, SmallMapsStandOnOneLineAndSectionsDoNot) {
  YamlTree inner = map_of({{"a", text("1")}, {"b", text("2")}});
  YamlTree section = map_of({{"small", inner}, {"empty", {}}, {"none", YamlTree::list()}});
  section.block = true;
  EXPECT_EQ(block_text(map_of({{"x", section}}), {"one", ""}), "# one\n#\nx:\n  small: {a: 1, b: 2}\n  empty: {}\n  none: []\n");
}

TEST(BlockText, WhatIsTooWideOrTooDeepIsABlock) {
  YamlTree deep = map_of({{"a", map_of({{"b", map_of({{"c", map_of({{"d", text("1")}})}})}})}});
  EXPECT_EQ(block_text(deep, {}), "a: {b: {c: {d: 1}}}\n");
  EXPECT_EQ(block_text(map_of({{"z", deep}}), {}), "z:\n  a: {b: {c: {d: 1}}}\n");
  const std::string wide(130, 'w');
  EXPECT_EQ(block_text(map_of({{"a", map_of({{"b", text(wide.c_str())}})}}), {}), "a:\n  b: " + wide + "\n");
  YamlTree list = YamlTree::list();
  list.items = {map_of({{"b", text(wide.c_str())}, {"c", text("1")}}), map_of({{"d", text("2")}})};
  EXPECT_EQ(block_text(map_of({{"a", list}}), {}), "a:\n  - b: " + wide + "\n    c: 1\n  - {d: 2}\n");
}

TEST(BlockText, NotesStandUnderTheirSectionAndCannotEndTheirComment) {
  YamlTree noted = map_of({{"b", text("1")}});
  noted.notes = {"why?", "two\nlines"};
  EXPECT_EQ(block_text(map_of({{"a", noted}}), {}), "a:\n  # why?\n  # two lines\n  b: 1\n");
}

}  // namespace
}  // namespace plimsoll::spec
