// Prometheus Adapter's rules for the figures that the stack's HPAs read beside CPU and memory.

#include <fmt/format.h>

#include <algorithm>

#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"

namespace plimsoll::render::kube {
namespace {

/// A query of the owner's within the adapter's template, whose actions stand in << and >>.
std::string without_actions(std::string_view query) {
  std::string out;
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (query.substr(i).starts_with("<<")) {
      out += "<<\"<<\">>";
      ++i;
    } else {
      out += query[i];
    }
  }
  return out;
}

/// A series whose pods and namespaces Prometheus knows, as Prometheus Operator's targets have them.
Yaml rule_of_series(const Figure& figure) {
  const bool pods = figure.source == Source::pods;
  Yaml rule;
  rule["seriesQuery"] = fmt::format("{}{{namespace!=\"\"{}}}", figure.series, pods ? ",pod!=\"\"" : "");
  rule["resources"]["overrides"]["namespace"] = Yaml{}.flow();
  rule["resources"]["overrides"]["namespace"]["resource"] = "namespace";
  if (pods) {
    rule["resources"]["overrides"]["pod"] = Yaml{}.flow();
    rule["resources"]["overrides"]["pod"]["resource"] = "pod";
  }
  rule["name"]["as"] = figure.name;
  rule["metricsQuery"] =
      fmt::format("{}<<.Series>>{{<<.LabelMatchers>>}}{}{}", figure.before, figure.after, pods ? " by (<<.GroupBy>>)" : "");
  return rule;
}

/// A whole query: the adapter must find some series to know the metric by, and `up` is always there.
Yaml rule_of_query(const Figure& figure) {
  Yaml rule;
  rule["seriesQuery"] = Yaml("up").why("any series that is always there; the query is the spec's");
  rule["resources"]["namespaced"] = false;
  rule["name"]["as"] = figure.name;
  rule["metricsQuery"] = without_actions(figure.query);
  return rule;
}

void add_rule(Yaml& rules, Yaml rule) {
  const std::string& name = rule.at("name").at("as").text();
  for (const Yaml& known : rules.items())
    if (known.at("name").at("as").text() == name) return;
  rules.add(std::move(rule));
}

}  // namespace

Documents adapter(const Scope& scope) {
  Yaml pods = Yaml::list(), external = Yaml::list();
  for (const Tier& tier : scope.stack.tiers) {
    if (wants_keda(tier)) continue;  // KEDA asks Prometheus itself
    for (const MetricTarget& target : targets_of(tier)) {
      const Figure figure = figure_of(scope, tier, target);
      if (figure.source == Source::pods) add_rule(pods, rule_of_series(figure));
      if (figure.source == Source::external)
        add_rule(external, figure.series.empty() ? rule_of_query(figure) : rule_of_series(figure));
    }
  }
  if (pods.empty() && external.empty()) return {};
  Yaml config;
  if (!pods.empty()) config["rules"] = std::move(pods);
  if (!external.empty()) config["externalRules"] = std::move(external);
  Yaml made = object(scope, "v1", "ConfigMap", "prometheus-adapter", "prometheus-adapter", "monitoring");
  made.about(fmt::format(
      "Rules of Prometheus Adapter for the figures that the HPAs of this stack read beside CPU and memory, which metrics-server "
      "has.\n"
      "A cluster has one adapter: install it into this namespace with these rules,\n"
      "  helm install prometheus-adapter prometheus-community/prometheus-adapter -n {} --set rules.existing=prometheus-adapter\n"
      "or put rules and externalRules into its values as rules.custom and rules.external. It serves them when these answer:\n"
      "  kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1\n  kubectl get --raw /apis/external.metrics.k8s.io/v1beta1",
      scope.name_space()));
  made["data"]["config.yaml"] = to_yaml(config);
  return {std::move(made)};
}

}  // namespace plimsoll::render::kube
