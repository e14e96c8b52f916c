// lease-two-leaders: timings that let a new leader begin while the old one still works.

#include <fmt/format.h>

#include <algorithm>

#include "capacity/findings/rules.h"

namespace plimsoll::capacity::rules {
namespace {

/// A paused process (garbage collection, a moved virtual machine) and clocks that run apart: less room than that is none.
constexpr Duration margin = std::chrono::seconds(1);

bool is_sound(const Lease& lease) {
  return lease.retry > Duration::zero() && lease.retry < lease.renew && lease.renew + margin <= lease.lease;
}

Fix timing(const Tier& tier, const char* key, const std::string& value, std::string effect) {
  return {tier_path(tier, std::string("leader.") + key), value, fmt::format("{}: {}", key, value), std::move(effect)};
}

std::vector<Fix> fixes_for(const Scene& scene, const Tier& tier) {
  const Lease& now = *tier.leader;
  std::vector<Fix> fixes;
  const auto offer = [&](const char* key, Duration Lease::*part, Duration to, const char* effect) {
    Lease changed = now;
    changed.*part = to;
    if (to > Duration::zero() && to != now.*part && is_sound(changed)) fixes.push_back(timing(tier, key, scene.time(to), effect));
  };
  using std::chrono::seconds;
  offer("renew", &Lease::renew, std::chrono::floor<seconds>(now.lease / 3 * 2),
        "the leader gives up before others may take over");
  offer("retry", &Lease::retry, std::chrono::floor<seconds>(now.renew / 5), "several tries within renew");
  offer("lease", &Lease::lease, std::chrono::ceil<seconds>(now.renew / 2 * 3), "others wait until the leader has given up");
  return fixes;
}

}  // namespace

void lease_two_leaders(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers) {
    if (!tier.leader || is_sound(*tier.leader)) continue;
    const Lease& lease = *tier.leader;
    Finding finding;
    finding.path = tier_path(tier, "leader");
    if (lease.renew >= lease.lease) {
      finding.level = Level::error;
      finding.message = fmt::format("{}: the leader gives up after {}, others take over after {}: two lead at once", tier.name,
                                    waited(lease.renew), waited(lease.lease));
    } else if (lease.renew + margin > lease.lease) {
      finding.message =
          fmt::format("{}: {} between giving up ({}) and being replaced ({}): one pause of the process and two lead", tier.name,
                      waited(lease.lease - lease.renew), waited(lease.renew), waited(lease.lease));
    } else if (lease.retry >= lease.renew) {
      finding.message = fmt::format("{}: it tries every {} and gives up after {}: one failed try ends the leadership", tier.name,
                                    waited(lease.retry), waited(lease.renew));
    } else {
      finding.message = fmt::format("{}: retry is {}: nothing waits between two tries", tier.name, waited(lease.retry));
    }
    finding.sum = {"sound: retry < renew < lease, with a second or more between renew and lease"};
    finding.fixes = fixes_for(scene, tier);
    if (finding.fixes.empty()) finding.advice = "lease: 15s, renew: 10s, retry: 2s is what Kubernetes' own controllers use";
    out.push_back(std::move(finding));
  }
}

}  // namespace plimsoll::capacity::rules
