#include "spec/render_diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

constexpr std::size_t most_shown = 50;
constexpr std::size_t most_characters = 140;  // of a source line

struct Glyph {
  std::string_view bytes;
  int width = 1;  // terminal cells
};

struct Palette {
  std::string_view bold, error, warning, faint, accent, plain;
};
constexpr Palette coloured = {"\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[2m", "\x1b[1;36m", "\x1b[0m"};
constexpr Palette colourless = {};

/// The length of the UTF-8 sequence at the front, 0 if there is no valid one.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  return length;
}

char32_t code_point(std::string_view sequence) {
  constexpr unsigned char first_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t value = static_cast<unsigned char>(sequence[0]) & first_mask[sequence.size()];
  for (const char c : sequence.substr(1)) value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return value;
}

/// Cells of a terminal: 0 for what combines with the character before, 2 for East Asian wide characters and emoji.
int cells(char32_t c) {
  const auto in = [c](char32_t low, char32_t high) { return c >= low && c <= high; };
  if (in(0x300, 0x36F) || in(0x1AB0, 0x1AFF) || in(0x20D0, 0x20FF) || in(0xFE00, 0xFE0F) || in(0x200B, 0x200F)) return 0;
  if (in(0x1100, 0x115F) || in(0x2E80, 0x303E) || in(0x3041, 0xA4CF) || in(0xAC00, 0xD7A3) || in(0xF900, 0xFAFF) ||
      in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) || in(0xFFE0, 0xFFE6) || in(0x1F300, 0x1FAFF) || in(0x20000, 0x3FFFD))
    return 2;
  return 1;
}

/// Characters as they are shown; what a terminal could obey (controls, direction marks) or choke on becomes U+FFFD.
std::vector<Glyph> glyphs(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::vector<Glyph> out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      // Counted as yaml.h counts: one for the leading byte and those that continue it.
      text.remove_prefix(1);
      while (!text.empty() && (static_cast<unsigned char>(text[0]) & 0xC0U) == 0x80U) text.remove_prefix(1);
      out.push_back({replacement, 1});
      continue;
    }
    const std::string_view bytes = text.substr(0, length);
    const char32_t c = code_point(bytes);
    const bool obeyed =
        (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    out.push_back(obeyed ? Glyph{replacement, 1} : Glyph{bytes, cells(c)});
    text.remove_prefix(length);
  }
  return out;
}

std::string harmless(std::string_view text) {
  std::string out;
  for (const Glyph& glyph : glyphs(text)) out += glyph.bytes == "\t" ? " " : glyph.bytes;
  return out;
}

/// The part of a line that is shown, and the line of carets beneath it.
struct Excerpt {
  std::string source;
  std::string carets;
};

Excerpt excerpt(std::string_view line, const Position& at) {
  const std::vector<Glyph> all = glyphs(line);
  const std::size_t column = std::min(static_cast<std::size_t>(std::max(at.column, 1) - 1), all.size());
  std::size_t first = 0;
  std::size_t last = all.size();
  if (all.size() > most_characters) {
    first = column > most_characters / 2 ? column - most_characters / 2 : 0;
    last = std::min(all.size(), first + most_characters);
  }
  Excerpt shown;
  if (first > 0) {
    shown.source = "…";
    shown.carets = " ";
  }
  for (std::size_t i = first; i < last; ++i) {
    shown.source += all[i].bytes;
    // A tab repeats itself, so that the caret is right whatever the terminal's tab stops are.
    if (i < column) shown.carets += all[i].bytes == "\t" ? "\t" : std::string(static_cast<std::size_t>(all[i].width), ' ');
  }
  if (last < all.size()) shown.source += "…";
  const std::size_t end = std::min(last, column + static_cast<std::size_t>(std::max(at.length, 1)));
  int width = 0;
  for (std::size_t i = column; i < end; ++i) width += all[i].width;
  shown.carets += std::string(static_cast<std::size_t>(std::max(width, 1)), '^');
  return shown;
}

void render_one(std::string& out, const Diagnostic& d, std::string_view file_name, const std::vector<std::string_view>& lines,
                const Palette& paint) {
  const bool error = d.severity == Severity::error;
  const std::string_view tint = error ? paint.error : paint.warning;
  fmt::format_to(std::back_inserter(out), "{}{}:{}:{}:{} {}{}:{} {}{}{}\n", paint.bold, file_name, d.at.line, d.at.column,
                 paint.plain, tint, error ? "error" : "warning", paint.plain, paint.bold, harmless(d.message), paint.plain);
  const std::string number = std::to_string(d.at.line);
  const std::string gutter(std::max<std::size_t>(number.size(), 3) + 1, ' ');
  if (d.at.line >= 1 && static_cast<std::size_t>(d.at.line) <= lines.size()) {
    const Excerpt shown = excerpt(lines[static_cast<std::size_t>(d.at.line) - 1], d.at);
    fmt::format_to(std::back_inserter(out), "{}{:>{}} |{} {}\n", paint.faint, number, gutter.size(), paint.plain, shown.source);
    fmt::format_to(std::back_inserter(out), "{}{} |{} {}{}{}\n", paint.faint, gutter, paint.plain, tint, shown.carets,
                   paint.plain);
  }
  if (d.expected.empty() && d.nearest.empty()) return;
  out += gutter + ' ';
  if (!d.expected.empty()) out += "expected " + harmless(d.expected);
  if (!d.expected.empty() && !d.nearest.empty()) out += "; ";
  if (!d.nearest.empty())
    fmt::format_to(std::back_inserter(out), "did you mean {}'{}'{}?", paint.accent, harmless(d.nearest), paint.plain);
  out += '\n';
}

}  // namespace

std::string render(std::span<const Diagnostic> diagnostics, std::string_view file_name, std::string_view text, bool colour) {
  if (diagnostics.empty()) return {};
  const std::vector<std::string_view> lines = split_lines(text);
  std::string out;
  for (const Diagnostic& d : diagnostics.first(std::min(diagnostics.size(), most_shown)))
    render_one(out, d, file_name, lines, colour ? coloured : colourless);
  if (diagnostics.size() > most_shown)
    fmt::format_to(std::back_inserter(out), "… and {} more\n", diagnostics.size() - most_shown);
  return out;
}

}  // namespace plimsoll::spec
