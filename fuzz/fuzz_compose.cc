// Any YAML is read as a Compose file, with the URLs, arguments and variables in it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "import/testing/survives.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plimsoll::import::testing::survives_compose({reinterpret_cast<const char*>(data), size});
  return 0;
}
