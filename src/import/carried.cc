// What `plimsoll render` put beside its files of what they have no words for.

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "import/assemble.h"
#include "spec/overlay.h"
#include "spec/parse.h"
#include "spec/write.h"
#include "spec/yaml.h"

namespace plimsoll::import {
namespace {

/// The stack with the words of the overlay, or why there is none.
Result<Stack> with(const std::string& overlay, const Stack& partial) {
  const Result<std::string> text = spec::lay_over(spec::write(partial, {}), overlay);
  if (!text) return fail(text.error());
  Parsed<Stack> parsed = spec::parse(*text, spec::keep_references());
  if (parsed.ok()) return std::move(*parsed.value);
  for (const Diagnostic& one : parsed.diagnostics)
    if (one.severity == Severity::error)
      return fail(Errc::malformed, one.path.empty() ? one.message : fmt::format("{}: {}", one.path, one.message));
  return fail(Errc::malformed, "the result is no spec");
}

/// Whether the overlay has a word on the path, on a part of it or on what it is a part of.
bool has_word(const spec::Node& node, std::string_view path) {
  if (path.empty() || node.kind != spec::Node::Kind::map) return true;
  return std::any_of(node.entries.begin(), node.entries.end(), [&](const spec::Node::Entry& entry) {
    if (!path.starts_with(entry.key)) return false;
    const std::string_view rest = path.substr(entry.key.size());
    return rest.empty() || rest.front() == '[' || (rest.front() == '.' && has_word(entry.value, rest.substr(1)));
  });
}

/// Questions are answered as far as they ever were, and conclusions that were replaced are of no use.
void forget(const std::string& overlay, Imported& out) {
  out.questions.clear();
  const Parsed<spec::Node> words = spec::parse_yaml(overlay);
  if (!words.value) return;
  std::erase_if(out.inferences, [&](const Inference& one) { return !one.path.empty() && has_word(*words.value, one.path); });
}

}  // namespace

bool has_rendered_manifests(const Facts& facts) {
  return std::any_of(facts.carried.begin(), facts.carried.end(), [](const Carried& one) { return !one.compose; });
}

void lay_over_carried(const Facts& facts, Imported& out) {
  if (facts.carried.empty()) return;
  const Carried& carried = facts.carried.front();
  const char* const what = carried.compose ? "x-plimsoll" : "the ConfigMap of plimsoll";
  if (facts.carried.size() > 1) {
    out.inferences.push_back({"", carried.at,
                              "these are files of several stacks that `plimsoll render` made: what they bring along beside "
                              "them is left; import each folder by itself"});
    return;
  }
  Result<Stack> full = with(carried.text, out.stack);
  if (!full) {
    out.inferences.push_back(
        {"", carried.at, fmt::format("{} is left, for it no longer fits the other files: {}", what, full.error().message)});
    return;
  }
  forget(carried.text, out);
  out.stack = std::move(*full);
  out.inferences.push_back(
      {"", carried.at,
       fmt::format("made by `plimsoll render`: what these files have no words for is from {}, all else as they say it now",
                   what)});
}

}  // namespace plimsoll::import
