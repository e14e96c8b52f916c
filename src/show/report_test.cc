// The parts of reports: text that is safe in HTML, tables, charts; diffs on a screen.

#include <cmath>

#include "show/diff.h"
#include "show/html.h"
#include "show/svg.h"
#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

Chart small_chart() {
  return {"cost",
          "Cost <a month>",
          "It rises.",
          {"2026-11", "2026-12", "2027-01"},
          {{"api & co", {1, 2, 4}}, {"room", {3, 3, 3}, true, true}},
          {{1, "event"}},
          {}};
}

TEST(Html, TextIsNeverMarkup) {
  EXPECT_EQ(escaped("<b a=\"1\" c='2'>&\n\x1b[31m\xff"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;  [31m?");
  const std::string table = html_table("a < b", {{"x"}, {"n", true}}, {{"<script>", "1"}});
  EXPECT_EQ(table.find("<script"), std::string::npos);
  EXPECT_NE(table.find("<td class=\"n\">1</td>"), std::string::npos);
}

TEST(Chart, HasATitleADescriptionAndALegend) {
  const std::string html = chart_html(small_chart());
  EXPECT_NE(html.find("<title id=\"cost-title\">Cost &lt;a month&gt;</title>"), std::string::npos) << html;
  EXPECT_NE(html.find("<desc id=\"cost-text\">It rises.</desc>"), std::string::npos);
  EXPECT_NE(html.find("api &amp; co</li>"), std::string::npos);
  EXPECT_NE(html.find("class=\"s1 limit\""), std::string::npos) << "a limit is drawn dashed";
  EXPECT_NE(html.find("event</text>"), std::string::npos);
}

// The axis goes to 4: the value 4 lies on the topmost line (y = 14), 0 would lie on the lowest (y = 246).
TEST(Chart, ValuesStandWhereTheAxisSaysSo) {
  const std::string html = chart_html(small_chart());
  EXPECT_NE(html.find("d=\"M70.0 188.0L398.0 130.0L726.0 14.0\""), std::string::npos) << html;
  EXPECT_NE(html.find("d=\"M70.0 72.0H398.0L398.0 72.0H726.0L726.0 72.0\""), std::string::npos) << "steps: across, then up";
}

TEST(Chart, TheAxisHasTidyNumbersAndWholeOnesForCounts) {
  const auto ticks = [](double highest_value, bool whole) {
    std::vector<double> seen;
    Chart chart{"x", "", "", {"a", "b"}, {{"s", {0, highest_value}}}, {}, {}, whole};
    chart.tick = [&](double v) { return seen.push_back(v), ""; };
    (void)chart_html(chart);
    return seen;
  };
  EXPECT_EQ(ticks(222, false), (std::vector<double>{0, 50, 100, 150, 200, 250}));
  EXPECT_EQ(ticks(12, true), (std::vector<double>{0, 3, 6, 9, 12}));
  EXPECT_EQ(ticks(3, true), (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(ticks(1, true), (std::vector<double>{0, 1}));
}

TEST(Chart, AGapInTheFiguresIsAGapInTheLine) {
  Chart chart = small_chart();
  chart.series = {{"api", {1, NAN, 4}}};
  EXPECT_NE(chart_html(chart).find("d=\"M70.0 188.0M726.0 14.0\""), std::string::npos) << chart_html(chart);
}

TEST(Chart, IsTotal) {
  EXPECT_TRUE(rc::check([] {
    Chart chart{"x", *any_text(), *any_text(), some(any_text()), {}, {{*rc::gen::inRange<std::size_t>(0, 9), *any_text()}}, {}};
    for (int i = *rc::gen::inRange(0, 9); i > 0; --i)
      chart.series.push_back({*any_text(), some(any_value()), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()});
    const std::string html = chart_html(chart);
    RC_ASSERT(html.find("nan") == std::string::npos || html.find(" nan") == std::string::npos);
    RC_ASSERT(html.ends_with("</figure>\n"));
  }));
}

TEST(Diff, ColoursLinesAndKeepsThemWhole) {
  const std::string diff = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n name: shop\n-replicas: 2..8\n+replicas: 3..8\n";
  EXPECT_EQ(render_diff(diff, kPlain), diff);
  const std::string coloured = render_diff(diff, kColor);
  EXPECT_NE(coloured.find("\x1b[36m+replicas: 3..8\x1b[0m"), std::string::npos);
  EXPECT_NE(coloured.find("\x1b[2m-replicas: 2..8\x1b[0m"), std::string::npos);
  EXPECT_EQ(without_color(coloured), diff);
}

}  // namespace
}  // namespace plimsoll::show
