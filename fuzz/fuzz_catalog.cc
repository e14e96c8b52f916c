// Any text is a catalog or has an error with a place, and either can be shown.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "spec/catalog.h"
#include "spec/render_diagnostic.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const plimsoll::Parsed<plimsoll::Catalog> parsed = plimsoll::spec::parse_catalog(text);
  const bool said = !plimsoll::spec::render(parsed.diagnostics, "text", text, true).empty();
  if (parsed.ok() != parsed.value.has_value() || (!parsed.value && !said)) std::abort();
  if (!parsed.value) return 0;
  // Every row is found by its name, and belongs to a family.
  for (const plimsoll::InstanceClass& row : parsed.value->classes)
    if (parsed.value->find(row.name) != &row || row.family.empty()) std::abort();
  return 0;
}
