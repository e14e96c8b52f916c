// Any text over any other: laid over whole, or not at all with a reason. The input is what files say, the words over it and what
// the files said then, a line "%" between them.

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
  const std::string_view partial = input.substr(0, middle + 1), rest = input.substr(middle + 3);
  const std::size_t second = rest.find("\n%\n");
  const bool has_rendered = second != std::string_view::npos;
  spec::Overlay overlay{std::string(rest.substr(0, has_rendered ? second + 1 : second)),
                        std::string(has_rendered ? rest.substr(second + 3) : std::string_view())};
  const plimsoll::Result<spec::LaidOver> after = spec::lay_over(partial, overlay);
  if (!after && after.error().message.empty()) std::abort();
  if (!after) return 0;
  if (!spec::parse_yaml(after->text).ok()) std::abort();
  // The same words again change nothing more.
  const plimsoll::Result<spec::LaidOver> again = spec::lay_over(after->text, overlay);
  if (!again || again->text != after->text) std::abort();
  for (const spec::Left& one : after->left)
    if (spec::take_out(overlay, one.path) && !spec::lay_over(partial, overlay)) std::abort();
  return 0;
}
