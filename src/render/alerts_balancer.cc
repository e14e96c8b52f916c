// The entrance, as the balancer itself tells: what users get when no instance answers is in nobody else's figures.

#include <fmt/format.h>

#include <chrono>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/names.h"
#include "render/promql.h"

namespace plimsoll::render::alerting {

using namespace std::chrono_literals;

void balancer_alerts(const Stack& stack, Group& group) {
  if (!promql::tells_of_itself(stack)) return;
  const Tier& tier = *entrance_of(stack);
  const BalancerEngine engine = stack.balancer->engine;
  const bool haproxy = engine == BalancerEngine::haproxy;
  group.need(group.component, haproxy ? "haproxy_backend_active_servers" : "traefik_service_server_up");
  group.alerts.push_back(
      down_alert(group.component, "up", "Nobody is served: look whether it runs, then at its log and its last configuration."));
  if (tier.replicas.min > 0 && tier.scale.idle.value_or(1) > 0)
    group.alerts.push_back(
        {.name = "NoServer",
         .severity = Severity::critical,
         .held = 1min,
         .expr = fmt::format("{} == 0", promql::balancer_servers(engine, tier.name)),
         .signal = "servers",
         .summary = fmt::format("For 1m the balancer has found no instance of {} that passes its health check.", tier.name),
         .action = fmt::format("See whether {} runs and answers the health check; then whether the balancer finds its name.",
                               tier.name)});
  constexpr double many = 0.05;
  group.alerts.push_back(
      {.name = "ErrorsHigh",
       .severity = Severity::warning,
       .held = 5min,
       .expr = fmt::format("{} / {} > {}", promql::balancer_requests(engine, tier.name, true),
                           promql::balancer_requests(engine, tier.name), promql::number(many)),
       .signal = "errors",
       .summary =
           fmt::format("{{{{ $value | humanizePercentage }}}} of what the balancer answers for {} is 5xx: above {} for 5m.",
                       tier.name, to_text(Ratio{many})),
       .action = fmt::format("If {}'s own page shows fewer, instances are gone or too slow for the balancer; else find what "
                             "fails in them.",
                             tier.name)});
}

}  // namespace plimsoll::render::alerting
