// What holds for every rule.

#include "capacity/findings/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "capacity/findings/testing/random_stack.h"
#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {
namespace {

const RuleInfo* rule_named(std::string_view name) {
  for (const RuleInfo& one : finding_rules())
    if (one.name == name) return &one;
  return nullptr;
}

TEST(Findings, NothingToSayOfASoundStack) {
  const Given given = sound();
  for (const Finding& one : findings(given.stack, given.context)) ADD_FAILURE() << one.rule << ": " << one.message;
}

TEST(Findings, NothingToSayOfNothing) { EXPECT_TRUE(findings(Stack{}, {}).empty()); }

TEST(Findings, EachRuleHasItsNameAndItsSection) {
  std::ifstream file(std::string(PLIMSOLL_SOURCE_DIR) + "/docs/check.md");
  std::stringstream page;
  page << file.rdbuf();
  std::set<std::string_view> names;
  std::size_t at = 0;
  for (const RuleInfo& rule : finding_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(rule.summary.empty()) << rule.name;
    const std::size_t section = page.str().find("\n### " + std::string(rule.name) + "\n");
    ASSERT_NE(section, std::string::npos) << rule.name << " has no section in docs/check.md";
    EXPECT_GE(section, at) << rule.name << " stands elsewhere in docs/check.md";
    at = section;
  }
}

/// One line, ASCII control characters aside, and no figure that is none.
void expect_readable(const std::string& text) {
  RC_ASSERT(text.find('\n') == std::string::npos);
  RC_ASSERT(text.find("{}") == std::string::npos);
  static const std::regex no_figure("\\b(nan|inf)\\b");
  RC_ASSERT(!std::regex_search(text, no_figure));
}

RC_GTEST_PROP(Findings, AreTotalOnAnyStack, ()) {
  const Given given = *random_given();
  for (const Finding& one : findings(given.stack, given.context)) {
    const RuleInfo* rule = rule_named(one.rule);
    RC_ASSERT(rule != nullptr);
    RC_LOG() << one.rule << ": " << one.message << "\n";
    RC_ASSERT(one.level <= rule->worst);
    RC_ASSERT(!one.message.empty());
    RC_ASSERT(!one.path.empty());
    RC_ASSERT(!one.fixes.empty() || !one.advice.empty());
    expect_readable(one.message);
    expect_readable(one.advice);
    for (const std::string& line : one.sum) expect_readable(line);
    for (const Fix& fix : one.fixes) {
      RC_ASSERT(!fix.path.empty() && !fix.value.empty() && !fix.spec.empty());
      expect_readable(fix.spec);
      expect_readable(fix.effect);
    }
  }
}

/// How often a rule says something as severe. Not by place: with one tier smaller, another may be the best one to blame.
std::ptrdiff_t times_said(const std::vector<Finding>& found, Level level) {
  return std::count_if(found.begin(), found.end(), [&](const Finding& one) { return one.level >= level; });
}

RC_GTEST_PROP(Findings, FirstFixMendsWhatWasFound, ()) {
  const Given given = *random_given();
  for (const Finding& one : findings(given.stack, given.context)) {
    if (one.fixes.empty()) continue;
    Given mended = given;
    RC_ASSERT(apply(mended, one.fixes.front()));
    RC_LOG() << one.message << "\n  " << one.fixes.front().path << ": " << one.fixes.front().value << "\n";
    const std::vector<Finding> before = of_rule(given, one.rule), after = of_rule(mended, one.rule);
    RC_ASSERT(times_said(after, one.level) < times_said(before, one.level));
    RC_ASSERT(times_said(after, Level::error) <= times_said(before, Level::error));
  }
}

RC_GTEST_PROP(Findings, SayTheSameOfTheSame, ()) {
  const Given given = *random_given();
  const auto first = findings(given.stack, given.context), second = findings(given.stack, given.context);
  RC_ASSERT(first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i) RC_ASSERT(first[i].message == second[i].message);
}

/// What nobody wrote down is nobody's mistake: with nothing given an import has no finding that needs a default.
RC_GTEST_PROP(Findings, ImportsSayNothingOfDefaults, ()) {
  Given given = *random_given();
  given.context.imported = true;
  given.context.given = [](std::string_view) { return false; };
  for (const Finding& one : findings(given.stack, given.context))
    for (const char* needs_given : {"connection-budget", "pooler-clients", "pool-over-limits", "single-instance",
                                    "window-under-start", "transaction-pooling", "scale-in-cuts-requests"})
      RC_ASSERT(one.rule != needs_given);
}

}  // namespace
}  // namespace plimsoll::capacity::testing_
