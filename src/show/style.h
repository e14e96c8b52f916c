#pragma once
// How text may look on its way out. Screens name a meaning (Ink); only style.cc knows the escape sequences.

#include <optional>
#include <string_view>

namespace plimsoll::show {

/// What the reader's terminal can do. Default: bytes that are safe in a file of UTF-8 text.
struct Style {
  bool color = false;   // false: not one escape sequence is written
  bool unicode = true;  // false: every character is ASCII; plots and bars are drawn with what there is
};

/// `accent` is for what the eye should find first, `bad` for failures and nothing else.
enum class Ink { plain, bold, dim, accent, bad };

/// The sequence that starts an ink; empty for Ink::plain and wherever there is no colour.
std::string_view begin(Ink, Style);
/// The sequence that ends any ink; empty where begin() is.
std::string_view end(Ink, Style);

/// --color=auto|always|never
enum class ColorWish { automatic, always, never };

/// The reader's environment, as far as it matters here; absent: not set. Filled in by show/terminal.h.
struct Environment {
  std::optional<std::string_view> no_color;  // NO_COLOR
  std::optional<std::string_view> term;      // TERM
  std::optional<std::string_view> lc_all, lc_ctype, lang;
};

/// Colour: as wished; automatic means on a terminal that is not "dumb" and without a NO_COLOR that is set and not empty
/// (no-color.org). Unicode: where the locale names UTF-8 (the first of LC_ALL, LC_CTYPE, LANG that is set and not empty).
Style style_for(const Environment&, bool is_tty, ColorWish = ColorWish::automatic);

}  // namespace plimsoll::show
