#pragma once
// YAML text → a tree of values that know where they stand. Pure: text in, tree or diagnostics out.
//
// The YAML read here is the block and flow YAML 1.1 of libyaml with what makes a configuration file ambiguous or unsafe
// taken out: one document, UTF-8, keys are plain names and stand once, no tags, no merge keys. Anchors and aliases work,
// within the limits below. Other people's files (YamlOptions::lenient) may have all of that.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"

namespace plimsoll::spec {

/// Beyond these a text is refused with a diagnostic; they bound time and memory for any input.
struct Limits {
  std::size_t bytes = 4U << 20U;
  std::size_t depth = 64;
  std::size_t nodes = 100'000;  // aliases expanded, so that a few lines cannot grow into billions of values
};

/// A value. Owns its children; a copy is deep.
struct Node {
  enum class Kind { scalar, list, map };
  struct Entry;

  Kind kind = Kind::scalar;
  std::string text;            // scalar: the value with quotes and escapes resolved
  bool quoted = false;         // scalar: was in quotes or a block scalar, so that "" and "null" are texts
  bool verbatim = false;       // scalar: stands in the source letter by letter on one line (quotes apart)
  bool literal = false;        // scalar: a block ("|"); line n of the text, from 1, stands on line at.line + n of the source
  int indent = 0;              // literal: columns in front of its lines in the source
  Position at;                 // of the first line only; a block map or list underlines its first key or dash
  std::vector<Node> items;     // list
  std::vector<Entry> entries;  // map, in the order of the file, each key once

  /// Nothing was written where a value belongs: `key:`, `key: ~`, `key: null`.
  [[nodiscard]] bool is_null() const;
  /// The entry of a map; null if there is none. Borrowed from this node.
  [[nodiscard]] const Entry* find(std::string_view key) const;
  /// Where a part of a scalar stands: `offset` and `length` in bytes of `text`. The whole scalar if it is not verbatim.
  [[nodiscard]] Position part(std::size_t offset, std::size_t length) const;
};

struct Node::Entry {
  std::string key;
  Position at;  // of the key
  Node value;
};

/// The root of the one document. No value: the text is no YAML, and the first diagnostic says why. A value with
/// diagnostics: the tree is whole but for the entries complained of (a duplicate key keeps its first value).
Parsed<Node> parse_yaml(std::string_view text, const Limits& limits = {});

struct YamlOptions {
  Limits limits;
  /// Merge keys ("<<") are carried out, tags passed over, of a key written twice the last value stays and a key that is no plain
  /// name is left out, the last two with a warning.
  bool lenient = false;
};

/// For files of other tools, where one may be large.
inline constexpr Limits large_files = {.bytes = 16U << 20U, .depth = 100, .nodes = 2'000'000};

struct YamlDocument {
  Node root;           // positions are the whole text's
  int first_line = 1;  // of the document, its "---" included
};

struct YamlDocuments {
  std::vector<YamlDocument> documents;  // those that hold a value, in the order of the text
  /// Documents that are no YAML yet but a template of it: their first lines, and in which language.
  struct Template {
    enum class Language { go, jinja } language = Language::go;
    int line = 1;
  };
  std::vector<Template> templates;
  std::vector<Diagnostic> diagnostics;  // an error for each document that can't be read
};

/// All documents of a text, each for itself: one that is broken does not take the others with it. `wanted`, if given, is asked
/// with a document's text before any work is done on it.
YamlDocuments parse_yaml_documents(std::string_view text, const YamlOptions& options,
                                   bool (*wanted)(std::string_view document) = nullptr);

/// The lines of a text as YAML (and therefore Position::line) counts them, without their ends; at least one.
std::vector<std::string_view> split_lines(std::string_view text);

/// Characters (code points) of a UTF-8 text; a stray byte counts as one.
std::size_t count_characters(std::string_view text);

/// For messages: in single quotes, shortened past 60 characters.
std::string quote(std::string_view text);

}  // namespace plimsoll::spec
