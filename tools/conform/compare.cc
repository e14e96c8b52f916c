#include "conform/compare.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace plimsoll::conform {
namespace {

using Json = nlohmann::json;

std::optional<std::uint64_t> bits_of(const Json& hex) {
  if (!hex.is_string()) return std::nullopt;
  const std::string text = hex.get<std::string>();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return std::nullopt;
  return std::bit_cast<std::uint64_t>(value);
}

bool same_float(const Json& expected, const Json& got) {
  return expected.is_number() && got.is_number() && expected.get<double>() == got.get<double>();
}

}  // namespace

bool matches(const Json& expected, const Json& got) {
  if (expected.is_object() && got.is_object()) {
    if (expected.size() != got.size()) return false;
    return std::all_of(expected.items().begin(), expected.items().end(), [&](const auto& item) {
      if (!got.contains(item.key())) return false;
      const Json& other = got.at(item.key());
      if (item.key() == "float") return same_float(item.value(), other);
      if (item.key() == "float_hex") return bits_of(item.value()).has_value() && bits_of(item.value()) == bits_of(other);
      return matches(item.value(), other);
    });
  }
  if (expected.is_array() && got.is_array()) return std::equal(expected.begin(), expected.end(), got.begin(), got.end(), matches);
  if (expected.is_number() && got.is_number()) return expected.is_number_integer() == got.is_number_integer() && expected == got;
  return expected == got;
}

}  // namespace plimsoll::conform
