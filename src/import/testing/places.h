#pragma once
// What the tests of the readers share: a place as the text it underlines.

#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"
#include "spec/yaml.h"

namespace plimsoll::import::testing {

/// The characters of `text` (ASCII) that a place underlines; says so if it is none of the text's.
inline std::string under(std::string_view text, const Spot& spot) {
  const std::vector<std::string_view> lines = spec::split_lines(text);
  const auto line = static_cast<std::size_t>(spot.at.line);
  if (line < 1 || line > lines.size() || spot.at.column < 1) return "<outside>";
  const auto column = static_cast<std::size_t>(spot.at.column) - 1;
  if (column > lines[line - 1].size()) return "<outside>";
  return std::string(lines[line - 1].substr(column, static_cast<std::size_t>(spot.at.length)));
}

/// "line:column+length message" of each diagnostic, a line each.
inline std::string said(const Facts& facts) {
  std::string out;
  for (const auto& [file, d] : facts.diagnostics)
    out += std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + "+" + std::to_string(d.at.length) + " " + d.message +
           "\n";
  return out;
}

inline std::string noted(const Facts& facts) {
  std::string out;
  for (const Note& note : facts.notes) out += std::to_string(note.at.at.line) + " " + note.text + "\n";
  return out;
}

}  // namespace plimsoll::import::testing
