#include "render/yaml.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "spec/yaml.h"

namespace plimsoll::render {
namespace {

TEST(YamlText, AManifestLooksAsPeopleWriteIt) {
  Yaml root;
  root.about("made by hand");
  root["apiVersion"] = "v1";
  root["metadata"]["name"] = "api";
  root["metadata"]["labels"]["tier"].add("a");
  root["spec"]["replicas"] = Yaml(3).why("derived: three");
  Yaml& containers = root["spec"]["containers"];
  containers.about("one\ntwo");
  Yaml& first = containers.add();
  first["name"] = "api";
  first["args"] = Yaml::list({"--port", "8080"}).flow();
  first["env"].add()["name"] = "PORT";
  Yaml second;
  second["name"] = "side";
  containers.add(second);
  root["empty"] = Yaml{};
  root["none"] = Yaml::list();
  EXPECT_EQ(to_yaml(root), R"(# made by hand
apiVersion: v1
metadata:
  name: api
  labels:
    tier:
      - a
spec:
  replicas: 3  # derived: three
  # one
  # two
  containers:
    - name: api
      args: [--port, "8080"]
      env:
        - name: PORT
    - name: side
empty: {}
none: []
)");
}

TEST(YamlText, LinesBecomeABlockWithTheRightEnd) {
  Yaml root;
  root["a"] = "x\n\n  y\n";
  root["b"] = "x\ny";
  root["c"] = "x\n\n";
  root["d"] = " x\n";
  EXPECT_EQ(to_yaml(root), "a: |\n  x\n\n    y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: \" x\\n\"\n");
}

TEST(YamlText, SeveralDocuments) {
  Yaml a, b;
  a["x"] = 1;
  b["z"] = 2;
  const std::vector<Yaml> both{a, b};
  EXPECT_EQ(to_yaml(both), "x: 1\n---\nz: 2\n");
}

/// What is written as a text is read as that text, and never as anything else: it stands in quotes wherever a reader might see
/// more.
class Texts : public testing::TestWithParam<const char*> {};
TEST_P(Texts, AreReadBack) {
  Yaml root;
  root["key"] = GetParam();
  root["flow"] = Yaml::list({GetParam(), "z"}).flow();
  root["list"].add(GetParam());
  root[GetParam()] = 1;
  const auto read = spec::parse_yaml(to_yaml(root));
  // A key that is no plain name is an error to this reader alone.
  ASSERT_TRUE(read.value) << to_yaml(root);
  EXPECT_EQ(read.value->find("key")->value.text, GetParam()) << to_yaml(root);
  EXPECT_FALSE(read.value->find("key")->value.is_null());
  EXPECT_EQ(read.value->find("flow")->value.items.at(0).text, GetParam()) << to_yaml(root);
  EXPECT_EQ(read.value->find("flow")->value.items.size(), 2U);
  EXPECT_EQ(read.value->find("list")->value.items.at(0).text, GetParam()) << to_yaml(root);
}
INSTANTIATE_TEST_SUITE_P(Yaml, Texts,
                         testing::Values("", "~", "null", "yes", "Off", "3", "-3", "1e3", "0x1f", "08:30", "2026-11-27", "1_000",
                                         ".5", "-", "- a", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "'a'", "\"a\"",
                                         "%a", "@a", "`a", "{a}", "[a]", "a, b", "a\\b", " a", "a ", "a\tb", "a\x01z", "500m",
                                         "$(A)", "<<", "=", "?", "? a", ":8080", "http://a:80/b", "x{y}", "+.inf"));

/// Words that YAML 1.1 readers (Python's, Go's v2) would turn into something else never stand bare.
class Words : public testing::TestWithParam<const char*> {};
TEST_P(Words, StandInQuotes) {
  Yaml root;
  root["key"] = GetParam();
  EXPECT_EQ(to_yaml(root), std::string("key: \"") + GetParam() + "\"\n");
}
INSTANTIATE_TEST_SUITE_P(Yaml, Words,
                         testing::Values("yes", "No", "ON", "off", "y", "n", "true", "null", "~", "1", "1.5", "0o17", "017",
                                         "1e9", "1:30", "08:30", "2026-11-27", "-1", "+1", "0x10", ".inf", "-.inf", ".nan", "<<",
                                         "="));

TEST(YamlText, NullIsNoText) {
  Yaml root;
  root["gone"] = Yaml::null().why("the default goes");
  root["text"] = "null";
  EXPECT_EQ(to_yaml(root), "gone: null  # the default goes\ntext: \"null\"\n");
  EXPECT_EQ(to_json(root), "{\n  \"gone\": null,\n  \"text\": \"null\"\n}\n");
}

TEST(JsonText, IsJson) {
  Yaml root;
  root["a"] = Yaml("x \"y\" \n").why("lost");
  root["b"].add(1);
  root["b"].add(Yaml(0.5));
  root["c"] = true;
  root["d"] = Yaml{};
  EXPECT_EQ(to_json(root), R"({
  "a": "x \"y\" \n",
  "b": [
    1,
    0.5
  ],
  "c": true,
  "d": {}
}
)");
}

/// A reader of YAML ends a line at NEL, U+2028 and U+2029, takes a byte order mark for none of the text, and C1 for nothing at
/// all.
TEST(Yaml, WhatAReaderWouldTakeForALinesEndIsEscaped) {
  for (const auto& [text, written] : {std::pair<const char*, const char*>{"a\u0085b", "a\\u0085b"},
                                      {"a\u2028b", "a\\u2028b"},
                                      {"a\u2029b", "a\\u2029b"},
                                      {"\uFEFFab", "\\ufeffab"},
                                      {"a\xc2\x9f", "a\\u009f"},
                                      {"a\u2028\nb", "a\\u2028\\nb"}}) {
    Yaml made;
    made["k"] = text;
    EXPECT_EQ(to_yaml(made), std::string("k: \"") + written + "\"\n");
    EXPECT_EQ(to_json(made), std::string("{\n  \"k\": \"") + written + "\"\n}\n");
  }
  Yaml plain;
  plain["k"] = "2 × ä – “x” 漢";
  EXPECT_EQ(to_yaml(plain), "k: 2 × ä – “x” 漢\n");
}

TEST(Yaml, ACommentNeverEndsItsLine) {
  Yaml made;
  made["k"] = Yaml(1).why("a\nb: c\u2028d: e").about("f\u0085g: h");
  EXPECT_EQ(to_yaml(made), "# f g: h\nk: 1  # a b: c d: e\n");
}

TEST(Yaml, NullIsAKindOfItsOwn) {
  Yaml made;
  made["k"] = Yaml::null();
  EXPECT_EQ(made.at("k").kind(), Yaml::Kind::null);
  EXPECT_EQ(to_yaml(made), "k: null\n");
  EXPECT_EQ(to_json(made), "{\n  \"k\": null\n}\n");
}

}  // namespace
}  // namespace plimsoll::render
