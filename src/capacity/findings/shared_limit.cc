#include "capacity/findings/shared_limit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "capacity/budget.h"

namespace plimsoll::capacity::rules {
namespace {

struct Share {
  const Tier* tier;
  double each;
  [[nodiscard]] double least() const { return each * std::max(tier->replicas.min, 0); }
  [[nodiscard]] double most() const { return each * std::max(tier->replicas.max, 0); }
};

std::string said(const SharedLimit& limit, std::vector<Share> shares, bool at_most) {
  const auto taken = [&](const Share& one) { return at_most ? one.most() : one.least(); };
  std::stable_sort(shares.begin(), shares.end(), [&](const Share& a, const Share& b) { return taken(a) > taken(b); });
  std::vector<std::string> parts;
  for (const Share& one : shares)
    if (parts.size() < 4)
      parts.push_back(fmt::format("{} {} × {}", one.tier->name, at_most ? one.tier->replicas.max : one.tier->replicas.min,
                                  limit.as_text(one.each)));
  if (shares.size() > 4) parts.push_back(fmt::format("{} more", shares.size() - 4));
  return fmt::format("{}", fmt::join(parts, " + "));
}

void minima_too_large(const SharedLimit& limit, const std::vector<Share>& shares, double least, Out out) {
  Finding finding;
  finding.level = Level::error;
  finding.path = limit.path;
  finding.message =
      fmt::format("even at the minimum {} = {} of {}", said(limit, shares, false), limit.as_text(least), limit.name);
  finding.advice = "fewer replicas, smaller instances, or a higher limit";
  out.push_back(std::move(finding));
}

/// True if it said something.
bool alone_too_large(const SharedLimit& limit, const Share& share, double least, Out out) {
  const double others = std::max(least - share.least(), 0.0);
  if (share.most() + others <= limit.total * (1 + 1e-9)) return false;
  const int reachable = std::min(fits(limit.total, 0, others, share.each), share.tier->replicas.max - 1);
  Finding finding;
  finding.path = tier_path(*share.tier, "replicas.max");
  finding.message =
      fmt::format("{} cannot reach {}: {} × {} = {}{} of {}", share.tier->name, share.tier->replicas.max,
                  share.tier->replicas.max, limit.as_text(share.each), limit.as_text(share.most()),
                  others > 0 ? fmt::format(" and {} for the others' minimum", limit.as_text(others)) : "", limit.name);
  finding.sum = {fmt::format("{} fit", reachable)};
  if (reachable >= least_of(*share.tier))
    finding.fixes.push_back(most_replicas(*share.tier, reachable, "what the limit has room for"));
  finding.advice = "a higher limit";
  out.push_back(std::move(finding));
  return true;
}

}  // namespace

void judge_shared(const Scene& scene, const SharedLimit& limit, Out out) {
  std::vector<Share> shares;
  double least = 0, most = 0;
  for (const Tier& tier : scene.stack.tiers) {
    const double each = limit.each(tier);
    if (!(each > 0) || !std::isfinite(each)) continue;
    shares.push_back({&tier, each});
    least += shares.back().least();
    most += shares.back().most();
  }
  if (shares.empty() || !(limit.total > 0) || most <= limit.total * (1 + 1e-9)) return;
  if (least > limit.total * (1 + 1e-9)) return minima_too_large(limit, shares, least, out);
  bool alone = false;
  for (const Share& share : shares) alone = alone_too_large(limit, share, least, out) || alone;
  if (alone) return;
  Finding finding;
  finding.level = Level::note;
  finding.path = limit.path;
  finding.message =
      fmt::format("not all maxima at once: {} = {} of {}", said(limit, shares, true), limit.as_text(most), limit.name);
  finding.sum = {"plimsoll grants what there is by priority; other controllers do not know of the limit"};
  finding.advice = "set priorities, or a higher limit";
  out.push_back(std::move(finding));
}

}  // namespace plimsoll::capacity::rules
