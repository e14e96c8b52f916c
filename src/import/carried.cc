// What `plimsoll render` put beside its files of what they have no words for.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "import/assemble.h"
#include "spec/overlay.h"
#include "spec/parse.h"
#include "spec/write.h"
#include "spec/yaml.h"

namespace plimsoll::import {
namespace {

struct Laid {
  Stack stack;
  std::vector<spec::Left> left;
};

/// What files say of a stack, but of components that are not `kept` only what is in them: what a cache is used for is concluded
/// from others.
template <class Kept>
std::string said(const Stack& stack, const Kept& kept) {
  std::string text = spec::write(stack, {});
  Parsed<spec::Node> tree = spec::parse_yaml(text);
  if (!tree.ok()) return text;  // what can't be read again is said by who lays something over it
  std::erase_if(tree.value->entries, [](const spec::Node::Entry& entry) { return entry.key == "name"; });
  for (spec::Node::Entry& section : tree.value->entries)
    if (section.key == "caches")
      for (spec::Node::Entry& cache : section.value.entries)
        if (!kept("caches." + cache.key))
          std::erase_if(cache.value.entries, [](const spec::Node::Entry& entry) { return entry.key == "used_for"; });
  return spec::text_of(*tree.value);
}

/// The stack with the words of the overlay, or why there is none. Words that what the files say now makes invalid (a table of
/// replicas that names a tier of another name) are taken out, and `told` says so.
Result<Laid> with(spec::Overlay& overlay, const std::string& partial, std::vector<std::string>& told) {
  constexpr int most_mended = 50;
  for (int mended = 0;; ++mended) {
    Result<spec::LaidOver> laid = spec::lay_over(partial, overlay);
    if (!laid) return fail(laid.error());
    Parsed<Stack> parsed = spec::parse(laid->text, spec::keep_references());
    if (parsed.ok()) return Laid{std::move(*parsed.value), std::move(laid->left)};
    const auto error = std::ranges::find(parsed.diagnostics, Severity::error, &Diagnostic::severity);
    const std::string why = error == parsed.diagnostics.end() ? "the result is no spec"
                            : error->path.empty()             ? error->message
                                                              : fmt::format("{}: {}", error->path, error->message);
    if (mended == most_mended || error == parsed.diagnostics.end() || !spec::take_out(overlay, error->path))
      return fail(Errc::malformed, why);
    told.push_back(why);
  }
}

/// What the spec says a cache is used for holds, unless what came to the files since needs it for more.
Result<Laid> with(spec::Overlay& overlay, const Stack& partial, std::vector<std::string>& told) {
  const spec::Overlay all = overlay;
  Result<Laid> made = with(overlay, said(partial, [&](const std::string& path) { return !spec::knows(all, path); }), told);
  if (made) return made;
  overlay = all;
  told.clear();
  return with(overlay, said(partial, [](const std::string&) { return true; }), told);
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

/// Questions are answered as far as they ever were, but for those on what came to the files since; and conclusions that were
/// replaced are of no use.
void forget(const spec::Overlay& overlay, const std::vector<spec::Left>& left, Imported& out) {
  std::erase_if(out.questions, [&](const Question& one) { return spec::knows(overlay, one.path); });
  const Parsed<spec::Node> words = spec::parse_yaml(overlay.words);
  if (!words.value) return;
  const auto stands = [&](const std::string& path) {
    return std::ranges::any_of(left, [&](const spec::Left& one) { return path.starts_with(one.path); });
  };
  std::erase_if(out.inferences,
                [&](const Inference& one) { return !one.path.empty() && !stands(one.path) && has_word(*words.value, one.path); });
}

/// "tiers.api" of "tiers.api.run.image": where a remark finds its place though the key itself is gone.
std::string component_of(const std::string& path) { return path.substr(0, path.find('.', path.find('.') + 1)); }

std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 80;
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a character
  return text.substr(0, end) + "…";
}

Inference remark_on(const spec::Left& one, const Spot& at) {
  if (one.is_gone)
    return {"", at, fmt::format("{} was in these files when they were rendered and is no longer: it is left out", one.path)};
  return {
      component_of(one.path), at,
      fmt::format("{}: {}, as the files say now; the spec had {}", one.path, one.files.empty() ? "nothing" : shortened(one.files),
                  one.word.empty() ? "nothing there" : shortened(one.word))};
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
  spec::Overlay overlay = carried.overlay;
  std::vector<std::string> told;
  Result<Laid> full = with(overlay, out.stack, told);
  if (!full) {
    out.inferences.push_back(
        {"", carried.at, fmt::format("{} is left, for it no longer fits the other files: {}", what, full.error().message)});
    return;
  }
  forget(overlay, full->left, out);
  out.stack = std::move(full->stack);
  out.whole = true;
  out.inferences.push_back(
      {"", carried.at,
       fmt::format("made by `plimsoll render`: what these files have no words for is from {}, all else as they say it now",
                   what)});
  for (const spec::Left& one : full->left) out.inferences.push_back(remark_on(one, carried.at));
  for (const std::string& why : told)
    out.inferences.push_back(
        {"", carried.at, fmt::format("what {} says there no longer fits the other files and is left: {}", what, why)});
}

std::string said_of(const Stack& stack) {
  return said(stack, [](const std::string&) { return false; });
}

}  // namespace plimsoll::import
