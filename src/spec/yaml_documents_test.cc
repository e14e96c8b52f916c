// Other people's YAML: many documents, merge keys, templates left in, broken parts.

#include <gtest/gtest.h>

#include "spec/testing/support.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {
using testing::brief;

YamlDocuments read(std::string_view text) { return parse_yaml_documents(text, {.limits = large_files, .lenient = true}); }

/// A tree as flow YAML, to compare with.
std::string flow(const Node& node) {
  if (node.kind == Node::Kind::scalar) return node.text;
  std::string out;
  for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + flow(item);
  for (const Node::Entry& entry : node.entries) out += (out.empty() ? "" : ", ") + entry.key + ": " + flow(entry.value);
  return node.kind == Node::Kind::list ? "[" + out + "]" : "{" + out + "}";
}

std::string all(const YamlDocuments& read) {
  std::string out;
  for (const YamlDocument& one : read.documents) out += std::to_string(one.first_line) + " " + flow(one.root) + "\n";
  return out;
}

struct Row {
  const char* what;
  const char* text;
  const char* documents;
  const char* diagnostics = "";
};

class Lenient : public ::testing::TestWithParam<Row> {};
TEST_P(Lenient, Reads) {
  const YamlDocuments got = read(GetParam().text);
  EXPECT_EQ(all(got), GetParam().documents) << GetParam().what;
  EXPECT_EQ(brief(got.diagnostics), GetParam().diagnostics) << GetParam().what;
  EXPECT_TRUE(got.templates.empty()) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Documents, Lenient,
    ::testing::Values(Row{"nothing", "", ""}, Row{"comments only", "# a\n---\n# b\n---\n", ""},
                      Row{"one without markers", "a: 1\n", "1 {a: 1}\n"},
                      Row{"many", "a: 1\n---\nb: 2\n...\n---\n# c\n--- # d\nd: 4\n", "1 {a: 1}\n2 {b: 2}\n7 {d: 4}\n"},
                      Row{"a value on the marker's line", "--- {a: 1}\n---\t[b]\n", "1 {a: 1}\n2 [b]\n"},
                      Row{"null documents", "---\n~\n---\nnull\n---\na: 1\n", "5 {a: 1}\n"},
                      Row{"directives", "%YAML 1.1\n---\na: 1\n", "2 {a: 1}\n"},
                      Row{"CR LF", "a: 1\r\n---\r\nb: 2\r\n", "1 {a: 1}\n2 {b: 2}\n"},
                      Row{"byte order marks of joined files",
                          "\xEF\xBB\xBF"
                          "a: 1\n\xEF\xBB\xBF---\nb: 2\n",
                          "1 {a: 1}\n2 {b: 2}\n"},
                      Row{"a marker within a text", "a: |\n  ---\n  b\nc: '---'\n", "1 {a: ---\nb\n, c: ---}\n"},
                      Row{"JSON", "{\"a\": {\"b\": [1, 2]},\n\t\"c\":null}\n", "1 {a: {b: [1, 2]}, c: null}\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

INSTANTIATE_TEST_SUITE_P(
    WhatASpecRefuses, Lenient,
    ::testing::Values(Row{"merge", "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", "1 {x: {a: 1, b: 2}, y: {b: 3, a: 1}}\n"},
                      Row{"merges, the first first", "p: &p {a: 1}\nq: &q {a: 2, b: 2}\ny: {<<: [*p, *q], c: 3}\n",
                          "1 {p: {a: 1}, q: {a: 2, b: 2}, y: {c: 3, a: 1, b: 2}}\n"},
                      Row{"a merge within a merge", "p: &p {a: 1}\nq: &q {<<: *p, b: 2}\ny: {<<: *q}\n",
                          "1 {p: {a: 1}, q: {b: 2, a: 1}, y: {b: 2, a: 1}}\n"},
                      Row{"tags", "a: !!str 1\nb: !reference [c, d]\nc: !<tag:x> {d: 1}\n", "1 {a: 1, b: [c, d], c: {d: 1}}\n"},
                      Row{"a key twice", "a: 1\nb: 2\na: 3\n", "1 {a: 3, b: 2}\n", "3:1+1 duplicate key 'a'\n"},
                      Row{"keys that are none", "? [a, b]\n: 1\nc: 2\n", "1 {c: 2}\n",
                          "1:3+1 this key is not a plain name and is passed over\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

INSTANTIATE_TEST_SUITE_P(
    OneBroken, Lenient,
    ::testing::Values(
        Row{"in the middle", "a: 1\n---\nb: [1\n---\nc: 3\n", "1 {a: 1}\n4 {c: 3}\n",
            "4:1+1 not YAML: did not find expected ',' or ']' (while parsing a flow sequence that began on line 3)\n"},
        Row{"an unknown anchor", "---\na: *x\n---\nb: 1\n", "3 {b: 1}\n",
            "2:4+2 there is no value anchored as '&x' before this alias\n"},
        Row{"a tab", "a:\n\tb: 1\n---\nc: 1\n", "3 {c: 1}\n", "2:1+1 a tab cannot indent YAML\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST(YamlDocuments, PlacesAreThoseOfTheWholeText) {
  const YamlDocuments got = read("a: 1\n---\nb:\n  c: x\n");
  ASSERT_EQ(got.documents.size(), 2U);
  const Node& value = got.documents[1].root.find("b")->value.find("c")->value;
  EXPECT_EQ(value.at.line, 4);
  EXPECT_EQ(value.at.column, 6);
}

TEST(YamlDocuments, LinesOfABlockAreLinesOfTheFile) {
  const YamlDocuments got = read("x: 1\n---\ndata:\n  a.ini: |-\n    one\n     two\n  b: >\n    folded\n");
  EXPECT_EQ(brief(got.diagnostics), "");
  ASSERT_EQ(got.documents.size(), 2U);
  const Node& data = got.documents[1].root.find("data")->value;
  const Node& block = data.find("a.ini")->value;
  EXPECT_TRUE(block.literal);
  EXPECT_EQ(block.at.line, 4);
  EXPECT_FALSE(data.find("b")->value.literal);
}

TEST(YamlDocuments, ABlocksIndentation) {
  const YamlDocuments got = read("data:\n  a.ini: |\n\n    one\n      two\n");
  const Node& block = got.documents.at(0).root.find("data")->value.find("a.ini")->value;
  EXPECT_EQ(block.text, "\none\n  two\n");
  EXPECT_EQ(block.indent, 4);
}

struct Left {
  const char* what;
  const char* text;
  const char* lines;  // of templates
  const char* documents;
};
class TemplatesLeftIn : public ::testing::TestWithParam<Left> {};
TEST_P(TemplatesLeftIn, AreToldFromTexts) {
  const YamlDocuments got = read(GetParam().text);
  std::string lines;
  for (const YamlDocuments::Template& one : got.templates)
    lines += std::to_string(one.line) + (one.language == YamlDocuments::Template::Language::jinja ? "j " : " ");
  EXPECT_EQ(lines, GetParam().lines) << GetParam().what;
  EXPECT_EQ(all(got), GetParam().documents) << GetParam().what;
  EXPECT_EQ(brief(got.diagnostics), "") << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    Go, TemplatesLeftIn,
    ::testing::Values(Left{"a value", "a: {{ .Values.a }}\n---\nb: 1\n", "1 ", "2 {b: 1}\n"},
                      Left{"a directive", "a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", "1 ", ""},
                      Left{"in quotes", "a: \"{{ .Release.Name }}-api\"\n", "1 ", ""},
                      Left{"behind a text", "a: x-{{ include \"c.name\" . }}\n", "1 ", ""},
                      Left{"an item", "a:\n  - {{ . }}\n", "1 ", ""},
                      Left{"an alert is none", "a: \"{{ $labels.pod }} is down\"\nb: |\n  {{ range .Alerts }}\n  x\n", "",
                           "1 {a: {{ $labels.pod }} is down, b: {{ range .Alerts }}\nx\n}\n"},
                      Left{"a workflow's is none", "a: 'x {{inputs.parameters.y}}'\n", "", "1 {a: x {{inputs.parameters.y}}}\n"},
                      Left{"Jinja", "{% if x %}\na: 1\n{% endif %}\n", "1j ", ""},
                      Left{"variables of a shell are texts", "a: ${X}\nb: \"${Y:-1}\"\n", "", "1 {a: ${X}, b: ${Y:-1}}\n"}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST(YamlDocuments, LimitsAreOverAllDocuments) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "---\n[1, 2, 3, 4]\n";
  const YamlDocuments got = parse_yaml_documents(text, {.limits = {.bytes = 4096, .depth = 8, .nodes = 200}, .lenient = true});
  EXPECT_EQ(got.documents.size(), 40U);
  EXPECT_EQ(got.diagnostics.size(), 1U) << "said once";
}

TEST(YamlDocuments, OfAFewLinesNoBillionsAreMade) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int n = 0; n < 9; ++n) text += ", " + before;
    text += "]\n";
  }
  const YamlDocuments got = read(text);
  EXPECT_TRUE(got.documents.empty());
  EXPECT_EQ(got.diagnostics.size(), 1U);
}

TEST(YamlDocuments, WhatIsNotWantedIsNotRead) {
  const YamlDocuments got =
      parse_yaml_documents("kind: A\n---\nkind: B\nbroken: [\n", {.limits = large_files, .lenient = true},
                           [](std::string_view text) { return text.find("kind: B") == std::string_view::npos; });
  EXPECT_EQ(all(got), "1 {kind: A}\n");
  EXPECT_TRUE(got.diagnostics.empty());
}

}  // namespace
}  // namespace plimsoll::spec
