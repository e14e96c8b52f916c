#pragma once
// A service's values, through `extends` within its file.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/compose.h"
#include "import/facts.h"
#include "spec/yaml.h"

namespace plimsoll::import::compose {

class ServiceNode {
 public:
  /// Borrows the nodes. The service comes first, then what it extends, and so on; a circle ends.
  ServiceNode(std::uint32_t file, const spec::Node& services, const spec::Node::Entry& entry);

  /// Key by key down, in the first of the chain that has it all; null if none has, or nothing is written there.
  [[nodiscard]] const spec::Node::Entry* find(std::initializer_list<std::string_view> path) const;
  /// The same in each of the chain, the base first.
  [[nodiscard]] std::vector<const spec::Node*> all(std::string_view key) const;
  /// A scalar with its variables filled in; empty if there is none.
  [[nodiscard]] Interpolated text(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] Spot spot(const Position& at) const { return {file_, at}; }
  /// What it extends in another file: "base in common.yml"; empty: nothing.
  [[nodiscard]] const std::string& elsewhere() const { return elsewhere_; }

  template <class T>
  [[nodiscard]] Maybe<T> found(const spec::Node::Entry& entry, T value) const {
    return Found<T>{std::move(value), spot(entry.at), spot(entry.value.at), entry.key + ": "};
  }

 private:
  std::uint32_t file_;
  std::vector<const spec::Node*> chain_;
  std::string elsewhere_;
};

/// "3000", "3000-3005", "80/tcp" -> ports, at most 64; none for UDP and for what is not known.
std::vector<int> ports_in(std::string_view text);

/// A container's variables, ports, probe and sizes.
void read_environment(const ServiceNode& node, Container& out, Facts& facts);
void read_sizes(const ServiceNode& node, Container& out, Facts& facts);
void read_probe(const ServiceNode& node, Container& out);

}  // namespace plimsoll::import::compose
