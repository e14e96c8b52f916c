#include "render/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/promql.h"

namespace plimsoll::render {
namespace alerting {

using namespace std::chrono_literals;

void Group::need(std::string_view job, std::string_view series) {
  std::pair<std::string, std::string> one{job, series};
  if (std::ranges::find(needs, one) == needs.end()) needs.push_back(std::move(one));
}

std::string pascal(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      begins = true;
      continue;
    }
    out += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = false;
  }
  return out;
}

Alert down_alert(std::string_view component, std::string_view series, std::string action) {
  return {.name = "Down",
          .severity = Severity::critical,
          .held = 2min,
          .expr = fmt::format("absent({} == 1)", promql::series(series, component)),
          .signal = "up",
          .summary = fmt::format("{}: no instance has answered for 2m.", component),
          .action = std::move(action),
          .why = "absent() also holds where discovery finds nobody"};
}

namespace {

std::string_view word(Severity severity) {
  return severity == Severity::critical ? "critical" : severity == Severity::warning ? "warning" : "info";
}

/// Alerts on series that are not there never fire: that is said, once for each series.
void add_missing_series(Group& group) {
  if (group.needs.empty()) return;
  std::string expr;
  for (const auto& [job, series] : group.needs) {
    if (!expr.empty()) expr += "\nor ";
    expr += fmt::format("label_replace({} unless count({}), \"series\", \"{}\", \"\", \"\")", promql::instances(job),
                        promql::series(series, job), series);
  }
  group.alerts.push_back(
      {.name = "MetricsMissing",
       .severity = Severity::warning,
       .held = 15min,
       .expr = std::move(expr),
       .signal = "metrics",
       .summary = fmt::format("{} answers, but its page has no {{{{ $labels.series }}}}.", group.component),
       .action = "Have the service or its exporter write the series: alerts that read it can't fire until then.",
       .why = "an alert on a series that is not there stays silent"});
}

/// Two rules of the spec may differ only in what makes no difference to a name.
void name_apart(std::vector<Alert>& alerts) {
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    const std::string name = alerts[i].name;
    int copies = 1;
    for (std::size_t j = i + 1; j < alerts.size(); ++j)
      if (alerts[j].name == name) alerts[j].name += fmt::format("_{}", ++copies);
  }
}

Yaml rule_of(const Stack& stack, const Group& group, const Alert& alert) {
  Yaml rule;
  rule["alert"] = pascal(group.component) + alert.name;
  if (!alert.why.empty()) rule.about(alert.why);
  rule["expr"] = alert.expr;
  if (alert.held > Duration::zero()) rule["for"] = to_text(alert.held);
  Yaml& labels = rule["labels"];
  labels["severity"] = word(alert.severity);
  labels["stack"] = stack.name;
  labels["component"] = group.component;
  labels["signal"] = alert.signal;
  for (const auto& [key, value] : alert.labels) labels[key] = value;
  Yaml& annotations = rule["annotations"];
  annotations["summary"] = alert.summary;
  annotations["action"] = alert.action;
  return rule;
}

/// No group without alerts: Prometheus would take it, a reader would wonder.
void write(const Stack& stack, Group group, Yaml& groups) {
  add_missing_series(group);
  if (group.alerts.empty()) return;
  name_apart(group.alerts);
  Yaml& out = groups.add();
  out["name"] = group.component;
  Yaml& rules = out["rules"];
  for (const Alert& alert : group.alerts) rules.add(rule_of(stack, group, alert));
}

}  // namespace
}  // namespace alerting

Yaml rule_groups(const Stack& stack, std::vector<Note>& notes) {
  using namespace alerting;
  const Scope scope{stack, notes};
  Yaml groups = Yaml::list();
  for (const Tier& tier : stack.tiers) {
    Group group{tier.name};
    tier_alerts(scope, tier, group);
    queue_alerts(scope, tier, group);
    spec_rules(scope, tier, group);
    write(stack, std::move(group), groups);
  }
  for (const Pooler& pooler : stack.poolers) {
    Group group{pooler.name};
    pooler_alerts(pooler, group);
    write(stack, std::move(group), groups);
  }
  for (const Database& database : stack.databases) {
    Group group{database.name};
    database_alerts(scope, database, group);
    write(stack, std::move(group), groups);
  }
  for (const Cache& cache : stack.caches) {
    Group group{cache.name};
    cache_alerts(cache, group);
    write(stack, std::move(group), groups);
  }
  for (const VectorStore& store : stack.vector_stores) {
    Group group{store.name};
    vector_store_alerts(store, group);
    write(stack, std::move(group), groups);
  }
  return groups;
}

void add_balancer_group(const Stack& stack, Yaml& groups) {
  alerting::Group group{"balancer"};
  alerting::balancer_alerts(stack, group);
  alerting::write(stack, std::move(group), groups);
}

}  // namespace plimsoll::render
