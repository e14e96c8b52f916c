// Tiers and the balancer in front of them.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/quantity.h"
#include "render/compose_parts.h"
#include "render/names.h"
#include "render/postgresql.h"
#include "render/proxies.h"

namespace plimsoll::render::compose_parts {
namespace {

std::string key_of(const Tier& tier, std::string_view key) { return fmt::format("tiers.{}.{}", tier.name, key); }

// A password's place in a derived value, until the rest of it is escaped: no name and no host has these characters.
constexpr char mark_begin = '\x01', mark_end = '\x02';

Login marked(const std::string& component) {
  const auto mark = [&](std::string_view what) {
    return fmt::format("{}{}_{}{}", mark_begin, variable_of(component), what, mark_end);
  };
  return {postgres_app_role, mark("PASSWORD"), mark("API_KEY")};
}

std::string with_passwords(Project& project, const std::string& value) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t begin = value.find(mark_begin); begin != std::string::npos; begin = value.find(mark_begin, at)) {
    const std::size_t end = value.find(mark_end, begin);
    out += plain(std::string_view(value).substr(at, begin - at)) + project.password(value.substr(begin + 1, end - begin - 1));
    at = end + 1;
  }
  return out + plain(std::string_view(value).substr(at));
}

Yaml environment_of(Project& project, const Tier& tier) {
  Yaml environment;
  environment["PORT"] = std::to_string(instance_port);
  environment["ADDRESS"] = "0.0.0.0";
  for (const Variable& one : variables_of(project.stack, tier, project.options, marked))
    if (!tier.run.env.contains(one.name)) environment[one.name] = Yaml(with_passwords(project, one.value)).why(one.derived);
  for (const auto& [name, value] : tier.run.env) environment[name] = with_references(value);
  return environment;
}

/// run.command is what `up` starts on this machine; an image has a command of its own, unless two tiers share it.
void add_command(Project& project, const Tier& tier, Yaml& service) {
  if (tier.run.command.empty()) return;
  if (!tier.run.image.empty() && !image_is_shared(project.stack, tier)) {
    project.notes.push_back(
        {key_of(tier, "run.command"), fmt::format("not in compose.yaml: {} starts what its image says", tier.name)});
    return;
  }
  std::vector<Yaml> words;
  for (const std::string& word : tier.run.command) words.emplace_back(plain(word));
  service["command"] = Yaml::list(std::move(words)).flow();
}

Yaml grace_of(const Stack& stack, const Tier& tier) {
  const std::int64_t stop = seconds_of(tier.run.stop_within);
  if (tier.kind != TierKind::service || !stack.balancer) return Yaml(fmt::format("{}s", stop)).why("derived: run.stop_within");
  const std::int64_t drain = seconds_of(stack.balancer->drain);
  return Yaml(fmt::format("{}s", drain + stop))
      .why(fmt::format("derived: {} s balancer.drain + {} s run.stop_within", drain, stop));
}

void wait_for_used(const Project& project, const Tier& tier, Yaml& service) {
  for (const Use& use : tier.uses) {
    if (!use.through.empty())
      wait_for(project, service, use.through);
    else if (project.stack.database(use.component) != nullptr)
      wait_for(project, service, use.component);
    if (project.stack.database(use.component) != nullptr && use.reads) wait_for(project, service, use.component + "-read");
    if (const Cache* cache = project.stack.cache(use.component)) wait_for(project, service, first_node(*cache));
    if (const VectorStore* store = project.stack.vector_store(use.component))
      wait_for(project, service, store->nodes > 1 ? store->name + "-1" : store->name);
  }
}

void note_what_is_missing(Project& project, const Tier& tier) {
  std::vector<Note>& notes = project.notes;
  note_missing_image(tier, notes);
  if (tier.replicas.min != tier.replicas.max)
    notes.push_back(
        {key_of(tier, "scale"),
         fmt::format("Compose keeps {}; another count of {} to {}: docker compose -p {} up -d --no-recreate "
                     "--scale {}=N. `plimsoll up` follows the load",
                     std::max(1, tier.replicas.min), tier.replicas.min, tier.replicas.max, project.stack.name, tier.name)});
  if (tier.leader)
    notes.push_back({key_of(tier, "leader"),
                     "Compose has no leases: the instances have to elect their leader by other means (the database, Redis)"});
  if (tier.placement) notes.push_back({key_of(tier, "placement"), "all instances stand on one machine"});
  if (tier.disruption)
    notes.push_back({key_of(tier, "disruption"), "nothing evicts on Compose, and nothing waits for the others before a stop"});
  if (tier.vertical && tier.vertical->mode != Vertical::Mode::off)
    notes.push_back({key_of(tier, "vertical"), "Compose does not resize: the limits are those of instance"});
  std::set<std::string> names;  // of the variables, not of those they end up in
  for (const auto& [name, value] : tier.run.env) {
    const std::string text = with_references(value);
    for (std::size_t at = 0; (at = text.find("${", at)) != std::string::npos; at += 2)
      if (const std::size_t end = text.find(":?", at); end != std::string::npos && (at == 0 || text[at - 1] != '$'))
        names.insert(text.substr(at + 2, end - at - 2));
  }
  const std::string wanted = fmt::format("{}", fmt::join(names, ", "));
  if (!wanted.empty()) notes.push_back({key_of(tier, "run.env"), fmt::format("set in .env: {}", wanted), true});
}

Yaml tier_service(Project& project, const Tier& tier) {
  Yaml service;
  service["image"] = plain(image_of(project.stack, tier));
  add_command(project, tier, service);
  service["environment"] = environment_of(project, tier);
  service["expose"].add(std::to_string(instance_port));
  service["deploy"]["replicas"] =
      Yaml(std::max(1, tier.replicas.min))
          .why(tier.replicas.min > 0 ? "derived: replicas.min" : "derived: nothing starts one when there is work");
  resources(service, tier.instance.cpu, tier.instance.memory);
  service["stop_grace_period"] = grace_of(project.stack, tier);
  wait_for_used(project, tier, service);
  service["restart"] = "unless-stopped";
  return service;
}

/// ADDRESS:PORT:PORT as Docker wants it.
std::string published(const std::string& address, std::uint16_t port) {
  const bool six = address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}:{}", six ? "[" : "", address, six ? "]" : "", port, port);
}

}  // namespace

void add_tiers(Project& project) {
  bool any = false;
  for (const Tier& tier : project.stack.tiers) {
    if (!project.is_here(tier.name)) continue;
    project.services[tier.name] = tier_service(project, tier);
    note_what_is_missing(project, tier);
    any = true;
  }
  if (!any) return;
  project.notes.push_back(
      {"tiers", "no health check of their own: an image need not have a client in it. The balancer asks run.ready"});
  project.notes.push_back(
      {"tiers", "INSTANCE is not set: Compose gives every copy the same variables, and its host name tells it from the others"});
}

void add_balancer(Project& project) {
  const Stack& stack = project.stack;
  const Tier* entrance = entrance_of(stack);
  if (!stack.balancer || entrance == nullptr) return;
  const Balancer& balancer = *stack.balancer;
  Yaml service;
  switch (balancer.engine) {
    case BalancerEngine::nginx:
      service["image"] = nginx_image;
      mount(project, service, "nginx/nginx.conf", "/etc/nginx/nginx.conf");
      break;
    case BalancerEngine::haproxy:
      service["image"] = haproxy_image;
      mount(project, service, "haproxy/haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg");
      break;
    case BalancerEngine::traefik:
      service["image"] = traefik_image;
      mount(project, service, "traefik/traefik.yaml", "/etc/traefik/traefik.yaml");
      mount(project, service, "traefik/dynamic.yaml", "/etc/traefik/dynamic.yaml");
      break;
  }
  service["ports"].add(published(balancer.address, balancer.listen));
  service["stop_grace_period"] =
      Yaml(fmt::format("{}s", seconds_of(leave_within(balancer)))).why("derived: balancer.timeout + drain, its last requests");
  for (const Tier* tier : service_tiers(stack)) wait_for(project, service, tier->name);
  service["restart"] = "unless-stopped";
  put(project, "balancer", std::move(service));
  if (!balancer.bought.instance_class.empty())
    project.notes.push_back({"balancer.class", fmt::format("{} is the cloud's; here a container of its own does the work",
                                                           balancer.bought.instance_class)});
}

}  // namespace plimsoll::render::compose_parts
