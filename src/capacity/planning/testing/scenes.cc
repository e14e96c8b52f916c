#include "capacity/planning/testing/scenes.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "capacity/catalog.h"
#include "core/quantity.h"
#include "spec/catalog.h"
#include "spec/parse.h"
#include "spec/write.h"

namespace plimsoll::capacity::testing {
namespace {

std::string read(const std::string& path) {
  std::ifstream in(std::string(PLIMSOLL_SOURCE_DIR) + "/" + path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

template <class T>
T good(Parsed<T> parsed, const std::string& name) {
  std::string all = name;
  for (const Diagnostic& one : parsed.diagnostics) all += fmt::format("\n{}: {} {}", one.at.line, one.path, one.message);
  if (!parsed.ok()) throw std::runtime_error(all);
  return std::move(*parsed.value);
}

Stack parse(const std::string& text, const std::string& name) {
  return good(spec::parse(text, [](std::string_view) { return std::optional<std::string>(); }), name);
}

}  // namespace

Scene scene(const std::string& name) {
  Scene out;
  out.text = read("stacks/" + name + ".yaml");
  out.stack = parse(out.text, name);
  if (!out.stack.catalog.empty())
    out.catalog = good(spec::parse_catalog(read("catalogs/" + out.stack.catalog + ".yaml")), out.stack.catalog);
  fill_in(out.stack, out.catalog);
  return out;
}

Stack applied(const Scene& scene, const std::vector<Change>& changes) {
  std::vector<spec::Edit> edits;
  for (const Change& one : changes) edits.push_back({one.path, one.value});
  const Result<std::string> text = spec::patch(scene.text, edits);
  if (!text) throw std::runtime_error(text.error().message);
  Stack stack = parse(*text, "patched");
  fill_in(stack, scene.catalog);
  return stack;
}

std::string text_of(const Stack& stack) { return spec::write(stack, {.defaults = true}); }

TimePoint day(std::string_view text) {
  const std::optional<TimePoint> at = parse_time(text);
  if (!at) throw std::runtime_error("no time");
  return *at;
}

Money monthly(double dollars) { return Money{dollars / hours_a_month}; }

const Line* find(const std::vector<Line>& lines, std::string_view component, std::string_view what) {
  for (const Line& one : lines)
    if (one.component == component && one.what == what) return &one;
  return nullptr;
}

const Change* find(const std::vector<Change>& changes, std::string_view path) {
  for (const Change& one : changes)
    if (one.path == path) return &one;
  return nullptr;
}

const Advice* find(const std::vector<Advice>& advice, std::string_view topic, std::string_view part) {
  for (const Advice& one : advice)
    if (one.topic == topic && (one.text + one.because).find(part) != std::string::npos) return &one;
  return nullptr;
}

}  // namespace plimsoll::capacity::testing
