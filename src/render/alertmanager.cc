// alertmanager.yml: critical to whoever is on call, warnings to the team, what is only to be planned for once a week.
//
// Settings that Alertmanager has had since 0.25. Addresses and keys are files, since an address to post to is a secret, too.

#include <fmt/format.h>

#include "render/prometheus.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

constexpr std::string_view pager_key = "/run/secrets/alertmanager_pagerduty_key";
constexpr std::string_view team_url = "/run/secrets/alertmanager_slack_url";

void add_route(Yaml& routes, const std::string& severity, const std::string& receiver, const std::string& wait,
               const std::string& repeat) {
  Yaml& route = routes.add();
  route["matchers"].add(fmt::format("severity=\"{}\"", severity));
  route["receiver"] = receiver;
  route["group_wait"] = wait;
  route["repeat_interval"] = repeat;
}

Yaml route() {
  Yaml route;
  route["receiver"] = "team";
  route["group_by"].add("stack");
  route["group_by"].add("component");
  route["group_by"].flow();
  route["group_wait"] = "30s";
  route["group_interval"] = "5m";
  route["repeat_interval"] = "12h";
  add_route(route["routes"], "critical", "pager", "10s", "1h");
  add_route(route["routes"], "info", "planning", "5m", "7d");
  return route;
}

/// A higher level of a thing mutes the lower ones; a component that is down, all it would say besides.
Yaml inhibitions() {
  Yaml rules;
  const auto add = [&](std::string about, const std::string& source, const std::string& target, std::vector<Yaml> equal) {
    Yaml& rule = rules.add();
    rule.about(std::move(about));
    rule["source_matchers"].add(source);
    rule["target_matchers"].add(target);
    rule["equal"] = Yaml::list(std::move(equal)).flow();
  };
  add("The higher level of a thing mutes the lower ones; `list` is a queue's.", "severity=\"critical\"",
      "severity=~\"warning|info\"", {"stack", "component", "signal", "list"});
  add("", "severity=\"warning\"", "severity=\"info\"", {"stack", "component", "signal", "list"});
  Yaml& down = rules.add();
  down.about("Of a component that is down, that alone is worth saying.");
  down["source_matchers"].add("signal=\"up\"");
  down["source_matchers"].add("severity=\"critical\"");
  down["target_matchers"].add("signal!=\"up\"");
  down["equal"] = Yaml::list({"stack", "component"}).flow();
  return rules;
}

void add_slack(Yaml& receiver, const std::string& title) {
  Yaml& slack = receiver["slack_configs"].add();
  slack["api_url_file"] = team_url;
  slack["send_resolved"] = true;
  slack["title"] = title;
  slack["text"] = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.action }}\n{{ end }}";
}

Yaml receivers() {
  Yaml all;
  Yaml& pager = all.add();
  pager["name"] = "pager";
  Yaml& duty = pager["pagerduty_configs"].add();
  duty.about("Instead: opsgenie_configs (api_key_file), victorops_configs (api_key_file); all by files.");
  duty["routing_key_file"] = pager_key;
  duty["description"] = "{{ .CommonLabels.stack }} {{ .CommonLabels.component }}: {{ (index .Alerts 0).Annotations.summary }}";
  Yaml& team = all.add();
  team["name"] = "team";
  add_slack(team, "{{ .CommonLabels.stack }} {{ .CommonLabels.component }}: {{ .Status }}");
  Yaml& planning = all.add();
  planning["name"] = "planning";
  add_slack(planning, "{{ .CommonLabels.stack }} {{ .CommonLabels.component }}: to plan for");
  return all;
}

}  // namespace

Rendered alertmanager(const Stack& stack, const Options& /*options*/) {
  Yaml root;
  root.about(fmt::format("Alertmanager of the stack {}, made by `plimsoll render`.", stack.name));
  root["route"] = route();
  root["inhibit_rules"] = inhibitions();
  root["receivers"] = receivers();
  return {
      {{"alertmanager/alertmanager.yml", to_yaml(root)}},
      {{"",
        fmt::format("Alertmanager reads two secrets from files: {} (PagerDuty's integration key) and {} (the address of Slack's "
                    "incoming webhook)",
                    pager_key, team_url),
        true},
       {"", fmt::format("start it with --data.retention={}: its own 120h is shorter than the week between two messages of "
                        "what is to be planned for, and it repeats once it has forgotten",
                        alertmanager_retention)}}};
}

}  // namespace plimsoll::render
