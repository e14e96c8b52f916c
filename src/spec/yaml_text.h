#pragma once
// A tree of values → YAML as a person would write it: sections as blocks, small maps on one line.

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::spec {

/// A scalar as YAML: plain where that is this very text in every YAML there is, else in double quotes. One line whatever the
/// text holds; bytes that are no UTF-8, and zero bytes, which YAML cannot carry, become U+FFFD. Fits block and flow style.
std::string yaml_scalar(std::string_view text);

/// A value to be written.
struct YamlTree {
  enum class Kind { scalar, list, map };
  struct Entry;

  Kind kind = Kind::map;
  std::string text;                // scalar: as it shall stand there, quoted where needed
  std::vector<YamlTree> items;     // list
  std::vector<Entry> entries;      // map
  bool block = false;              // never on one line (but {} if it is empty)
  bool spaced = false;             // map in block style: a blank line between its entries
  std::vector<std::string> notes;  // map that is not empty: comments on top of it, without "# "

  static YamlTree scalar(std::string as_written);
  static YamlTree list();
};

struct YamlTree::Entry {
  std::string key;  // plain text, quoted by the writer where needed
  YamlTree value;
};

/// The tree on one line: "{window: 2s, policies: [{instances: 2, every: 5s}]}". Notes are left out.
std::string flow_text(const YamlTree& tree);

/// The tree as a document; ends with a line break. `comments` are lines on top, without "# ".
std::string block_text(const YamlTree& root, const std::vector<std::string>& comments);

}  // namespace plimsoll::spec
