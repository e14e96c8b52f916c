#include "drive/local/instance_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace plimsoll::local {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// How many bytes the character that begins with `c` has; 0 if none begins so.
std::size_t width(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80                   ? 1
         : byte >= 0xC2 && byte < 0xE0 ? 2
         : byte >= 0xE0 && byte < 0xF0 ? 3
         : byte >= 0xF0 && byte < 0xF5 ? 4
                                       : 0;
}

/// A log may hold anything; what is shown, or put into JSON, may not. Control characters go, and what is not UTF-8 becomes "?".
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = width(text[i]);
    std::size_t whole = size == 0 ? 0 : 1;
    while (whole > 0 && whole < size && i + whole < text.size() && continues(text[i + whole])) ++whole;
    const bool control = static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F;
    if (size != 0 && whole == size && !control) out += text.substr(i, size);
    if (size == 0 || whole != size) out += '?';
    i += whole == size && size != 0 ? size : 1;
  }
  return out;
}

}  // namespace

std::string fate(const std::optional<int>& exit_code) {
  if (!exit_code) return "ended";
  return *exit_code > 128 ? fmt::format("was killed by signal {}", *exit_code - 128) : fmt::format("exited with {}", *exit_code);
}

std::string span_text(Duration d) {
  const double s = seconds(std::max(d, Duration::zero()));
  if (s < 10) return fmt::format("{:.1f} s", s);
  return s < 120 ? fmt::format("{:.0f} s", s) : fmt::format("{:.0f} min", s / 60);
}

std::string last_log_line(const std::string& path, std::uint64_t from) {
  constexpr std::uint64_t looked_at = 4096;
  constexpr std::size_t longest = 200;
  std::ifstream log(path, std::ios::binary | std::ios::ate);
  if (!log) return "";
  const auto size = static_cast<std::uint64_t>(log.tellg());
  if (size <= from) return "";
  const std::uint64_t begin = std::max(from, size - std::min(size, looked_at));
  std::string text(size - begin, '\0');
  log.seekg(static_cast<std::streamoff>(begin));
  log.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(log.gcount(), 0)));
  const std::size_t end = text.find_last_not_of("\n ");
  if (end == std::string::npos) return "";
  const std::size_t line = text.rfind('\n', end);
  text = text.substr(line == std::string::npos ? 0 : line + 1, end - (line == std::string::npos ? 0 : line + 1) + 1);
  if (text.size() <= longest) return printable(text);
  std::size_t cut = longest;
  while (cut > 0 && continues(text[cut])) --cut;
  return printable(std::string_view(text).substr(0, cut)) + "…";
}

}  // namespace plimsoll::local
