#include "show/text.h"

#include <array>
#include <cstdint>
#include <utility>

#include "core/assert.h"

namespace plimsoll::show {
namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

struct Decoded {
  char32_t point = kBad;
  std::size_t size = 1;  // bytes taken, >= 1
};

/// The first code point of a text that is not empty; kBad for a byte that begins none (overlong forms and surrogates too).
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 && first < 0xF5   ? 4
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xC2 && first < 0xE0 ? 2
                                                           : 0;
  if (size == 0 || text.size() < size) return {};
  char32_t point = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return {};
  return {point, size};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool within(char32_t point, const std::array<Range, N>& ranges) {
  for (const Range& r : ranges)
    if (point >= r.first && point <= r.last) return true;
  return false;
}

// Blocks rather than single characters: names are Latin in practice, and a few columns too many only widen a gap.
constexpr std::array<Range, 5> kZeroWide = {
    {{0x300, 0x36F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2069}, {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> kTwoWide = {{{0x1100, 0x115F},
                                            {0x2E80, 0xA4CF},
                                            {0xAC00, 0xD7A3},
                                            {0xF900, 0xFAFF},
                                            {0xFE30, 0xFE6F},
                                            {0xFF00, 0xFF60},
                                            {0xFFE0, 0xFFE6},
                                            {0x1F300, 0x1FAFF},
                                            {0x20000, 0x3FFFD}}};

int width_of(char32_t point) {
  if (point < 0x300) return 1;
  if (within(point, kZeroWide)) return 0;
  return within(point, kTwoWide) ? 2 : 1;
}

// Text direction marks can reorder what follows them on the line, so they count as control characters.
bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

struct Likeness {
  std::string_view character, ascii;
};

constexpr std::array kLikenesses = {
    Likeness{"→", "->"}, Likeness{"←", "<-"}, Likeness{"…", "..."}, Likeness{"·", "."},  Likeness{"–", "-"},   Likeness{"—", "-"},
    Likeness{"−", "-"},  Likeness{"×", "x"},  Likeness{"≥", ">="},  Likeness{"≤", "<="}, Likeness{"±", "+-"},  Likeness{"µ", "u"},
    Likeness{"▁", "_"},  Likeness{"▂", "."},  Likeness{"▃", ":"},   Likeness{"▄", "-"},  Likeness{"▅", "="},   Likeness{"▆", "+"},
    Likeness{"▇", "*"},  Likeness{"█", "#"},  Likeness{"▒", "+"},   Likeness{"░", "-"},  Likeness{"▕", "|"},   Likeness{"▏", "|"},
    Likeness{"─", "-"},  Likeness{"━", "="},  Likeness{"│", "|"},   Likeness{"┤", "|"},  Likeness{"┼", "+"},   Likeness{"┴", "+"},
    Likeness{"┬", "+"},  Likeness{"└", "+"},  Likeness{"╭", "."},   Likeness{"╮", "."},  Likeness{"╰", "'"},   Likeness{"╯", "'"},
    Likeness{"‘", "'"},  Likeness{"’", "'"},  Likeness{"“", "\""},  Likeness{"”", "\""}, Likeness{"€", "EUR"},
};

std::string_view ascii_for(std::string_view character) {
  for (const Likeness& likeness : kLikenesses)
    if (likeness.character == character) return likeness.ascii;
  return "?";
}

/// Safe to show: no control characters, valid, ASCII where it has to be.
std::string cleaned(std::string_view text, Style style) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [point, size] = decode(text);
    const std::string_view character = text.substr(0, size);
    text.remove_prefix(size);
    if (point == kBad) {
      out += '?';
    } else if (is_control(point)) {
      out += ' ';
    } else if (point >= 0x80 && !style.unicode) {
      if (width_of(point) > 0) out += ascii_for(character);
    } else {
      out += character;
    }
  }
  return out;
}

/// Bytes of the longest prefix that is at most `columns` wide.
std::size_t prefix_of(std::string_view text, int columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [point, size] = decode(text.substr(at));
    columns -= width_of(point);
    if (columns < 0) break;
    at += size;
  }
  return at;
}

/// Bytes of the escape sequence of colour (CSI … m) the text begins with; 0 if it begins with none.
std::size_t escape_of(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t last = text.find_first_not_of("0123456789;", 2);
  return last != std::string_view::npos && text[last] == 'm' ? last + 1 : 0;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    if (const std::size_t escape = escape_of(text); escape > 0) {
      text.remove_prefix(escape);
      continue;
    }
    const auto [point, size] = decode(text);
    width += width_of(point);
    text.remove_prefix(size);
  }
  return width;
}

Line& Line::add(std::string_view text, Ink ink) {
  if (text.empty()) return *this;
  std::string clean = cleaned(text, style_);
  width_ += display_width(clean);
  if (!spans_.empty() && spans_.back().ink == ink)
    spans_.back().text += clean;
  else
    spans_.push_back({std::move(clean), ink});
  return *this;
}

Line& Line::add(const Line& other) {
  for (const Span& span : other.spans_) add(span.text, span.ink);
  return *this;
}

Line& Line::pad_to(int columns) {
  if (columns > width_) add(std::string(static_cast<std::size_t>(columns - width_), ' '));
  return *this;
}

Line& Line::cut_to(int columns) {
  PLIMSOLL_ASSERT(columns >= 0);
  if (width_ <= columns) return *this;
  int left = columns - 1;  // the last column is the ellipsis'
  std::vector<Span> kept;
  for (Span& span : spans_) {
    if (left <= 0) break;
    const std::size_t size = prefix_of(span.text, left);
    const bool whole = size == span.text.size();
    span.text.resize(size);
    left -= display_width(span.text);
    kept.push_back(std::move(span));
    if (!whole) break;
  }
  const Ink ink = kept.empty() ? Ink::plain : kept.back().ink;
  spans_ = std::move(kept);
  width_ = 0;
  for (const Span& span : spans_) width_ += display_width(span.text);
  if (columns > 0) add(style_.unicode ? "…" : "~", ink);
  return *this;
}

std::string Line::str() const {
  std::size_t count = spans_.size();
  std::size_t last_size = 0;  // of the last span that is not all spaces, without the spaces at its end
  for (; count > 0; --count) {
    const std::size_t last = spans_[count - 1].text.find_last_not_of(' ');
    if (last == std::string::npos) continue;
    last_size = last + 1;
    break;
  }
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const Span& span = spans_[i];
    out += begin(span.ink, style_);
    out.append(span.text, 0, i + 1 == count ? last_size : span.text.size());
    out += end(span.ink, style_);
  }
  return out;
}

Block beside(Block left, int left_width, int gap, const Block& right, Style style) {
  Block both = std::move(left);
  while (both.size() < right.size()) both.emplace_back(style);
  for (std::size_t i = 0; i < right.size(); ++i) both[i].cut_to(left_width).pad_to(left_width + gap).add(right[i]);
  return both;
}

std::vector<std::string> wrap(std::string_view text, int columns, Style style) {
  PLIMSOLL_ASSERT(columns >= 1);
  const std::string clean = cleaned(text, style);
  std::string_view rest = clean;
  std::vector<std::string> lines;
  while (display_width(rest) > columns) {
    std::size_t size = prefix_of(rest, columns);
    if (size == 0) size = decode(rest).size;  // a wide character in one column: it can't be helped, but it must end
    std::size_t next = size;
    const std::size_t space = rest.substr(0, size + 1).rfind(' ');
    if (space != std::string_view::npos && space > 0) {
      size = space;
      next = space + 1;
    }
    lines.emplace_back(rest.substr(0, size));
    rest.remove_prefix(next);
  }
  if (!rest.empty() || lines.empty()) lines.emplace_back(rest);
  return lines;
}

std::string joined(const Block& block) {
  std::string out;
  for (const Line& line : block) out += line.str() + "\n";
  return out;
}

}  // namespace plimsoll::show
