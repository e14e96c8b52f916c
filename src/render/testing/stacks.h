#pragma once
// For tests of rendered files: the reference stacks, and the golden files of a target.

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "capacity/catalog.h"
#include "render/render.h"
#include "render/testing/golden.h"
#include "spec/catalog.h"
#include "spec/parse.h"
#include "spec/write.h"

namespace plimsoll::render {

/// Every stack of stacks/ that the files of all targets are held to.
inline constexpr std::array<const char*, 7> reference_stacks = {"kaireon", "kaireon-pools", "health-agent", "triage-warden",
                                                                "acme",    "voiceassist",   "quickstart"};

/// A spec's text as a stack; references to secrets stay as they are written.
inline Stack stack_from(std::string_view text) {
  Parsed<Stack> parsed = spec::parse(text, spec::keep_references());
  if (!parsed.ok()) throw std::runtime_error(parsed.diagnostics.empty() ? "no stack" : parsed.diagnostics.front().message);
  return *std::move(parsed.value);
}

inline std::string text_of_source(const std::string& path) {
  std::ifstream file(std::string(PLIMSOLL_SOURCE_DIR) + "/" + path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " is missing");
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// stacks/NAME.yaml, with the figures of its catalog's classes filled in, as the program does before it renders.
inline Stack reference_stack(const std::string& name) {
  Stack stack = stack_from(text_of_source("stacks/" + name + ".yaml"));
  if (stack.catalog.empty()) return stack;
  const Parsed<Catalog> catalog = spec::parse_catalog(text_of_source("catalogs/" + stack.catalog + ".yaml"));
  if (!catalog.ok()) throw std::runtime_error("catalogs/" + stack.catalog + ".yaml is no catalog");
  (void)capacity::fill_in(stack, *catalog.value);
  return stack;
}

/// `--to all`, as the program puts it together; merge() asserts that one path is one text.
inline Rendered render_all(const Stack& stack, const Options& options) {
  Rendered all;
  for (const Target target : all_targets(stack)) {
    Rendered one = render(stack, target, options);
    if (!one.files.empty()) merge(all, std::move(one));  // else its note says that the stack has no such component
  }
  return all;
}

/// The text of one of the files; fails the test and gives "" if it is not there.
inline std::string file_of(const Rendered& rendered, std::string_view path) {
  for (const File& file : rendered.files)
    if (file.path == path) return file.text;
  std::string names;
  for (const File& file : rendered.files) names += " " + file.path;
  ADD_FAILURE() << "no file " << path << " among" << names;
  return {};
}

/// Each file of what was rendered is tests/golden/render/STACK/PATH.
inline void expect_golden_files(const std::string& stack, const Rendered& rendered) {
  for (const File& file : rendered.files) expect_golden(stack + "/" + file.path, file.text);
}

}  // namespace plimsoll::render
