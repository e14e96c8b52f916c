#include "spec/patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "spec/source_tree.h"
#include "spec/yaml.h"
#include "spec/yaml_text.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

using Step = std::variant<std::string, std::size_t>;  // a key, or the index of an item

/// How far a path leads: to `node` by `steps`, which are there, and on by `missing` keys, which are not.
struct Way {
  const SourceNode* node = nullptr;
  const SourceNode::Entry* entry = nullptr;  // whose value `node` is; null for an item and for the root
  std::vector<Step> steps;
  std::vector<std::string> missing;
};

/// "[3]" off the front of a path.
std::optional<std::size_t> take_index(std::string_view& path) {
  const std::size_t close = path.find(']');
  if (!path.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(path.data() + 1, path.data() + close, index);
  if (error != std::errc{} || end != path.data() + close) return std::nullopt;
  path.remove_prefix(close + 1);
  return index;
}

/// The entry whose key the path begins with; the longest of several.
const SourceNode::Entry* entry_for(const SourceNode& map, std::string_view path) {
  const SourceNode::Entry* best = nullptr;
  for (const SourceNode::Entry& entry : map.entries) {
    const bool fits = path.starts_with(entry.key) &&
                      (path.size() == entry.key.size() || path[entry.key.size()] == '.' || path[entry.key.size()] == '[');
    if (fits && !entry.key.empty() && (!best || entry.key.size() > best->key.size())) best = &entry;
  }
  return best;
}

bool is_empty_value(const SourceNode& node) { return node.kind == SourceNode::Kind::scalar && node.begin == node.end; }

/// One edit of one text. Borrows both.
class Patch {
 public:
  Patch(std::string_view text, const Edit& edit) : text_(text), edit_(edit) {}

  Result<std::string> apply() {
    if (edit_.value.find_first_of("\r\n") != std::string::npos)
      return fail(Errc::malformed, fmt::format("{}: the new value has more than one line", edit_.path));
    const Parsed<Node> value = parse_yaml(edit_.value);
    if (!value.value || !value.diagnostics.empty())
      return fail(Errc::malformed, fmt::format("{}: the new value {} is no YAML", edit_.path, quote(edit_.value)));
    const auto tree = source_tree(edit_.value);
    if (!tree || tree->anchored || tree->anchors_within)
      return fail(Errc::malformed, fmt::format("{}: the new value {} has an anchor", edit_.path, quote(edit_.value)));
    if ((tree->kind == SourceNode::Kind::map || tree->kind == SourceNode::Kind::list) && !tree->flow)
      return fail(Errc::malformed, fmt::format("{}: the new value {} needs braces or brackets", edit_.path, quote(edit_.value)));
    const Parsed<Node> before = parse_yaml(text_);
    const std::optional<SourceNode> root = source_tree(text_);
    if (!before.value || !before.diagnostics.empty() || !root) {
      const Diagnostic why = before.diagnostics.empty() ? Diagnostic{} : before.diagnostics.front();
      return fail(Errc::malformed, fmt::format("line {}: {}", why.at.line, why.message.empty() ? "not understood" : why.message));
    }
    const Result<Way> way = find(*root);
    if (!way) return fail(way.error());
    const Result<std::string> after = way->missing.empty() ? replaced(*way) : added(*way);
    if (!after) return after;

    // Whatever the text was, the answer is right or none at all.
    Node wanted = *before.value;
    set(wanted, *way, *value.value);
    const Parsed<Node> got = parse_yaml(*after);
    if (!got.value || !got.diagnostics.empty() || !same(*got.value, wanted))
      return refuse(*way->node, fmt::format("{} cannot stand there", quote(edit_.value)));
    return after;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse(const SourceNode& at, std::string_view why, Errc code = Errc::refused) const {
    return fail(code, fmt::format("{}: {} on line {}", edit_.path, why, at.line));
  }

  /// Follows the path as far as it leads.
  [[nodiscard]] Result<Way> find(const SourceNode& root) const {
    Way way{&root, nullptr, {}, {}};
    std::string_view rest = edit_.path;
    if (rest.empty()) return refuse(root, "an edit needs a path; the file begins");
    while (!rest.empty()) {
      const SourceNode& here = *way.node;
      if (here.anchored) return refuse(here, "the value is anchored, and changes wherever its aliases stand,");
      if (here.kind == SourceNode::Kind::alias) return refuse(here, "there is an alias, which has no keys of its own,");
      if (rest.starts_with('[')) {
        const auto index = take_index(rest);
        if (!index || here.kind != SourceNode::Kind::list || *index >= here.items.size())
          return refuse(here, "there is no such item", Errc::not_found);
        way.steps.emplace_back(*index);
        way.node = &here.items[*index];
        way.entry = nullptr;
      } else {
        const SourceNode::Entry* entry = here.kind == SourceNode::Kind::map ? entry_for(here, rest) : nullptr;
        if (!entry) return missing(std::move(way), rest);
        rest.remove_prefix(entry->key.size());
        way.steps.emplace_back(entry->key);
        way.node = &entry->value;
        way.entry = entry;
      }
      if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        if (rest.empty()) return refuse(here, "a name is missing in the path");
      }
    }
    const SourceNode& target = *way.node;
    if (target.anchored || target.anchors_within) return refuse(target, "an anchor would go, whose aliases need it,");
    return way;
  }

  /// The keys of the rest of the path are to be made.
  [[nodiscard]] Result<Way> missing(Way way, std::string_view rest) const {
    const SourceNode& here = *way.node;
    if (here.kind != SourceNode::Kind::map && !is_null(here)) return refuse(here, "there are no keys");
    if (rest.find('[') != std::string_view::npos) return refuse(here, "there is no such item", Errc::not_found);
    while (!rest.empty()) {
      const std::size_t dot = rest.find('.');
      way.missing.emplace_back(rest.substr(0, dot));
      const bool more = dot != std::string_view::npos;
      rest.remove_prefix(more ? dot + 1 : rest.size());
      if (way.missing.back().empty() || (more && rest.empty())) return refuse(here, "a name is missing in the path");
    }
    return way;
  }

  [[nodiscard]] bool is_null(const SourceNode& node) const {
    const std::string_view text = text_.substr(node.begin, node.end - node.begin);
    return node.kind == SourceNode::Kind::scalar && (text.empty() || text == "~" || text == "null");
  }

  [[nodiscard]] std::string with(std::size_t begin, std::size_t end, std::string_view instead) const {
    return std::string(text_.substr(0, begin)) + std::string(instead) + std::string(text_.substr(end));
  }

  /// Behind the end of the line, before its break.
  [[nodiscard]] std::size_t line_end(std::size_t from) const {
    const std::size_t end = text_.find_first_of("\r\n", from);
    return end == std::string_view::npos ? text_.size() : end;
  }

  [[nodiscard]] std::string_view line_break() const {
    const std::size_t end = text_.find('\n');
    return end != std::string_view::npos && end > 0 && text_[end - 1] == '\r' ? "\r\n" : "\n";
  }

  [[nodiscard]] Result<std::string> replaced(const Way& way) const {
    const SourceNode& node = *way.node;
    const bool is_block = (node.kind == SourceNode::Kind::map || node.kind == SourceNode::Kind::list) && !node.flow;
    if (is_block && way.entry) {
      // The lines below the key go; what else stands on its line stays.
      const std::optional<std::size_t> colon = colon_after(*way.entry);
      if (!colon) return refuse(node, "there is no 'key: value'");
      const std::size_t first = line_end(*colon);
      const std::size_t last = line_end(node.end);
      return std::string(text_.substr(0, *colon + 1)) + " " + edit_.value +
             std::string(text_.substr(*colon + 1, first - *colon - 1)) + std::string(text_.substr(last));
    }
    return with(node.begin, node.end, beside_colon(way, edit_.value));
  }

  /// What is put in place of an empty value has to keep away from the colon, or bring it.
  [[nodiscard]] std::string beside_colon(const Way& way, std::string_view value) const {
    if (!is_empty_value(*way.node)) return std::string(value);
    if (way.entry && !colon_after(*way.entry)) return ": " + std::string(value);
    return " " + std::string(value);
  }

  [[nodiscard]] std::optional<std::size_t> colon_after(const SourceNode::Entry& entry) const {
    const std::size_t at = text_.find_first_not_of(" \t", entry.end);
    return at != std::string_view::npos && text_[at] == ':' ? std::optional(at) : std::nullopt;
  }

  /// {b: {c: value}} of the keys from `first` on.
  [[nodiscard]] std::string nested(const std::vector<std::string>& keys, std::size_t first) const {
    std::string text = edit_.value;
    for (std::size_t i = keys.size(); i-- > first;) text = fmt::format("{{{}: {}}}", yaml_scalar(keys[i]), text);
    return text;
  }

  [[nodiscard]] Result<std::string> added(const Way& way) const {
    const SourceNode& node = *way.node;
    if (node.kind == SourceNode::Kind::scalar) return with(node.begin, node.end, beside_colon(way, nested(way.missing, 0)));
    const std::string pair = fmt::format("{}: {}", yaml_scalar(way.missing.front()), nested(way.missing, 1));
    if (!node.flow) return with(insertion(node), insertion(node), block(way.missing, node.entries.front().begin));
    if (node.entries.empty()) return with(node.begin + 1, node.begin + 1, pair);
    const SourceNode::Entry& last = node.entries.back();
    if (!is_empty_value(last.value)) return with(last.value.end, last.value.end, ", " + pair);
    std::size_t close = node.end - 1;
    while (close > last.value.end && (text_[close - 1] == ' ' || text_[close - 1] == '\t')) --close;
    return with(close, close, " , " + pair);
  }

  /// Behind the line of a block's last value.
  [[nodiscard]] std::size_t insertion(const SourceNode& block_map) const { return line_end(block_map.end); }

  /// New lines for a block map whose keys begin in the column of `key`: sections as blocks, the innermost on one line.
  [[nodiscard]] std::string block(const std::vector<std::string>& keys, std::size_t key) const {
    std::size_t line = text_.find_last_of("\r\n", key == 0 ? 0 : key - 1);
    line = line == std::string_view::npos || key == 0 ? 0 : line + 1;
    std::size_t indent = key - line;
    std::string out;
    std::size_t i = 0;
    for (; i + 2 < keys.size(); ++i, indent += 2)
      out += fmt::format("{}{:{}}{}:", line_break(), "", indent, yaml_scalar(keys[i]));
    return out + fmt::format("{}{:{}}{}: {}", line_break(), "", indent, yaml_scalar(keys[i]), nested(keys, i + 1));
  }

  // --- the same on the tree ------------------------------------------------------------------------------------------

  static void set(Node& root, const Way& way, const Node& value) {
    Node* at = &root;
    for (const Step& step : way.steps) {
      if (const auto* index = std::get_if<std::size_t>(&step)) {
        at = &at->items[*index];
        continue;
      }
      for (Node::Entry& entry : at->entries)
        if (entry.key == std::get<std::string>(step)) {
          at = &entry.value;
          break;
        }
    }
    for (const std::string& key : way.missing) {
      if (at->kind != Node::Kind::map) *at = Node{.kind = Node::Kind::map};
      at->entries.push_back({key, {}, {}});
      at = &at->entries.back().value;
    }
    *at = value;
  }

  static bool same(const Node& a, const Node& b) {
    if (a.kind != b.kind || a.text != b.text || a.is_null() != b.is_null() || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size())
      return false;
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), same) &&
           std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(),
                      [](const Node::Entry& x, const Node::Entry& y) { return x.key == y.key && same(x.value, y.value); });
  }

  std::string_view text_;
  const Edit& edit_;
};

}  // namespace

Result<std::string> patch(std::string_view text, std::span<const Edit> edits) {
  const bool has_mark = text.starts_with(byte_order_mark);
  if (has_mark) text.remove_prefix(byte_order_mark.size());
  std::string current(text);
  for (const Edit& edit : edits) {
    Result<std::string> next = Patch(current, edit).apply();
    if (!next) return next;
    current = std::move(*next);
  }
  return has_mark ? std::string(byte_order_mark) + current : current;
}

}  // namespace plimsoll::spec
