// Traefik 3: traefik.yaml, which it reads when it starts, and dynamic.yaml, which it watches.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "render/names.h"
#include "render/proxies.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

Yaml static_part(const Stack& stack, const Options& options) {
  const Balancer& balancer = *stack.balancer;
  Yaml root;
  root.about(made_by("Traefik", stack) + "\nRead at start, from /etc/traefik. What is routed where: dynamic.yaml.");
  Yaml& web = root["entryPoints"]["web"];
  web["address"] = to_text(balancer_bind(stack, options));
  web["transport"]["lifeCycle"]["graceTimeOut"] =
      Yaml(plain_time(leave_within(balancer))).why("derived: balancer.timeout + drain");
  web["transport"]["respondingTimeouts"]["readTimeout"] =
      Yaml(plain_time(std::max<Duration>(balancer.timeout, std::chrono::seconds(60))))
          .why("derived: balancer.timeout, at least Traefik's own 60s; for a request with its body");
  root["entryPoints"]["metrics"]["address"] = to_text(balancer_metrics_bind(stack, options));
  root["providers"]["file"]["filename"] = "/etc/traefik/dynamic.yaml";
  root["providers"]["file"]["watch"] = true;
  Yaml& timeouts = root["serversTransport"]["forwardingTimeouts"];
  timeouts["dialTimeout"] = "10s";
  timeouts["responseHeaderTimeout"] = plain_time(balancer.timeout);
  root["ping"]["entryPoint"] = "metrics";
  root["metrics"]["prometheus"]["entryPoint"] = "metrics";
  return root;
}

Yaml service(const Balancer& balancer, const Tier& tier, const Options& options) {
  Yaml out;
  Yaml& balance = out["loadBalancer"];
  Yaml& servers = balance["servers"];
  servers.about("To drain an instance: take it out of here. Running requests end, new ones go elsewhere.");
  for (const Endpoint& at : endpoints_of(options, tier.name, instance_port)) servers.add()["url"] = "http://" + to_text(at);
  Yaml& health = balance["healthCheck"];
  health["path"] = balancer.health.path;
  health["interval"] = plain_time(balancer.health.every);
  health["timeout"] = plain_time(balancer.health.timeout);
  if (!balancer.sticky.empty()) {
    Yaml& cookie = balance["sticky"]["cookie"];
    cookie["name"] = balancer.sticky;
    cookie["httpOnly"] = true;
  }
  return out;
}

Yaml rate_limit(const Balancer& balancer, std::vector<Note>& notes) {
  constexpr std::array<Duration, 3> periods = {std::chrono::seconds(1), std::chrono::minutes(1), std::chrono::hours(1)};
  const CountPer rate = count_per(*balancer.client_rate, periods);
  if (!rate.exact)
    notes.push_back({"balancer.client_rate", fmt::format("rounded up to {} in {}", rate.count, plain_time(rate.per))});
  Yaml out;
  out["average"] = rate.count;
  out["period"] = plain_time(rate.per);
  out["burst"] = std::max(1, balancer.client_burst);  // how many at once: 0 would let none through
  return out;
}

Yaml dynamic_part(const Stack& stack, const Tier& tier, const Options& options, std::vector<Note>& notes) {
  const Balancer& balancer = *stack.balancer;
  Yaml root;
  root.about(made_by("Traefik's routes", stack) + "\nWatched: a change holds at once.");
  Yaml http;
  Yaml& router = http["routers"][tier.name];
  router["entryPoints"].add("web");
  router["rule"] = "PathPrefix(`/`)";
  if (balancer.client_rate) router["middlewares"].add("client-rate");
  router["middlewares"].add("retry");
  router["service"] = tier.name;
  if (balancer.client_rate)
    http["middlewares"]["client-rate"]["rateLimit"] = rate_limit(balancer, notes).about("by client address; beyond it 429");
  http["middlewares"]["retry"]["retry"]["attempts"] = Yaml(3).why("a request that no instance has read goes to another");
  for (const Tier* one : service_tiers(stack)) http["services"][one->name] = service(balancer, *one, options);
  root["http"] = std::move(http);
  return root;
}

void note(const Stack& stack, const Tier& tier, const Options& options, std::vector<Note>& notes) {
  const Balancer& balancer = *stack.balancer;
  note_health_path(stack, tier, notes);
  if (balancer.algorithm != BalancerAlgorithm::roundrobin)
    notes.push_back(
        {"balancer.algorithm", balancer.algorithm == BalancerAlgorithm::source
                                   ? "Traefik's instances take turns; from 3.4 on `strategy: hrw` beside servers chooses by "
                                     "client address"
                                   : "Traefik's instances take turns; from 3.4 on `strategy: p2c` beside servers chooses the "
                                     "less busy of two"});
  if (const std::vector<Endpoint> at = endpoints_of(options, tier.name, instance_port);
      at.size() == 1 && tier.replicas.max > 1 && !is_address(at.front()))
    notes.push_back(
        {fmt::format("tiers.{}.replicas", tier.name),
         fmt::format("Traefik takes {0} for one server, however many instances answer to the name: health check{1} and "
                     "retry mean it as a whole. List the instances under servers, or use Traefik's own provider for "
                     "Docker or Kubernetes",
                     tier.name, balancer.sticky.empty() ? "" : ", sticky cookie")});
}

}  // namespace

Rendered traefik(const Stack& stack, const Options& options) {
  Rendered out;
  const Tier* tier = balanced_tier(stack, BalancerEngine::traefik, options, out.notes);
  if (tier == nullptr) return out;
  out.files.push_back({"traefik/dynamic.yaml", to_yaml(dynamic_part(stack, *tier, options, out.notes))});
  out.files.push_back({"traefik/traefik.yaml", to_yaml(static_part(stack, options))});
  note(stack, *tier, options, out.notes);
  return out;
}

}  // namespace plimsoll::render
