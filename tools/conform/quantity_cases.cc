// `quantity`: the reading of quantity strings.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conform/cases.h"
#include "conform/input.h"
#include "decide/hpa/quantity.h"

namespace plimsoll::conform {
namespace {

std::string hex(double value) { return fmt::format("{:a}", value); }

}  // namespace

Json quantity(const Json& input) {
  const auto read = hpa::parse_quantity(text_field(input, "quantity"));
  if (!read) return {{"error", "invalid"}};
  return {{"milli", read->milli}, {"float", read->approximate}, {"float_hex", hex(read->approximate)}};
}

}  // namespace plimsoll::conform
