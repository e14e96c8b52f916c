// The spec, key by key: threshold rules, schedules and recurring windows.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/quantity.h"
#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

using Comparison = ThresholdRule::Comparison;

void rule_when(Reader& reader, const Field& field, const Node& node, void* owner) {
  Condition condition;
  reader.read(field, node, condition);
  ThresholdRule& rule = *static_cast<ThresholdRule*>(owner);
  rule.signal = condition.signal.kind;
  rule.list = condition.signal.list;
  rule.comparison = condition.comparison;
  rule.threshold = condition.threshold;
}

template <int Sign>
void rule_step(Reader& reader, const Field& field, const Node& node, void* owner) {
  int count = 0;
  double percent = 0;
  reader.read_change(field, node, count, percent);
  ThresholdRule& rule = *static_cast<ThresholdRule*>(owner);
  if (count != 0) rule.step = Sign * count;
  if (percent != 0) rule.percent = Sign * percent;
}

void rule_until(Reader& reader, const Field& field, const Node& node, void* owner) {
  ThresholdRule& rule = *static_cast<ThresholdRule*>(owner);
  const std::string when = reader.path().substr(0, reader.path().rfind('.')) + ".when";
  if (!reader.places().has(when) || reader.places().is_broken(when)) return;
  reader.read_quantity(field, node, reader.signal_of(rule.signal, rule.list), rule.clears.emplace());
}

void rule_investigate(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (reader.read_name(field, node)) static_cast<ThresholdRule*>(owner)->investigate = true;
}

constexpr std::array<Names, 3> rule_choice = {"add", "remove", "investigate"};
constexpr std::array<Names, 4> urgencies = {"low", "medium", "high", "critical"};
constexpr std::array<Names, 1> yes = {"true"};
constexpr std::array<Field, 8> rule_fields = {{
    {.key = "when", .kind = Kind::condition, .doc = "SIGNAL > QUANTITY or SIGNAL < QUANTITY", .required = true, .set = rule_when},
    {.key = "for",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "the condition must have held all this time",
     .set = value<&ThresholdRule::held>},
    {.key = "every",
     .kind = Kind::duration,
     .doc = "least time between two steps of this rule; `for` or 1m, whichever is more, if it says nothing",
     .range = positive,
     .set = value<&ThresholdRule::every>},
    {.key = "until",
     .kind = Kind::quantity,
     .doc = "once the condition holds it does so until the signal is past this; without it the threshold",
     .set = rule_until},
    {.key = "add", .kind = Kind::change, .doc = "instances to add", .range = {.least = 1, .most = 10000}, .set = rule_step<1>},
    {.key = "remove",
     .kind = Kind::change,
     .doc = "instances to remove",
     .range = {.least = 1, .most = 10000},
     .set = rule_step<-1>},
    {.key = "investigate",
     .kind = Kind::enumeration,
     .doc = "no step: an alert, and nothing may grow the tier while the condition holds",
     .names = yes,
     .set = rule_investigate},
    {.key = "urgency",
     .kind = Kind::enumeration,
     .fallback = "medium",
     .doc = "how soon people should look",
     .names = urgencies,
     .set = value<&ThresholdRule::urgency>},
}};

void finish_rule(Reader& reader, const Node& node, void* owner) {
  ThresholdRule& rule = *static_cast<ThresholdRule*>(owner);
  if (!node.find("every")) rule.every = std::max<Duration>(rule.held, std::chrono::minutes(1));
  const Places& places = reader.places();
  const std::string when = reader.path() + ".when", until = reader.path() + ".until";
  if (!rule.clears || places.is_broken(when) || places.is_broken(until)) return;
  const bool above = rule.comparison == Comparison::above;
  if (above ? *rule.clears > rule.threshold : *rule.clears < rule.threshold)
    reader.complain(places.value(until), fmt::format("{} is on the wrong side of the threshold", node.find("until")->value.text),
                    fmt::format("at {} the threshold of `{}`", above ? "most" : "least", node.find("when")->value.text));
}

// --- schedules -------------------------------------------------------------------------------------------------------

template <auto Member>
void cron(Reader& reader, const Field& field, const Node& node, void* owner) {
  reader.read_cron(field, node, member<Member>(owner));
}
template <auto Outer, auto Inner>
void inner_cron(Reader& reader, const Field& field, const Node& node, void* owner) {
  reader.read_cron(field, node, member<Outer>(owner).*Inner);
}

template <ScheduleRule::Kind Sets>
void replicas(Reader& reader, const Field& field, const Node& node, void* owner) {
  ScheduleRule& rule = *static_cast<ScheduleRule*>(owner);
  rule.kind = Sets;
  reader.read(field, node, rule.replicas);
}

constexpr std::array<Names, 2> schedule_choice = {"floor", "exact"};
constexpr std::array<Field, 8> schedule_fields = {{
    {.key = "from",
     .kind = Kind::time,
     .doc = "once: when it begins",
     .with = "until",
     .set = inner<&ScheduleRule::when, &When::from>},
    {.key = "until",
     .kind = Kind::time,
     .doc = "once: when it is over",
     .with = "from",
     .set = inner<&ScheduleRule::when, &When::until>},
    {.key = "start",
     .kind = Kind::cron,
     .doc = "again and again: when it begins",
     .with = "end",
     .set = inner_cron<&ScheduleRule::when, &When::start>},
    {.key = "end",
     .kind = Kind::cron,
     .doc = "again and again: when it is over",
     .with = "start",
     .set = inner_cron<&ScheduleRule::when, &When::end>},
    {.key = "zone",
     .fallback = "UTC",
     .doc = "whose clocks start and end go by",
     .pattern = &zone_name,
     .with = "start",
     .set = inner<&ScheduleRule::when, &When::zone>},
    {.key = "floor",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "at least so many meanwhile",
     .range = {.least = 0, .most = 10000},
     .set = replicas<ScheduleRule::Kind::floor>},
    {.key = "exact",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "exactly so many meanwhile; may stand outside replicas: 0 in off-hours",
     .range = {.least = 0, .most = 10000},
     .set = replicas<ScheduleRule::Kind::exact>},
    {.key = "why", .doc = "for people: Black Friday", .pattern = &one_line, .set = value<&ScheduleRule::why>},
}};

void finish_schedule(Reader& reader, const Node& node, void* owner) {
  const ScheduleRule& rule = *static_cast<ScheduleRule*>(owner);
  const Places& places = reader.places();
  const std::string path = reader.path();
  if (places.is_broken(path)) return;
  const Node::Entry* from = node.find("from");
  const Node::Entry* start = node.find("start");
  if (!from && !start) return reader.missing(path, "a schedule needs its times", "from and until, or start and end");
  if (from && start) return reader.complain(start->at, "'from' and 'start' exclude each other", "exactly one of from, start");
  if (rule.when.from && rule.when.until && *rule.when.from >= *rule.when.until && !places.is_broken(path + ".from") &&
      !places.is_broken(path + ".until"))
    reader.complain(node.find("until")->value.at, "it is over before it begins",
                    fmt::format("a time after {}", to_text(*rule.when.from)));
}

constexpr std::array<Field, 3> window_fields = {{
    {.key = "start", .kind = Kind::cron, .doc = "when it begins", .required = true, .set = cron<&When::start>},
    {.key = "end", .kind = Kind::cron, .doc = "when it is over", .required = true, .set = cron<&When::end>},
    {.key = "zone",
     .fallback = "UTC",
     .doc = "whose clocks start and end go by",
     .pattern = &zone_name,
     .set = value<&When::zone>},
}};

}  // namespace

constinit const Object rule{.title = "a rule", .fields = rule_fields, .exactly_one = rule_choice, .finish = finish_rule};
constinit const Object schedule{
    .title = "a schedule", .fields = schedule_fields, .exactly_one = schedule_choice, .finish = finish_schedule};
constinit const Object window{.title = "a window", .fields = window_fields};

}  // namespace plimsoll::spec::tables
