#pragma once
// Tables of mistakes: each row changes one thing in a good file; the goldens in tests/golden/spec are what is shown.
// PLIMSOLL_UPDATE_GOLDEN=1 rewrites them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <vector>

#include "spec/render_diagnostic.h"
#include "spec/testing/support.h"

namespace plimsoll::spec::testing {

struct Mistake {
  const char* golden;
  const char* name;
  const char* from;  // its first occurrence is replaced; nullptr: `to` is the whole file
  const char* to;
  std::size_t errors = 1;
};

inline std::string apply(std::string_view base, const Mistake& row) {
  if (!row.from) return row.to;
  std::string text(base);
  const std::size_t at = text.find(row.from);
  EXPECT_NE(at, std::string::npos) << row.name << ": nothing to replace";
  return at == std::string::npos ? text : text.replace(at, std::string_view(row.from).size(), row.to);
}

inline Parsed<Stack> expect_good(std::string_view text) {
  Parsed<Stack> parsed = parse(text, environment({{"SET", "x"}}));
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "text", text, false);
  return parsed;
}

/// Each row has as many errors as it says, and all are shown as in the goldens.
inline void expect_mistakes(std::string_view base, const std::vector<Mistake>& rows) {
  std::map<std::string, std::string> shown;
  for (const Mistake& row : rows) {
    const std::string text = apply(base, row);
    const Parsed<Stack> parsed = parse(text, environment({{"SET", "x"}}));
    EXPECT_EQ(parsed.diagnostics.size(), row.errors) << row.golden << ": " << row.name << "\n"
                                                     << render(parsed.diagnostics, "f", text, false);
    EXPECT_EQ(parsed.ok(), row.errors == 0) << row.name;
    shown[row.golden] += std::string("## ") + row.name + "\n" + render(parsed.diagnostics, "stack.yaml", text, false) + "\n";
  }
  for (const auto& [name, text] : shown) {
    const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/tests/golden/spec/" + name + ".txt";
    if (std::getenv("PLIMSOLL_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(read_file(path), text) << name;
  }
}

}  // namespace plimsoll::spec::testing
