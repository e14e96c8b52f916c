#pragma once
// Reading Kubernetes objects: short ways to a value in a tree, with its place. What is not there or of another shape is absent.

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "import/facts.h"
#include "spec/yaml.h"

namespace plimsoll::import {

using spec::Node;

/// Key by key down; null if one is missing or stands in no map.
const Node* at(const Node& root, std::initializer_list<std::string_view> path);
/// The same, with the key's place.
const Node::Entry* entry_at(const Node& root, std::initializer_list<std::string_view> path);

/// A scalar's text; empty for anything else and for null.
std::string_view text(const Node* node);
inline std::string text(const Node& root, std::initializer_list<std::string_view> path) {
  return std::string(text(at(root, path)));
}
/// A whole number; absent for "${REPLICAS}" and its like.
std::optional<int> integer(const Node* node);
std::optional<int> integer_of(std::string_view text);
std::optional<double> number(const Node* node);
/// Kubernetes writes times as whole seconds.
std::optional<Duration> whole_seconds(const Node* node);
bool is_true(const Node* node);
/// A map of texts.
std::map<std::string, std::string> texts(const Node* node);

/// A found value with its places; the prefix is "key: ".
template <class T>
Maybe<T> found(std::uint32_t file, const Node::Entry* entry, std::optional<T> value) {
  if (!entry || !value) return std::nullopt;
  return Found<T>{std::move(*value), Spot{file, entry->at}, Spot{file, entry->value.at}, entry->key + ": "};
}
inline Maybe<int> found_integer(std::uint32_t file, const Node::Entry* entry) {
  return found<int>(file, entry, entry ? integer(&entry->value) : std::nullopt);
}
inline Maybe<Duration> found_seconds(std::uint32_t file, const Node::Entry* entry) {
  return found<Duration>(file, entry, entry ? whole_seconds(&entry->value) : std::nullopt);
}

/// As Origins keep it.
template <class T>
Origin origin(const Found<T>& value) {
  return {value.key, value.at, value.prefix};
}

}  // namespace plimsoll::import
