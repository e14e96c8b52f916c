// libFuzzer target: any text is a quantity or is none, in bounded time, and one with a plus in front is the same one.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/assert.h"
#include "decide/hpa/quantity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = plimsoll::hpa::parse_quantity(text);
  if (text.empty() || text[0] == '-' || text[0] == '+') return 0;
  const auto with_plus = plimsoll::hpa::parse_quantity("+" + text);
  PLIMSOLL_ASSERT(read.has_value() == with_plus.has_value());
  if (!read) return 0;
  PLIMSOLL_ASSERT(read->milli == with_plus->milli);
  PLIMSOLL_ASSERT(std::bit_cast<std::uint64_t>(read->approximate) == std::bit_cast<std::uint64_t>(with_plus->approximate));
  return 0;
}
