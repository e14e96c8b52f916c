#pragma once
// A document as it is put together, then written: as YAML with comments, or as JSON without them.
//
//   Yaml hpa;
//   hpa["apiVersion"] = "autoscaling/v2";
//   hpa["spec"]["minReplicas"] = 3;
//   hpa["spec"]["maxReplicas"] = Yaml(20).why("derived: …");
//   Yaml& metric = hpa["spec"]["metrics"].add();
//   const std::string text = to_yaml(hpa);
//
// Keys keep the order in which they were first named. Text that YAML 1.1 or 1.2 would read as something else ("on", "1e3",
// "08:30", "~") is quoted; what a reader would take for a line's end or may not read at all (controls, U+2028, a byte order mark)
// is escaped in a text and left out of a comment. Pure.

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plimsoll::render {

class Yaml {
 public:
  enum class Kind { map, list, text, number, boolean, null };

  Yaml();                                                                // an empty map; becomes a list with the first add()
  Yaml(std::string text) : kind_(Kind::text), text_(std::move(text)) {}  // NOLINT: a value is written as one
  Yaml(std::string_view text) : Yaml(std::string(text)) {}               // NOLINT
  Yaml(const char* text) : Yaml(std::string(text)) {}                    // NOLINT
  Yaml(bool value) : kind_(Kind::boolean), text_(value ? "true" : "false") {}  // NOLINT
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Yaml(T value)
      : kind_(Kind::number), text_(std::to_string(value)) {}  // NOLINT
  Yaml(double value);                                         // NOLINT: finite; the shortest form that reads back
  static Yaml list(std::vector<Yaml> items = {});
  /// "null": Helm takes a default away where it stands. Elsewhere a key without a value stays away.
  static Yaml null();

  /// The value of a key of a map; made at its end where it is not there. What this and add() return is good until something is
  /// added beside it.
  Yaml& operator[](std::string_view key);
  /// Puts an item at the end of a list (an empty map becomes one) and returns it.
  Yaml& add();
  Yaml& add(Yaml item);

  /// A comment behind a value on one line, above any other; without "# ". Replaces the one before.
  Yaml& why(std::string comment) &;
  Yaml&& why(std::string comment) &&;
  /// Lines above the entry or item ("\n" between); at the root, above the document.
  Yaml& about(std::string comment) &;
  Yaml&& about(std::string comment) &&;
  /// A map or list on one line: {cpu: 1}. A text always in quotes. Comments within it are lost.
  Yaml& flow() &;
  Yaml&& flow() &&;

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool empty() const { return keys_.empty() && items_.empty() && (kind_ == Kind::map || kind_ == Kind::list); }
  [[nodiscard]] bool has(std::string_view key) const;
  /// The value of a key; asserted to be there.
  [[nodiscard]] const Yaml& at(std::string_view key) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<Yaml>& items() const { return items_; }  // of a list, or the values of a map
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

 private:
  friend class YamlText;
  friend class JsonText;
  Kind kind_ = Kind::map;
  bool flow_ = false;
  std::string text_;
  std::vector<std::string> keys_;  // map: of items_
  std::vector<Yaml> items_;
  std::string why_, about_;
};

/// One document, ending in a newline. A text with line ends is a block ("|"); empty maps and lists are {} and [].
std::string to_yaml(const Yaml&);
/// Several, with "---" between.
std::string to_yaml(std::span<const Yaml>);
/// Indented by two; comments are left out.
std::string to_json(const Yaml&);

}  // namespace plimsoll::render
