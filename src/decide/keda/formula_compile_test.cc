#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "decide/keda/formula.h"

namespace plimsoll::keda {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 2> names{"queue_a", "queue_b"};

struct Row {
  std::string_view text;
  int column;
  std::string_view message, expected, nearest;
};
class Fault : public testing::TestWithParam<Row> {};
TEST_P(Fault, SaysWhereAndWhat) {
  const Parsed<Program> parsed = compile(GetParam().text, names);
  EXPECT_FALSE(parsed.value);
  ASSERT_EQ(parsed.diagnostics.size(), 1U) << GetParam().text;
  const Diagnostic& d = parsed.diagnostics[0];
  EXPECT_EQ(d.at.line, 1);
  EXPECT_EQ(d.at.column, GetParam().column) << d.message;
  EXPECT_THAT(d.message, HasSubstr(GetParam().message));
  EXPECT_THAT(d.expected, HasSubstr(GetParam().expected));
  EXPECT_EQ(d.nearest, GetParam().nearest);
}
INSTANTIATE_TEST_SUITE_P(
    Places, Fault,
    testing::Values(Row{"", 1, "ends too early", "a number", ""}, Row{"queue_a +", 10, "ends too early", "a number", ""},
                    Row{"queue_a queue_b", 9, "unexpected 'queue_b'", "an operator", ""},
                    Row{"queue_x + 1", 1, "unknown trigger 'queue_x'", "one of queue_a, queue_b", "queue_a"},
                    Row{"2 * (1 + 2", 11, "ends too early", "')'", ""},
                    Row{"2 * 1 + 2)", 10, "unexpected ')'", "an operator", ""},
                    Row{"mix(1, 2)", 1, "unknown function 'mix'", "one of min", "min"},
                    Row{"min()", 5, "unexpected ')'", "a number", ""}, Row{"min(1 2)", 7, "unexpected '2'", "')'", ""},
                    Row{"abs(1, 2)", 6, "unexpected ','", "')'", ""}, Row{"queue_a = 3", 9, "unexpected '='", "", ""},
                    Row{"1 $ 2", 3, "unexpected '$'", "", ""}, Row{"1 @ 2", 3, "unexpected '@'", "", ""},
                    Row{"1.2.3", 1, "'1.2.3' can't be read", "a number", ""}, Row{"12x", 1, "'12x' can't be read", "", ""},
                    Row{"1e999", 1, "can't be read", "", ""}, Row{"1 + ü", 5, "'ü' can't be read", "", ""},
                    // numbers and truth values
                    Row{"queue_a > 3", 1, "gives no number", "a number", ""}, Row{"nil", 1, "gives no number", "", ""},
                    Row{"1 + (queue_a > 3)", 5, "a truth value where a number", "a number", ""},
                    Row{"queue_a ? 1 : 2", 1, "a number where a truth value", "a comparison", ""},
                    Row{"1 < 2 < 3 ? 1 : 2", 1, "a truth value where a number", "", ""},
                    Row{"!queue_a ? 1 : 2", 2, "a number where a truth value", "", ""},
                    Row{"true && 1 ? 1 : 2", 9, "a number where a truth value", "", ""},
                    Row{"nil + 1", 1, "nil is no value", "??", ""},
                    Row{"true ? 1 : false", 12, "a truth value where a number", "", ""},
                    Row{"true ?? 1", 1, "a truth value where a number", "", ""},
                    // lists and predicates
                    Row{"count(queue_a)", 7, "unexpected 'queue_a'", "'['", ""},
                    Row{"count([queue_a], {# + 1})", 19, "a number where a truth value", "", ""},
                    Row{"count([queue_a], {# > 1)", 24, "unexpected ')'", "'}'", ""}, Row{"# + 1", 1, "'#' outside", "count", ""},
                    Row{"count([], {# > 1})", 8, "unexpected ']'", "", ""}, Row{"[1, 2]", 1, "unexpected '['", "", ""}));

std::string repeated(std::string_view text, int times) {
  std::string whole;
  for (int i = 0; i < times; ++i) whole += text;
  return whole;
}

TEST(Limits, AreSaid) {
  EXPECT_TRUE(compile("1" + repeated(" + 1", 31), names).ok());  // 63 operations
  EXPECT_THAT(compile("1" + repeated(" + 1", 32), names).diagnostics.at(0).message, HasSubstr("64 operations"));
  EXPECT_TRUE(compile(repeated("1 + (", 31) + "1" + repeated(")", 31), names).ok());  // 32 values at once
  EXPECT_THAT(compile(repeated("1 + (", 32) + "1" + repeated(")", 32), names).diagnostics.at(0).message,
              HasSubstr("32 values at once"));
  EXPECT_THAT(compile(repeated("(", 2000) + "1" + repeated(")", 2000), names).diagnostics.at(0).message, HasSubstr("64 levels"));
  EXPECT_FALSE(compile(repeated("-", 3000) + "1", names).ok());
  EXPECT_FALSE(compile(repeated("true ? ", 500) + "1", names).ok());
  EXPECT_THAT(compile(std::string(5000, ' ') + "1", names).diagnostics.at(0).message, HasSubstr("4096 characters"));
}

// A predicate of predicates is written out once for each element; it ends at the limit of operations, not after all of them.
TEST(Limits, PredicatesWithinPredicatesEndSoon) {
  std::string text = "1";
  for (int i = 0; i < 12; ++i) text = "count([" + text + ", 1, 2, 3, 4], {# + # + # + # > 1})";
  EXPECT_FALSE(compile(text, names).ok());
}

/// Whatever the fuzzer began with or found is a program or a fault, and so is every cut of it.
TEST(Compile, CorpusIsAProgramOrAFault) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/formula")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream whole;
    whole << in.rdbuf();
    const std::string bytes = whole.str();
    for (std::size_t n = 0; n <= bytes.size(); ++n) {
      const Parsed<Program> parsed = compile(std::string_view(bytes).substr(0, n), names);
      ASSERT_NE(parsed.value.has_value(), !parsed.diagnostics.empty()) << entry.path();
      if (parsed.value) (void)evaluate(*parsed.value, std::array<std::optional<double>, 2>{3, std::nullopt});
    }
    ++files;
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace plimsoll::keda
