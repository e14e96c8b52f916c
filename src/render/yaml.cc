#include "render/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/assert.h"

namespace plimsoll::render {
namespace {

constexpr std::array<std::string_view, 18> reserved = {"",      "~",     "null", "Null", "NULL", "true", "True", "TRUE", "false",
                                                       "False", "FALSE", "y",    "Y",    "n",    "N",    "=",    "<<",   "---"};

/// yes, no, on, off in the three spellings of YAML 1.1.
bool is_boolean_word(std::string_view text) {
  std::string low;
  for (const char c : text) low += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return low == "yes" || low == "no" || low == "on" || low == "off" || low == "true" || low == "false" || low == "null";
}

/// Anything a reader of YAML 1.1 or 1.2 might take for a number, a time or a date: begins like one and has only their characters.
bool looks_like_number(std::string_view text) {
  std::size_t at = text[0] == '-' || text[0] == '+' ? 1 : 0;
  if (at == text.size()) return true;
  if (text[at] == '.') ++at;
  if (at == text.size()) return false;
  const std::string_view rest = text.substr(at);
  if (rest == "inf" || rest == "Inf" || rest == "INF" || rest == "nan" || rest == "NaN" || rest == "NAN") return true;
  if (std::isdigit(static_cast<unsigned char>(rest[0])) == 0) return false;
  if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b")) return true;
  return std::ranges::all_of(rest, [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 || std::string_view("_.:eE+-,TZ ").find(c) != std::string_view::npos;
  });
}

/// A character that cannot stand in YAML as it is, or that a reader would take for a line's end; as spec's own writer has it.
struct Special {
  std::size_t length = 0;  // in bytes of UTF-8; 0: the text begins with no such character
  unsigned code = 0;
};

Special special_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return {1, byte(0)};
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return {2, byte(1)};  // C1, NEL among them
  if (byte(0) < 0xe2) return {};
  for (const auto& [utf8, code] : {std::pair<std::string_view, unsigned>{"\xe2\x80\xa8", 0x2028U},
                                   {"\xe2\x80\xa9", 0x2029U},
                                   {"\xef\xbb\xbf", 0xfeffU},
                                   {"\xef\xbf\xbe", 0xfffeU},
                                   {"\xef\xbf\xbf", 0xffffU}})
    if (text.starts_with(utf8)) return {utf8.size(), code};
  return {};
}

/// Whether nothing in it has to be escaped, but for line ends and tabs where `lines`.
bool is_printable(std::string_view text, bool lines) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (special_at(text.substr(i)).length > 0 && !(lines && (text[i] == '\n' || text[i] == '\t'))) return false;
  return true;
}

/// A comment's line: blanks for what would end it.
std::string in_comment(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t length = special_at(text.substr(i)).length;
    out += length > 0 ? ' ' : text[i];
    if (length > 0) i += length - 1;
  }
  return out;
}

bool is_plain(std::string_view text) {
  if (std::ranges::find(reserved, text) != reserved.end() || is_boolean_word(text) || looks_like_number(text)) return false;
  if (std::string_view("-?:").find(text[0]) != std::string_view::npos && (text.size() == 1 || text[1] == ' ')) return false;
  if (std::string_view(",[]{}#&*!|>'\"%@`").find(text[0]) != std::string_view::npos) return false;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  return is_printable(text, false);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (const Special one = special_at(text.substr(i)); one.length > 0) {
          out += fmt::format("\\u{:04x}", one.code);  // JSON has no \x
          i += one.length - 1;
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

/// Whether a text can be a block: no blank in front of its first line, nothing that only an escape can say.
bool fits_a_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\n') return false;
  return is_printable(text, true);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> all;
  while (true) {
    const std::size_t end = text.find('\n');
    all.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + 1);
  }
}

std::string spaces(int n) { return std::string(static_cast<std::size_t>(n), ' '); }

}  // namespace

Yaml::Yaml() = default;

Yaml::Yaml(double value) : kind_(Kind::number), text_(fmt::format("{}", value)) {
  PLIMSOLL_ASSERT(std::isfinite(value));
  // "3.0" and "1e+20" are numbers to YAML and to JSON; a whole one is shown without its point.
  if (text_.ends_with(".0")) text_.resize(text_.size() - 2);
}

Yaml Yaml::list(std::vector<Yaml> items) {
  Yaml made;
  made.kind_ = Kind::list;
  made.items_ = std::move(items);
  return made;
}

Yaml& Yaml::operator[](std::string_view key) {
  PLIMSOLL_ASSERT(kind_ == Kind::map);
  const auto found = std::ranges::find(keys_, key);
  if (found != keys_.end()) return items_[static_cast<std::size_t>(found - keys_.begin())];
  keys_.emplace_back(key);
  return items_.emplace_back();
}

Yaml& Yaml::add() { return add(Yaml()); }

Yaml& Yaml::add(Yaml item) {
  if (kind_ == Kind::map && keys_.empty()) kind_ = Kind::list;
  PLIMSOLL_ASSERT(kind_ == Kind::list);
  return items_.emplace_back(std::move(item));
}

Yaml& Yaml::why(std::string comment) & {
  why_ = std::move(comment);
  return *this;
}
Yaml&& Yaml::why(std::string comment) && { return std::move(why(std::move(comment))); }
Yaml& Yaml::about(std::string comment) & {
  about_ = std::move(comment);
  return *this;
}
Yaml&& Yaml::about(std::string comment) && { return std::move(about(std::move(comment))); }
Yaml& Yaml::flow() & {
  flow_ = true;
  return *this;
}
Yaml&& Yaml::flow() && { return std::move(flow()); }

Yaml Yaml::null() {
  Yaml made("null");
  made.kind_ = Kind::null;
  return made;
}

bool Yaml::has(std::string_view key) const { return std::ranges::find(keys_, key) != keys_.end(); }

const Yaml& Yaml::at(std::string_view key) const {
  const auto found = std::ranges::find(keys_, key);
  PLIMSOLL_ASSERT(found != keys_.end());
  return items_[static_cast<std::size_t>(found - keys_.begin())];
}

/// The writer of YAML.
class YamlText {
 public:
  std::string document(const Yaml& root) {
    comment(root.about_, 0);
    if (is_block(root)) {
      comment(root.why_, 0);
      children(root, 0);
    } else {
      out_ += scalar(root) + "\n";
    }
    return std::move(out_);
  }

 private:
  static bool is_block(const Yaml& node) {
    return (node.kind_ == Yaml::Kind::map || node.kind_ == Yaml::Kind::list) && !node.items_.empty() && !node.flow_;
  }

  static bool is_literal(const Yaml& node) { return node.kind_ == Yaml::Kind::text && !node.flow_ && fits_a_block(node.text_); }

  static std::string key(std::string_view text) { return is_plain(text) ? std::string(text) : quoted(text); }

  /// A value on one line.
  static std::string scalar(const Yaml& node) {
    switch (node.kind_) {
      case Yaml::Kind::text:
        return !node.flow_ && is_plain(node.text_) ? node.text_ : quoted(node.text_);
      case Yaml::Kind::number:
      case Yaml::Kind::boolean:
      case Yaml::Kind::null:
        return node.text_;
      case Yaml::Kind::map:
      case Yaml::Kind::list:
        break;
    }
    const bool map = node.kind_ == Yaml::Kind::map;
    std::string text;
    for (std::size_t i = 0; i < node.items_.size(); ++i) {
      if (i > 0) text += ", ";
      if (map) text += key(node.keys_[i]) + ": ";
      text += in_flow(node.items_[i]);
    }
    return map ? "{" + text + "}" : "[" + text + "]";
  }

  /// Within braces and brackets more characters mean something.
  static std::string in_flow(const Yaml& node) {
    if (node.kind_ == Yaml::Kind::text && node.text_.find_first_of(",[]{}:") != std::string::npos) return quoted(node.text_);
    return scalar(node);
  }

  void comment(std::string_view text, int indent) {
    if (text.empty()) return;
    for (const std::string_view line : lines_of(text))
      out_ += spaces(indent) + (line.empty() ? "#" : "# " + in_comment(line)) + "\n";
  }

  void literal(const std::string& text, int indent) {
    const bool ends = text.ends_with('\n');
    const std::string_view body = ends ? std::string_view(text).substr(0, text.size() - 1) : std::string_view(text);
    out_ += !ends ? " |-" : body.ends_with('\n') ? " |+" : " |";
    for (const std::string_view line : lines_of(body)) out_ += "\n" + (line.empty() ? "" : spaces(indent) + std::string(line));
    out_ += "\n";
  }

  /// What stands behind "key:" or "-"; the writer is at the end of that.
  void value(const Yaml& node, int indent) {
    if (is_literal(node)) {
      literal(node.text_, indent);
      return;
    }
    out_ += " " + scalar(node);
    if (!node.why_.empty()) out_ += "  # " + in_comment(node.why_);
    out_ += "\n";
  }

  /// `first`: the dash of the item stands there already, so the first key follows it on its line.
  void children(const Yaml& node, int indent, bool first = false) {
    for (std::size_t i = 0; i < node.items_.size(); ++i) {
      const Yaml& child = node.items_[i];
      const bool on_dash_line = first && i == 0;
      if (!on_dash_line) {
        comment(child.about_, indent);
        if (is_block(child) || is_literal(child)) comment(child.why_, indent);
        out_ += spaces(indent);
      }
      if (node.kind_ == Yaml::Kind::map) {
        out_ += key(node.keys_[i]) + ":";
        if (is_block(child)) {
          out_ += "\n";
          children(child, indent + 2);
        } else {
          value(child, indent + 2);
        }
        continue;
      }
      out_ += "-";
      if (is_block(child)) {
        out_ += " ";
        children(child, indent + 2, true);
      } else {
        value(child, indent + 2);
      }
    }
  }

  std::string out_;
};

/// The writer of JSON.
class JsonText {
 public:
  std::string document(const Yaml& root) {
    node(root, 0);
    return std::move(out_) + "\n";
  }

 private:
  void node(const Yaml& node, int indent) {
    switch (node.kind_) {
      case Yaml::Kind::text:
        out_ += quoted(node.text_);
        return;
      case Yaml::Kind::number:
      case Yaml::Kind::boolean:
      case Yaml::Kind::null:
        out_ += node.text_;
        return;
      case Yaml::Kind::map:
      case Yaml::Kind::list:
        break;
    }
    const bool map = node.kind_ == Yaml::Kind::map;
    out_ += map ? '{' : '[';
    for (std::size_t i = 0; i < node.items_.size(); ++i) {
      out_ += (i > 0 ? ",\n" : "\n") + spaces(indent + 2);
      if (map) out_ += quoted(node.keys_[i]) + ": ";
      this->node(node.items_[i], indent + 2);
    }
    if (!node.items_.empty()) out_ += "\n" + spaces(indent);
    out_ += map ? '}' : ']';
  }

  std::string out_;
};

std::string to_yaml(const Yaml& root) { return YamlText().document(root); }

std::string to_yaml(std::span<const Yaml> documents) {
  std::string text;
  for (const Yaml& one : documents) text += (text.empty() ? "" : "---\n") + to_yaml(one);
  return text;
}

std::string to_json(const Yaml& root) { return JsonText().document(root); }

}  // namespace plimsoll::render
