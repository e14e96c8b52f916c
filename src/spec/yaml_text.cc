#include "spec/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>

namespace plimsoll::spec {
namespace {

constexpr std::size_t widest = 120;  // columns of a map on one line
constexpr int highest = 3;           // levels within one line: {policies: [{…}]}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// What some YAML reads as a truth value or nothing.
bool is_reserved(std::string_view text) {
  constexpr std::array<std::string_view, 10> words = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"};
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(words.begin(), words.end(), lower) != words.end();
}

/// A cautious subset: what begins like a word or a path and holds nothing that means something to YAML.
bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':' || is_reserved(text)) return false;
  if (!is_letter(text.front()) && text.front() != '/' && text.front() != '_') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool safe = is_word(c) || std::string_view("_./$%+=<>()^;~@*!-").find(c) != std::string_view::npos;
    if (safe || (c == ' ' && text[i + 1] != ' ') || (c == ':' && i > 0 && is_word(text[i - 1]) && is_word(text[i + 1]))) continue;
    return false;
  }
  return true;
}

/// One character of UTF-8 off the front; nothing if the bytes there are none.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : (first >> 5U) == 6 ? 2 : (first >> 4U) == 14 ? 3 : (first >> 3U) == 30 ? 4 : 0;
  if (length == 0 || length > text.size()) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  char32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) {
      text.remove_prefix(1);
      return std::nullopt;
    }
    value = (value << 6U) | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  text.remove_prefix(length);
  return value;
}

/// Cannot stand in YAML as it is, or would be read as a line break.
bool needs_escape(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> c = take_character(text);
    if (!c || *c == 0)
      out += "\xEF\xBF\xBD";
    else if (*c == '"' || *c == '\\')
      out += {'\\', static_cast<char>(*c)};
    else if (*c == '\n')
      out += "\\n";
    else if (*c == '\t')
      out += "\\t";
    else if (*c == '\r')
      out += "\\r";
    else if (needs_escape(*c))
      out += *c <= 0xFF ? fmt::format("\\x{:02X}", static_cast<std::uint32_t>(*c))
                        : fmt::format("\\u{:04X}", static_cast<std::uint32_t>(*c));
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out + "\"";
}

/// Columns, near enough: characters.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_empty(const YamlTree& tree) { return tree.items.empty() && tree.entries.empty(); }

int height(const YamlTree& tree) {
  if (tree.kind == YamlTree::Kind::scalar || is_empty(tree)) return 0;
  int most = 0;
  for (const YamlTree& item : tree.items) most = std::max(most, height(item));
  for (const auto& [key, value] : tree.entries) most = std::max(most, height(value));
  return most + 1;
}

bool must_be_block(const YamlTree& tree) {
  if (!is_empty(tree) && (tree.block || !tree.notes.empty())) return true;
  return std::any_of(tree.items.begin(), tree.items.end(), must_be_block) ||
         std::any_of(tree.entries.begin(), tree.entries.end(), [](const auto& entry) { return must_be_block(entry.value); });
}

class Writer {
 public:
  std::string take() { return std::move(out_); }

  void comment(const std::string& line, std::size_t indent) {
    // A line break or control character would end the comment.
    std::string text;
    for (const char c : line) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    out_ += fmt::format("{:{}}#{}{}\n", "", indent, text.empty() ? "" : " ", text);
  }

  void entries(const YamlTree& map, std::size_t indent) {
    bool first = true;
    bool was_tall = false;
    for (const auto& [key, value] : map.entries) {
      const std::string name = yaml_scalar(key);
      const bool tall = !on_one_line(value, indent + width_of(name) + 2);
      if (map.spaced && !first && (tall || was_tall)) out_ += '\n';
      out_ += fmt::format("{:{}}{}:", "", indent, name);
      write(value, indent, tall);
      was_tall = tall;
      first = false;
    }
  }

 private:
  static bool on_one_line(const YamlTree& tree, std::size_t column) {
    if (tree.kind == YamlTree::Kind::scalar || is_empty(tree)) return true;
    return !must_be_block(tree) && height(tree) <= highest && column + width_of(flow_text(tree)) <= widest;
  }

  /// The value after "key:".
  void write(const YamlTree& value, std::size_t indent, bool tall) {
    if (!tall) {
      out_ += " " + flow_text(value) + "\n";
      return;
    }
    out_ += '\n';
    for (const std::string& note : value.notes) comment(note, indent + 2);
    if (value.kind == YamlTree::Kind::map)
      entries(value, indent + 2);
    else
      items(value, indent + 2);
  }

  void items(const YamlTree& list, std::size_t indent) {
    for (const YamlTree& item : list.items) {
      out_ += fmt::format("{:{}}-", "", indent);
      if (on_one_line(item, indent + 2)) {
        out_ += " " + flow_text(item) + "\n";
      } else {
        // The first key stands beside the dash.
        Writer below;
        if (item.kind == YamlTree::Kind::map)
          below.entries(item, indent + 2);
        else
          below.items(item, indent + 2);
        std::string text = below.take();
        text.erase(0, indent + 2);
        out_ += " " + text;
      }
    }
  }

  std::string out_;
};

}  // namespace

YamlTree YamlTree::scalar(std::string as_written) {
  YamlTree made;
  made.kind = Kind::scalar;
  made.text = std::move(as_written);
  return made;
}

YamlTree YamlTree::list() {
  YamlTree made;
  made.kind = Kind::list;
  return made;
}

std::string yaml_scalar(std::string_view text) { return is_plain(text) ? std::string(text) : in_quotes(text); }

std::string flow_text(const YamlTree& tree) {
  std::string out;
  switch (tree.kind) {
    case YamlTree::Kind::scalar:
      return tree.text;
    case YamlTree::Kind::list:
      for (const YamlTree& item : tree.items) out += (out.empty() ? "" : ", ") + flow_text(item);
      return "[" + out + "]";
    case YamlTree::Kind::map:
      for (const auto& [key, value] : tree.entries)
        out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", yaml_scalar(key), flow_text(value));
      break;
  }
  return "{" + out + "}";
}

std::string block_text(const YamlTree& root, const std::vector<std::string>& comments) {
  Writer writer;
  for (const std::string& line : comments) writer.comment(line, 0);
  for (const std::string& line : root.notes) writer.comment(line, 0);
  writer.entries(root, 0);
  return writer.take();
}

}  // namespace plimsoll::spec
