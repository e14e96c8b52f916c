// Schedules against bounds, and against the hours in which a database may be restarted.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "capacity/findings/rules.h"
#include "capacity/wording.h"
#include "core/cron.h"
#include "core/quantity.h"

namespace plimsoll::capacity::rules {
namespace {

constexpr Duration horizon = std::chrono::hours(60 * 24);

bool has_passed(const When& when, TimePoint now) { return !when.is_cron() && when.until && *when.until <= now; }

std::string named(const ScheduleRule& rule, std::size_t index) {
  return rule.why.empty() ? fmt::format("schedule {}", index + 1) : fmt::format("schedule '{}'", rule.why);
}

void judge_floor(const Tier& tier, std::size_t index, Out out) {
  const ScheduleRule& rule = tier.scale.schedule[index];
  const bool too_high = rule.replicas > tier.replicas.max;
  if (!too_high && rule.replicas > tier.replicas.min) return;
  Finding finding;
  finding.level = too_high || rule.replicas < tier.replicas.min ? Level::warning : Level::note;
  finding.path = fmt::format("tiers.{}.scale.schedule[{}].floor", tier.name, index);
  if (too_high) {
    finding.message =
        fmt::format("{}: {} asks for {}, and the maximum is {}", tier.name, named(rule, index), rule.replicas, tier.replicas.max);
    finding.fixes.push_back(most_replicas(tier, rule.replicas, "the maximum no longer cuts the event short"));
  } else {
    finding.message = fmt::format("{}: {} has a floor of {}, and the minimum is {}: it changes nothing", tier.name,
                                  named(rule, index), rule.replicas, tier.replicas.min);
    finding.advice = fmt::format("a floor only raises; off-hours are written exact: {}", rule.replicas);
  }
  out.push_back(std::move(finding));
}

/// A window in UTC, the only zone that needs no table.
std::optional<CronWindow> window_of(const When& when) {
  if (!when.is_cron() || (when.zone != "UTC" && when.zone != "Etc/UTC" && !when.zone.empty())) return std::nullopt;
  const Parsed<Cron> start = parse_cron(when.start), end = parse_cron(when.end);
  if (!start.ok() || !end.ok()) return std::nullopt;
  return CronWindow{*start.value, *end.value};
}

/// When maintenance first falls into [from, until); absent if it does not.
std::optional<TimePoint> first_within(const When& maintenance, TimePoint from, TimePoint until) {
  if (!maintenance.is_cron()) {
    const TimePoint begins = std::max(maintenance.from.value_or(TimePoint::min()), from);
    const TimePoint ends = std::min(maintenance.until.value_or(TimePoint::max()), until);
    if (!maintenance.from && !maintenance.until) return std::nullopt;
    return begins < ends ? std::optional(begins) : std::nullopt;
  }
  const std::optional<CronWindow> window = window_of(maintenance);
  if (!window) return std::nullopt;
  const TimeZone utc;
  if (window->state(from, utc).inside) return from;
  const auto next = window->next_change(from, utc);
  return next && *next < until ? next : std::nullopt;
}

void judge_event(const Scene& scene, const Database& database, const Tier& tier, std::size_t index, Out out) {
  const ScheduleRule& rule = tier.scale.schedule[index];
  const TimePoint now = scene.context.now;
  if (rule.when.is_cron() || !rule.when.from || !rule.when.until || rule.replicas <= tier.replicas.min) return;
  // Times near the ends of the calendar are nobody's event.
  if (now < TimePoint{} || now > TimePoint{} + std::chrono::hours(24 * 365 * 200)) return;
  const TimePoint from = std::max(*rule.when.from, now), until = std::min(*rule.when.until, now + horizon);
  if (from >= until) return;
  const std::optional<TimePoint> at = first_within(*database.maintenance, from, until);
  if (!at) return;
  Finding finding;
  finding.path = database_path(database, "maintenance");
  finding.message = fmt::format("{} may be restarted at {}, within {} of {} ({} to {})", database.name, to_text(*at),
                                named(rule, index), tier.name, to_text(*rule.when.from), to_text(*rule.when.until));
  finding.advice = "move the maintenance window, or leave it out for that time";
  out.push_back(std::move(finding));
}

}  // namespace

void min_over_schedule(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers)
    for (std::size_t i = 0; i < tier.scale.schedule.size(); ++i) {
      const ScheduleRule& rule = tier.scale.schedule[i];
      if (rule.kind == ScheduleRule::Kind::floor && !has_passed(rule.when, scene.context.now) &&
          scene.holds(tier_path(tier, "replicas.min")))
        judge_floor(tier, i, out);
    }
}

void maintenance_in_event(const Scene& scene, Out out) {
  for (const Database& database : scene.stack.databases) {
    if (!database.maintenance) continue;
    for (const Tier& tier : scene.stack.tiers) {
      const bool uses =
          std::any_of(tier.uses.begin(), tier.uses.end(), [&](const Use& use) { return use.component == database.name; });
      for (std::size_t i = 0; uses && i < tier.scale.schedule.size(); ++i) judge_event(scene, database, tier, i, out);
    }
  }
}

}  // namespace plimsoll::capacity::rules
