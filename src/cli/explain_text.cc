#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "cli/explain_report.h"
#include "control/diagnosis.h"
#include "core/quantity.h"
#include "decide/say.h"
#include "show/format.h"
#include "show/table.h"

namespace plimsoll::cli {
namespace {

using show::Ink;

/// Wide enough for anything: at 3 a.m. a line that wraps is better than one that was cut.
constexpr int no_cut = 4000;

std::string formatted(TimePoint at, const TimeZone& zone, bool date) {
  const auto local = std::chrono::floor<std::chrono::seconds>(zone.local(at));
  const std::tm fields = fmt::gmtime(static_cast<std::time_t>(local.time_since_epoch().count()));
  return date ? fmt::format("{:%Y-%m-%d %H:%M:%S}", fields) : fmt::format("{:%H:%M:%S}", fields);
}

void add(show::Table& table, std::string label, std::string text) {
  table.add({{std::move(label), Ink::dim}, {std::move(text)}, {}, {}, {}});
}

void add_account(show::Table& table, const Plan& plan, const Explanation& why, TimePoint at) {
  for (const AccountLine& line : account(plan, why, at))
    table.add({{line.label, Ink::dim}, {line.text}, {line.when, Ink::dim}, {line.count, Ink::bold}, {line.note, Ink::dim}});
}

show::Table columns() { return show::Table({{}, {}, {}, {}, {}}); }

std::string indented(const show::Table& table, show::Style style) {
  std::string out;
  for (const show::Line& line : table.lines(style, no_cut)) out += show::Line(style, "  ").add(line).str() + "\n";
  return out;
}

std::string line(show::Style style, const std::string& text, Ink ink = Ink::plain) {
  return show::Line(style, text, ink).str() + "\n";
}

std::string when_line(const ExplainReport& report, const Explained& what) {
  std::string text = "decided " + moment_text(what.at, report.now, report.zone);
  if (!report.at) text += fmt::format(", {} ago", show::span_text(report.now - what.at));
  switch (what.again) {
    case Explained::Again::same:
      return text + "; decided again from the journal: the same";
    case Explained::Again::differs:
      return text + "; DECIDED AGAIN FROM THE JOURNAL IT DIFFERS: " + what.trouble;
    case Explained::Again::impossible:
      break;
  }
  return text + "; can't be decided again: " + what.trouble;
}

std::string answers(const ExplainReport& report, const Explained& what, const Turns& turns, show::Style style) {
  const Plan& plan = *report.plan;
  const Explanation& why = *what.decision();
  show::Table table({{}, {}});
  table.add({{"Why does it not scale?", Ink::accent}, {why_not_more(plan, why, what.orders).text}});
  table.add({{"Why are instances pending?", Ink::accent}, {why_pending(plan, why, what.pending).text}});
  const Oscillation turning = does_oscillate(plan, why, turns);
  std::string text = turning.answer.text;
  if (turning.damped_until) text += " until " + moment_text(*turning.damped_until, report.now, report.zone);
  table.add({{"Does it oscillate?", Ink::accent}, {text}});
  return indented(table, style);
}

std::string one_decision(const ExplainReport& report, const TierReport& tier, const Explained& what, show::Style style) {
  const Plan& plan = *report.plan;
  const Explanation* why = what.decision();
  if (!why) {
    std::string out =
        line(style, fmt::format("{}: its decision of {} can't be shown in full: {}", plan.tiers[tier.tier.index].name,
                                moment_text(what.at, report.now, report.zone), what.trouble));
    for (const std::string& said : what.said) out += line(style, "  it said then: " + said);
    return out;
  }
  std::string out = line(style, sentence(plan, *why), Ink::bold) + line(style, when_line(report, what), Ink::dim) + "\n";
  show::Table table = columns();
  add_account(table, plan, *why, what.at);
  for (const Order& order : what.orders)
    add(table, fmt::format("order {}", order.id), order_text(order, report.now, report.zone));
  for (const Enabling& change : what.enabling) add(table, "proposed", sentence(plan, change));
  out += indented(table, style);
  if (what.again == Explained::Again::differs && what.stored) {
    show::Table again = columns();
    add_account(again, plan, *what.now, what.at);
    out += "\n" + line(style, "decided again: " + sentence(plan, *what.now), Ink::bold) + "\n" + indented(again, style);
  }
  return out + "\n" + answers(report, what, tier.turns, style);
}

std::string history(const ExplainReport& report, const TierReport& tier, show::Style style) {
  const Plan& plan = *report.plan;
  std::string out;
  for (const Explained& what : tier.decisions) {
    const Explanation* why = what.decision();
    std::string text = why ? sentence(plan, *why) : std::string();
    if (!why) {
      for (const std::string& said : what.said) text += (text.empty() ? "" : "; ") + said;
      if (text.empty()) text = fmt::format("{}: can't be read: {}", plan.tiers[tier.tier.index].name, what.trouble);
    }
    const bool changed = why && why->decision.changes();
    out += show::Line(style, moment_text(what.at, report.now, report.zone), Ink::dim)
               .add("  ")
               .add(text, changed ? Ink::bold : Ink::plain)
               .str() +
           "\n";
  }
  return out;
}

std::string nothing(const ExplainReport& report, const TierReport& tier) {
  const std::string& name = report.plan->tiers[tier.tier.index].name;
  if (!report.at) return fmt::format("{}: nothing was decided yet", name);
  return fmt::format("{}: nothing is on record up to {}; the journal begins later", name,
                     moment_text(*report.at, report.now, report.zone));
}

}  // namespace

std::string moment_text(TimePoint at, TimePoint now, const TimeZone& zone) {
  const auto day = [&](TimePoint t) { return std::chrono::floor<std::chrono::days>(zone.local(t)); };
  return formatted(at, zone, day(at) != day(now));
}

std::string order_text(const Order& order, TimePoint now, const TimeZone& zone) {
  std::string text;
  switch (order.kind) {
    case OrderKind::hold:
      text = fmt::format("hold at {}", order.value);
      break;
    case OrderKind::floor:
      text = fmt::format("at least {}", order.value);
      break;
    case OrderKind::maintenance:
      text = "maintenance";
      break;
    case OrderKind::pause:
      text = order.direction == Direction::up     ? "growth paused"
             : order.direction == Direction::down ? "scale-in paused"
                                                  : "paused";
      break;
  }
  text += order.until ? " until " + moment_text(*order.until, now, zone) : " until released";
  text += ", by " + order.who;
  return order.why.empty() ? text : text + ": " + order.why;
}

std::string explain_text(const ExplainReport& report, show::Style style) {
  std::string out;
  for (const TierReport& tier : report.tiers) {
    if (!out.empty()) out += "\n";
    if (tier.decisions.empty())
      out += line(style, nothing(report, tier));
    else if (report.history)
      out += history(report, tier, style);
    else
      out += one_decision(report, tier, tier.decisions.front(), style);
  }
  if (!report.at && !report.controlled)
    out += "\n" + line(style, fmt::format("nobody controls {} at the moment: what is above was the last", report.plan->stack));
  return out;
}

namespace {

/// A whole second; a time of the day is the last one that was.
std::optional<TimePoint> parse_second(std::string_view text, TimePoint now, const TimeZone& zone) {
  if (const auto exact = parse_time(text)) return exact;
  std::string full(text);
  const bool time_only = text.size() >= 4 && text.size() <= 8 && text.find(':') <= 2;
  if (time_only) {
    const std::string today = formatted(now, zone, true).substr(0, 10);
    full = today + (text.find(':') == 1 ? "T0" : "T") + full;
  }
  if (const std::size_t space = full.find(' '); space != std::string::npos) full[space] = 'T';
  // Read as if it were UTC, which gives the clock's reading.
  const auto reading = parse_time(full + "Z");
  if (!reading) return std::nullopt;
  const TimePoint at = zone.instant(LocalTime(reading->time_since_epoch()));
  if (!time_only || at <= now) return at;
  return zone.instant(LocalTime(reading->time_since_epoch()) - std::chrono::days(1));
}

}  // namespace

std::optional<TimePoint> parse_moment(std::string_view text, TimePoint now, const TimeZone& zone) {
  std::string whole(text);
  Duration after = std::chrono::seconds(1);
  Duration fraction{};
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", point + 1), text.size());
    const std::size_t digits = end - point - 1;
    if (digits == 0 || digits > 9) return std::nullopt;
    for (std::size_t i = 1; i <= digits; ++i) {
      after /= 10;
      fraction += after * (text[point + i] - '0');
    }
    whole.erase(point, digits + 1);
  }
  const auto at = parse_second(whole, now, zone);
  if (!at || *at + fraction > now) return at;
  return std::min(*at + fraction + after - Duration(1), now);
}

}  // namespace plimsoll::cli
