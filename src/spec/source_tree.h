#pragma once
// A YAML text as a tree of the bytes its values take up, for editing in place. yaml.h has their meaning.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::spec {

struct SourceNode {
  enum class Kind { scalar, list, map, alias };
  struct Entry;

  Kind kind = Kind::scalar;
  bool flow = false;      // list, map: {…} or […]
  bool anchored = false;  // itself or, in `anchors_within`, something below it
  bool anchors_within = false;
  int line = 1;            // of its first byte
  std::size_t column = 0;  // bytes of its line before its first byte
  std::size_t begin = 0;   // bytes of the text; an empty value has begin == end, behind the colon
  std::size_t end = 0;     // of a block: behind its last value
  std::vector<SourceNode> items;
  std::vector<Entry> entries;
};

struct SourceNode::Entry {
  std::string key;
  std::size_t begin = 0;  // of the key
  std::size_t end = 0;
  SourceNode value;
};

/// Of a text that parse_yaml() takes without complaint and that has no byte order mark; nothing for any other.
std::optional<SourceNode> source_tree(std::string_view text);

}  // namespace plimsoll::spec
