#include "render/proxies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "core/quantity.h"
#include "render/names.h"

namespace plimsoll::render {
namespace {

std::string_view word_of(BalancerEngine engine) {
  switch (engine) {
    case BalancerEngine::haproxy:
      return "haproxy";
    case BalancerEngine::nginx:
      return "nginx";
    case BalancerEngine::traefik:
      return "traefik";
  }
  return "haproxy";
}

void note_listen(const Balancer& balancer, const Options& options, std::vector<Note>& notes) {
  if (options.at.contains("balancer") || balancer.address == "0.0.0.0") return;
  notes.push_back(
      {"balancer.listen", fmt::format("the file listens on every address, as in a container it must; publish the port as "
                                      "{0}:{1}:{1}, or on a machine of its own write {0}",
                                      balancer.address, balancer.listen)});
}

}  // namespace

const Tier* balanced_tier(const Stack& stack, BalancerEngine engine, const Options& options, std::vector<Note>& notes) {
  if (!stack.balancer) {
    notes.push_back({"balancer", "the stack has none: nothing to write"});
    return nullptr;
  }
  const Tier* tier = entrance_of(stack);
  if (tier == nullptr) {
    notes.push_back({"tiers", "no service for the balancer to send requests to: nothing to write"});
    return nullptr;
  }
  if (stack.balancer->engine != engine)
    notes.push_back({"balancer.engine", fmt::format("the stack's balancer is {}; this says the same to {}",
                                                    word_of(stack.balancer->engine), word_of(engine))});
  note_listen(*stack.balancer, options, notes);
  if (stack.balancer->client_rate)
    notes.push_back({"balancer.client_rate",
                     "counts the address that connects: behind another proxy that is the proxy's, until it is told to trust "
                     "the proxy's X-Forwarded-For"});
  for (const Tier* other : service_tiers(stack))
    if (other != tier)
      notes.push_back(
          {fmt::format("tiers.{}", other->name),
           fmt::format("all requests go to {}; {} has its instances in the file, but no route", tier->name, other->name)});
  return tier;
}

void note_health_path(const Stack& stack, const Tier& tier, std::vector<Note>& notes) {
  const std::string& path = stack.balancer->health.path;
  if (path != tier.run.ready)
    notes.push_back(
        {"balancer.health.path", fmt::format("asked of each instance as it stands: {} has to answer 200 to {}, not only to "
                                             "its run.ready, {}",
                                             tier.name, path, tier.run.ready)});
}

std::vector<const Tier*> service_tiers(const Stack& stack) {
  std::vector<const Tier*> out;
  for (const Tier& tier : stack.tiers)
    if (tier.kind == TierKind::service) out.push_back(&tier);
  return out;
}

std::string made_by(std::string_view program, const Stack& stack) {
  return fmt::format("{} of the stack {}, made by `plimsoll render`.", program, stack.name);
}

Endpoint balancer_bind(const Stack& stack, const Options& options) {
  PLIMSOLL_ASSERT(stack.balancer);
  const auto given = options.at.find("balancer");
  return given != options.at.end() && !given->second.empty() ? given->second.front() : Endpoint{"", stack.balancer->listen};
}

Endpoint balancer_metrics_bind(const Stack& stack, const Options& options) {
  const auto given = options.at.find("balancer-metrics");
  return given != options.at.end() && !given->second.empty()
             ? given->second.front()
             : Endpoint{balancer_bind(stack, options).host, balancer_metrics_port};
}

std::string plain_time(Duration d) {
  const std::int64_t ms = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(d).count());
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

CountPer count_per(Rate rate, std::span<const Duration> periods) {
  PLIMSOLL_ASSERT(!periods.empty());
  for (const Duration per : periods) {
    const double count = rate.per_second * seconds(per);
    // 100 a minute is 1.666… a second: what is left of a whole number after that is not a fraction somebody wrote.
    if (count >= 0.5 && std::abs(count - std::round(count)) <= 1e-9 * count) return {std::llround(count), per, true};
  }
  const double count = std::ceil(rate.per_second * seconds(periods.back()));
  return {std::max<std::int64_t>(1, std::llround(count)), periods.back(), false};
}

Duration leave_within(const Balancer& balancer) { return balancer.timeout + balancer.drain; }

bool is_address(const Endpoint& at) {
  return at.host.find(':') != std::string::npos ||
         std::ranges::all_of(at.host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace plimsoll::render
