#include "spec/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {
using testing::brief;

Node tree(std::string_view text) {
  Parsed<Node> parsed = parse_yaml(text);
  EXPECT_TRUE(parsed.ok()) << text << "\n" << brief(parsed.diagnostics);
  return parsed.value.value_or(Node{});
}

std::string place(const Position& at) {
  return std::to_string(at.line) + ":" + std::to_string(at.column) + "+" + std::to_string(at.length);
}

TEST(Yaml, ValuesKnowTheirPlaces) {
  const Node root = tree("a: 1\nlong key:\n  - x\n  - {b: 'c d'}\n");
  EXPECT_EQ(place(root.at), "1:1+1");
  EXPECT_EQ(place(root.find("a")->at), "1:1+1");
  EXPECT_EQ(place(root.find("a")->value.at), "1:4+1");
  EXPECT_EQ(place(root.find("long key")->at), "2:1+8");
  const Node& list = root.find("long key")->value;
  EXPECT_EQ(place(list.at), "3:3+1");
  EXPECT_EQ(place(list.items[0].at), "3:5+1");
  EXPECT_EQ(place(list.items[1].at), "4:5+10");
  EXPECT_EQ(place(list.items[1].find("b")->value.at), "4:9+5");
}

TEST(Yaml, ColumnsCountCharactersNotBytes) {
  const Node root = tree("größe: é\n\"ключ\": [日本, x]\n");
  EXPECT_EQ(place(root.entries[0].at), "1:1+5");
  EXPECT_EQ(place(root.entries[0].value.at), "1:8+1");
  EXPECT_EQ(place(root.entries[1].at), "2:1+6");
  EXPECT_EQ(place(root.entries[1].value.items[1].at), "2:14+1");
}

TEST(Yaml, AByteOrderMarkMovesNothing) {
  EXPECT_EQ(place(tree("\xEF\xBB\xBF"
                       "a: b\n")
                      .entries[0]
                      .value.at),
            "1:4+1");
}

TEST(Yaml, PartsOfAScalarHavePlaces) {
  const Node root = tree("a: cpu > 70%\nb: 'cpu > 70%'\nc: \"c\\x70u > 70%\"\nd: |\n  cpu > 70%\n");
  EXPECT_EQ(place(root.find("a")->value.part(6, 3)), "1:10+3");
  EXPECT_EQ(place(root.find("b")->value.part(6, 3)), "2:11+3");
  EXPECT_EQ(place(root.find("c")->value.part(6, 3)), place(root.find("c")->value.at)) << "an escape: the whole scalar";
  EXPECT_EQ(root.find("d")->value.part(6, 3).line, 4);
  EXPECT_EQ(place(root.find("a")->value.part(9, 0)), "1:13+1") << "behind its end";
}

TEST(Yaml, NothingIsNotTheEmptyText) {
  const Node root = tree("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n");
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(root.find(key)->value.is_null()) << key;
  for (const char* key : {"d", "e"}) EXPECT_FALSE(root.find(key)->value.is_null()) << key;
}

TEST(Yaml, AliasesAreCopies) {
  const Node root = tree("a: &x {k: [1, 2]}\nb: *x\nc: &x 7\nd: *x\n");
  EXPECT_EQ(root.find("b")->value.find("k")->value.items.size(), 2U);
  EXPECT_EQ(root.find("d")->value.text, "7") << "an anchor may be set again";
}

TEST(Yaml, ADuplicateKeyKeepsItsFirstValueAndTheRestIsRead) {
  const Parsed<Node> parsed = parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n");
  ASSERT_TRUE(parsed.value);
  EXPECT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.value->find("a")->value.text, "1");
  EXPECT_EQ(brief(parsed.diagnostics), "2:11+1 duplicate key 'c'\n3:1+1 duplicate key 'a'\n");
}

struct Bad {
  const char* name;
  std::string text;
  const char* want;
};
class Refused : public ::testing::TestWithParam<Bad> {};
TEST_P(Refused, WithOneErrorAtItsPlace) {
  const Parsed<Node> parsed = parse_yaml(GetParam().text);
  EXPECT_FALSE(parsed.value);
  EXPECT_EQ(brief(parsed.diagnostics), std::string(GetParam().want) + "\n");
}
INSTANTIATE_TEST_SUITE_P(
    Yaml, Refused,
    ::testing::Values(
        Bad{"empty", "", "1:1+1 the file is empty"},                  //
        Bad{"comments", "# nothing\n\n", "1:1+1 the file is empty"},  //
        Bad{"tab", "a:\n\tb: 1\n", "2:1+1 a tab cannot indent YAML"},
        Bad{"second_document", "a: 1\n---\nb: 2\n", "2:1+3 a second document begins here"},
        Bad{"utf16",
            std::string("\xFF\xFE"
                        "a\0",
                        4),
            "1:1+1 the file is UTF-16"},
        Bad{"latin1", "a: 1\nb: gr\xFC\n", "2:6+1 this character cannot stand in YAML: invalid leading UTF-8 octet"},
        Bad{"control", "a: x\x01y\n", "1:5+1 this character cannot stand in YAML: control characters are not allowed"},
        Bad{"tag", "a: !!int 5\n", "1:4+7 tags such as 'tag:yaml.org,2002:int' are not read here"},
        Bad{"complex_key", "? [a, b]\n: 1\n", "1:3+1 this key is not a plain name"},
        Bad{"unknown_alias", "a: *b\n", "1:4+2 there is no value anchored as '&b' before this alias"},
        Bad{"alias_to_itself", "a: &a [*a]\n", "1:8+2 there is no value anchored as '&a' before this alias"},
        Bad{"unclosed", "a: [1, 2\nb: 3\n",
            "2:2+1 not YAML: did not find expected ',' or ']' (while parsing a flow sequence that began on line 1)"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Yaml, DepthIsLimited) {
  EXPECT_TRUE(parse_yaml(std::string(64, '[') + std::string(64, ']')).ok());
  EXPECT_EQ(brief(parse_yaml(std::string(65, '[') + std::string(65, ']')).diagnostics), "1:65+1 nested deeper than 64 levels\n");
  EXPECT_FALSE(parse_yaml(std::string(100'000, '[')).value);
  std::string by_alias = "- &a0 []\n";  // each alias one level deeper than the one before
  for (int i = 1; i < 70; ++i) by_alias += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_EQ(parse_yaml(by_alias).diagnostics.at(0).message, "nested deeper than 64 levels");
}

// Nine levels of ten aliases each would be a billion values.
TEST(Yaml, ABillionLaughsAreCutShort) {
  std::string text = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    text += "- &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += std::string(k ? ", " : "") + "*a" + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_THAT(parse_yaml(text).diagnostics.at(0).message, ::testing::HasSubstr("more than 100000 values"));
}

TEST(Yaml, AliasesOfALongTextAreCutShort) {
  std::string text = "- &a " + std::string(1 << 20, 'x') + "\n";
  for (int i = 0; i < 1000; ++i) text += "- *a\n";
  EXPECT_THAT(parse_yaml(text).diagnostics.at(0).message, ::testing::HasSubstr("too much text"));
}

TEST(Yaml, SizeIsLimited) {
  EXPECT_EQ(parse_yaml(std::string((4U << 20U) + 1, ' ')).diagnostics.at(0).message, "the file has 4194305 bytes");
}

TEST(Yaml, LinesAreThoseOfYaml) {
  EXPECT_EQ(split_lines("").size(), 1U);
  EXPECT_EQ(split_lines("a\nb").size(), 2U);
  EXPECT_EQ(split_lines("a\r\nb\rc\n").size(), 4U);
  EXPECT_EQ(split_lines("a\xE2\x80\xA8"
                        "b")
                .size(),
            2U);
  EXPECT_EQ(tree("a: 1\r\nb: 2\r\n").find("b")->at.line, 2);
}

}  // namespace
}  // namespace plimsoll::spec
