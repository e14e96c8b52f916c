#include "spec/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
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

YamlTree null_tree() { return YamlTree::scalar("null"); }

YamlTree tree_of(const Node& node, int level = spread_levels) {
  switch (node.kind) {
    case Kind::scalar:
      if (node.is_null()) return null_tree();
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

/// Nothing if they are the same.
std::optional<YamlTree> difference(const Node& full, const Node& partial, int level, std::string_view of = {}) {
  if (same(full, partial)) return std::nullopt;
  if (full.kind != Kind::map || partial.kind != Kind::map) return tree_of(full, level);
  const bool in_order = !has_order(full, of) || order_is_kept(full, partial);
  YamlTree map;
  map.block = level < spread_levels;
  for (const Node::Entry& entry : full.entries) {
    const Node::Entry* there = partial.find(entry.key);
    std::optional<YamlTree> beyond =
        there ? difference(entry.value, there->value, level + 1, entry.key) : tree_of(entry.value, level + 1);
    if (!beyond && !in_order) beyond = entry.value.kind == Kind::map ? YamlTree() : tree_of(entry.value);
    if (beyond) map.entries.push_back({entry.key, std::move(*beyond)});
  }
  for (const Node::Entry& entry : partial.entries)
    if (!full.find(entry.key)) map.entries.push_back({entry.key, null_tree()});
  if (map.entries.empty()) return std::nullopt;  // only the order of a section differs
  return map;
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

Node laid_over(const Node& partial, const Node& over) {
  if (over.kind != Kind::map || partial.kind != Kind::map) return without_nulls(over);
  const auto value_of = [&](const Node::Entry& entry) {
    const Node::Entry* before = partial.find(entry.key);
    return Node::Entry{entry.key, entry.at, before ? laid_over(before->value, entry.value) : without_nulls(entry.value)};
  };
  const bool names_all = std::all_of(partial.entries.begin(), partial.entries.end(),
                                     [&](const Node::Entry& entry) { return over.find(entry.key) != nullptr; });
  Node made = partial;
  made.entries.clear();
  if (!names_all)
    for (const Node::Entry& entry : partial.entries) {
      const Node::Entry* word = over.find(entry.key);
      if (!word)
        made.entries.push_back(entry);
      else if (!word->value.is_null())
        made.entries.push_back(value_of(*word));
    }
  for (const Node::Entry& entry : over.entries)
    if (!entry.value.is_null() && (names_all || !partial.find(entry.key))) made.entries.push_back(value_of(entry));
  return made;
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

}  // namespace

std::string overlay(std::string_view full, std::string_view partial) {
  const Result<Node> whole = map_of(full, "the spec");
  const Result<Node> part = map_of(partial, "its part");
  PLIMSOLL_ASSERT(whole && part);
  const std::optional<YamlTree> beyond = difference(*whole, *part, 0);
  return beyond ? block_text(*beyond, {}) : std::string();
}

Result<std::string> lay_over(std::string_view partial, std::string_view overlay) {
  const Result<Node> part = map_of(partial, "the spec");
  if (!part) return fail(part.error());
  const Result<Node> over = map_of(overlay, "what is laid over it");
  if (!over) return fail(over.error());
  return text_of(laid_over(*part, *over));
}

std::string text_of(const Node& node) {
  const YamlTree tree = tree_of(node, 0);
  return tree.kind == YamlTree::Kind::map ? block_text(tree, {}) : flow_text(tree) + "\n";
}

}  // namespace plimsoll::spec
