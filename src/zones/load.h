#pragma once

#include <string_view>

#include "core/result.h"
#include "core/time_zone.h"

namespace plimsoll::zones {

/// A zone from the system's tz database, with clock changes until the end of 2100.
/// @param name  an IANA name ("Europe/Berlin"), "UTC" (needs no database), or "Local": what $TZ names, else /etc/localtime, else
/// UTC Errors: not_found names the nearest valid names; malformed if the database's file is not one. Reads files: call it when a
/// stack is compiled, not per tick.
Result<TimeZone> load(std::string_view name);

}  // namespace plimsoll::zones
