// libFuzzer target: any bytes, in any pieces, give the same values or the same kind of end, within the limits.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "wire/resp.h"

namespace {

using plimsoll::wire::RespLimits;
using plimsoll::wire::RespParser;
using plimsoll::wire::RespValue;

constexpr RespLimits limits{.line = 1024, .bulk = 4096, .items = 256, .depth = 8};

struct Reading {
  std::vector<RespValue> values;
  bool failed = false;
};

Reading read(std::string_view bytes, std::size_t piece) {
  RespParser parser(limits);
  Reading reading;
  while (!bytes.empty() && !reading.failed) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    parser.feed(part);
    for (;;) {
      auto value = parser.next();
      if (!value) {
        reading.failed = true;
        PLIMSOLL_ASSERT(!parser.next());  // an error stays
        break;
      }
      if (!*value) break;
      reading.values.push_back(std::move(**value));
    }
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Reading whole = read(bytes, bytes.size());
  const Reading pieces = read(bytes, 1 + bytes.size() / 7);
  PLIMSOLL_ASSERT(whole.failed == pieces.failed);
  PLIMSOLL_ASSERT(whole.values == pieces.values);
  return 0;
}
