#include "import/compose_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/quantity.h"
#include "import/text_lines.h"

namespace plimsoll::import::compose {
namespace {

constexpr std::size_t most_extended = 8;

}  // namespace

using spec::Node;

ServiceNode::ServiceNode(std::uint32_t file, const Node& services, const Node::Entry& entry) : file_(file) {
  const Node* node = &entry.value;
  while (node != nullptr && node->kind == Node::Kind::map && chain_.size() < most_extended) {
    if (std::find(chain_.begin(), chain_.end(), node) != chain_.end()) return;
    chain_.push_back(node);
    const Node::Entry* extends = node->find("extends");
    if (!extends) return;
    const bool map = extends->value.kind == Node::Kind::map;
    const Node::Entry* name = map ? extends->value.find("service") : extends;
    if (const Node::Entry* other = map ? extends->value.find("file") : nullptr) {
      elsewhere_ = fmt::format("{} in {}", name ? name->value.text : "a service", other->value.text);
      return;
    }
    const Node::Entry* base = name ? services.find(name->value.text) : nullptr;
    node = base ? &base->value : nullptr;
  }
}

const Node::Entry* ServiceNode::find(std::initializer_list<std::string_view> path) const {
  for (const Node* node : chain_) {
    const Node::Entry* entry = nullptr;
    for (const std::string_view key : path) {
      entry = node != nullptr && node->kind == Node::Kind::map ? node->find(key) : nullptr;
      node = entry ? &entry->value : nullptr;
    }
    if (entry && !entry->value.is_null()) return entry;
  }
  return nullptr;
}

std::vector<const Node*> ServiceNode::all(std::string_view key) const {
  std::vector<const Node*> nodes;
  for (auto node = chain_.rbegin(); node != chain_.rend(); ++node)
    if (const Node::Entry* entry = (*node)->find(key)) nodes.push_back(&entry->value);
  return nodes;
}

Interpolated ServiceNode::text(std::initializer_list<std::string_view> path) const {
  const Node::Entry* entry = find(path);
  return entry && entry->value.kind == Node::Kind::scalar ? interpolate(entry->value.text) : Interpolated{};
}

std::vector<int> ports_in(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && text.substr(slash) != "/tcp") return {};
  text = trim(text.substr(0, slash));
  const std::size_t dash = text.find('-');
  const auto first = parse_integer(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_integer(text.substr(dash + 1));
  if (!first || !last || *first < 1 || *last > 65535) return {};
  std::vector<int> ports;
  for (auto port = *first; port <= *last && ports.size() < 64; ++port) ports.push_back(static_cast<int>(port));
  return ports;
}

}  // namespace plimsoll::import::compose
