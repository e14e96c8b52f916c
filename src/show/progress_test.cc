#include "show/progress.h"

#include "show/test_scenes.h"

namespace plimsoll::show {
namespace {

using namespace std::chrono_literals;

BringUpRow row(const char* kind, const char* version, const char* address, ComponentState state,
               std::optional<Duration> took = std::nullopt) {
  return {{.kind = kind, .version = version, .name = "main", .address = address, .state = state}, took};
}

TEST(BringUp, LinesAlign) {
  BringUpRow failed = row("pgbouncer", "1.18.0", ":6432", ComponentState::failed, 30s);
  failed.component.note = "not ready in time";
  EXPECT_EQ(joined(bring_up_lines({row("postgres", "15.20", ":5601", ComponentState::ready, 200ms),
                                   row("haproxy", "", ":8080", ComponentState::starting, 1400ms),
                                   row("redis", "7.0.15", "", ComponentState::waiting), failed},
                                  kPlain, 80)),
            "  postgres 15.20    main  :5601  ready 0.2 s\n"
            "  haproxy           main  :8080  starting 1.4 s\n"
            "  redis 7.0.15      main         waiting\n"
            "  pgbouncer 1.18.0  main  :6432  failed 30 s     not ready in time\n");
}

// Three states of two rows. On a terminal each is drawn over the last; in a log each row appears once, when it is settled.
TEST(BringUp, IsRewrittenInPlaceOnATerminalAndWrittenOnceElsewhere) {
  const std::vector<BringUpRow> first = {row("a", "", ":1", ComponentState::starting, 0s),
                                         row("b", "", ":2", ComponentState::waiting)};
  const std::vector<BringUpRow> second = {row("a", "", ":1", ComponentState::ready, 200ms),
                                          row("b", "", ":2", ComponentState::starting, 0s)};
  const std::vector<BringUpRow> third = {row("a", "", ":1", ComponentState::ready, 200ms),
                                         row("b", "", ":2", ComponentState::ready, 300ms)};

  BringUp tty(true, kPlain);
  EXPECT_EQ(tty.update(first, 80, 24), "\r\x1b[K  a  main  :1  starting 0.0 s\n\r\x1b[K  b  main  :2  waiting\n");
  EXPECT_EQ(tty.update(second, 80, 24), "\x1b[2A\r\x1b[K  a  main  :1  ready 0.2 s\n\r\x1b[K  b  main  :2  starting 0.0 s\n");

  BringUp log(false, kPlain);
  EXPECT_EQ(log.update(first, 80, 24), "");
  EXPECT_EQ(log.update(second, 80, 24), "  a  main  :1  ready 0.2 s\n");
  EXPECT_EQ(log.update(second, 80, 24), "");
  EXPECT_EQ(log.update(third, 80, 24), "  b  main  :2  ready 0.3 s\n");
}

TEST(BringUp, OnALowTerminalOnlyWhatCanBeRewrittenIsDrawn) {
  const std::vector<BringUpRow> rows(10, row("a", "", ":1", ComponentState::ready));
  BringUp tty(true, kPlain);
  EXPECT_EQ(lines_of(tty.update(rows, 80, 5)).size(), 5U) << "four lines and the cursor's";
  EXPECT_TRUE(tty.update(rows, 80, 3).starts_with("\x1b[2A")) << "made lower since: no further up than there is";
}

TEST(BarLine, FillsAndSaysHowLong) {
  EXPECT_EQ(bar_line({"simulating", 0, 0s}, kPlain, 60), "  simulating ▕                     ▏    0%");
  EXPECT_EQ(bar_line({"simulating", 0.5, 1s}, kPlain, 60), "  simulating ▕██████████           ▏   50%") << "too early to tell";
  EXPECT_EQ(bar_line({"simulating", 0.5, 80s}, kPlain, 60), "  simulating ▕██████████           ▏   50%  1 min 20 s left");
  EXPECT_EQ(bar_line({"simulating", 1, 160s}, kPlain, 60), "  simulating ▕█████████████████████▏  100%  2 min 40 s");
  EXPECT_EQ(bar_line({"simulating", 0.5, 80s}, kPlain, 30), "  simulating   50%  1 min 20 …");
}

TEST(BarLine, FitsAnyWidth) {
  EXPECT_TRUE(rc::check([] {
    const int columns = *rc::gen::inRange(1, 120);
    const Style style = any_style();
    check_lines(bar_line({*any_text(), *any_value(), *any_duration()}, style, columns), columns, style);
  }));
}

}  // namespace
}  // namespace plimsoll::show
