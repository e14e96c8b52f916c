// Any text is a stack or has an error with a place, and either can be shown.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "spec/parse.h"
#include "spec/render_diagnostic.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    return name == "NAME" ? std::optional<std::string>("value") : std::nullopt;
  };
  const plimsoll::Parsed<plimsoll::Stack> parsed = plimsoll::spec::parse(text, environment);
  const bool said = !plimsoll::spec::render(parsed.diagnostics, "text", text, true).empty();
  if (parsed.ok() != parsed.value.has_value() || (!parsed.value && !said)) std::abort();
  return 0;
}
