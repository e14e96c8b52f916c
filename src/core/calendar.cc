#include "core/calendar.h"

#include "core/assert.h"

namespace plimsoll {

namespace chrono = std::chrono;

CivilTime civil(LocalTime local) {
  const auto day = chrono::floor<chrono::days>(local);
  const auto second = chrono::floor<chrono::seconds>(local - day).count();
  return {chrono::year_month_day(day), static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60),
          static_cast<int>(second % 60)};
}

LocalTime local_time(chrono::year_month_day date, int hour, int minute, int second) {
  PLIMSOLL_ASSERT(date.ok() && date.year() >= chrono::year(1678) && date.year() <= chrono::year(2261));
  return LocalTime(chrono::local_days(date)) + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
}

}  // namespace plimsoll
