// A formula over several queues, and a queue tier's several lists.

#include <gtest/gtest.h>

#include <string_view>

#include "decide/testing/stage.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using namespace testing_;

Tier worker(std::optional<Formula> formula) {
  Tier tier = plain_tier("worker", {1, 60}, TierKind::worker);
  tier.consumes = {{"decisions", 50}, {"pipelines", 20}};
  tier.scale.formula = std::move(formula);
  tier.scale.behavior.down = {0s, {}};
  tier.scale.step.in = Ratio{1};
  tier.scale.step.observe = 0s;
  return tier;
}

struct Row {
  const char* what;
  Formula formula;
  double decisions, pipelines;
  int want;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class FormulaPolicy : public testing::TestWithParam<Row> {};
TEST_P(FormulaPolicy, CountsByItsValue) {
  const Row& row = GetParam();
  Stage stage(stack_of({worker(row.formula)}));
  stage.runs(0, 4);
  stage.see(0, SignalKind::backlog, row.decisions, "decisions");
  stage.see(0, SignalKind::backlog, row.pipelines, "pipelines");
  EXPECT_EQ(stage.tick().tiers[0].asked, row.want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, FormulaPolicy,
    testing::Values(Row{"both lists' work together", {"decisions / 50 + pipelines / 20", TargetType::average, 1}, 100, 100, 7},
                    Row{"weighted", {"decisions + 2.5 * pipelines", TargetType::average, 50}, 100, 100, 7},
                    Row{"the larger", {"decisions > pipelines ? decisions : pipelines", TargetType::average, 50}, 110, 100, 3},
                    Row{"a value twice its target", {"decisions + pipelines", TargetType::value, 50}, 60, 40, 8},
                    Row{"a value within the tolerance", {"decisions + pipelines", TargetType::value, 50}, 30, 24, 4}));

// K6: without a formula the list that needs most decides.
TEST(Queues, K6_TheHighestDemandOfSeveralListsWins) {
  Stage stage(stack_of({worker(std::nullopt)}));
  stage.see(0, SignalKind::backlog, 101, "decisions");
  stage.see(0, SignalKind::backlog, 39, "pipelines");
  EXPECT_EQ(stage.tick().tiers[0].asked, 3);
  stage.see(0, SignalKind::backlog, 99, "pipelines");
  EXPECT_EQ(stage.tick().tiers[0].asked, 5);
  EXPECT_EQ(stage.why().winner.index, 1U);
}

// A list that can't be read makes the sum unknown, not smaller.
TEST(FormulaPolicyGap, ALostListHoldsTheCount) {
  Stage stage(stack_of({worker(Formula{"decisions / 50 + pipelines / 20", TargetType::average, 1})}));
  stage.see(0, SignalKind::backlog, 100, "decisions");
  stage.see(0, SignalKind::backlog, 100, "pipelines");
  ASSERT_EQ(stage.tick().tiers[0].asked, 7);
  stage.lose(0, SignalKind::backlog, Gap::unreachable, "pipelines");
  stage.see(0, SignalKind::backlog, 0, "decisions");
  EXPECT_EQ(stage.run_for(20min).tiers[0].asked, 7);
}

// A value's formula while nobody is ready says nothing: it must not read "no ready instance" as "none needed".
TEST(FormulaPolicyGap, NobodyReadyIsNoZero) {
  Stage stage(stack_of({worker(Formula{"decisions + pipelines", TargetType::value, 50})}));
  stage.manner(0) = {.start = 1s, .fails = true, .pending = Pending::backing_off};
  stage.orders = {Order{.id = 1, .kind = OrderKind::floor, .tier = TierId{0}, .value = 8, .until = stage_begins + 5s}};
  stage.see(0, SignalKind::backlog, 60, "decisions");
  stage.see(0, SignalKind::backlog, 40, "pipelines");
  EXPECT_EQ(stage.run_for(20min).tiers[0].asked, 8);
}

// What the formula itself left out (nil, where a number is needed) is no number: the four that are there stand.
TEST(FormulaPolicyGap, AWrittenNilHoldsTheCount) {
  for (const char* text : {"(decisions > 1 ? nil : decisions) + 1", "(decisions ?? nil) + pipelines"}) {
    Stage stage(stack_of({worker(Formula{text, TargetType::average, 1})}));
    stage.runs(0, 4);
    stage.see(0, SignalKind::backlog, 2, "decisions");
    stage.see(0, SignalKind::backlog, 30, "pipelines");
    if (std::string_view(text).find("??") != std::string_view::npos) stage.lose(0, SignalKind::backlog, Gap::stale, "decisions");
    EXPECT_EQ(stage.run_for(10min).tiers[0].asked, 4) << text;
    EXPECT_NE(stage.why().policies[0].gap, Gap::none) << text;
    EXPECT_EQ(stage.reason(), Reason::no_data) << text;
  }
}

}  // namespace
}  // namespace plimsoll
