#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>
#include <vector>

#include "core/quantity.h"
#include "import/compose.h"
#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

constexpr int most_nested = 8;  // ${A:-${B:-${C}}}

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// For each "{" where it closes, npos where it does not: in one pass, whatever the text.
std::vector<std::size_t> closings(std::string_view text) {
  std::vector<std::size_t> ends(text.size(), std::string_view::npos), open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') open.push_back(i);
    if (text[i] != '}' || open.empty()) continue;
    ends[open.back()] = i;
    open.pop_back();
  }
  return ends;
}

void fill(std::string_view text, int depth, Interpolated& out);

/// What stands between the braces.
void fill_variable(std::string_view inner, std::string_view whole, int depth, Interpolated& out) {
  std::size_t end = 0;
  while (end < inner.size() && in_name(inner[end])) ++end;
  std::string_view rest = inner.substr(end);
  if (rest.starts_with(':')) rest.remove_prefix(1);
  if (end > 0 && rest.starts_with('-') && depth < most_nested) return fill(rest.substr(1), depth + 1, out);
  if (end > 0 && rest.starts_with('+')) return;
  out.unknown = true;
  out.text += whole;
}

void fill(std::string_view text, int depth, Interpolated& out) {
  const std::string_view all = text;
  const std::vector<std::size_t> ends = text.find("${") == std::string_view::npos ? std::vector<std::size_t>() : closings(text);
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    out.text += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) return;
    std::size_t length = 1;
    if (text.starts_with("$$")) {
      length = 2;
      out.text += '$';
    } else if (const std::size_t begin = all.size() - text.size();
               text.starts_with("${") && ends[begin + 1] != std::string_view::npos) {
      length = ends[begin + 1] + 1 - begin;
      fill_variable(text.substr(2, length - 3), text.substr(0, length), depth, out);
    } else {
      while (length < text.size() && in_name(text[length])) ++length;
      out.unknown = out.unknown || length > 1;
      out.text += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

}  // namespace

Interpolated interpolate(std::string_view text) {
  Interpolated out;
  fill(text, 0, out);
  if (out.unknown && out.text.starts_with('$')) {
    std::string_view name = std::string_view(out.text).substr(1);
    const bool braces = name.starts_with('{');
    if (braces) name.remove_prefix(1);
    std::size_t end = 0;
    while (end < name.size() && in_name(name[end])) ++end;
    const bool all = braces ? closings(out.text)[1] == out.text.size() - 1 : end == name.size();
    if (all) out.variable = name.substr(0, end);
  }
  return out;
}

std::optional<Bytes> compose_bytes(std::string_view value) {
  const std::size_t digits = std::min(value.find_first_not_of("0123456789."), value.size());
  const auto number = parse_number(value.substr(0, digits));
  std::string unit = lower(value.substr(digits));
  if (!number || *number < 0) return std::nullopt;
  if (unit.starts_with(' ')) unit.erase(0, 1);
  if (unit.ends_with('b')) unit.pop_back();
  if (unit.size() > 1 && unit.ends_with('i')) unit.pop_back();
  constexpr std::array<std::pair<std::string_view, double>, 6> units = {
      {{"", 1}, {"k", 0x1p10}, {"m", 0x1p20}, {"g", 0x1p30}, {"t", 0x1p40}, {"p", 0x1p50}}};
  for (const auto& [name, factor] : units)
    if (unit == name && *number * factor < 9e18) return Bytes{std::llround(*number * factor)};
  return std::nullopt;
}

}  // namespace plimsoll::import
