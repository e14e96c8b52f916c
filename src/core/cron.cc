#include "core/cron.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "core/assert.h"

namespace plimsoll {
namespace {

namespace chrono = std::chrono;

// A reading of a clock in whole minutes since its own 1970. Within one period of a zone, minutes and instants differ by a
// constant, so each period is searched in minutes, and no search walks over single minutes, hours or days.
using Minutes = std::int64_t;
constexpr Minutes day_minutes = 24 * 60;
constexpr Duration minute = chrono::minutes(1);

// Readings outside are never asked for; inside, nothing overflows.
constexpr TimePoint earliest = chrono::sys_days(chrono::year(1700) / 1 / 1);
constexpr TimePoint latest = chrono::sys_days(chrono::year(2240) / 1 / 1);
constexpr chrono::years give_up{5};

Minutes floor_minutes(TimePoint t, Duration offset) {
  return chrono::floor<chrono::minutes>(t.time_since_epoch() + offset).count();
}
Minutes ceil_minutes(TimePoint t, Duration offset) {
  return chrono::ceil<chrono::minutes>(t.time_since_epoch() + offset).count();
}
TimePoint instant(Minutes m, Duration offset) { return TimePoint(minute * m - offset); }

struct Month {
  chrono::year_month month;
  Minutes start = 0;  // its first minute
  unsigned first_weekday = 0;
  unsigned days = 0;

  explicit Month(chrono::year_month m)
      : month(m),
        start(chrono::local_days(m / 1).time_since_epoch().count() * day_minutes),
        first_weekday(chrono::weekday(chrono::local_days(m / 1)).c_encoding()),
        days(static_cast<unsigned>((m / chrono::last).day())) {}
  [[nodiscard]] unsigned number() const { return static_cast<unsigned>(month.month()); }
};

chrono::local_days day_of(Minutes m) {
  const Minutes day = m >= 0 ? m / day_minutes : -((-m + day_minutes - 1) / day_minutes);
  return chrono::local_days(chrono::days(static_cast<int>(day)));
}

/// Bit n: the n-th of the month is a day of the expression.
std::uint32_t days_in(const Cron& cron, const Month& month) {
  std::uint32_t by_weekday = 0;
  for (unsigned d = 1; d <= month.days; ++d)
    if (cron.weekdays >> (month.first_weekday + d - 1) % 7 & 1U) by_weekday |= 1U << d;
  const std::uint32_t existing = (month.days == 31 ? ~0U : (1U << (month.days + 1)) - 1) & ~1U;
  const std::uint32_t by_day = cron.days & existing;
  return cron.any_day || cron.any_weekday ? by_day & by_weekday : by_day | by_weekday;
}

/// The first minute of the day, at or after `from`, that the expression reads; absent if none is left.
std::optional<Minutes> first_of_day(const Cron& cron, Minutes from) {
  const int hour = static_cast<int>(from / 60);
  if (cron.hours >> hour & 1U) {
    if (const std::uint64_t left = cron.minutes >> (from % 60)) return from + std::countr_zero(left);
  }
  const std::uint32_t later = hour >= 23 ? 0 : cron.hours >> (hour + 1) << (hour + 1);
  if (later == 0 || cron.minutes == 0) return std::nullopt;
  return Minutes{std::countr_zero(later)} * 60 + std::countr_zero(cron.minutes);
}

/// The last one at or before `from`.
std::optional<Minutes> last_of_day(const Cron& cron, Minutes from) {
  const auto highest = [](std::uint64_t bits) { return static_cast<Minutes>(std::bit_width(bits)) - 1; };
  const int hour = static_cast<int>(from / 60);
  if (cron.hours >> hour & 1U) {
    if (const std::uint64_t left = cron.minutes << (63 - from % 60)) return from - std::countl_zero(left);
  }
  const std::uint32_t sooner = cron.hours & ((1U << hour) - 1);
  if (sooner == 0 || cron.minutes == 0) return std::nullopt;
  return highest(sooner) * 60 + highest(cron.minutes);
}

/// The first minute in [from, until) that the expression reads.
std::optional<Minutes> search_forward(const Cron& cron, Minutes from, Minutes until) {
  const chrono::year_month_day first_day(day_of(from));
  unsigned day = static_cast<unsigned>(first_day.day());
  Minutes of_day = from - Minutes{chrono::local_days(first_day).time_since_epoch().count()} * day_minutes;
  for (chrono::year_month m(first_day.year(), first_day.month());; m += chrono::months(1), day = 1, of_day = 0) {
    const Month month(m);
    if (month.start >= until) return std::nullopt;
    if (!(cron.months >> month.number() & 1U)) continue;
    for (std::uint32_t days = days_in(cron, month) >> day << day; days != 0; days &= days - 1) {
      const int d = std::countr_zero(days);
      const std::optional<Minutes> found = first_of_day(cron, d == static_cast<int>(day) ? of_day : 0);
      if (!found) continue;
      const Minutes at = month.start + (d - 1) * day_minutes + *found;
      return at < until ? std::optional(at) : std::nullopt;
    }
  }
}

/// The last minute in [from, at] that the expression reads.
std::optional<Minutes> search_backward(const Cron& cron, Minutes at, Minutes from) {
  const chrono::year_month_day last_day(day_of(at));
  int day = static_cast<int>(static_cast<unsigned>(last_day.day()));
  Minutes of_day = at - Minutes{chrono::local_days(last_day).time_since_epoch().count()} * day_minutes;
  for (chrono::year_month m(last_day.year(), last_day.month());; m -= chrono::months(1), day = 31, of_day = day_minutes - 1) {
    const Month month(m);
    if (month.start + Minutes{month.days} * day_minutes <= from) return std::nullopt;
    if (!(cron.months >> month.number() & 1U)) continue;
    std::uint32_t days = days_in(cron, month) << (31 - day) >> (31 - day);
    while (days != 0) {
      const int d = static_cast<int>(std::bit_width(days)) - 1;
      days &= ~(1U << d);
      const std::optional<Minutes> found = last_of_day(cron, d == day ? of_day : day_minutes - 1);
      if (!found) continue;
      const Minutes m_at = month.start + (d - 1) * day_minutes + *found;
      return m_at >= from ? std::optional(m_at) : std::nullopt;
    }
  }
}

/// The first minute of the year `years` after that of `at`.
Minutes year_start(LocalTime at, chrono::years years) {
  const chrono::year year = chrono::year_month_day(chrono::floor<chrono::days>(at)).year() + years;
  return chrono::local_days(year / 1 / 1).time_since_epoch().count() * day_minutes;
}

}  // namespace

bool Cron::matches(LocalTime local) const {
  const CivilTime c = civil(local);
  const Month month(chrono::year_month(c.date.year(), c.date.month()));
  return (minutes >> c.minute & 1U) && (hours >> c.hour & 1U) && (months >> month.number() & 1U) &&
         (days_in(*this, month) >> static_cast<unsigned>(c.date.day()) & 1U);
}

std::optional<TimePoint> Cron::next(TimePoint after, const TimeZone& zone) const {
  if (after < earliest || after >= latest) return std::nullopt;
  TimePoint from = after + Duration(1);
  const Minutes end = year_start(zone.local(after), give_up + chrono::years(1));
  for (;;) {
    const TimeZone::Period period = zone.period_at(from);
    // A period's last minute may be cut short; what lies past its end is for the next period to find.
    const Minutes until = period.until < latest + give_up + chrono::years(2) ? ceil_minutes(period.until, period.offset) : end;
    const std::optional<Minutes> found = search_forward(*this, ceil_minutes(from, period.offset), std::min(until, end));
    if (found && instant(*found, period.offset) < period.until) return instant(*found, period.offset);
    if (until >= end) return std::nullopt;
    from = period.until;
  }
}

std::optional<TimePoint> Cron::previous(TimePoint at, const TimeZone& zone) const {
  if (at < earliest || at >= latest) return std::nullopt;
  const Minutes end = year_start(zone.local(at), -give_up);
  for (;;) {
    const TimeZone::Period period = zone.period_at(at);
    const Minutes from = period.from > earliest - give_up - chrono::years(2) ? floor_minutes(period.from, period.offset) : end;
    const std::optional<Minutes> found = search_backward(*this, floor_minutes(at, period.offset), std::max(from, end));
    if (found && instant(*found, period.offset) >= period.from) return instant(*found, period.offset);
    if (from <= end) return std::nullopt;
    at = period.from - Duration(1);
  }
}

bool inside(const Cron& start, const Cron& end, const TimeZone& zone, TimePoint now) {
  return CronWindow{start, end}.state(now, zone).inside;
}

CronWindow::State CronWindow::state(TimePoint now, const TimeZone& zone) const {
  const std::optional<TimePoint> next_start = start.next(now, zone);
  const std::optional<TimePoint> next_end = end.next(now, zone);
  // One that is not in sight now may be in a year: 29 February, around 2100.
  constexpr Duration look_again = chrono::hours(365 * 24);
  const bool inside = next_end && (!next_start || *next_end <= *next_start);
  const TimePoint first = std::min(next_start.value_or(TimePoint::max()), next_end.value_or(TimePoint::max()));
  if (next_start && next_end) return {inside, first};
  return {inside, std::min(first, std::min(now, TimePoint::max() - look_again) + look_again)};
}

std::optional<TimePoint> CronWindow::next_change(TimePoint now, const TimeZone& zone) const {
  const bool was_inside = state(now, zone).inside;
  // More than once only where an end and a start fall on one instant and the window goes on.
  constexpr int most_joints = 100;
  for (int joint = 0; joint < most_joints; ++joint) {
    const std::optional<TimePoint> next_start = start.next(now, zone);
    const std::optional<TimePoint> next_end = end.next(now, zone);
    if (!next_start || !next_end) return std::nullopt;
    // Outside, it opens with the last start before the next end: only from there on does the end come first.
    if (!was_inside) return start.previous(*next_end - Duration(1), zone);
    // Inside, it closes with the last end before the next start.
    const std::optional<TimePoint> last_end = end.previous(*next_start, zone);
    if (!last_end || *last_end < *next_start || !state(*last_end, zone).inside) return last_end;
    now = *last_end;
  }
  return std::nullopt;
}

}  // namespace plimsoll
