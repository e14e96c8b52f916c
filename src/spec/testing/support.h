#pragma once
// What the tests of this folder share: files of the source tree, and an environment that is a table.

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "spec/parse.h"

namespace plimsoll::spec::testing {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string source_file(std::string_view relative) {
  return read_file(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / relative);
}

inline Environment environment(std::map<std::string, std::string, std::less<>> variables = {}) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// Diagnostics as "line:column+length message" lines, for tests that look at places.
inline std::string brief(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics)
    out += std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + "+" + std::to_string(d.at.length) + " " + d.message +
           "\n";
  return out;
}

}  // namespace plimsoll::spec::testing
