#include "spec/located.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/read_stack.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

/// So many characters (code points) of a text, as bytes.
std::size_t bytes_of(std::string_view text, int characters) {
  std::size_t at = 0;
  while (at < text.size() && characters > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    --characters;
  }
  return at;
}

bool same(const Position& a, const Position& b) { return a.line == b.line && a.column == b.column; }

/// The key as it is spelled there with its colon: "replicas: ". Empty for an item of a list, which has no key.
std::string prefix_of(const Place& place, const std::vector<std::string_view>& lines) {
  if (same(place.key, place.value) || place.key.line < 1 || static_cast<std::size_t>(place.key.line) > lines.size()) return {};
  std::string_view rest = lines[static_cast<std::size_t>(place.key.line) - 1];
  rest.remove_prefix(bytes_of(rest, place.key.column - 1));
  const std::size_t length = bytes_of(rest, place.key.length);
  const std::size_t colon = rest.find_first_not_of(" \t", length);
  if (colon == std::string_view::npos || rest[colon] != ':') return {};
  return std::string(rest.substr(0, length)) + ": ";
}

/// What another tool's spelling of a tier's key is in the model, where its values are written the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> borrowed = {{
    {".scale.minReplicaCount", ".replicas.min"},
    {".scale.maxReplicaCount", ".replicas.max"},
}};

}  // namespace

Parsed<Located> parse_located(std::string_view text, const Environment& environment) {
  Places places;
  Parsed<Stack> parsed = read_stack(text, environment, places);
  Parsed<Located> located{std::nullopt, std::move(parsed.diagnostics)};
  if (!parsed.value) return located;
  Origins origins;
  const std::vector<std::string_view> lines = split_lines(text);
  for (const auto& [path, place] : places.at) {
    const Origin origin{{0, place.key}, {0, place.value}, prefix_of(place, lines)};
    for (const auto& [theirs, ours] : borrowed)
      if (path.starts_with("tiers.") && path.ends_with(theirs))
        origins.add(path.substr(0, path.size() - theirs.size()) + std::string(ours), origin);
    origins.add(path, origin);
  }
  located.value = Located{std::move(*parsed.value), std::move(origins)};
  return located;
}

}  // namespace plimsoll::spec
