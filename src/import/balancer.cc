// What brings requests to the services: an ingress, a balancer among the workloads, nginx' configuration, or nothing that says.

#include <fmt/format.h>

#include <algorithm>

#include "import/assembly.h"
#include "import/match.h"
#include "spec/pattern.h"

namespace plimsoll::import {
namespace {

/// The ingress that leads to a service tier; null if none does.
const IngressRule* ingress_of(const Assembly& of) {
  for (const IngressRule& rule : of.facts.ingresses)
    for (const Part& part : of.parts) {
      if (part.role != Role::tier) continue;
      for (const Endpoint* endpoint : of.endpoints_of(*part.workload))
        if (same_space(rule.space, endpoint->space) &&
            std::find(rule.services.begin(), rule.services.end(), endpoint->name) != rule.services.end())
          return &rule;
    }
  return nullptr;
}

void from_ingress(Assembly& of, const IngressRule& rule, Balancer& made) {
  of.note("balancer", rule.at);
  if (rule.controller.find("traefik") != std::string::npos)
    made.engine = BalancerEngine::traefik;
  else if (rule.controller.find("haproxy") != std::string::npos)
    made.engine = BalancerEngine::haproxy;
  else
    made.engine = BalancerEngine::nginx;
  of.infer("balancer", rule.at, fmt::format("requests come in through Ingress {}", rule.name));
  if (spec::cookie_name.matches(rule.cookie)) {
    made.sticky = rule.cookie;
    of.note("balancer.sticky", rule.at);
  }
  if (rule.read_timeout && rule.read_timeout->value > Duration::zero()) {
    made.timeout = rule.read_timeout->value;
    of.note("balancer.timeout", *rule.read_timeout);
  }
  if (rule.client_rate) {
    made.client_rate = Rate{rule.client_rate->value};
    of.note("balancer.client_rate", *rule.client_rate);
  }
}

void from_nginx(Assembly& of, const NginxFile& file, Balancer& made) {
  made.engine = BalancerEngine::nginx;
  of.note("balancer", file.at);
  made.algorithm = BalancerAlgorithm::roundrobin;
  if (!file.upstreams.empty()) {
    const Upstream& first = file.upstreams.front();
    if (first.algorithm == "least_conn") made.algorithm = BalancerAlgorithm::leastconn;
    if (first.algorithm == "random") made.algorithm = BalancerAlgorithm::random;
    if (first.algorithm == "ip_hash" || first.algorithm == "hash") made.algorithm = BalancerAlgorithm::source;
    of.note("balancer.algorithm", first.at);
  }
  if (file.read_timeout && file.read_timeout->value > Duration::zero()) {
    made.timeout = file.read_timeout->value;
    of.note("balancer.timeout", *file.read_timeout);
  }
  if (file.client_rate && file.client_rate->value > 0) {
    made.client_rate = Rate{file.client_rate->value};
    made.client_burst = std::clamp(file.client_burst, 0, 100'000);
    of.note("balancer.client_rate", *file.client_rate);
  }
}

}  // namespace

void assemble_balancer(Assembly& of) {
  auto& tiers = of.out.stack.tiers;
  const auto service = std::find_if(tiers.begin(), tiers.end(), [](const Tier& tier) { return tier.kind == TierKind::service; });
  if (service == tiers.end()) return;
  Balancer made;
  const auto nginx = std::find_if(of.facts.nginx.begin(), of.facts.nginx.end(),
                                  [](const NginxFile& file) { return !file.passes.empty() || !file.upstreams.empty(); });
  const auto own = std::find_if(of.parts.begin(), of.parts.end(), [](const Part& part) { return part.role == Role::balancer; });
  if (const IngressRule* rule = ingress_of(of)) {
    from_ingress(of, *rule, made);
  } else if (nginx != of.facts.nginx.end()) {
    from_nginx(of, *nginx, made);
    of.infer("balancer", nginx->at, "nginx passes requests on");
  } else if (own != of.parts.end()) {
    made.engine = own->engine == "nginx"     ? BalancerEngine::nginx
                  : own->engine == "traefik" ? BalancerEngine::traefik
                                             : BalancerEngine::haproxy;
    of.note("balancer", own->workload->at);
    of.infer("balancer", own->workload->at, fmt::format("{} {} is the balancer", own->workload->api_kind, own->workload->name));
  } else {
    of.infer("balancer", std::nullopt,
             fmt::format("a balancer is put before {}: nothing here says how requests reach it", service->name));
  }
  of.out.stack.balancer = std::move(made);
}

}  // namespace plimsoll::import
