// Any text over any other: laid over whole, or not at all with a reason. The input is both texts, a line "%" between them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "spec/overlay.h"
#include "spec/yaml.h"

namespace spec = plimsoll::spec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = input.find("\n%\n");
  if (middle == std::string_view::npos) return 0;
  const std::string_view partial = input.substr(0, middle + 1), overlay = input.substr(middle + 3);
  const plimsoll::Result<std::string> after = spec::lay_over(partial, overlay);
  if (!after && after.error().message.empty()) std::abort();
  if (!after) return 0;
  if (!spec::parse_yaml(*after).ok()) std::abort();
  // The same words again change nothing more.
  const plimsoll::Result<std::string> again = spec::lay_over(*after, overlay);
  if (!again || *again != *after) std::abort();
  return 0;
}
