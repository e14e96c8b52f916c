// One service of a Compose file as a workload.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/quantity.h"
#include "import/compose.h"
#include "import/compose_node.h"
#include "import/text_lines.h"

namespace plimsoll::import::compose {
namespace {

using spec::Node;

constexpr int most_replicas = 100'000;

bool is_true(const Interpolated& value) { return value.text == "true" || value.text == "yes" || value.text == "1"; }

class ServiceReader {
 public:
  ServiceReader(std::uint32_t file, std::string_view file_name, const Node& services, const Node::Entry& entry, Facts& facts)
      : node_(file, services, entry), entry_(entry), facts_(facts) {
    workload_.kind = Workload::Kind::compose_service;
    workload_.api_kind = "service";
    workload_.name = entry.key;
    workload_.space = file_name;
    workload_.labels.emplace(service_label, entry.key);
    workload_.selector = workload_.labels;
    workload_.at = workload_.spec = node_.spot(entry.at);
    container_.name = entry.key;
    container_.at = container_.resources = workload_.at;
  }

  Service read() {
    read_image();
    read_command();
    read_environment(node_, container_, facts_);
    read_sizes(node_, container_, facts_);
    read_probe(node_, container_);
    read_ports();
    read_deploy();
    read_neighbours();
    read_mounts();
    read_labels();
    read_notes();
    return finish();
  }

 private:
  void read_image() {
    container_.image = node_.text({"image"}).text;
    const Node::Entry* build = node_.find({"build"});
    if (!build) return;
    container_.build = build->value.kind == Node::Kind::map ? node_.text({"build", "context"}).text : node_.text({"build"}).text;
    if (container_.build.empty()) container_.build = ".";
    out_.built = fmt::format("{}\n{}\n{}", container_.build, node_.text({"build", "dockerfile"}).text,
                             node_.text({"build", "target"}).text);
  }

  void read_command() {
    for (const std::string_view key : {"entrypoint", "command"}) {
      const Node::Entry* entry = node_.find({key});
      if (!entry) continue;
      for (const Node& item : entry->value.items)
        if (item.kind == Node::Kind::scalar) add_word(interpolate(item.text).text, item.at);
      if (entry->value.kind != Node::Kind::scalar) continue;
      const std::string_view written = entry->value.text;
      for (const Word& word : shell_words(written)) {
        const auto offset = static_cast<std::size_t>(word.raw.data() - written.data());
        add_word(interpolate(word.text).text, entry->value.part(offset, word.raw.size()));
      }
    }
  }

  void add_word(std::string word, const Position& at) {
    container_.command.push_back(std::move(word));
    container_.command_at.push_back(node_.spot(at));
  }

  void add_ports(std::string_view text) {
    for (const int port : ports_in(text))
      if (std::find(container_.ports.begin(), container_.ports.end(), port) == container_.ports.end() &&
          container_.ports.size() < 256)
        container_.ports.push_back(port);
  }

  void read_ports() {
    for (const Node* expose : node_.all("expose"))
      for (const Node& item : expose->items) add_ports(interpolate(item.text).text);
    for (const Node* list : node_.all("ports"))
      for (const Node& item : list->items) {
        if (item.kind == Node::Kind::map)
          long_port(item);
        else if (item.kind == Node::Kind::scalar)
          short_port(interpolate(item.text).text);
      }
  }

  // [address:][host:]container[/protocol]
  void short_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const std::string_view container = colon == std::string_view::npos ? text : text.substr(colon + 1);
    if (ports_in(container).empty()) return;
    add_ports(container);
    published_ |= !text.starts_with("127.0.0.1:") && !text.starts_with("localhost:") && !text.starts_with("[::1]:");
  }

  void long_port(const Node& item) {
    const Node::Entry* target = item.find("target");
    const Node::Entry* protocol = item.find("protocol");
    if (!target || (protocol && protocol->value.text == "udp")) return;
    add_ports(interpolate(target->value.text).text);
    const Node::Entry* address = item.find("host_ip");
    published_ |= item.find("published") != nullptr && (!address || address->value.text != "127.0.0.1");
  }

  void read_deploy() {
    for (const Node::Entry* entry : {node_.find({"scale"}), node_.find({"deploy", "replicas"})}) {
      if (!entry || entry->value.kind != Node::Kind::scalar) continue;
      const auto count = parse_integer(interpolate(entry->value.text).text);
      if (count && *count >= 0 && *count <= most_replicas) workload_.replicas = node_.found(*entry, static_cast<int>(*count));
    }
    if (const Node::Entry* grace = node_.find({"stop_grace_period"}))
      if (const auto time = parse_duration(interpolate(grace->value.text).text))
        workload_.termination_grace = node_.found(*grace, *time);
    const std::string mode = node_.text({"deploy", "mode"}).text;
    if (mode == "global") workload_.kind = Workload::Kind::daemon_set;
    if (mode.ends_with("-job")) workload_.kind = Workload::Kind::job;
    workload_.restart = node_.text({"restart"}).text;
    if (workload_.restart.empty()) workload_.restart = node_.text({"deploy", "restart_policy", "condition"}).text;
    if (const Node::Entry* deploy = node_.find({"deploy"})) container_.resources = node_.spot(deploy->at);
    if (const Node::Entry* resources = node_.find({"deploy", "resources"})) container_.resources = node_.spot(resources->at);
    // start-first: the new ones start beside the old ones, so many at a time.
    if (const Node::Entry* order = node_.find({"deploy", "update_config", "order"});
        order && order->value.text == "start-first") {
      const Node::Entry* parallel = node_.find({"deploy", "update_config", "parallelism"});
      const auto count = parallel ? parse_integer(interpolate(parallel->value.text).text) : std::optional<std::int64_t>(1);
      if (count && *count > 0 && *count <= most_replicas)
        workload_.surge = node_.found(parallel ? *parallel : *order, static_cast<int>(*count));
    }
    if (node_.text({"deploy", "placement", "max_replicas_per_node"}).text == "1") {
      workload_.placement.emplace();
      workload_.placement->own_hosts = true;
    }
  }

  void add_alias(std::string name) {
    if (name.empty() || name == workload_.name || name.find('$') != std::string::npos) return;
    if (std::find(workload_.aliases.begin(), workload_.aliases.end(), name) != workload_.aliases.end()) return;
    if (workload_.aliases.size() < 64) workload_.aliases.push_back(std::move(name));
  }

  void read_neighbours() {
    for (const Node* list : node_.all("depends_on")) {
      for (const Node& item : list->items) workload_.depends_on.push_back(item.text);
      for (const Node::Entry& entry : list->entries) {
        workload_.depends_on.push_back(entry.key);
        const Node::Entry* condition = entry.value.kind == Node::Kind::map ? entry.value.find("condition") : nullptr;
        if (condition && condition->value.text == "service_completed_successfully") out_.completed.push_back(entry.key);
      }
    }
    for (const Node* list : node_.all("networks")) {
      for (const Node& item : list->items) workload_.networks.push_back(item.text);
      for (const Node::Entry& entry : list->entries) {
        workload_.networks.push_back(entry.key);
        const Node::Entry* aliases = entry.value.kind == Node::Kind::map ? entry.value.find("aliases") : nullptr;
        if (!aliases) continue;
        for (const Node& alias : aliases->value.items) add_alias(interpolate(alias.text).text);
      }
    }
    for (const Node* list : node_.all("links"))
      for (const Node& item : list->items)
        if (const std::size_t colon = item.text.find(':'); colon != std::string::npos)
          out_.links.emplace(item.text.substr(0, colon), item.text.substr(colon + 1));
    add_alias(node_.text({"container_name"}).text);
    add_alias(node_.text({"hostname"}).text);
  }

  // Files of settings that are mounted: "./nginx.conf:/etc/nginx/nginx.conf:ro", and `configs`.
  void read_mounts() {
    for (const Node* list : node_.all("volumes"))
      for (const Node& item : list->items) {
        std::string source;
        if (item.kind == Node::Kind::map) {
          const Node::Entry* from = item.find("source");
          source = from ? interpolate(from->value.text).text : std::string();
        } else {
          source = interpolate(item.text).text;
          source.resize(std::min(source.find(':'), source.size()));
        }
        const std::string name = base_name(source);
        const bool path = source.starts_with('.') || source.starts_with('/') || source.starts_with('~');
        if (path && (name.ends_with(".conf") || name.ends_with(".ini") || name.ends_with(".template")))
          container_.config_maps.push_back(source.starts_with("./") ? source.substr(2) : source);
      }
    for (const Node* list : node_.all("configs"))
      for (const Node& item : list->items) {
        const bool map = item.kind == Node::Kind::map;
        const Node::Entry* source = map ? item.find("source") : nullptr;
        const Node::Entry* target = map ? item.find("target") : nullptr;
        const std::string name = map ? (source ? source->value.text : std::string()) : item.text;
        if (name.empty()) continue;
        container_.config_maps.push_back(name);
        if (target) out_.configs.emplace(name, base_name(target->value.text));
      }
  }

  void read_label(const std::string& key, const Interpolated& value) {
    workload_.labels.emplace(key, value.text);
    if (key.find(".loadbalancer.sticky") != std::string::npos && is_true(value)) sticky_ = true;
    if (key.ends_with(".loadbalancer.server.port")) add_ports(value.text);
    if (key == "traefik.enable" && is_true(value)) published_ = true;
  }

  void read_labels() {
    std::vector<const Node*> lists = node_.all("labels");
    if (const Node::Entry* deploy = node_.find({"deploy", "labels"})) lists.push_back(&deploy->value);
    for (const Node* list : lists) {
      for (const Node::Entry& entry : list->entries) read_label(entry.key, interpolate(entry.value.text));
      for (const Node& item : list->items) {
        const std::size_t equals = std::min(item.text.find('='), item.text.size());
        read_label(item.text.substr(0, equals),
                   interpolate(std::string_view(item.text).substr(std::min(equals + 1, item.text.size()))));
      }
    }
  }

  void read_notes() {
    if (!node_.elsewhere().empty())
      facts_.notes.push_back({workload_.at, fmt::format("{} extends {}, which is not seen", entry_.key, node_.elsewhere())});
    const Node::Entry* profiles = node_.find({"profiles"});
    if (!profiles) return;
    workload_.by_hand = true;
    std::string names = profiles->value.text;
    for (const Node& item : profiles->value.items) names += (names.empty() ? "" : ", ") + item.text;
    facts_.notes.push_back({node_.spot(profiles->at), fmt::format("{} runs only with the profile {}", entry_.key, names)});
  }

  Service finish() {
    std::vector<std::string> names{workload_.name};
    names.insert(names.end(), workload_.aliases.begin(), workload_.aliases.end());
    for (const std::string& name : names) {
      Endpoint endpoint;
      endpoint.name = name;
      endpoint.space = workload_.space;
      endpoint.selector = workload_.selector;
      endpoint.ports = container_.ports;
      endpoint.external = published_ && name == workload_.name;
      endpoint.sticky = sticky_;
      endpoint.at = endpoint.selector_at = workload_.at;
      out_.endpoints.push_back(std::move(endpoint));
    }
    workload_.containers.push_back(std::move(container_));
    out_.workload = std::move(workload_);
    return std::move(out_);
  }

  ServiceNode node_;
  const Node::Entry& entry_;
  Facts& facts_;
  Service out_;
  Workload workload_;
  Container container_;
  bool published_ = false, sticky_ = false;
};

}  // namespace

Service read_service(std::uint32_t file, std::string_view file_name, const Node& services, const Node::Entry& entry,
                     Facts& facts) {
  return ServiceReader(file, file_name, services, entry, facts).read();
}

}  // namespace plimsoll::import::compose
