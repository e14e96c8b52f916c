#include "show/text.h"

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

struct WidthRow {
  const char* text;
  int want;
};
class DisplayWidth : public testing::TestWithParam<WidthRow> {};
TEST_P(DisplayWidth, CountsColumns) { EXPECT_EQ(display_width(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Show, DisplayWidth,
                         testing::Values(WidthRow{"", 0}, WidthRow{"api 2→3", 7}, WidthRow{"▁█─╭·–…µ", 8},
                                         WidthRow{"e\xCC\x81", 1}, WidthRow{"日本", 4}, WidthRow{"\x1b[1;31mbad\x1b[0m", 3},
                                         WidthRow{"\xFF\xFE", 2}));

TEST(Line, PadsAndCutsByColumns) {
  EXPECT_EQ(Line(kPlain, "→→").pad_to(4).add("x").str(), "→→  x");
  EXPECT_EQ(Line(kPlain, "connections").cut_to(6).str(), "conne…");
  EXPECT_EQ(Line(kAscii, "connections").cut_to(6).str(), "conne~");
  EXPECT_EQ(Line(kPlain, "日本語").cut_to(4).str(), "日…") << "half a wide character is none";
  EXPECT_EQ(Line(kPlain, "abc").cut_to(1).str(), "…");
  EXPECT_EQ(Line(kPlain, "abc").cut_to(0).str(), "");
}

TEST(Line, EndsEachInkAndLeavesNoSpacesAtTheEnd) {
  EXPECT_EQ(Line(kColor, "ok ").add("3", Ink::bad).add("  ").str(), "ok \x1b[1;31m3\x1b[0m");
  EXPECT_EQ(Line(kColor, "long", Ink::dim).cut_to(3).str(), "\x1b[2mlo…\x1b[0m");
  EXPECT_EQ(Line(kPlain, "ok ").add("3", Ink::bad).str(), "ok 3");
}

TEST(Line, TextFromOutsideCannotMoveTheCursor) {
  EXPECT_EQ(Line(kColor, "a\x1b[2Jb\r\nc\x7F\xC2\x9B").str(), "a [2Jb  c");
  EXPECT_EQ(Line(kPlain,
                 "\xE2\x80\xAE"
                 "evil")
                .str(),
            " evil")
      << "nor turn the direction of reading";
  EXPECT_EQ(Line(kPlain, "x\xFFy\xC0\xAFz\xED\xA0\x80").str(), "x?y??z???");
}

TEST(Line, WithoutUnicodeWritesTheNearestLikeness) {
  EXPECT_EQ(Line(kAscii, "2→3 ▁█ ╭╯ 40 µs · – … 日").str(), "2->3 _# .' 40 us . - ... ?");
}

TEST(Wrap, BreaksAtSpacesAndLongWordsWhereItMust) {
  EXPECT_EQ(wrap("cpu 91% over target", 8, kPlain), (std::vector<std::string>{"cpu 91%", "over", "target"}));
  EXPECT_EQ(wrap("abcdefgh", 3, kPlain), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("", 3, kPlain), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap("日本", 1, kPlain), (std::vector<std::string>{"日", "本"})) << "can't fit, must end";
}

TEST(Beside, CutsTheLeftAndKeepsTheRightAligned) {
  const Block left = {Line(kPlain, "abcdef"), Line(kPlain, "x")};
  const Block right = {Line(kPlain, "1"), Line(kPlain, "2"), Line(kPlain, "3")};
  EXPECT_EQ(joined(beside(left, 4, 2, right, kPlain)), "abc…  1\nx     2\n      3\n");
}

TEST(Line, IsNeverWiderThanItWasCutTo) {
  EXPECT_TRUE(rc::check([] {
    const Style style = any_style();
    const int columns = *rc::gen::inRange(0, 30);
    Line line(style);
    for (const std::string& text : some(any_text())) line.add(text, static_cast<Ink>(*rc::gen::inRange(0, 5)));
    RC_ASSERT(line.cut_to(columns).width() <= columns);
    check_lines(line.str(), columns, style);
  }));
}

struct StyleRow {
  const char* name;
  Environment env;
  bool tty;
  ColorWish wish;
  bool color, unicode;
};
class StyleFor : public testing::TestWithParam<StyleRow> {};
TEST_P(StyleFor, FollowsWishTerminalAndLocale) {
  const Style style = style_for(GetParam().env, GetParam().tty, GetParam().wish);
  EXPECT_EQ(style.color, GetParam().color);
  EXPECT_EQ(style.unicode, GetParam().unicode);
}
INSTANTIATE_TEST_SUITE_P(
    Show, StyleFor,
    testing::Values(
        StyleRow{"terminal", {.term = "xterm", .lang = "en_US.UTF-8"}, true, ColorWish::automatic, true, true},
        StyleRow{"pipe", {.term = "xterm", .lang = "C.utf8"}, false, ColorWish::automatic, false, true},
        StyleRow{"no_color", {.no_color = "1", .term = "xterm", .lang = "C"}, true, ColorWish::automatic, false, false},
        StyleRow{"no_color_empty", {.no_color = "", .term = "xterm"}, true, ColorWish::automatic, true, false},
        StyleRow{"wish_over_no_color", {.no_color = "1", .term = "dumb"}, false, ColorWish::always, true, false},
        StyleRow{"never", {.term = "xterm"}, true, ColorWish::never, false, false},
        StyleRow{"dumb", {.term = "dumb"}, true, ColorWish::automatic, false, false},
        StyleRow{"no_term", {}, true, ColorWish::automatic, false, false},
        StyleRow{
            "lc_all_first", {.term = "xterm", .lc_all = "C", .lang = "en_US.UTF-8"}, true, ColorWish::automatic, true, false},
        StyleRow{
            "empty_is_unset", {.term = "xterm", .lc_all = "", .lc_ctype = "de_DE.utf8"}, true, ColorWish::automatic, true, true}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace plimsoll::show
