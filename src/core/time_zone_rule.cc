#include "core/time_zone_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace plimsoll {
namespace {

namespace chrono = std::chrono;

/// "CET-1CEST,M3.5.0,M10.5.0/3" from left to right.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : left_(text) {}

  std::optional<ZoneRule> read() {
    ZoneRule rule;
    if (!name() || !offset(24, rule.standard)) return std::nullopt;
    rule.standard = -rule.standard;  // POSIX counts west
    if (left_.empty()) return rule;
    rule.daylight = rule.standard + chrono::hours(1);
    if (!name()) return std::nullopt;
    if (!left_.empty() && left_.front() != ',') {
      if (!offset(24, rule.daylight)) return std::nullopt;
      rule.daylight = -rule.daylight;
    }
    ZoneRule::Dates dates;
    if (!take(',') || !date(dates.begin) || !take(',') || !date(dates.end) || !left_.empty()) return std::nullopt;
    rule.dates = dates;
    return rule;
  }

 private:
  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  bool name() {
    const bool quoted = take('<');
    std::size_t size = 0;
    while (size < left_.size() && is_name(left_[size], quoted)) ++size;
    left_.remove_prefix(size);
    return size >= 3 && (!quoted || take('>'));
  }
  static bool is_name(char c, bool quoted) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
  }
  bool number(int least, int most, int& value) {
    value = 0;
    std::size_t size = 0;
    for (; size < left_.size() && size < 3 && left_[size] >= '0' && left_[size] <= '9'; ++size)
      value = value * 10 + (left_[size] - '0');
    left_.remove_prefix(size);
    return size > 0 && value >= least && value <= most;
  }
  /// [+-]h[h[h]][:mm[:ss]]
  bool offset(int most_hours, Duration& value) {
    const bool negative = take('-');
    if (!negative) take('+');
    int hour = 0, minute = 0, second = 0;
    if (!number(0, most_hours, hour)) return false;
    if (take(':') && !number(0, 59, minute)) return false;
    if (take(':') && !number(0, 59, second)) return false;
    value = chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
    if (negative) value = -value;
    return true;
  }
  bool date(ZoneRuleDate& date) {
    bool ok = false;
    if (take('M')) {
      date.kind = ZoneRuleDate::Kind::month_week_day;
      ok = number(1, 12, date.month) && take('.') && number(1, 5, date.week) && take('.') && number(0, 6, date.day);
    } else if (take('J')) {
      date.kind = ZoneRuleDate::Kind::julian_without_leap_day;
      ok = number(1, 365, date.day);
    } else {
      date.kind = ZoneRuleDate::Kind::day_of_year;
      ok = number(0, 365, date.day);
    }
    return ok && (!take('/') || offset(167, date.time));
  }

  std::string_view left_;
};

chrono::sys_days day_of(const ZoneRuleDate& date, chrono::year year) {
  const chrono::sys_days first = year / chrono::January / 1;
  switch (date.kind) {
    case ZoneRuleDate::Kind::julian_without_leap_day:
      return first + chrono::days(date.day - 1 + (year.is_leap() && date.day >= 60 ? 1 : 0));
    case ZoneRuleDate::Kind::day_of_year:
      return first + chrono::days(date.day);
    case ZoneRuleDate::Kind::month_week_day:
      break;
  }
  const chrono::month month(static_cast<unsigned>(date.month));
  const chrono::weekday weekday(static_cast<unsigned>(date.day));
  if (date.week == 5) return year / month / weekday[chrono::last];
  return year / month / weekday[static_cast<unsigned>(date.week)];
}

}  // namespace

std::optional<ZoneRule> parse_rule(std::string_view text) { return RuleReader(text).read(); }

void extend(TimeZone& zone, const ZoneRule& rule, TimePoint after) {
  const auto add = [&](TimeZone::Transition change) {
    const Duration before = zone.transitions.empty() ? zone.first_offset : zone.transitions.back().offset;
    if (change.offset != before) zone.transitions.push_back(change);
  };
  if (!rule.dates) {
    if (after != TimePoint::min()) add({after, rule.standard});
    return;
  }
  // The changes of a year may come in either order, and lie in the year before or after by a week.
  std::vector<TimeZone::Transition> changes;
  const int first = std::max(1970, static_cast<int>(chrono::year_month_day(chrono::floor<chrono::days>(after)).year())) - 1;
  for (int y = first; y <= 2100; ++y) {
    const chrono::year year(y);
    changes.push_back({day_of(rule.dates->end, year) + rule.dates->end.time - rule.daylight, rule.standard});
    changes.push_back({day_of(rule.dates->begin, year) + rule.dates->begin.time - rule.standard, rule.daylight});
  }
  // Stable: where an end meets a beginning (daylight saving all year), the beginning is later and wins.
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (changes[i].from > after && (i + 1 == changes.size() || changes[i + 1].from > changes[i].from)) add(changes[i]);
}

Result<TimeZone> parse_zone_rule(std::string_view rule, std::string name) {
  const std::optional<ZoneRule> read = parse_rule(rule);
  if (!read) return fail(Errc::malformed, fmt::format("time zone {}: not a rule such as CET-1CEST,M3.5.0,M10.5.0/3", name));
  TimeZone zone;
  zone.name = std::move(name);
  zone.first_offset = read->standard;
  extend(zone, *read, TimePoint::min());
  return zone;
}

}  // namespace plimsoll
