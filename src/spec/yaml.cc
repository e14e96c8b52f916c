#include "spec/yaml.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "spec/yaml_builder.h"

namespace plimsoll::spec {
namespace {

/// Ends the parse: the text is no YAML, or past a limit.
struct SyntaxError {
  Diagnostic diagnostic;
};

[[noreturn]] void refuse(Position at, std::string message, std::string expected = {}) {
  throw SyntaxError{Diagnostic{Severity::error, at, {}, std::move(message), std::move(expected), {}}};
}

int to_int(std::size_t n) { return static_cast<int>(n); }

Position position_of_byte(std::string_view text, std::size_t offset, int lines_before) {
  const std::vector<std::string_view> lines = split_lines(text.substr(0, std::min(offset, text.size())));
  return {lines_before + to_int(lines.size()), to_int(count_characters(lines.back())) + 1, 1};
}

/// One event of libyaml, freed when it goes.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  yaml_event_t* get() { return &event_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
};

std::string text_of(const yaml_char_t* text) { return text ? std::string(reinterpret_cast<const char*>(text)) : std::string(); }

/// Builds the tree from libyaml's events. Throws SyntaxError, which parse_yaml catches.
class Builder {
 public:
  Builder(std::string_view text, const BuildOptions& options, Spent& spent, std::vector<Diagnostic>& diagnostics)
      : text_(text),
        lines_(split_lines(text)),
        limits_(options.limits),
        lenient_(options.lenient),
        before_(options.lines_before),
        spent_(spent),
        diagnostics_(diagnostics) {
    if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { yaml_parser_delete(&parser_); }

  std::optional<Node> build() {
    expect_next(YAML_STREAM_START_EVENT);
    {
      Event start;
      next(start);
      if (start->type == YAML_STREAM_END_EVENT) return std::nullopt;
    }
    Event first;
    next(first);
    Node root = node(first, 1);
    expect_next(YAML_DOCUMENT_END_EVENT);
    Event end;
    next(end);
    if (end->type != YAML_STREAM_END_EVENT)
      refuse(position(end->start_mark, end->end_mark), "a second document begins here", "one stack in a file");
    return root;
  }

 private:
  struct Anchored {
    Node node;
    std::size_t size = 1;    // nodes
    std::size_t bytes = 0;   // of text
    std::size_t height = 1;  // levels
  };

  void next(Event& event) {
    if (!yaml_parser_parse(&parser_, event.get())) fail();
  }

  void expect_next(yaml_event_type_t type) {
    Event event;
    next(event);
    if (event->type != type) refuse(position(event->start_mark), "this is no YAML document");
  }

  Position position(const yaml_mark_t& mark) const { return {before_ + to_int(mark.line) + 1, to_int(mark.column) + 1, 1}; }

  Position position(const yaml_mark_t& start, const yaml_mark_t& end) const {
    Position at = position(start);
    if (start.line == end.line && end.column > start.column) at.length = to_int(end.column - start.column);
    return at;
  }

  /// What libyaml complained of, in our words where its own mislead.
  [[noreturn]] void fail() {
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    const std::string problem = parser_.problem ? parser_.problem : "not understood";
    if (parser_.error == YAML_READER_ERROR)
      refuse(position_of_byte(text_, parser_.problem_offset, before_), "this character cannot stand in YAML: " + problem,
             "UTF-8 text");
    const yaml_mark_t& mark = parser_.problem_mark;
    const Position at = position(mark);
    if (character_at(mark) == '\t') refuse(at, "a tab cannot indent YAML", "spaces");
    const yaml_mark_t& context = parser_.context_mark;
    const std::string where =
        parser_.context ? fmt::format(" ({} that began on line {})", parser_.context, position(context).line) : std::string();
    refuse(at, "not YAML: " + problem + where);
  }

  char character_at(const yaml_mark_t& mark) const {
    if (mark.line >= lines_.size()) return '\0';
    std::size_t column = 0;
    for (const char c : lines_[mark.line]) {
      if (!starts_character(c)) continue;
      if (column++ == mark.column) return c;
    }
    return '\0';
  }

  /// Before anything is copied, so that a few lines of anchors and aliases cannot grow past the limits.
  void count(std::size_t nodes, std::size_t bytes, Position at) {
    spent_.nodes += nodes;
    spent_.bytes += bytes;
    if (spent_.nodes > limits_.nodes)
      refuse(at, fmt::format("more than {} values, aliases counted where they stand", limits_.nodes));
    if (spent_.bytes > 2 * limits_.bytes) refuse(at, "too much text, aliases counted where they stand");
  }

  Node node(const Event& event, std::size_t depth) {
    const Position at = position(event->start_mark, event->end_mark);
    if (event->type == YAML_ALIAS_EVENT) return alias(event, at, depth);
    const std::size_t before = spent_.nodes;
    const std::size_t bytes_before = spent_.bytes;
    count(1, event->type == YAML_SCALAR_EVENT ? event->data.scalar.length : 0, at);
    if (depth > limits_.depth) refuse(at, fmt::format("nested deeper than {} levels", limits_.depth));
    const std::size_t outer_height = std::exchange(height_, depth);
    Node made;
    std::string anchor;
    switch (event->type) {
      case YAML_SCALAR_EVENT:
        anchor = text_of(event->data.scalar.anchor);
        refuse_tag(event->data.scalar.tag, at);
        made = scalar(event, at);
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchor = text_of(event->data.sequence_start.anchor);
        refuse_tag(event->data.sequence_start.tag, at);
        made = list(at, depth);
        break;
      case YAML_MAPPING_START_EVENT:
        anchor = text_of(event->data.mapping_start.anchor);
        refuse_tag(event->data.mapping_start.tag, at);
        made = map(at, depth);
        break;
      default:
        refuse(at, "this is no YAML value");
    }
    if (!anchor.empty()) {
      const std::size_t size = spent_.nodes - before;
      const std::size_t bytes = spent_.bytes - bytes_before;
      count(size, bytes, at);  // the copy kept for its aliases
      anchors_[anchor] = {made, size, bytes, height_ - depth + 1};
    }
    height_ = std::max(height_, outer_height);
    return made;
  }

  void refuse_tag(const yaml_char_t* tag, Position at) const {
    if (tag && !lenient_) refuse(at, "tags such as " + quote(text_of(tag)) + " are not read here", "the value alone");
  }

  Node scalar(const Event& event, Position at) const {
    Node made;
    made.text.assign(reinterpret_cast<const char*>(event->data.scalar.value), event->data.scalar.length);
    made.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    made.at = at;
    const bool in_quotes = event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                           event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    // An escape or a doubled quote makes the source longer than the value.
    made.verbatim = event->start_mark.line == event->end_mark.line && (in_quotes || !made.quoted) &&
                    event->end_mark.column - event->start_mark.column == count_characters(made.text) + (in_quotes ? 2 : 0);
    made.literal = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
    if (made.literal) made.indent = indent_of(made.text, event->start_mark.line + 1);
    return made;
  }

  /// Columns that a block's lines have in the source and not in its text.
  int indent_of(std::string_view text, std::size_t line) const {
    for (; line < lines_.size(); ++line) {
      const std::size_t first = lines_[line].find_first_not_of(' ');
      if (first == std::string_view::npos) continue;
      const std::size_t own = text.find_first_not_of("\n");
      const std::size_t blanks = own == std::string_view::npos ? 0 : text.find_first_not_of(' ', own) - own;
      return to_int(first - std::min(first, blanks));
    }
    return 0;
  }

  Node list(Position at, std::size_t depth) {
    Node made;
    made.kind = Node::Kind::list;
    made.at = at;
    while (true) {
      Event event;
      next(event);
      if (event->type == YAML_SEQUENCE_END_EVENT) {
        widen(made, event->end_mark);
        return made;
      }
      made.items.push_back(node(event, depth + 1));
    }
  }

  Node map(Position at, std::size_t depth) {
    Node made;
    made.kind = Node::Kind::map;
    made.at = at;
    std::map<std::string, std::size_t> seen;  // key → its entry
    std::vector<Node> merges;
    while (true) {
      Event event;
      next(event);
      if (event->type == YAML_MAPPING_END_EVENT) {
        widen(made, event->end_mark);
        for (Node& merge : merges) merge_into(made, seen, std::move(merge));
        return made;
      }
      const Position key_at = position(event->start_mark, event->end_mark);
      if (lenient_ && event->type != YAML_SCALAR_EVENT) {
        skip_entry(event, key_at, depth);
        continue;
      }
      std::string key = key_of(event, key_at);
      Event first;
      next(first);
      Node value = node(first, depth + 1);
      if (key == "<<" && lenient_) {
        merges.push_back(std::move(value));
        continue;
      }
      const auto [known, is_new] = seen.emplace(key, made.entries.size());
      if (key == "<<")
        complain(Severity::error, key_at, "merge keys ('<<') are not read here",
                 "the keys themselves, or an alias for a whole value (key: *name)");
      else if (is_new)
        made.entries.push_back({std::move(key), key_at, std::move(value)});
      else
        written_twice(made.entries[known->second], key_at, std::move(value));
    }
  }

  void written_twice(Node::Entry& first, Position at, Node value) {
    const std::string message = "duplicate key " + quote(first.key);
    if (lenient_) {
      complain(Severity::warning, at, message,
               fmt::format("it once; this value stays, the one on line {} does not", first.at.line));
      first.at = at;
      first.value = std::move(value);
    } else {
      complain(Severity::error, at, message, fmt::format("it once; it stands on line {} already", first.at.line));
    }
  }

  /// A map, or a list of them of which the first has precedence; what the map says itself stays.
  void merge_into(Node& made, std::map<std::string, std::size_t>& seen, Node from) {
    if (from.kind == Node::Kind::list) {
      for (Node& item : from.items) merge_into(made, seen, std::move(item));
      return;
    }
    for (Node::Entry& entry : from.entries)
      if (seen.emplace(entry.key, made.entries.size()).second) made.entries.push_back(std::move(entry));
  }

  /// A key that is a map, a list or an alias: read for the sake of what follows, and left out.
  void skip_entry(const Event& key, Position at, std::size_t depth) {
    node(key, depth + 1);
    Event value;
    next(value);
    node(value, depth + 1);
    complain(Severity::warning, at, "this key is not a plain name and is passed over", "key: value");
  }

  std::string key_of(const Event& event, Position at) {
    if (event->type != YAML_SCALAR_EVENT) refuse(at, "this key is not a plain name", "key: value");
    count(1, event->data.scalar.length, at);
    refuse_tag(event->data.scalar.tag, at);
    if (event->data.scalar.anchor && !lenient_) refuse(at, "a key cannot carry an anchor", "the anchor at the value");
    return {reinterpret_cast<const char*>(event->data.scalar.value), event->data.scalar.length};
  }

  Node alias(const Event& event, Position at, std::size_t depth) {
    const std::string name = text_of(event->data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) refuse(at, "there is no value anchored as " + quote("&" + name) + " before this alias");
    count(found->second.size, found->second.bytes, at);
    height_ = std::max(height_, depth + found->second.height - 1);
    if (height_ > limits_.depth) refuse(at, fmt::format("nested deeper than {} levels", limits_.depth));
    return found->second.node;
  }

  /// A flow collection on one line underlines all of itself.
  void widen(Node& made, const yaml_mark_t& end) const {
    const bool block = made.at.length == 1 && !made.entries.empty() && made.entries.front().at.column == made.at.column;
    if (block)
      made.at.length = made.entries.front().at.length;
    else if (made.at.line == position(end).line)
      made.at.length = std::max(1, to_int(end.column) + 1 - made.at.column);
  }

  void complain(Severity severity, Position at, std::string message, std::string expected) {
    diagnostics_.push_back({severity, at, {}, std::move(message), std::move(expected), {}});
  }

  std::string_view text_;
  std::vector<std::string_view> lines_;
  Limits limits_;
  const bool lenient_;
  const int before_;
  yaml_parser_t parser_{};
  Spent& spent_;
  std::size_t height_ = 0;  // the deepest level reached within the node being built
  std::map<std::string, Anchored> anchors_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

std::optional<Node> build_document(std::string_view text, const BuildOptions& options, Spent& spent,
                                   std::vector<Diagnostic>& diagnostics) {
  const std::size_t said = diagnostics.size();
  try {
    return Builder(text, options, spent, diagnostics).build();
  } catch (SyntaxError& error) {
    diagnostics.resize(said);
    diagnostics.push_back(std::move(error.diagnostic));
    return std::nullopt;
  }
}

std::optional<Diagnostic> unreadable(std::string_view text, const Limits& limits) {
  const auto refused = [](std::string message, std::string expected) {
    return Diagnostic{Severity::error, {1, 1, 1}, {}, std::move(message), std::move(expected), {}};
  };
  if (text.size() > limits.bytes)
    return refused(fmt::format("the file has {} bytes", text.size()), fmt::format("at most {} MiB", limits.bytes >> 20U));
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return refused("the file is UTF-16", "UTF-8 text");
  return std::nullopt;
}

bool Node::is_null() const {
  return kind == Kind::scalar && !quoted && (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

const Node::Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Position Node::part(std::size_t offset, std::size_t length) const {
  if (!verbatim || offset > text.size()) return at;
  const std::string_view all = text;
  const int before = to_int(count_characters(all.substr(0, offset))) + (quoted ? 1 : 0);
  return {at.line, at.column + before, std::max(1, to_int(count_characters(all.substr(offset, length))))};
}

Parsed<Node> parse_yaml(std::string_view text, const Limits& limits) {
  if (std::optional<Diagnostic> refused = unreadable(text, limits)) return {std::nullopt, {std::move(*refused)}};
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Parsed<Node> parsed;
  Spent spent;
  parsed.value = build_document(text, {limits, false, 0}, spent, parsed.diagnostics);
  if (!parsed.value && parsed.diagnostics.empty())
    parsed.diagnostics.push_back(
        {Severity::error, {1, 1, 1}, {}, "the file is empty", "a stack, see stacks/quickstart.yaml", {}});
  return parsed;
}

}  // namespace plimsoll::spec
