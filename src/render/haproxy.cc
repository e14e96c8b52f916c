#include "render/haproxy.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "render/haproxy_parts.h"

namespace plimsoll::render {
namespace {

using haproxy_parts::ms;

const char* algorithm(BalancerAlgorithm algorithm) {
  switch (algorithm) {
    case BalancerAlgorithm::roundrobin:
      return "roundrobin";
    case BalancerAlgorithm::leastconn:
      return "leastconn";
    case BalancerAlgorithm::random:
      return "random";
    case BalancerAlgorithm::source:
      return "source\n  hash-type consistent";  // or each new instance would move nearly every client
  }
  return "leastconn";
}

/// One word of HAProxy's configuration, whatever is in it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string server(const std::string& tier, int number, const Slot& slot) {
  switch (slot.state) {
    case SlotState::serving:
      return fmt::format("  server {}-{} {}:{}\n", tier, number, slot.address, slot.port);
    case SlotState::draining:
      return fmt::format("  server {}-{} {}:{} weight 0\n", tier, number, slot.address, slot.port);
    case SlotState::free:
      break;
  }
  return fmt::format("  server {}-{} 127.0.0.1:1 disabled\n", tier, number);
}

std::string head(const Stack& stack) {
  const Balancer& balancer = *stack.balancer;
  return fmt::format(
      R"(# HAProxy of the stack {name}, made by plimsoll: changes are overwritten.
global
  stats socket unix@{socket} mode 600 level admin expose-fd listeners
  maxconn 4000
  nbthread 2
  # After a reload the old process leaves when its connections are done, or by then.
  hard-stop-after {hard_stop}ms

defaults
{defaults}
frontend {frontend}
  bind {address}:{port}
)",
      fmt::arg("name", stack.name), fmt::arg("socket", haproxy_socket),
      fmt::arg("hard_stop", ms(balancer.timeout + balancer.drain)), fmt::arg("defaults", haproxy_parts::defaults(balancer)),
      fmt::arg("frontend", haproxy_frontend(balancer)), fmt::arg("address", balancer.address), fmt::arg("port", balancer.listen));
}

std::string backend(const Balancer& balancer, const Tier& tier, const std::vector<Slot>& slots) {
  std::string text = haproxy_parts::backend_head(balancer, tier);
  PLIMSOLL_ASSERT(std::ssize(slots) <= slot_count(tier));
  for (int number = 1; number <= slot_count(tier); ++number)
    text += server(tier.name, number, number <= std::ssize(slots) ? slots[static_cast<std::size_t>(number) - 1] : Slot{});
  return text;
}

}  // namespace

namespace haproxy_parts {

std::int64_t ms(Duration d) { return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(d).count()); }

std::string defaults(const Balancer& balancer) {
  return fmt::format(
      R"(  mode http
  option dontlognull
  option forwardfor
  # A reload closes idle connections with their next answer instead of under a request that is on its way.
  option idle-close-on-response
  option http-keep-alive
  http-reuse safe
  timeout connect 1s
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout client 60s
  timeout server {timeout}ms
  timeout queue {timeout}ms
  # A request whose instance died before it began to answer goes to another one, at most three times.
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
)",
      fmt::arg("timeout", ms(balancer.timeout)));
}

std::string backend_head(const Balancer& balancer, const Tier& tier) {
  const HealthCheck& health = balancer.health;
  // A change of state is confirmed, and an instance that comes back is noticed, within fractions of the period.
  return fmt::format(
      R"(
backend {name}
  balance {algorithm}
  # Sending these twice is safe only if the client says so with an Idempotency-Key.
  http-request disable-l7-retry if {{ method POST PATCH }} !{{ req.hdr(Idempotency-Key) -m found }}
  option httpchk
  http-check send meth GET uri {path}
  http-check expect status 200
  timeout check {check_timeout}ms
  default-server check inter {inter}ms fastinter {fast}ms downinter {down}ms fall 3 rise 1 maxconn {maxconn}
)",
      fmt::arg("name", tier.name), fmt::arg("algorithm", algorithm(balancer.algorithm)), fmt::arg("path", quoted(health.path)),
      fmt::arg("check_timeout", ms(health.timeout)), fmt::arg("inter", ms(health.every)), fmt::arg("fast", ms(health.every / 5)),
      fmt::arg("down", ms(health.every / 2)), fmt::arg("maxconn", haproxy_server_maxconn));
}

}  // namespace haproxy_parts

int slot_count(const Tier& tier) { return 2 * tier.replicas.max + 2; }

std::string haproxy_frontend(const Balancer& balancer) { return fmt::format("in:{}", balancer.listen); }

std::string haproxy_cfg(const Stack& stack, const Slots& slots) {
  PLIMSOLL_ASSERT(stack.balancer);
  std::string text = head(stack);
  const auto service = std::ranges::find(stack.tiers, TierKind::service, &Tier::kind);
  if (service != stack.tiers.end()) text += fmt::format("  default_backend {}\n", service->name);
  for (const Tier& tier : stack.tiers) {
    if (tier.kind != TierKind::service) continue;
    const auto known = slots.find(tier.name);
    text += backend(*stack.balancer, tier, known == slots.end() ? std::vector<Slot>{} : known->second);
  }
  return text;
}

}  // namespace plimsoll::render
