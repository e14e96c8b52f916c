#include "decide/keda/formula.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace plimsoll::keda {
namespace {

constexpr std::array<std::string_view, 4> names{"a", "b", "c", "trig_one"};
using Values = std::array<std::optional<double>, 4>;
constexpr Values values{10, 3, std::nullopt, 0.5};

Outcome result(std::string_view text, const Values& with = values) {
  const Parsed<Program> parsed = compile(text, names);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.diagnostics.empty() ? "" : parsed.diagnostics[0].message);
  return parsed.value ? evaluate(*parsed.value, with) : Outcome{};
}

struct Row {
  std::string_view text;
  double want;
};
class Formula : public testing::TestWithParam<Row> {};
TEST_P(Formula, Gives) {
  const Outcome outcome = result(GetParam().text);
  ASSERT_EQ(outcome.kind, Outcome::Kind::number) << GetParam().text;
  EXPECT_DOUBLE_EQ(outcome.number, GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Numbers, Formula,
    testing::Values(Row{"42", 42}, Row{".5 + 1e3", 1000.5}, Row{"a", 10}, Row{"trig_one", 0.5}, Row{"a + b * 2", 16},
                    Row{"(a + b) * 2", 26}, Row{"a - b - 2", 5}, Row{"a / b / 2", 10.0 / 3 / 2}, Row{"a % b", 1},
                    Row{"7.5 % 2", 1.5}, Row{"-a", -10}, Row{"- -a", 10}, Row{"+a", 10}, Row{"-a * b", -30}, Row{"2 - -b", 5},
                    Row{"a > b ? 1 : 2", 1}, Row{"a < b ? 1 : 2", 2}, Row{"a <= 10 ? 1 : 2", 1}, Row{"a >= 11 ? 1 : 2", 2},
                    Row{"a == 10 ? 1 : 2", 1}, Row{"a != 10 ? 1 : 2", 2}, Row{"a > 5 && b > 5 ? 1 : 2", 2},
                    Row{"a > 5 || b > 5 ? 1 : 2", 1}, Row{"a > 5 and not (b > 5) ? 1 : 2", 1}, Row{"b > 5 or a > 5 ? 1 : 2", 1},
                    Row{"!(a > 5) ? 1 : 2", 2}, Row{"a > 99 ? 1 : a > 5 ? 2 : 3", 2}, Row{"true ? 1 : 2", 1},
                    Row{"false || a > 1 ? 1 : 2", 1}, Row{"a > 1 || b > 1 && b > 99 ? 1 : 2", 1},  // && before ||
                    Row{"c ?? 8", 8}, Row{"a ?? 8", 10}, Row{"c ?? c ?? b", 3}, Row{"c ?? b + 1", 4}, Row{"-c ?? -b", 3},
                    Row{"c == nil ? 5 : c", 5}, Row{"a != nil ? a : 5", 10}, Row{"nil ?? 4", 4}, Row{"(a > 5 ? nil : 1) ?? 6", 6},
                    Row{"min(a, b)", 3}, Row{"max(a, b, 20)", 20}, Row{"sum([a, b])", 13}, Row{"avg(a, b)", 6.5},
                    Row{"mean([a, b, 2])", 5}, Row{"max(a)", 10}, Row{"abs(b - a)", 7}, Row{"ceil(a / b)", 4},
                    Row{"floor(a / b)", 3}, Row{"round(2.5)", 3}, Row{"round(-2.5)", -3}, Row{"sqrt(a + 6)", 4},
                    Row{"int(-2.7)", -2}, Row{"float(a)", 10}, Row{"count([a, b, trig_one], {# > 1})", 2},
                    Row{"count([a, b, trig_one], # > 1)", 2}, Row{"count([a > 1, b > 5])", 1},
                    Row{"count([a + 1, b], {# * # > 100})", 1}, Row{"count([count([a, b], {# > 5}), b], {# > 2})", 1},
                    Row{"count([a], {count([#, b], {# > 5}) == 1}) ", 1}, Row{"count([trig_one, a, b], {# > 1}) > 1 ? 5 : 0", 5},
                    Row{"min(a, max(b, 5)) + (c ?? 1) * 2", 7},
                    // what is not needed is not evaluated
                    Row{"b > 0 ? a / b : 0", 10.0 / 3}, Row{"b > 5 ? a / 0 : 7", 7}, Row{"false && 1 / 0 > 1 ? 1 : 2", 2},
                    Row{"true || c > 1 ? 1 : 2", 1}, Row{"a ?? (1 / 0)", 10}));

TEST(Formula, NilIsItsOwnAnswer) {
  EXPECT_EQ(result("c").kind, Outcome::Kind::nil);
  EXPECT_EQ(result("c").variable, 2);
  EXPECT_EQ(result("c ?? nil").kind, Outcome::Kind::nil);
  EXPECT_EQ(result("a > 1 ? c : 1").kind, Outcome::Kind::nil);
}

TEST(Formula, NilInArithmeticIsMissing) {
  for (const std::string_view text :
       {"c + 1", "-c", "max(a, c)", "c > 1 ? 1 : 2", "ceil(c)", "count([c], {# > 1})", "a + (c ?? c) * 2"}) {
    const Outcome outcome = result(text);
    EXPECT_EQ(outcome.kind, Outcome::Kind::missing) << text;
    EXPECT_EQ(outcome.variable, 2) << text;
  }
  EXPECT_EQ(result("(a > 1 ? nil : 1) + 1").variable, Outcome::no_variable);
}

TEST(Formula, NeverGivesInfinityOrNan) {
  for (const std::string_view text : {"a / 0", "0 / 0", "a % 0", "sqrt(-1)", "1e308 * 10", "-1e308 - 1e308", "sum(1e308, 1e308)"})
    EXPECT_EQ(result(text).kind, Outcome::Kind::not_a_number) << text;
}

TEST(Formula, ValuesThatAreNoNumbersAreNil) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_EQ(result("a ?? 8", Values{value, {}, {}, {}}).number, 8);
}

// Sums of random terms, written with all parentheses and with the fewest: the same number.
struct Term {
  std::string full, sparse;
  int binding;
};
Term term(int depth) {
  if (depth == 0) {
    const std::string leaf = *rc::gen::element<std::string>("a", "b", "trig_one", "2", "0.25", "7");
    return {leaf, leaf, 100};
  }
  const Term left = term(*rc::gen::inRange(0, depth)), right = term(*rc::gen::inRange(0, depth));
  const std::string symbol = *rc::gen::element<std::string>("+", "-", "*", "/", "%", "??");
  const int binding = symbol == "??" ? 500 : symbol == "+" || symbol == "-" ? 30 : 60;
  const auto wrap = [](const Term& t, bool needed) { return needed ? "(" + t.sparse + ")" : t.sparse; };
  return {"(" + left.full + symbol + right.full + ")",
          wrap(left, left.binding < binding) + " " + symbol + " " + wrap(right, right.binding <= binding), binding};
}

TEST(FormulaProperty, PrecedenceIsWhatTheParenthesesSay) {
  EXPECT_TRUE(rc::check([] {
    const Term t = term(*rc::gen::inRange(1, 5));
    RC_LOG() << t.full << "   " << t.sparse;
    const Outcome full = result(t.full), sparse = result(t.sparse);
    RC_ASSERT(full.kind == sparse.kind);
    RC_ASSERT(full.number == sparse.number);
  }));
}

}  // namespace
}  // namespace plimsoll::keda
