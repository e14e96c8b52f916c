// Prometheus Adapter's rules for the figures that the stack's HPAs read beside CPU and memory.

#include <fmt/format.h>

#include <algorithm>

#include "render/kubernetes.h"
#include "render/kubernetes_metrics.h"
#include "render/kubernetes_scaling.h"
#include "render/names.h"

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

/// Where the adapter asks, as its chart's values have it.
struct Asked {
  std::string url, port, path;  // "http://prometheus.shop.svc.cluster.local", "9090", "/prom"
  std::string given;            // as the spec's signals have it; empty: they have none, or the reader said another
  bool guessed = false;
};

/// The parts of "http://HOST:PORT/PATH"; without a port the chart takes 0 for none.
Asked parts_of(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  const std::size_t bracket = url.find(']', host);
  std::size_t port = url.find(':', bracket < path ? bracket : host);
  if (port > path) port = path;
  return {url.substr(0, port), port == path ? "0" : url.substr(port + 1, path - port - 1), url.substr(path), {}};
}

/// Such a URL that a shell and --set leave as it is.
bool is_plain(const std::string& url) {
  return url.find("://") != std::string::npos && std::ranges::all_of(url, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(":/.-_~[]").find(c) != std::string_view::npos;
         });
}

Asked server_of(const Scope& scope, const std::vector<Figure>& figures) {
  if (scope.options.at.contains("prometheus")) {
    Endpoint at = endpoints_of(scope.options, "prometheus", prometheus_port).front();
    at.host = in_cluster(scope, at.host);
    return parts_of("http://" + to_text(at));
  }
  for (const Figure& figure : figures)
    if (is_plain(figure.server)) {
      Asked made = parts_of(in_cluster_url(scope, figure.server));
      made.given = figure.server;
      return made;
    }
  Asked made = parts_of("http://prometheus-operated.monitoring.svc.cluster.local:9090");
  made.guessed = true;
  return made;
}

/// An HPA's query goes where the adapter's do, whatever server the spec names for it.
void note_servers(const Scope& scope, const std::vector<Figure>& figures, const Asked& asked) {
  for (const Figure& figure : figures) {
    if (figure.server.empty() || figure.server == asked.given) continue;
    const Note note{
        fmt::format("signals.{}.url", figure.name),
        fmt::format("an HPA has no place for it: the figure is asked of the one Prometheus that the adapter knows, {}:{}{}",
                    asked.url, asked.port, asked.path)};
    if (std::ranges::find(scope.notes, note) == scope.notes.end()) scope.notes.push_back(note);
  }
}

std::string about(const Scope& scope, const Asked& asked) {
  std::string set = fmt::format("rules.existing=prometheus-adapter,prometheus.url={},prometheus.port={}", asked.url, asked.port);
  if (asked.path.size() > 1) set += ",prometheus.path=" + asked.path;
  return fmt::format(
      "Rules of Prometheus Adapter for the figures that the HPAs of this stack read beside CPU and memory, which metrics-server "
      "has.\n"
      "A cluster has one adapter: install it into this namespace with these rules,\n"
      "  helm install prometheus-adapter prometheus-community/prometheus-adapter -n {} \\\n    --set '{}'\n{}"
      "or put rules and externalRules into its values as rules.custom and rules.external. It serves them when these answer:\n"
      "  kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1\n  kubectl get --raw /apis/external.metrics.k8s.io/v1beta1",
      scope.name_space(), set,
      asked.guessed
          ? "(where Prometheus is, is a guess: kubectl get services -A | grep -i prometheus; --at prometheus=HOST:PORT says it)\n"
          : "");
}

}  // namespace

Documents adapter(const Scope& scope) {
  Yaml pods = Yaml::list(), external = Yaml::list();
  std::vector<Figure> served;
  for (const Tier& tier : scope.stack.tiers) {
    if (wants_keda(tier)) continue;  // KEDA asks Prometheus itself
    for (const MetricTarget& target : targets_of(tier)) {
      const Figure figure = figure_of(scope, tier, target);
      if (figure.source == Source::pods || figure.source == Source::external) served.push_back(figure);
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
  const Asked asked = server_of(scope, served);
  note_servers(scope, served, asked);
  made.about(about(scope, asked));
  made["data"]["config.yaml"] = to_yaml(config);
  return {std::move(made)};
}

}  // namespace plimsoll::render::kube
