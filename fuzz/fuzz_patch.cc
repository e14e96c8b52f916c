// Any text, any path, any value: an edit is made whole, or not at all with a reason. The input is the path, the value and the
// text, a line each for the first two.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "spec/patch.h"
#include "spec/yaml.h"

namespace spec = plimsoll::spec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t first = input.find('\n');
  const std::size_t second = first == std::string_view::npos ? first : input.find('\n', first + 1);
  if (second == std::string_view::npos) return 0;
  const std::string_view text = input.substr(second + 1);
  const std::vector<spec::Edit> edits = {
      {std::string(input.substr(0, first)), std::string(input.substr(first + 1, second - first - 1))}};
  const plimsoll::Result<std::string> after = spec::patch(text, edits);
  if (!after && after.error().message.empty()) std::abort();
  if (after && !(spec::parse_yaml(text).ok() && spec::parse_yaml(*after).ok())) std::abort();
  // The same edit again finds its value there.
  if (after && !spec::patch(*after, edits)) std::abort();
  if (after && spec::unified_diff(text, *after, "text").empty() != (text == *after)) std::abort();
  return 0;
}
