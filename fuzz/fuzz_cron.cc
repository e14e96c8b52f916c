// Any text is a cron expression or has a fault with its place; and what an expression says next, it says back.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/cron.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TimeZone lord_howe = parse_zone_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "Australia/Lord_Howe").value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed<Cron> parsed = parse_cron(text);
  PLIMSOLL_ASSERT(parsed.value || !parsed.diagnostics.empty());
  for (const Diagnostic& d : parsed.diagnostics) PLIMSOLL_ASSERT(d.at.column >= 1 && d.at.column <= static_cast<int>(size) + 1);
  if (!parsed.value) return 0;
  const Cron& cron = *parsed.value;
  TimePoint at = std::chrono::sys_days(std::chrono::year(2026) / 3 / 28);
  for (int i = 0; i < 20; ++i) {
    const std::optional<TimePoint> next = cron.next(at, lord_howe);
    if (!next) return 0;
    PLIMSOLL_ASSERT(*next > at && cron.matches(lord_howe.local(*next)));
    PLIMSOLL_ASSERT(cron.previous(*next, lord_howe) == next);
    const std::optional<TimePoint> before = cron.previous(*next - Duration(1), lord_howe);
    PLIMSOLL_ASSERT(!before || *before <= at);
    at = *next;
  }
  return 0;
}
