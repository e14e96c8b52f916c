#include "cli/plan_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/quantity.h"
#include "core/suggest.h"
#include "show/format.h"
#include "show/money.h"

namespace plimsoll::cli {
namespace {

constexpr int most_months = 120;
constexpr int usual_months = 12;
constexpr double most_users = 1e9;
constexpr double most_rate = 1e9;    // a second
constexpr double most_growth = 1e6;  // over all months
constexpr Duration month = std::chrono::duration_cast<Duration>(std::chrono::hours(730));

tl::unexpected<Error> wrong(const char* option, const std::string& text, const std::string& expected) {
  return fail(Errc::malformed, fmt::format("{}: '{}' {}", option, text, expected));
}

/// "10000", "10,000", "10k", "1.5M"; > 0.
std::optional<double> count_of(std::string text) {
  double factor = 1;
  if (text.ends_with("k") || text.ends_with("K")) factor = 1e3;
  if (text.ends_with("m") || text.ends_with("M")) factor = 1e6;
  if (factor > 1) text.pop_back();
  // Commas only where they part thousands: "1,5" is no number here.
  const std::size_t comma = text.find(',');
  if (comma != std::string::npos) {
    if (comma == 0 || comma > 3 || text.find('.') != std::string::npos) return std::nullopt;
    for (std::size_t at = comma; at != std::string::npos; at = text.find(',', at + 1)) {
      const std::size_t next = text.find(',', at + 1);
      if ((next == std::string::npos ? text.size() : next) - at != 4) return std::nullopt;
    }
    std::erase(text, ',');
  }
  const std::optional<double> number = parse_number(text);
  if (!number || *number <= 0) return std::nullopt;
  return *number * factor;
}

Result<double> growth_of(const std::string& given) {
  constexpr const char* expected = "is no growth a month; expected a factor such as 1.5, 1.5/month, or a share such as 50%";
  std::string_view text = given;
  if (text.ends_with("/month")) text.remove_suffix(6);
  double factor = 0;
  if (text.ends_with("%")) {
    text.remove_suffix(1);
    const std::optional<double> share = parse_number(text);
    if (!share) return wrong("--growth", given, expected);
    factor = 1 + *share / 100;
  } else {
    const std::optional<double> number = parse_number(text);
    if (!number) return wrong("--growth", given, expected);
    if (*number > 0 && *number < 1)
      return wrong("--growth", given,
                   fmt::format("is a factor below 1: the load would shrink; for {:g} % more each month write {:g} or {:g}%",
                               *number * 100, 1 + *number, *number * 100));
    factor = *number;
  }
  if (!(factor >= 1 && factor <= 10)) return wrong("--growth", given, "is out of range; expected a factor of 1 to 10 a month");
  return factor;
}

Result<int> months_of(const std::string& text) {
  const std::optional<std::int64_t> number = parse_integer(text);
  if (!number || *number < 1 || *number > most_months)
    return wrong("--months", text, fmt::format("is no number of months; expected 1 to {}", most_months));
  return static_cast<int>(*number);
}

Result<capacity::Ask::Event> event_of(const std::string& text, TimePoint today) {
  constexpr const char* expected = "is no event; expected a factor and a day such as 3x@2026-11-27 (or 3x@2026-11-27T08:30Z)";
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return wrong("--event", text, expected);
  std::string factor = text.substr(0, at), when = text.substr(at + 1);
  if (!factor.ends_with('x') && !factor.ends_with('X')) return wrong("--event", text, expected);
  factor.pop_back();
  const std::optional<double> number = parse_number(factor);
  if (!number || *number <= 0 || *number > 1000)
    return wrong("--event", text, "has no factor; expected one above 0, up to 1000x");
  const bool day = when.size() == 10;
  const std::optional<TimePoint> time = parse_time(day ? when + "T00:00Z" : when);
  if (!time) return wrong("--event", text, "has no date; expected e.g. 3x@2026-11-27 or 3x@2026-11-27T08:30Z");
  // A day is asked for as long as it lasts.
  if (*time + (day ? std::chrono::hours(24) : std::chrono::hours(0)) <= today)
    return wrong("--event", text, "has passed; expected a time to come");
  if (*time > today + most_months * month) return wrong("--event", text, "is more than ten years ahead");
  return capacity::Ask::Event{*number, std::max(*time, today)};
}

Result<std::pair<std::string, double>> work_of(const std::string& text, const Stack& stack) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return wrong("--work", text, "is no demand; expected KIND=AMOUNT such as simple=400rps or websockets=60");
  const std::string kind = text.substr(0, equals);
  std::vector<std::string_view> known;
  for (const Tier& tier : stack.tiers)
    if (tier.baseline)
      for (const WorkKind& one : tier.baseline->work) known.emplace_back(one.name);
  if (std::find(known.begin(), known.end(), kind) == known.end()) {
    const std::string_view near = nearest(kind, known);
    if (known.empty()) return wrong("--work", text, "names a kind of work, but no tier has a baseline.work");
    return wrong("--work", text,
                 near.empty() ? fmt::format("names no kind of work; there are {}", fmt::join(known, ", "))
                              : fmt::format("names no kind of work; did you mean '{}'?", near));
  }
  const std::string amount = text.substr(equals + 1);
  const std::optional<Rate> rate = parse_rate(amount);
  if (!rate) return wrong("--work", text, "has no amount; expected a rate such as 400rps, or a number");
  return std::pair{kind, rate->per_second};
}

}  // namespace

Result<capacity::Ask> ask_of(const PlanTexts& texts, const Stack& stack, TimePoint today) {
  capacity::Ask ask;
  ask.now = today;
  if (!texts.users.empty()) {
    ask.users = count_of(texts.users);
    if (!ask.users) return wrong("--users", texts.users, "is no number of users; expected e.g. 10000, 10,000, 10k or 1.5M");
    if (*ask.users > most_users) return wrong("--users", texts.users, "is out of range; expected at most 1,000,000,000");
  }
  if (!texts.rate.empty()) {
    ask.rate = parse_rate(texts.rate);
    if (!ask.rate || ask.rate->per_second <= 0)
      return wrong("--rate", texts.rate, "is no rate; expected e.g. 500rps, 500/s or 3000/min");
    if (ask.rate->per_second > most_rate) return wrong("--rate", texts.rate, "is out of range; expected at most 1,000,000,000/s");
  }
  if (!texts.growth.empty()) {
    const Result<double> growth = growth_of(texts.growth);
    if (!growth) return fail(growth.error());
    ask.growth = *growth;
    ask.months = usual_months;
  }
  if (!texts.months.empty()) {
    const Result<int> months = months_of(texts.months);
    if (!months) return fail(months.error());
    ask.months = *months;
  }
  for (const std::string& text : texts.events) {
    const Result<capacity::Ask::Event> event = event_of(text, today);
    if (!event) return fail(event.error());
    ask.events.push_back(*event);
    const auto ahead = static_cast<int>(std::ceil(seconds(event->at - today) / seconds(month)));
    ask.months = std::clamp(ahead, ask.months, most_months);
  }
  for (const std::string& text : texts.work) {
    const auto work = work_of(text, stack);
    if (!work) return fail(work.error());
    ask.work.insert_or_assign(work->first, work->second);
  }
  const double factor = ask.growth.value_or(stack.growth ? stack.growth->per_month : 1);
  if (const double all = std::pow(factor, ask.months); !(all <= most_growth)) {
    const auto most = static_cast<int>(std::log(most_growth) / std::log(factor) + 1e-9);
    const std::string asked = fmt::format("{} of × {:g}", show::counted(static_cast<std::uint64_t>(ask.months), "month"), factor);
    return wrong(texts.months.empty() && !texts.growth.empty() ? "--growth" : "--months", asked,
                 fmt::format("is more than a millionfold; expected at most {} at this growth",
                             show::counted(static_cast<std::uint64_t>(most), "month")));
  }
  const bool grows = ask.growth.value_or(stack.growth ? stack.growth->per_month : 1) != 1;
  const bool arrives = stack.growth && !stack.growth->onboarding.empty();
  if (!texts.months.empty() && !grows && !arrives && ask.events.empty())
    return wrong("--months", texts.months, "months of no growth: say --growth 1.5, or growth: {per_month: 1.5} in the spec");
  return ask;
}

std::string asked_text(const capacity::Ask& ask, const Stack& stack) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (ask.users) add(show::number_text(ask.users) + " users");
  if (ask.rate) add(show::rate_text(ask.rate->per_second));
  for (const auto& [kind, amount] : ask.work) add(fmt::format("{} {:g}", kind, amount));
  const double growth = ask.growth.value_or(stack.growth ? stack.growth->per_month : 1);
  if (ask.months > 0) {
    std::string months = show::counted(static_cast<std::uint64_t>(ask.months), "month");
    add(growth == 1 ? months + " ahead" : fmt::format("{} of × {:g}", months, growth));
  }
  for (const capacity::Ask::Event& event : ask.events)
    add(fmt::format("{:g} × on {}", event.factor, to_text(event.at).substr(0, 10)));
  return text;
}

}  // namespace plimsoll::cli
