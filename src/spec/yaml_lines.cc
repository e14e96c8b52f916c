// Lines and characters of a text, as YAML counts them.

#include <fmt/format.h>

#include <algorithm>

#include "spec/yaml_builder.h"

namespace plimsoll::spec {
namespace {

/// The length of the line break at the front of a text, 0 if there is none. libyaml counts five kinds.
std::size_t line_break(std::string_view text) {
  if (text.empty() || (text[0] != '\n' && text[0] != '\r' && text[0] != '\xC2' && text[0] != '\xE2')) return 0;
  for (const std::string_view end : {"\r\n", "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"})
    if (text.starts_with(end)) return end.size();
  return 0;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t end = line_break(text.substr(i, 3));
    if (end == 0) {
      ++i;
      continue;
    }
    lines.push_back(text.substr(start, i - start));
    i += end;
    start = i;
  }
  lines.push_back(text.substr(start));
  return lines;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string quote(std::string_view text) {
  constexpr std::size_t most = 60;
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end)
    if (starts_character(text[end]) && characters++ == most) break;
  return fmt::format("'{}{}'", text.substr(0, end), end < text.size() ? "…" : "");
}

}  // namespace plimsoll::spec
