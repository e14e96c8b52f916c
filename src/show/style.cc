#include "show/style.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace plimsoll::show {

std::string_view begin(Ink ink, Style style) {
  if (!style.color) return "";
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::dim:
      return "\x1b[2m";
    case Ink::accent:
      return "\x1b[36m";
    case Ink::bad:
      return "\x1b[1;31m";
  }
  return "";
}

std::string_view end(Ink ink, Style style) { return begin(ink, style).empty() ? "" : "\x1b[0m"; }

namespace {

bool names_utf8(std::string_view locale) {
  std::string low(locale);
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low.find("utf-8") != std::string::npos || low.find("utf8") != std::string::npos;
}

}  // namespace

Style style_for(const Environment& env, bool is_tty, ColorWish wish) {
  Style style{.color = false, .unicode = false};
  switch (wish) {
    case ColorWish::always:
      style.color = true;
      break;
    case ColorWish::never:
      break;
    case ColorWish::automatic:
      style.color = is_tty && env.term.value_or("dumb") != "dumb" && !env.term->empty() && env.no_color.value_or("").empty();
      break;
  }
  for (const auto& locale : {env.lc_all, env.lc_ctype, env.lang}) {
    if (locale.value_or("").empty()) continue;
    style.unicode = names_utf8(*locale);
    break;
  }
  return style;
}

}  // namespace plimsoll::show
