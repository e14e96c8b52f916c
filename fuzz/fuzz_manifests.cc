// Any text is imported: what is understood of it is a stack that can be written down, and what is said of it has a place.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/import.h"
#include "spec/parse.h"
#include "spec/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<plimsoll::SourceFile> files = {{"all.yaml", std::string(reinterpret_cast<const char*>(data), size)}};
  const plimsoll::import::Imported it = plimsoll::import::read(files, {.name = "fuzz"});
  for (const plimsoll::Finding& one : it.findings)
    if (one.rule.empty() || one.message.empty() || (one.spot && one.spot->at.line < 1)) std::abort();
  for (const auto& [path, origin] : it.origins.all())
    if (path.empty() || origin.key.at.line < 1) std::abort();
  const std::string written = plimsoll::spec::write(it.stack, {});
  if (written.empty()) std::abort();
  if (it.stack.tiers.empty()) return 0;  // no spec without one
  for (const plimsoll::Diagnostic& one :
       plimsoll::spec::parse(written, [](std::string_view) { return std::nullopt; }).diagnostics)
    if (one.severity == plimsoll::Severity::error) std::abort();
  return 0;
}
