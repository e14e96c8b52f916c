#include "collect/metrics_text.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace plimsoll::collect {
namespace {

using testing::ElementsAre;

struct Good {
  const char* name;
  std::string_view text;
  std::string_view metric, labels;
  double value;
  std::optional<std::int64_t> timestamp_ms = {};
};

class MetricsLine : public testing::TestWithParam<Good> {};

TEST_P(MetricsLine, IsRead) {
  const Good& row = GetParam();
  for (const std::string& text :
       {std::string(row.text), std::string(row.text) + "\n", "# HELP x {\n\n" + std::string(row.text) + "\r\n \n#"}) {
    MetricsText parser(text);
    MetricLine line;
    ASSERT_TRUE(parser.next(line)) << text << ": " << parser.error();
    EXPECT_EQ(line.name, row.metric);
    EXPECT_EQ(line.labels, row.labels);
    EXPECT_TRUE(line.value == row.value || (std::isnan(line.value) && std::isnan(row.value))) << line.value;
    EXPECT_EQ(line.timestamp_ms, row.timestamp_ms);
    EXPECT_FALSE(parser.next(line));
    EXPECT_EQ(parser.error(), nullptr) << parser.error();
  }
}

INSTANTIATE_TEST_SUITE_P(
    MetricsText, MetricsLine,
    testing::Values(Good{"Plain", "up 1", "up", "", 1}, Good{"Colons", ":job:rate5m 0.25", ":job:rate5m", "", 0.25},
                    Good{"EmptyBraces", "up{} 1", "up", "", 1}, Good{"Label", R"(up{a="b"} 3)", "up", R"(a="b")", 3},
                    Good{"NoBlankAfterBrace", R"(up{a="b"}3)", "up", R"(a="b")", 3},
                    Good{"Blanks", "\tup  { a = \"b\" , c=\"d\" , }  3\t ", "up", " a = \"b\" , c=\"d\" , ", 3},
                    Good{"Escapes", R"(up{a="\"\\\n}"} 3)", "up", R"(a="\"\\\n}")", 3},
                    Good{"Utf8", "up{a=\"größe\"} 3", "up", "a=\"größe\"", 3},
                    Good{"Timestamp", "up 1 1395066363000", "up", "", 1, 1395066363000},
                    Good{"Before1970", "up 1 -5 ", "up", "", 1, -5}, Good{"Exponent", "up 1.5e-3", "up", "", 1.5e-3},
                    Good{"Signs", "up -1.5E+03", "up", "", -1500}, Good{"Plus", "up +2", "up", "", 2},
                    Good{"Nan", "up NaN", "up", "", NAN}, Good{"Infinite", "up +Inf", "up", "", INFINITY},
                    Good{"Below", "up -Inf", "up", "", -INFINITY},
                    Good{"Large", "up 18446744073709551616", "up", "", 18446744073709551616.0},
                    Good{"Exact", "up 123456789012345", "up", "", 123456789012345}, Good{"Point", "up .5", "up", "", 0.5},
                    Good{"Exemplar", R"(b_bucket{le="1"} 3 # {trace="x"} 0.7 1.2)", "b_bucket", R"(le="1")", 3}),
    [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string_view text, says;
};

class MetricsError : public testing::TestWithParam<Bad> {};

TEST_P(MetricsError, IsFoundAndLast) {
  MetricsText parser(GetParam().text);
  MetricLine line;
  while (parser.next(line)) {
  }
  ASSERT_NE(parser.error(), nullptr);
  EXPECT_THAT(parser.error(), testing::HasSubstr(std::string(GetParam().says)));
  EXPECT_FALSE(parser.next(line));
}

INSTANTIATE_TEST_SUITE_P(
    MetricsText, MetricsError,
    testing::Values(Bad{"Html", "<html>", "name is missing"}, Bad{"Digit", "1up 1", "name is missing"},
                    Bad{"NoValue", "up", "blank or {"}, Bad{"NoValueAfterBlank", "up \n", "value is missing"},
                    Bad{"Word", "up one", "not a number"}, Bad{"TwoSigns", "up +-1", "not a number"},
                    Bad{"Hex", "up 0x10", "not a number"}, Bad{"HalfExponent", "up 1e", "not a number"},
                    Bad{"Underscore", "up 1_000", "not a number"}, Bad{"Trailing", "up 1 2 3", "goes on"},
                    Bad{"TrailingWord", "up 1,", "goes on"}, Bad{"FloatTimestamp", "up 1 2.5", "timestamp"},
                    Bad{"HugeTimestamp", "up 1 99999999999999999999", "timestamp"},
                    Bad{"LabelName", R"(up{1a="b"} 1)", "label's name"}, Bad{"LabelColon", R"(up{a:b="b"} 1)", "= is missing"},
                    Bad{"Unquoted", "up{a=b} 1", "quoted"}, Bad{"NoQuote", "up{a=\"b} 1\n", "closing quote"},
                    Bad{"CutInEscape", "up{a=\"\\", "escapes nothing"}, Bad{"BadEscape", R"(up{a="\t"} 1)", "escapes nothing"},
                    Bad{"NoComma", R"(up{a="b" c="d"} 1)", ", or }"}, Bad{"TwoCommas", R"(up{a="b",,} 1)", "label's name"},
                    Bad{"CutInLabels", R"(up{a="b")", ", or }"}, Bad{"Zero", std::string_view("up 1\0", 5), "goes on"},
                    Bad{"StrayReturn", "up 1\rup 2", "goes on"}),
    [](const auto& row) { return row.param.name; });

TEST(MetricsText, TellsTheLineOfAnError) {
  MetricsText parser("# TYPE up gauge\nup 1\n\nup x\n");
  MetricLine line;
  EXPECT_TRUE(parser.next(line));
  EXPECT_FALSE(parser.next(line));
  EXPECT_EQ(parser.line(), 4U);
}

TEST(MetricsText, AnEmptyTextHasNoLinesAndNoError) {
  for (const std::string_view text : {"", "\n", "  ", "# only\n# comments"}) {
    MetricsText parser(text);
    MetricLine line;
    EXPECT_FALSE(parser.next(line));
    EXPECT_EQ(parser.error(), nullptr);
  }
}

TEST(Labels, AreReadInTurn) {
  LabelScanner scanner(R"( method = "get" ,le="0.5",path="/a=\"b\",c" , )");
  std::vector<std::string> seen;
  std::string_view name, value;
  while (scanner.next(name, value)) seen.push_back(std::string(name) + ":" + unescaped(value));
  EXPECT_THAT(seen, ElementsAre("method:get", "le:0.5", "path:/a=\"b\",c"));
  EXPECT_EQ(label_value(R"(xle="1",le="2")", "le"), "2");
  EXPECT_EQ(label_value(R"(a="le=\"3\"")", "le"), std::nullopt);
  EXPECT_EQ(label_value("", "le"), std::nullopt);
  EXPECT_EQ(unescaped(R"(a\\b\nc\"d)"), "a\\b\nc\"d");
}

// Every text of the corpus ends in lines or an error, and so does every cut of it: what the fuzzer looks for, on each build.
TEST(MetricsText, TheCorpusIsReadWithoutHarm) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/metrics_text")) {
    ++files;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const std::string cut = whole.substr(0, size);
      MetricsText parser(cut);
      MetricLine line;
      std::size_t lines = 0;
      while (parser.next(line)) {
        ++lines;
        LabelScanner labels(line.labels);
        std::string_view name, value;
        while (labels.next(name, value)) EXPECT_FALSE(name.empty());
      }
      EXPECT_LE(lines, cut.size());
    }
  }
  EXPECT_GE(files, 3U);
}

}  // namespace
}  // namespace plimsoll::collect
