#pragma once
// A map of the spec in the making: keys and words are those of its descriptor table, so that what is written can be read.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/stack.h"
#include "spec/descriptor.h"
#include "spec/exact_text.h"
#include "spec/yaml_text.h"

namespace plimsoll::spec {

/// A text as the spec has it: quoted where needed, "${" written as "$${", which is read as "${".
std::string spec_text(const std::string& text);
/// The same where variables are replaced: "${NAME}" stays as it is.
std::string spec_text_with_references(const std::string& text);

class Section {
 public:
  /// Borrows the table. `defaults`: values that are the key's default are written too.
  Section(const Object& object, bool defaults) : object_(object), defaults_(defaults) {}

  template <class T>
  void always(std::string_view key, const T& value) {
    add(key, YamlTree::scalar(text(key, value)));
  }
  template <class T>
  void put(std::string_view key, const T& value, const T& fallback) {
    if (defaults_ || !(value == fallback)) always(key, value);
  }
  template <class T>
  void put(std::string_view key, const std::optional<T>& value) {
    if (value) always(key, *value);
  }
  template <class T>
  void put(std::string_view key, const std::optional<RequestLimit<T>>& value) {
    if (value) range(key, *value);
  }
  /// Not at all if it is empty.
  void put(std::string_view key, const std::string& value) {
    if (!value.empty()) always(key, value);
  }
  /// request..limit
  template <class T>
  void range(std::string_view key, const RequestLimit<T>& value) {
    add(key, YamlTree::scalar(exact_text(value.request) + (value.limit ? ".." + exact_text(*value.limit) : "")));
  }
  void put(std::string_view key, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    YamlTree list = YamlTree::list();
    for (const std::string& one : texts) list.items.push_back(YamlTree::scalar(spec_text(one)));
    add(key, std::move(list));
  }
  /// As it shall stand there.
  void raw(std::string_view key, std::string as_written) { add(key, YamlTree::scalar(std::move(as_written))); }
  /// Not at all if nothing is in it.
  void put(std::string_view key, YamlTree tree) {
    if (!tree.items.empty() || !tree.entries.empty()) add(key, std::move(tree));
  }
  void add(std::string_view key, YamlTree tree) {
    PLIMSOLL_ASSERT(object_.field(key) != nullptr);
    tree_.entries.push_back({std::string(key), std::move(tree)});
  }

  /// The section of a key that holds an object (or objects), and one of another shape of it.
  [[nodiscard]] Section under(std::string_view key) const { return {*field(key).of, defaults_}; }
  /// The same, never with defaults: where they are not in effect.
  [[nodiscard]] Section plain_under(std::string_view key) const { return {*field(key).of, false}; }
  [[nodiscard]] Section variant(std::string_view key, std::string_view name) const {
    for (const Variant& one : field(key).variants)
      if (one.name == name) return {*one.of, defaults_};
    PLIMSOLL_ASSERT(false);
    return {object_, defaults_};
  }

  /// One of the names the field takes, by its index.
  [[nodiscard]] std::string word(std::string_view key, std::size_t index) const { return yaml_scalar(field(key).names[index]); }

  [[nodiscard]] bool defaults() const { return defaults_; }
  [[nodiscard]] YamlTree take() { return std::move(tree_); }

 private:
  [[nodiscard]] const Field& field(std::string_view key) const {
    const Field* found = object_.field(key);
    PLIMSOLL_ASSERT(found != nullptr);
    return *found;
  }

  template <class T>
  std::string text(std::string_view key, const T& value) const {
    if constexpr (std::is_enum_v<T>)
      return word(key, static_cast<std::size_t>(value));
    else if constexpr (std::is_convertible_v<T, std::string>)
      return spec_text(value);
    else
      return exact_text(value);
  }

  const Object& object_;
  bool defaults_;
  YamlTree tree_;
};

/// class, price, market, arch.
void write_bought(Section& section, const Bought& bought);

YamlTree write_tier(const Stack& stack, const Tier& tier, Section section);   // write_tier.cc
YamlTree write_scale(const Stack& stack, const Tier& tier, Section section);  // write_scale.cc
YamlTree write_objectives(const Objectives& objectives, Section section);     // write.cc
YamlTree write_work(const std::vector<WorkKind>& work);                       // write_tier.cc
YamlTree write_database(const Database& database, Section section);           // write_component.cc
YamlTree write_pooler(const Pooler& pooler, Section section);
YamlTree write_cache(const Cache& cache, Section section);
YamlTree write_external(const External& external, Section section);
YamlTree write_vector_store(const VectorStore& store, Section section);
YamlTree write_growth(const Growth& growth, Section section);  // write_growth.cc

/// Texts by name, where variables are replaced.
YamlTree write_texts(const std::map<std::string, std::string>& texts);

}  // namespace plimsoll::spec
