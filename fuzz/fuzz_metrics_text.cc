// Any bytes are lines or one error, never a crash; what is read lies within the text, and labels are as they were checked.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collect/metrics_text.h"
#include "core/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plimsoll::collect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto within = [&](std::string_view part) {
    return part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
  };
  MetricsText parser(text);
  MetricLine line;
  while (parser.next(line)) {
    PLIMSOLL_ASSERT(parser.error() == nullptr);
    PLIMSOLL_ASSERT(!line.name.empty() && within(line.name) && within(line.labels));
    LabelScanner labels(line.labels);
    std::string_view name, value;
    std::size_t seen = 0;
    while (labels.next(name, value)) {
      PLIMSOLL_ASSERT(!name.empty() && within(name) && within(value));
      PLIMSOLL_ASSERT(unescaped(value).size() <= value.size());
      ++seen;
    }
    // Each label has two quotes of its own, so a scanner that loses its place finds fewer.
    PLIMSOLL_ASSERT(seen > 0 || line.labels.find('"') == std::string_view::npos);
  }
  PLIMSOLL_ASSERT(!parser.next(line));
  return 0;
}
