#pragma once
// Kubernetes' quantities, to the bit: "500m", "1.5Gi", "12e6". core/quantity.h reads what people write into a stack; this reads
// what Kubernetes would make of the same text, roundings and overflows included.

#include <optional>
#include <string_view>

#include "decide/hpa/milli.h"

namespace plimsoll::hpa {

struct QuantityRead {
  Milli milli = 0;  // in thousandths, as requests and metric values are read; rounded away from zero, overflow wraps or is 0
  double approximate = 0;  // as tolerances are read; may be infinite, or NaN for a zero with a huge exponent
};

/// Nothing if the text is no quantity. As upstream a lone sign, point or suffix is a zero.
std::optional<QuantityRead> parse_quantity(std::string_view text);

}  // namespace plimsoll::hpa
