// Service, Ingress and ConfigMap: names others connect to, and texts within texts.

#include <algorithm>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {

void service(const Object& object, Facts& facts) {
  Endpoint made;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  const Node::Entry* selector = entry_at(object.root, {"spec", "selector"});
  made.selector = texts(selector ? &selector->value : nullptr);
  made.selector_at = object.spot(selector);
  const std::string type = text(object.root, {"spec", "type"});
  made.external = type == "LoadBalancer" || type == "NodePort";
  if (type == "ExternalName") made.external_name = text(object.root, {"spec", "externalName"});
  made.headless = text(object.root, {"spec", "clusterIP"}) == "None";
  made.sticky = text(object.root, {"spec", "sessionAffinity"}) == "ClientIP";
  if (const Node* ports = at(object.root, {"spec", "ports"}))
    for (const Node& item : ports->items) {
      const auto port = integer(at(item, {"port"}));
      if (!port || *port < 1 || *port > 65535) continue;
      made.ports.push_back(*port);
      if (const std::string target = text(item, {"targetPort"}); !target.empty()) made.target_ports.emplace(*port, target);
      made.port_names.emplace(*port, text(item, {"name"}));
    }
  facts.endpoints.push_back(std::move(made));
}

namespace {

std::string backend(const Node& node) {
  std::string name = text(node, {"service", "name"});
  return name.empty() ? text(node, {"serviceName"}) : name;
}

void add(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

/// "30" and "30s" are both seconds.
Maybe<Duration> seconds_of(const Object& object, const Node::Entry* entry) {
  if (!entry) return std::nullopt;
  std::optional<Duration> time = whole_seconds(&entry->value);
  if (!time) time = parse_duration(text(&entry->value));
  return found<Duration>(object.file, entry, time);
}

}  // namespace

void ingress(const Object& object, Facts& facts) {
  IngressRule made;
  made.name = object.name;
  made.space = object.space;
  made.at = object.at;
  const Node* notes = at(object.root, {"metadata", "annotations"});
  const auto note = [&](const char* key) { return notes ? notes->find(key) : nullptr; };
  made.controller = text(object.root, {"spec", "ingressClassName"});
  if (const Node::Entry* of = note("kubernetes.io/ingress.class"); made.controller.empty() && of)
    made.controller = text(&of->value);
  if (const Node::Entry* affinity = note("nginx.ingress.kubernetes.io/affinity");
      affinity && text(&affinity->value) == "cookie") {
    const Node::Entry* name = note("nginx.ingress.kubernetes.io/session-cookie-name");
    made.cookie = name ? std::string(text(&name->value)) : "INGRESSCOOKIE";
  }
  if (const Node::Entry* sticky = note("traefik.ingress.kubernetes.io/service.sticky.cookie");
      sticky && is_true(&sticky->value)) {
    const Node::Entry* name = note("traefik.ingress.kubernetes.io/service.sticky.cookie.name");
    made.cookie = name ? std::string(text(&name->value)) : "sticky";
  }
  made.read_timeout = seconds_of(object, note("nginx.ingress.kubernetes.io/proxy-read-timeout"));
  if (const Node::Entry* rate = note("nginx.ingress.kubernetes.io/limit-rps")) {
    const auto per_second = number(&rate->value);
    if (per_second && *per_second > 0) made.client_rate = found<double>(object.file, rate, per_second);
  }
  if (const Node* fallback = at(object.root, {"spec", "defaultBackend"})) add(made.services, backend(*fallback));
  if (const Node* rules = at(object.root, {"spec", "rules"}))
    for (const Node& rule : rules->items) {
      add(made.hosts, text(rule, {"host"}));
      if (const Node* paths = at(rule, {"http", "paths"}))
        for (const Node& path : paths->items)
          if (const Node* to = at(path, {"backend"})) add(made.services, backend(*to));
    }
  facts.ingresses.push_back(std::move(made));
}

namespace {

/// The entry that `plimsoll render` made; null in anybody else's ConfigMap.
const Node::Entry* carried_spec(const Node& root, const Node& data) {
  const Node::Entry* entry = data.kind == Node::Kind::map ? data.find("stack.yaml") : nullptr;
  const bool ours = text(root, {"metadata", "labels", "app.kubernetes.io/managed-by"}) == "plimsoll";
  return entry && ours && entry->value.kind == Node::Kind::scalar ? entry : nullptr;
}

}  // namespace

void config_map(const Object& object, Facts& facts) {
  const Node* data = at(object.root, {"data"});
  if (!data) return;
  if (const Node::Entry* carried = carried_spec(object.root, *data)) {
    const Node::Entry* rendered = data->find("rendered.yaml");
    facts.carried.push_back(
        {{carried->value.text, rendered ? rendered->value.text : std::string()}, false, object.spot(carried->at)});
    return;
  }
  constexpr std::size_t longest_value = 4096;
  auto& values = facts.config_maps[object.name][object.space];
  for (const Node::Entry& entry : data->entries) {
    if (entry.value.kind != Node::Kind::scalar) continue;
    const std::string& value = entry.value.text;
    if (value.find('\n') == std::string::npos && value.size() <= longest_value)
      values.insert_or_assign(entry.key, Facts::ConfigValue{value, object.spot(entry.value.at)});
    const std::string_view key = entry.key;
    const bool may_be_config = key.ends_with(".conf") || key.ends_with(".ini") || key.ends_with(".cfg") || key.ends_with(".tmpl");
    if (!may_be_config && value.find('\n') == std::string::npos) continue;
    ConfigText made;
    made.owner = object.name;
    made.space = object.space;
    made.key = entry.key;
    made.text = value;
    made.lines_match = entry.value.literal;
    made.indent = entry.value.indent;
    made.at = object.spot(entry.value.at);
    if (made.lines_match) {
      made.at.at.line += 1;
      made.at.at.column = 1;
      made.at.at.length = 1;
    }
    facts.texts.push_back(std::move(made));
  }
}

}  // namespace plimsoll::import::kubernetes
