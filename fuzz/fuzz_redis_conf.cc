// Any bytes are read; what comes of them keeps to its ranges and has places.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "import/testing/survives.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plimsoll::import::testing::survives(plimsoll::import::read_redis_conf, {reinterpret_cast<const char*>(data), size});
  return 0;
}
