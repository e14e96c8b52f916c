#include "show/table.h"

#include "show/components.h"
#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

Table sample() {
  Table table({{.header = "policy"}, {.header = "violation", .align = Align::right}, {.header = "note", .least = 6}});
  table.add({{"current HPA"}, {"38 min"}, {"connections gave way first"}});
  table.add({{"plimsoll"}, {"0.4 min"}, {"→ held"}});
  return table;
}

TEST(Table, AlignsColumns) {
  EXPECT_EQ(joined(sample().lines(kPlain, 80)),
            "policy       violation  note\n"
            "current HPA     38 min  connections gave way first\n"
            "plimsoll       0.4 min  → held\n");
}

TEST(Table, TheWidestColumnGivesWayFirst) {
  EXPECT_EQ(joined(sample().lines(kPlain, 40)),
            "policy       violation  note\n"
            "current HPA     38 min  connections gav…\n"
            "plimsoll       0.4 min  → held\n");
}

TEST(Table, WhatIsTooLongGoesOnBelow) {
  EXPECT_EQ(joined(sample().wrapped_lines(kPlain, 40)),
            "policy       violation  note\n"
            "current HPA     38 min  connections gave\n"
            "                        way first\n"
            "plimsoll       0.4 min  → held\n");
}

TEST(Table, WithoutHeadersHasNoHeaderLine) {
  Table table({{.header = ""}, {.header = "", .align = Align::right}});
  EXPECT_TRUE(table.lines(kPlain, 80).empty());
  table.add({{"p50"}, {"11 ms"}});
  table.add({{"max"}, {"1.24 s"}});
  EXPECT_EQ(joined(table.lines(kPlain, 80)), "p50   11 ms\nmax  1.24 s\n");
}

TEST(Table, FitsAnyWidth) {
  EXPECT_TRUE(rc::check([] {
    const Style style = any_style();
    const int width = *rc::gen::inRange(0, 100);
    Table table(
        {{.header = *any_text()}, {.header = "n", .align = Align::right, .most = 5}, {.header = *any_text(), .least = 1}});
    for (const std::string& text : some(any_text())) table.add({{text}, {*any_text(), Ink::bold}, {text}});
    check_lines(joined(table.lines(style, width)), width, style);
    check_lines(joined(table.wrapped_lines(style, width)), width, style);
  }));
}

TEST(Components, TableAndFlow) {
  std::vector<ComponentRow> rows = demo_frame(0).components;
  rows[3].state = ComponentState::failed;
  rows[3].note = "port 6432 is taken";
  rows[4].state = ComponentState::starting;
  std::string text = render_components(rows, kPlain, 100) + "\n" + joined(component_flow(rows, kPlain, 76)) + "\n" +
                     render_components(rows, kPlain, 50);
  expect_golden("components.txt", text);
}

}  // namespace
}  // namespace plimsoll::show
