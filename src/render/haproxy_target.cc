// haproxy/haproxy.cfg for a container or a machine of its own: the backends are those of `up`, the servers come from DNS or from
// Options::at.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "render/haproxy.h"
#include "render/haproxy_parts.h"
#include "render/names.h"
#include "render/proxies.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

/// The instances are the addresses behind one name, found while HAProxy runs.
bool by_name(const std::vector<Endpoint>& at) { return at.size() == 1 && !is_address(at.front()); }

std::string address(const Endpoint& bind) { return bind.host.empty() ? fmt::format("*:{}", bind.port) : to_text(bind); }

std::string head(const Stack& stack) {
  const Balancer& balancer = *stack.balancer;
  return fmt::format(R"(# {made_by}
global
  log stdout format raw local0
  # The runtime API, relative to the working directory. To drain an instance: "set server {tier}/{tier}-1 state drain".
  stats socket unix@haproxy.sock mode 600 level admin expose-fd listeners
  maxconn 4000
  # After a reload the old process leaves when its connections are done, or by then. Derived: balancer.timeout + drain.
  hard-stop-after {hard_stop}ms

defaults
  log global
{defaults})",
                     fmt::arg("made_by", made_by("HAProxy", stack)), fmt::arg("tier", entrance_of(stack)->name),
                     fmt::arg("hard_stop", haproxy_parts::ms(leave_within(balancer))),
                     fmt::arg("defaults", haproxy_parts::defaults(balancer)));
}

std::string resolvers() {
  return R"(
resolvers dns
  parse-resolv-conf
  # One answer names every instance of a tier; HAProxy's own 512 bytes hold some 30.
  accepted_payload_size 8192
  hold valid 2s
)";
}

// HAProxy's longest time is 2³¹ - 1 ms, 24.8 days, and an entry lives for two windows.
constexpr std::int64_t longest_window = 1'000'000;

std::int64_t exact_window(Rate rate) {
  const double seconds = std::ceil(1 / rate.per_second - 1e-9);
  return seconds > static_cast<double>(longest_window) ? longest_window + 1
                                                       : std::max<std::int64_t>(60, static_cast<std::int64_t>(seconds));
}

/// HAProxy counts what it let through in sliding windows. A short one bounds what comes at once, a long one the rate.
std::string rate_limit(const Balancer& balancer) {
  if (!balancer.client_rate) return {};
  const double rate = balancer.client_rate->per_second;
  const int burst = balancer.client_burst;
  const std::int64_t window = std::min(longest_window, exact_window(*balancer.client_rate));
  const auto within = [&](double seconds) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(rate * seconds + 1e-9)) + burst);
  };
  return fmt::format(
      R"(  # By client address; beyond it 429. Derived: client_rate × window + client_burst, in 1 s and in {window} s.
  stick-table type ipv6 size 100k expire {expire}s store gpc0_rate(1s),gpc1_rate({window}s)
  http-request track-sc0 src
  http-request deny deny_status 429 if {{ sc0_gpc0_rate ge {once} }} || {{ sc0_gpc1_rate ge {sustained} }}
  http-request sc-inc-gpc0(0)
  http-request sc-inc-gpc1(0)
)",
      fmt::arg("window", window), fmt::arg("expire", 2 * window), fmt::arg("once", within(1)),
      fmt::arg("sustained", within(static_cast<double>(window))));
}

std::string frontends(const Stack& stack, const Tier& tier, const Options& options) {
  const Balancer& balancer = *stack.balancer;
  return fmt::format(R"(
frontend {name}
  bind {bind}
  option httplog
{limit}  default_backend {tier}

frontend metrics
  bind {metrics}
  no log
  http-request use-service prometheus-exporter if {{ path /metrics }}
)",
                     fmt::arg("name", haproxy_frontend(balancer)), fmt::arg("bind", address(balancer_bind(stack, options))),
                     fmt::arg("limit", rate_limit(balancer)), fmt::arg("tier", tier.name),
                     fmt::arg("metrics", address(balancer_metrics_bind(stack, options))));
}

std::string stickiness(const Stack& stack, bool dynamic) {
  const std::string& cookie = stack.balancer->sticky;
  if (cookie.empty()) return {};
  // A dynamic value is made of the key and the instance's address, so it stays with the instance, not with its slot.
  return fmt::format(
      "  cookie {} insert indirect nocache httponly{}\n  timeout tunnel 1h  # a WebSocket may be silent for so long\n", cookie,
      dynamic ? fmt::format(" dynamic\n  dynamic-cookie-key {}", stack.name) : "");
}

std::string backend(const Stack& stack, const Tier& tier, const Options& options) {
  const std::vector<Endpoint> at = endpoints_of(options, tier.name, instance_port);
  std::string text = haproxy_parts::backend_head(*stack.balancer, tier) + stickiness(stack, by_name(at));
  if (by_name(at))
    return text + fmt::format(
                      "  # derived: 2 × {} + 2, room for all instances to drain beside new ones\n"
                      "  server-template {}- 1-{} {} resolvers dns init-addr none\n",
                      tier.replicas.max, tier.name, slot_count(tier), to_text(at.front()));
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::string name = fmt::format("{}-{}", tier.name, i + 1);
    text += fmt::format("  server {} {}{}\n", name, to_text(at[i]), stack.balancer->sticky.empty() ? "" : " cookie " + name);
  }
  return text;
}

void note(const Stack& stack, const Tier& tier, bool resolves, std::vector<Note>& notes) {
  note_health_path(stack, tier, notes);
  if (resolves)
    notes.push_back({"balancer",
                     "HAProxy asks DNS for names as they stand in the file: on Kubernetes they have to be whole "
                     "(api.NAMESPACE.svc.cluster.local), of a headless Service (clusterIP: None)"});
  if (!stack.balancer->sticky.empty())
    notes.push_back({"balancer.sticky",
                     "an instance that is set to drain still gets the clients with its cookie; `state maint` sends "
                     "them elsewhere"});
  if (stack.balancer->client_rate && exact_window(*stack.balancer->client_rate) > longest_window)
    notes.push_back(
        {"balancer.client_rate", fmt::format("HAProxy counts for 24 days at most: one request and client_burst in {} s "
                                             "is the least it can say",
                                             longest_window)});
  if (stack.balancer->client_rate)
    notes.push_back({"balancer.client_rate", "HAProxy has no token bucket: it counts requests in two sliding windows instead"});
}

}  // namespace

Rendered haproxy(const Stack& stack, const Options& options) {
  Rendered out;
  const Tier* tier = balanced_tier(stack, BalancerEngine::haproxy, options, out.notes);
  if (tier == nullptr) return out;
  const std::vector<const Tier*> tiers = service_tiers(stack);
  const bool resolves =
      std::ranges::any_of(tiers, [&](const Tier* one) { return by_name(endpoints_of(options, one->name, instance_port)); });
  std::string text = head(stack) + (resolves ? resolvers() : "") + frontends(stack, *tier, options);
  for (const Tier* one : tiers) text += backend(stack, *one, options);
  out.files.push_back({"haproxy/haproxy.cfg", std::move(text)});
  note(stack, *tier, resolves, out.notes);
  return out;
}

}  // namespace plimsoll::render
