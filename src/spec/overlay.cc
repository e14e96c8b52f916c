#include "spec/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "spec/yaml.h"
#include "spec/yaml_text.h"

namespace plimsoll::spec {
namespace {

using Kind = Node::Kind;

constexpr int spread_levels = 2;  // sections and components stand on lines of their own

/// Plain text that also stands within "{…}" and may begin like a number: 3..20, 500m, -1.
bool stays_plain(const Node& scalar) {
  const std::string& text = scalar.text;
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (scalar.quoted || text.empty() || !(word(text.front()) || (text.front() == '-' && text.size() > 1 && word(text[1]))))
    return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return word(c) || std::string_view("_./%+-").find(c) != text.npos; });
}

YamlTree tree_of(const Node& node, int level = spread_levels) {
  switch (node.kind) {
    case Kind::scalar:
      if (node.is_null()) return YamlTree::scalar("null");
      return YamlTree::scalar(stays_plain(node) ? node.text : yaml_scalar(node.text));
    case Kind::list: {
      YamlTree list = YamlTree::list();
      for (const Node& item : node.items) list.items.push_back(tree_of(item));
      return list;
    }
    case Kind::map:
      break;
  }
  YamlTree map;
  map.block = level < spread_levels;
  for (const Node::Entry& entry : node.entries) map.entries.push_back({entry.key, tree_of(entry.value, level + 1)});
  return map;
}

bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.is_null() != b.is_null()) return false;
  if (a.kind == Kind::scalar) return a.text == b.text;
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Node::Entry& x, const Node::Entry& y) { return x.key == y.key && same(x.value, y.value); });
}

/// Whether lay_over() would put the keys in this order unless it is told one: those of `partial` that stay, then the new ones.
bool order_is_kept(const Node& full, const Node& partial) {
  std::vector<std::string_view> order;
  for (const Node::Entry& entry : partial.entries)
    if (full.find(entry.key)) order.push_back(entry.key);
  for (const Node::Entry& entry : full.entries)
    if (!partial.find(entry.key)) order.push_back(entry.key);
  return std::equal(order.begin(), order.end(), full.entries.begin(), full.entries.end(),
                    [](std::string_view key, const Node::Entry& entry) { return key == entry.key; });
}

/// A map of things by name. In a section of keys the order means nothing, and a key named for its order alone would hide what is
/// changed in `partial` later.
bool has_order(const Node& map, std::string_view key) {
  return key == "work" || std::all_of(map.entries.begin(), map.entries.end(),
                                      [](const Node::Entry& entry) { return entry.value.kind == Kind::map; });
}

Node map_node() {
  Node made;
  made.kind = Kind::map;
  return made;
}

void put(Node& map, std::string_view key, Node value) { map.entries.push_back({std::string(key), {}, std::move(value)}); }

const Node* value_in(const Node* map, std::string_view key) {
  const Node::Entry* entry = map && map->kind == Kind::map ? map->find(key) : nullptr;
  return entry ? &entry->value : nullptr;
}

/// What `full` says beyond `partial`, and what `partial` says in place of it. All four are maps.
void differences(const Node& full, const Node& partial, std::string_view of, Node& words, Node& rendered) {
  const bool in_order = !has_order(full, of) || order_is_kept(full, partial);
  for (const Node::Entry& entry : full.entries) {
    const Node* there = value_in(&partial, entry.key);
    if (!there) {
      put(words, entry.key, entry.value);
    } else if (entry.value.kind == Kind::map && there->kind == Kind::map) {
      Node word = map_node(), before = map_node();
      if (!same(entry.value, *there)) differences(entry.value, *there, entry.key, word, before);
      if (in_order && word.entries.empty()) continue;
      put(words, entry.key, std::move(word));
      put(rendered, entry.key, std::move(before));
    } else if (!in_order || !same(entry.value, *there)) {
      put(words, entry.key, entry.value);
      put(rendered, entry.key, *there);
    }
  }
  for (const Node::Entry& entry : partial.entries) {
    if (full.find(entry.key)) continue;
    put(words, entry.key, Node());
    put(rendered, entry.key, entry.value);
  }
}

constexpr std::array<std::string_view, 7> component_sections = {"tiers",     "databases",     "poolers", "caches",
                                                                "externals", "vector_stores", "signals"};

bool is_section(std::string_view key) { return std::ranges::find(component_sections, key) != component_sections.end(); }

/// Keys of these are names of things: who takes the thing out of a file means all that is said of it.
bool holds_things(std::string_view key) { return is_section(key) || key == "uses" || key == "consumes" || key == "work"; }

Node& map_in(Node& map, const std::string& key) {
  for (Node::Entry& entry : map.entries)
    if (entry.key == key) return entry.value;
  put(map, key, map_node());
  return map.entries.back().value;
}

/// Every component of `partial`, at least with "{}".
void name_components(const Node& partial, Node& rendered) {
  for (const Node::Entry& section : partial.entries) {
    if (section.key == "balancer") (void)map_in(rendered, section.key);
    if (!is_section(section.key) || section.value.kind != Kind::map) continue;
    Node& named = map_in(rendered, section.key);
    for (const Node::Entry& component : section.value.entries) (void)map_in(named, component.key);
  }
}

Node::Entry without_nulls(const Node::Entry& entry);

/// A map that stands where none was: its nulls have nothing to take away.
Node without_nulls(const Node& node) {
  if (node.kind != Kind::map) return node;
  Node made = node;
  made.entries.clear();
  for (const Node::Entry& entry : node.entries)
    if (!entry.value.is_null()) made.entries.push_back(without_nulls(entry));
  return made;
}

Node::Entry without_nulls(const Node::Entry& entry) { return {entry.key, entry.at, without_nulls(entry.value)}; }

std::string one_line(const Node* node) { return node && !node->is_null() ? flow_text(tree_of(*node)) : std::string(); }

/// Words over what the files say now, with what they said when the words were found.
class Laying {
 public:
  /// In the order of the words where they name all that is there, else what is there first.
  Node map(const Node& now, const Node& words, const Node* rendered, const std::string& path, std::string_view of) {
    Node made = map_node();
    const auto lay = [&](const Node::Entry& word) {
      const std::string at = path.empty() ? word.key : path + "." + word.key;
      const bool is_thing = holds_things(of) || (path.empty() && word.key == "balancer");
      std::optional<Node> value = one(value_in(&now, word.key), word, value_in(rendered, word.key), at, is_thing);
      if (value) put(made, word.key, std::move(*value));
    };
    const bool names_all = std::ranges::all_of(now.entries, [&](const auto& entry) { return words.find(entry.key) != nullptr; });
    if (!names_all)
      for (const Node::Entry& entry : now.entries) {
        const Node::Entry* word = words.find(entry.key);
        if (word)
          lay(*word);
        else
          made.entries.push_back(entry);
      }
    for (const Node::Entry& word : words.entries)
      if (names_all || !now.find(word.key)) lay(word);
    return made;
  }

  std::vector<Left> left;

 private:
  /// Nothing: the key is not there.
  std::optional<Node> one(const Node* now, const Node::Entry& entry, const Node* rendered, const std::string& path,
                          bool is_thing) {
    const Node& word = entry.value;
    const auto may_be_map = [](const Node* node) { return !node || node->kind == Kind::map; };
    if (word.kind == Kind::map && may_be_map(now) && may_be_map(rendered)) {
      if (!now && rendered && is_thing) {
        left.push_back({path, {}, {}, true});
        return std::nullopt;
      }
      Node made = map(now ? *now : map_node(), word, rendered, path, entry.key);
      if (!now && made.entries.empty() && !word.entries.empty()) return std::nullopt;
      return made;
    }
    if (now ? rendered && same(*now, *rendered) : !rendered)
      return word.is_null() ? std::nullopt : std::optional(without_nulls(word));
    if (now ? !same(*now, word) : !word.is_null()) left.push_back({path, one_line(now), one_line(&word), false});
    return now ? std::optional(*now) : std::nullopt;
  }
};

/// Components that no word was about, and that are no longer there either.
void find_gone(const Node& now, const Node& words, const Node& rendered, std::vector<Left>& left) {
  const auto look = [&](const Node* there, const Node* word, const std::string& path) {
    if (there || (word && word->is_null()) || std::ranges::find(left, path, &Left::path) != left.end()) return;
    left.push_back({path, {}, {}, true});
  };
  for (const Node::Entry& section : rendered.entries) {
    const Node *there = value_in(&now, section.key), *word = value_in(&words, section.key);
    if (section.key == "balancer") look(there, word, section.key);
    if (!is_section(section.key) || section.value.kind != Kind::map || (word && word->is_null())) continue;
    for (const Node::Entry& component : section.value.entries)
      look(value_in(there, component.key), value_in(word, component.key), section.key + "." + component.key);
  }
}

/// The root map of a text; an empty text has no entries.
Result<Node> map_of(std::string_view text, std::string_view what) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    Node empty;
    empty.kind = Kind::map;
    return empty;
  }
  Parsed<Node> parsed = parse_yaml(text);
  if (!parsed.ok())
    return fail(Errc::malformed,
                fmt::format("{}, line {}: {}", what, parsed.diagnostics.front().at.line, parsed.diagnostics.front().message));
  if (parsed.value->kind != Kind::map) return fail(Errc::malformed, fmt::format("{} is no map of keys", what));
  return std::move(*parsed.value);
}

struct Trees {
  Node words, rendered;
};

Result<Trees> trees_of(const Overlay& overlay) {
  Result<Node> words = map_of(overlay.words, "what is laid over it");
  if (!words) return fail(words.error());
  Result<Node> rendered = map_of(overlay.rendered, "what was rendered");
  if (!rendered) return fail(rendered.error());
  return Trees{std::move(*words), std::move(*rendered)};
}

std::string text_or_nothing(const Node& map) { return map.entries.empty() ? std::string() : text_of(map); }

/// "tiers", "api", "uses" of "tiers.api.uses[0]".
std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps;
  while (!path.empty()) {
    const std::string_view step = path.substr(0, path.find('.'));
    steps.emplace_back(step.substr(0, step.find('[')));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
  }
  return steps;
}

/// Erases the value at the steps, or the one above that is no map. False: nothing is there.
bool erase_at(Node& map, std::span<const std::string> steps) {
  if (steps.empty()) return false;
  const auto entry = std::ranges::find(map.entries, steps.front(), &Node::Entry::key);
  if (entry == map.entries.end()) return false;
  if (steps.size() > 1 && entry->value.kind == Kind::map) return erase_at(entry->value, steps.subspan(1));
  map.entries.erase(entry);
  return true;
}

}  // namespace

Overlay overlay(std::string_view full, std::string_view partial) {
  const Result<Node> whole = map_of(full, "the spec");
  const Result<Node> part = map_of(partial, "its part");
  PLIMSOLL_ASSERT(whole && part);
  Node words = map_node(), rendered = map_node();
  if (same(*whole, *part)) return {};
  differences(*whole, *part, {}, words, rendered);
  name_components(*part, rendered);
  return {text_or_nothing(words), text_or_nothing(rendered)};
}

Result<LaidOver> lay_over(std::string_view partial, const Overlay& overlay) {
  const Result<Node> part = map_of(partial, "the spec");
  if (!part) return fail(part.error());
  const Result<Trees> trees = trees_of(overlay);
  if (!trees) return fail(trees.error());
  Laying laying;
  const Node made = laying.map(*part, trees->words, &trees->rendered, {}, {});
  find_gone(*part, trees->words, trees->rendered, laying.left);
  return LaidOver{text_of(made), std::move(laying.left)};
}

bool take_out(Overlay& overlay, std::string_view path) {
  Result<Node> words = map_of(overlay.words, "what is laid over it");
  if (!words) return false;
  const std::vector<std::string> steps = steps_of(path);
  const std::span<const std::string> all = steps;
  const std::size_t component = !steps.empty() && is_section(steps.front()) ? 2 : 1;
  if (!erase_at(*words, all) && (all.size() <= component || !erase_at(*words, all.first(component)))) return false;
  overlay.words = text_or_nothing(*words);
  return true;
}

bool knows(const Overlay& overlay, std::string_view path) {
  const Result<Trees> trees = trees_of(overlay);
  const std::vector<std::string> steps = steps_of(path);
  if (!trees || steps.size() < 2 || !is_section(steps.front())) return true;
  const auto has = [&](const Node& map) { return value_in(value_in(&map, steps[0]), steps[1]) != nullptr; };
  return has(trees->words) || has(trees->rendered);
}

std::string text_of(const Node& node) {
  const YamlTree tree = tree_of(node, 0);
  return tree.kind == YamlTree::Kind::map ? block_text(tree, {}) : flow_text(tree) + "\n";
}

}  // namespace plimsoll::spec
