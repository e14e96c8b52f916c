#include "render/kubernetes_pod.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/assert.h"
#include "core/quantity.h"
#include "render/names.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;

/// Digits and dots, or colons: an address that no DNS name can stand for.
bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

/// What an IntOrString takes, rounded to where more pods stay.
Yaml whole_percent(Ratio share, bool up) {
  constexpr double noise = 1e-9;  // 0.07 × 100 is a little more than 7
  const double percent = share.value * 100;
  const double whole = up ? std::ceil(percent - noise) : std::max(std::floor(percent + noise), 1.0);  // 0% lets nobody go, ever
  Yaml made(fmt::format("{:.0f}%", whole));
  if (std::abs(whole - percent) > noise) made.why(fmt::format("{} in the spec; whole percent here", to_text(share)));
  return made;
}

Yaml one_port(std::string_view name, std::uint16_t port) {
  Yaml made;
  made["name"] = name;
  made["port"] = port;
  made["targetPort"] = name;
  return made;
}

bool is_six(const Endpoint& at) { return at.host.find(':') != std::string::npos; }

/// Addresses of the component as EndpointSlices, which a Service without a selector is told by label. Each slice is of one family
/// and one port.
Documents endpoint_slices(const Scope& scope, const std::string& name, std::string_view role, std::string_view port_name,
                          const std::vector<Endpoint>& at) {
  std::map<std::pair<bool, std::uint16_t>, std::vector<Yaml>> groups;
  for (const Endpoint& one : at)
    if (is_address(one.host)) groups[{is_six(one), one.port}].emplace_back(one.host);
  Documents all;
  for (const auto& [of, addresses] : groups) {
    const std::string called = all.empty() ? name : fmt::format("{}-{}", name, all.size() + 1);
    Yaml& made = all.emplace_back(object(scope, scope.at_least(21) ? "discovery.k8s.io/v1" : "discovery.k8s.io/v1beta1",
                                         "EndpointSlice", called, name, role));
    made["metadata"]["labels"]["kubernetes.io/service-name"] = name;
    made["addressType"] = of.first ? "IPv6" : "IPv4";
    Yaml& port = made["ports"].add();
    port["name"] = port_name;
    port["port"] = of.second;
    for (const Yaml& address : addresses) made["endpoints"].add()["addresses"] = Yaml::list({address}).flow();
  }
  return all;
}

/// Every store's name and port within the cluster.
std::vector<Endpoint> stores_of(const Stack& stack) {
  std::vector<Endpoint> all;
  for (const Database& one : stack.databases) {
    all.push_back({one.name, postgres_port});
    all.push_back({one.name + "-read", postgres_port});
  }
  for (const Pooler& one : stack.poolers) all.push_back({one.name, pgbouncer_port});
  for (const Cache& one : stack.caches) {
    all.push_back({one.name, redis_port});
    if (one.architecture == CacheArchitecture::sentinel) all.push_back({one.name + "-sentinel", sentinel_port});
  }
  for (const VectorStore& one : stack.vector_stores) all.push_back({one.name, qdrant_port});
  return all;
}

}  // namespace

Yaml pod_labels(const Scope& scope, const std::string& component, std::string_view role) {
  Yaml labels = selector(scope, component);
  labels["app.kubernetes.io/component"] = role;
  labels["app.kubernetes.io/managed-by"] = "plimsoll";
  return labels;
}

Yaml pre_stop(const Scope& scope) {
  Yaml made;
  Yaml& hook = made["preStop"];
  hook.about(
      "A pod that goes is taken out of its Service while it gets SIGTERM; until every node has heard, requests still come.");
  if (scope.at_least(30))
    hook["sleep"]["seconds"] = pre_stop_seconds;
  else
    hook["exec"]["command"] = Yaml::list({"sleep", std::to_string(pre_stop_seconds)}).flow();
  return made;
}

Yaml resources(const std::optional<RequestLimit<Cores>>& cpu, const std::optional<RequestLimit<Bytes>>& memory) {
  Yaml made;
  if (cpu) made["requests"]["cpu"] = to_text(cpu->request);
  if (memory) made["requests"]["memory"] = to_text(memory->request);
  if (cpu && cpu->limit) made["limits"]["cpu"] = to_text(*cpu->limit);
  if (memory && memory->limit) made["limits"]["memory"] = to_text(*memory->limit);
  return made;
}

Yaml env_from_secret(std::string_view name, std::string_view secret, std::string_view key) {
  Yaml made;
  made["name"] = name;
  Yaml& from = made["valueFrom"]["secretKeyRef"];
  from["name"] = secret;
  from["key"] = key;
  return made;
}

Yaml env_from_field(std::string_view name, std::string_view field) {
  Yaml made;
  made["name"] = name;
  made["valueFrom"]["fieldRef"]["fieldPath"] = field;
  return made;
}

void avoid_one_host(const Scope& scope, const std::string& component, Yaml& pod, int weight, bool required) {
  Yaml term;
  term["topologyKey"] = "kubernetes.io/hostname";
  term["labelSelector"]["matchLabels"] = selector(scope, component);
  Yaml& rule = pod["affinity"]["podAntiAffinity"];
  if (required) {
    rule["requiredDuringSchedulingIgnoredDuringExecution"].add(std::move(term));
    return;
  }
  Yaml& wish = rule["preferredDuringSchedulingIgnoredDuringExecution"].add();
  wish["weight"] = weight;
  wish["podAffinityTerm"] = std::move(term);
}

Yaml disruption_budget(const Scope& scope, const std::string& component, std::string_view role, const Disruption& budget) {
  Yaml made =
      object(scope, scope.at_least(21) ? "policy/v1" : "policy/v1beta1", "PodDisruptionBudget", component, component, role);
  Yaml& spec = made["spec"];
  if (budget.min_available) spec["minAvailable"] = *budget.min_available;
  if (budget.min_available_share) spec["minAvailable"] = whole_percent(*budget.min_available_share, true);
  if (budget.max_unavailable) spec["maxUnavailable"] = *budget.max_unavailable;
  if (budget.max_unavailable_share) spec["maxUnavailable"] = whole_percent(*budget.max_unavailable_share, false);
  spec["selector"]["matchLabels"] = selector(scope, component);
  return made;
}

Yaml service(const Scope& scope, const std::string& name, const std::string& component, std::string_view role,
             std::string_view port_name, std::uint16_t port) {
  Yaml made = object(scope, "v1", "Service", name, component, role);
  made["spec"]["selector"] = selector(scope, component);
  made["spec"]["ports"].add(one_port(port_name, port));
  return made;
}

Yaml headless(const Scope& scope, const std::string& name, const std::string& component, std::string_view role,
              std::string_view port_name, std::uint16_t port) {
  Yaml made = object(scope, "v1", "Service", name, component, role);
  Yaml& spec = made["spec"];
  spec["clusterIP"] = "None";
  spec["publishNotReadyAddresses"] = Yaml(true).why("they find each other before they are ready");
  spec["selector"] = selector(scope, component);
  spec["ports"].add(one_port(port_name, port));
  return made;
}

Yaml config_volume(std::string_view config_map, std::string_view secret, std::initializer_list<std::string_view> secret_keys) {
  Yaml made;
  made["name"] = "config";
  Yaml& sources = made["projected"]["sources"];
  sources.add()["configMap"]["name"] = config_map;
  Yaml& from = sources.add()["secret"];
  from["name"] = secret;
  for (const std::string_view key : secret_keys) {
    Yaml& item = from["items"].add();
    item["key"] = key;
    item["path"] = key;
  }
  return made;
}

Yaml data_claim(Bytes size, std::string why) {
  Yaml made;
  made["metadata"]["name"] = "data";
  made["spec"]["accessModes"] = Yaml::list({"ReadWriteOnce"}).flow();
  made["spec"]["resources"].about(
      "A StatefulSet refuses another size. To grow: kubectl patch each pvc, then kubectl delete statefulset --cascade=orphan, "
      "and "
      "apply.");
  made["spec"]["resources"]["requests"]["storage"] = Yaml(whole_mebibytes(size)).why(std::move(why));
  return made;
}

Yaml stateful_set(const Scope& scope, const std::string& name, std::string_view role, const std::string& service, int replicas,
                  bool together) {
  Yaml made = object(scope, "apps/v1", "StatefulSet", name, name, role);
  Yaml& spec = made["spec"];
  spec["serviceName"] = service;
  spec["replicas"] = replicas;
  if (together) spec["podManagementPolicy"] = "Parallel";
  spec["selector"]["matchLabels"] = selector(scope, name);
  spec["template"]["metadata"]["labels"] = pod_labels(scope, name, role);
  return made;
}

Yaml& pod_of(Yaml& workload) { return workload["spec"]["template"]["spec"]; }

Yaml config_map(const Scope& scope, const std::string& name, std::string_view role) {
  return object(scope, "v1", "ConfigMap", name, name, role);
}

const std::string& text_of(const Rendered& rendered, std::string_view path) {
  const auto file = std::ranges::find(rendered.files, path, &File::path);
  PLIMSOLL_ASSERT(file != rendered.files.end());
  return file->text;
}

void pass_notes(const Scope& scope, const Rendered& rendered, const ModelPath& path,
                std::initializer_list<std::string_view> not_of) {
  for (const Note& one : rendered.notes) {
    if (one.to_make || !one.path.starts_with(path)) continue;
    const std::string_view rest = std::string_view(one.path).substr(path.size());
    if (!rest.empty() && rest.front() != '.') continue;  // another component's, with a longer name
    if (std::ranges::find(not_of, rest) == not_of.end()) scope.notes.push_back(one);
  }
}

std::string whole_mebibytes(Bytes size) { return to_text(Bytes{(size.count + mebibyte - 1) / mebibyte * mebibyte}); }

Documents elsewhere(const Scope& scope, const std::string& name, std::string_view role, std::string_view port_name,
                    std::uint16_t port) {
  const auto given = scope.options.at.find(name);
  if (given == scope.options.at.end() || given->second.empty()) return {};
  const std::vector<Endpoint>& at = given->second;
  Documents made;
  Yaml& named = made.emplace_back(object(scope, "v1", "Service", name, name, role));
  if (!is_address(at.front().host)) {
    named["spec"]["type"] = "ExternalName";
    named["spec"]["externalName"] = at.front().host;
    if (at.front().port != port)
      scope.notes.push_back({"", fmt::format("Service {} is a name for {} and changes no port: connect to {}:{}", name,
                                             at.front().host, name, at.front().port)});
    if (at.size() > 1)
      scope.notes.push_back({"", fmt::format("Service {} can be a name for one host only: {}", name, at.front().host)});
    return made;
  }
  if (std::ranges::any_of(at, is_six) && scope.at_least(20))
    named["spec"]["ipFamilyPolicy"] = Yaml("PreferDualStack").why("an address of IPv6 is reached by an address of IPv6 only");
  Yaml& one = named["spec"]["ports"].add();
  one["name"] = port_name;
  one["port"] = port;
  one["targetPort"] = at.front().port;
  for (const Endpoint& other : at)
    if (!is_address(other.host))
      scope.notes.push_back({"", fmt::format("Service {} stands for addresses; {} is a name and left out", name, other.host)});
  append(made, endpoint_slices(scope, name, role, port_name, at));
  return made;
}

Options within(const Stack& stack, const Options& options) {
  Options made = options;
  for (const Endpoint& store : stores_of(stack)) {
    const auto given = made.at.find(store.host);
    if (given == made.at.end() || given->second.empty()) continue;
    const Endpoint first = given->second.front();
    given->second = {{store.host, is_address(first.host) ? store.port : first.port}};
  }
  return made;
}

}  // namespace plimsoll::render::kube
