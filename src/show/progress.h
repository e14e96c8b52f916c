#pragma once
// How far something is that takes a while: components coming up, and a bar. Pure: what to write comes back as text.

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "show/components.h"
#include "show/style.h"

namespace plimsoll::show {

/// One component on its way up:  "postgres 15.20  main     :5601       ready 0.2 s".
struct BringUpRow {
  ComponentRow component;
  std::optional<Duration> took;  // so far or, once ready or failed, in all; absent: not begun, or it ran already
};

/// The rows as aligned lines, each at most `columns` wide.
Block bring_up_lines(const std::vector<BringUpRow>&, Style, int columns);

/// Turns successive states of the same rows into what to write next: on a terminal the block is written once and rewritten in
/// place, elsewhere each row is written once, when it is ready or has failed. Not for use between two threads at once.
class BringUp {
 public:
  BringUp(bool is_tty, Style style) : is_tty_(is_tty), style_(style) {}
  /// Rows may be added at the end and change, but not leave or change places. `rows` and `columns` are the terminal's size: of
  /// more rows than fit on it the last ones are shown, as what has scrolled away can't be rewritten. Both >= 1.
  std::string update(const std::vector<BringUpRow>&, int columns, int rows);

 private:
  bool is_tty_;
  Style style_;
  std::size_t drawn_ = 0;      // lines on screen, above the cursor
  std::vector<bool> printed_;  // by row; without a terminal
};

struct Bar {
  std::string what;  // "compiling 75.2 M requests"
  double share = 0;  // 0..1; not finite counts as 0
  Duration elapsed{};
};

/// "what ▕██████▏  62%  1 min 20 s left", at most `columns` wide. The time left is the elapsed one carried on, and is not said
/// before 2 s and 2 % have passed; at the end it becomes the time it took.
std::string bar_line(const Bar&, Style, int columns);

}  // namespace plimsoll::show
