// Any bytes are a TZif file or malformed, any text a rule or malformed; and a zone's clock changes are in order.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/time_zone.h"

using namespace plimsoll;

namespace {

void check(const Result<TimeZone>& zone) {
  if (!zone) {
    PLIMSOLL_ASSERT(zone.error().code == Errc::malformed && !zone.error().message.empty());
    return;
  }
  TimePoint last = TimePoint::min();
  Duration offset = zone->first_offset;
  for (const TimeZone::Transition& change : zone->transitions) {
    PLIMSOLL_ASSERT(change.from > last && change.offset != offset);
    PLIMSOLL_ASSERT(zone->offset_at(change.from) == change.offset && zone->offset_at(change.from - Duration(1)) == offset);
    const TimePoint back = zone->instant(zone->local(change.from));
    PLIMSOLL_ASSERT(back <= change.from);
    last = change.from;
    offset = change.offset;
  }
  (void)zone->instant(LocalTime(Duration::max()));
  (void)zone->instant(LocalTime(Duration::min()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(parse_tzif(bytes, "zone"));
  check(parse_zone_rule(bytes, "zone"));
  return 0;
}
