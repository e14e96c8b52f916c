// A container of a pod: resources, environment, probes, hooks.

#include <algorithm>

#include "core/quantity.h"
#include "import/kubernetes.h"

namespace plimsoll::import::kubernetes {
namespace {

/// Memory as Kubernetes writes it: "512Mi", "1.5Gi", "128974848", "500m" (of a byte).
std::optional<Bytes> memory(std::string_view written) {
  const auto bytes = parse_kubernetes_quantity(written);
  if (!bytes || !(*bytes >= 1) || *bytes > 0x1p60) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(*bytes)};
}

std::optional<Cores> cores(std::string_view written) {
  const auto count = parse_kubernetes_quantity(written);
  if (!count || !(*count > 0) || *count > 1e6) return std::nullopt;
  return Cores{*count};
}

void resources(const Object& object, const Node& node, Container& into) {
  const Node::Entry* section = node.find("resources");
  into.resources = section ? object.spot(section) : into.at;
  if (!section) return;
  const auto part = [&](const char* of, const char* what) { return entry_at(section->value, {of, what}); };
  const auto read = [&](const Node::Entry* entry, auto parse) {
    using T = typename decltype(parse(std::string_view()))::value_type;
    return found<T>(object.file, entry, entry ? parse(text(&entry->value)) : std::nullopt);
  };
  into.cpu_request = read(part("requests", "cpu"), cores);
  into.cpu_limit = read(part("limits", "cpu"), cores);
  into.memory_request = read(part("requests", "memory"), memory);
  into.memory_limit = read(part("limits", "memory"), memory);
  into.has_cpu_request = part("requests", "cpu") || into.cpu_limit;
  into.has_memory_request = part("requests", "memory") || into.memory_limit;
  // What has a limit and no request has the limit as its request.
  if (!into.cpu_request && !part("requests", "cpu")) into.cpu_request = into.cpu_limit;
  if (!into.memory_request && !part("requests", "memory")) into.memory_request = into.memory_limit;
}

std::string reference(const Node& from, std::string_view name_key) {
  std::string name(text(from.find(name_key) ? &from.find(name_key)->value : nullptr));
  const std::string key = text(from, {"key"});
  if (!key.empty()) name += "/" + key;
  return name;
}

/// The value of a variable that is not written here: where it comes from.
void value_from(const Node& from, Variable& into) {
  if (const Node* secret = at(from, {"secretKeyRef"})) {
    into.secret = true;
    into.from = reference(*secret, "name");
  } else if (const Node* config = at(from, {"configMapKeyRef"})) {
    into.from_config = true;
    into.from = reference(*config, "name");
  } else {
    into.secret = true;
    into.from = from.entries.empty() ? "" : from.entries.front().key;
  }
}

void environment(const Object& object, const Node& node, Container& into) {
  if (const Node* list = at(node, {"env"}))
    for (const Node& item : list->items) {
      const Node::Entry* name = item.find("name");
      if (!name) continue;
      Variable variable;
      variable.name = text(&name->value);
      variable.at = object.spot(name->value.at);
      const Node::Entry* value = item.find("value");
      if (value) {
        variable.value = value->value.text;
        variable.at = object.spot(value->value.at);
        variable.prefix = "value: ";
      } else if (const Node* from = at(item, {"valueFrom"})) {
        value_from(*from, variable);
      }
      into.environment.push_back(std::move(variable));
    }
  if (const Node* list = at(node, {"envFrom"}))
    for (const Node& item : list->items) {
      if (const Node* map = at(item, {"configMapRef"})) {
        into.config_maps.push_back(text(*map, {"name"}));
        into.environment_from.push_back({text(*map, {"name"}), text(item, {"prefix"}), false});
      } else if (const Node* secret = at(item, {"secretRef"})) {
        into.environment_from.push_back({text(*secret, {"name"}), text(item, {"prefix"}), true});
      }
    }
}

std::optional<Probe> probe(const Object& object, const Container& of, const Node& node, const char* key) {
  const Node::Entry* entry = node.find(key);
  if (!entry || entry->value.kind != Node::Kind::map || entry->value.entries.empty()) return std::nullopt;
  Probe made;
  made.at = object.spot(entry);
  const Node& body = entry->value;
  const auto time = [&](const char* part) { return whole_seconds(at(body, {part})).value_or(Duration::zero()); };
  made.initial_delay = time("initialDelaySeconds");
  made.period = body.find("periodSeconds") ? time("periodSeconds") : std::chrono::seconds(10);
  made.timeout = body.find("timeoutSeconds") ? time("timeoutSeconds") : std::chrono::seconds(1);
  for (const char* kind : {"httpGet", "tcpSocket", "grpc"}) {
    const Node* how = at(body, {kind});
    if (!how) continue;
    made.path = text(*how, {"path"});
    made.http = std::string_view(kind) == "httpGet";
    const Node* port = at(*how, {"port"});
    made.port = integer(port);
    if (const auto named = of.named_ports.find(std::string(text(port))); named != of.named_ports.end()) made.port = named->second;
  }
  if (made.path.empty() && made.http) made.path = "/";
  return made;
}

/// Seconds that a command sleeps: ["sleep", "10"], ["sh", "-c", "sleep 10 && kill …"].
std::optional<Duration> sleep_of(const std::vector<std::string>& command) {
  std::string all;
  for (const std::string& word : command) all += word + " ";
  const std::size_t at = all.find("sleep ");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + 6;
  const std::size_t end = std::min(all.find_first_not_of("0123456789", begin), all.size());
  const auto whole = integer_of(std::string_view(all).substr(begin, end - begin));
  if (!whole) return std::nullopt;
  return std::chrono::seconds(*whole);
}

void hook(const Node& node, Container& into) {
  const Node* before = at(node, {"lifecycle", "preStop"});
  if (!before || before->kind != Node::Kind::map || before->entries.empty()) return;
  into.pre_stop = true;
  if (const Node* sleep = at(*before, {"sleep", "seconds"})) into.pre_stop_sleep = whole_seconds(sleep);
  if (const Node* command = at(*before, {"exec", "command"})) {
    std::vector<std::string> words;
    for (const Node& word : command->items) words.push_back(word.text);
    into.pre_stop_sleep = sleep_of(words);
  }
}

void ports(const Node& node, Container& into) {
  const Node* list = at(node, {"ports"});
  if (!list) return;
  for (const Node& item : list->items) {
    const auto port = integer(at(item, {"containerPort"}));
    if (!port || *port < 1 || *port > 65535) continue;
    into.ports.push_back(*port);
    if (const std::string name = text(item, {"name"}); !name.empty()) into.named_ports.emplace(name, *port);
  }
}

}  // namespace

Container container(const Object& object, const Node& node) {
  Container made;
  const Node::Entry* name = node.find("name");
  made.at = object.spot(name ? name->value.at : node.at);
  made.name = text(node, {"name"});
  if (const Node::Entry* image = node.find("image")) {
    made.image = text(&image->value);
    made.image_at = object.spot(image->value.at);
  } else {
    made.image_at = made.at;
  }
  for (const char* key : {"command", "args"})
    if (const Node* words = at(node, {key})) {
      if (words->kind == Node::Kind::scalar && !words->is_null()) {
        made.command.push_back(words->text);
        made.command_at.push_back(object.spot(words->at));
      }
      for (const Node& word : words->items) {
        made.command.push_back(word.text);
        made.command_at.push_back(object.spot(word.at));
      }
    }
  resources(object, node, made);
  environment(object, node, made);
  ports(node, made);
  made.readiness = probe(object, made, node, "readinessProbe");
  made.liveness = probe(object, made, node, "livenessProbe");
  made.startup = probe(object, made, node, "startupProbe");
  hook(node, made);
  made.sidecar = text(node, {"restartPolicy"}) == "Always";
  return made;
}

}  // namespace plimsoll::import::kubernetes
