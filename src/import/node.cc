#include "import/node.h"

#include <limits>

#include "core/quantity.h"

namespace plimsoll::import {

const Node::Entry* entry_at(const Node& root, std::initializer_list<std::string_view> path) {
  const Node* node = &root;
  const Node::Entry* entry = nullptr;
  for (const std::string_view key : path) {
    entry = node->find(key);
    if (!entry) return nullptr;
    node = &entry->value;
  }
  return entry;
}

const Node* at(const Node& root, std::initializer_list<std::string_view> path) {
  const Node::Entry* entry = entry_at(root, path);
  return entry ? &entry->value : nullptr;
}

std::string_view text(const Node* node) {
  return node && node->kind == Node::Kind::scalar && !node->is_null() ? std::string_view(node->text) : std::string_view();
}

std::optional<int> integer(const Node* node) { return integer_of(text(node)); }

std::optional<int> integer_of(std::string_view written) {
  const auto whole = parse_integer(written);
  if (!whole || *whole < std::numeric_limits<int>::min() || *whole > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*whole);
}

std::optional<double> number(const Node* node) { return parse_number(text(node)); }

std::optional<Duration> whole_seconds(const Node* node) {
  const auto whole = integer(node);
  if (!whole || *whole < 0) return std::nullopt;
  return std::chrono::seconds(*whole);
}

bool is_true(const Node* node) { return text(node) == "true" || text(node) == "True" || text(node) == "yes"; }

std::map<std::string, std::string> texts(const Node* node) {
  std::map<std::string, std::string> out;
  if (node)
    for (const Node::Entry& entry : node->entries)
      if (entry.value.kind == Node::Kind::scalar) out.emplace(entry.key, entry.value.text);
  return out;
}

}  // namespace plimsoll::import
