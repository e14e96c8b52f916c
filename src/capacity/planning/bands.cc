// The owner's ranges of users beside what the formulas give (H7, H21).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

struct At {
  Stack stack;
  std::map<std::string, int> counts;
  double cost = 0;
  bool priced = false;
};

/// The stack for so many users. One instance needs no balancer, and is not charged one.
At at(const Stack& stack, const Catalog& catalog, double users) {
  Ask ask;
  ask.users = users;
  const Course course = course_of(stack, ask);
  Draft draft{stack, catalog, course.now, course.peak};
  size_all(draft);
  At out{std::move(draft.after), std::move(draft.counts_then), 0, false};
  int services = 0;
  for (const Tier& tier : out.stack.tiers)
    if (tier.kind == TierKind::service) services = std::max(services, out.counts[tier.name]);
  if (services <= 1) out.stack.balancer.reset();
  const Cost cost = cost_of(out.stack, catalog, out.counts);
  out.cost = cost.per_month();
  out.priced = cost.total.per_hour > 0;
  return out;
}

std::string range(const std::string& least, const std::string& most, bool open) {
  if (open) return least + "+";
  return least == most ? least : least + "–" + most;
}

std::string instances(const Stack& stack, const At& from, const At& to, bool open) {
  std::vector<std::string> parts;
  for (const Tier& tier : stack.tiers) {
    const std::string text = range(std::to_string(from.counts.at(tier.name)), std::to_string(to.counts.at(tier.name)), open);
    parts.push_back(stack.tiers.size() == 1 ? text : tier.name + " " + text);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string components(const Stack& stack) {
  std::vector<std::string> parts;
  if (stack.balancer) parts.push_back("balancer");
  for (const Database& database : stack.databases) {
    std::string text = database.name;
    if (!database.bought.instance_class.empty()) text += " " + database.bought.instance_class;
    if (database.read_replicas > 0)
      text += fmt::format(" + {} read replica{}", database.read_replicas, database.read_replicas == 1 ? "" : "s");
    parts.push_back(std::move(text));
  }
  for (const Cache& cache : stack.caches) {
    std::string text = cache.name;
    if (cache.maxmemory) text += " " + size(*cache.maxmemory);
    if (cache.nodes() > 1) text += fmt::format(" × {}", cache.nodes());
    if (cache.architecture == CacheArchitecture::cluster) text += " (cluster)";
    parts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void compare(BandLine& line, const Band& band, const At& from, const At& to, bool open, const Stack& stack) {
  std::vector<std::string> notes;
  const Tier* service = nullptr;
  for (const Tier& tier : stack.tiers)
    if (tier.kind == TierKind::service && service == nullptr) service = &tier;
  if (band.instances && service != nullptr) {
    const int least = from.counts.at(service->name);
    const int most = to.counts.at(service->name);
    if (least != band.instances->min)
      notes.push_back(fmt::format("{} users still fit {} instance{}", number(band.from), least, least == 1 ? "" : "s"));
    if (!open && most != band.instances->max) notes.push_back(fmt::format("{} users take {}", number(band.to), most));
  }
  if (band.cost_least && from.priced) {
    const double own_least = band.cost_least->per_hour * hours_a_month;
    const double own_most = band.cost_most ? band.cost_most->per_hour * hours_a_month : own_least;
    if (open) {
      if (from.cost < own_least * 0.9 || from.cost > own_least * 1.1)
        notes.push_back(fmt::format("{} at {} users by these prices", dollars(std::round(from.cost)), number(band.from)));
    } else if (to.cost < own_least * 0.9 || to.cost > own_most * 1.1) {
      notes.push_back(fmt::format("{} at {} users by these prices", dollars(std::round(to.cost)), number(band.to)));
    }
  }
  line.note = fmt::format("{}", fmt::join(notes, "; "));
}

BandLine line_of(const Stack& stack, const Catalog& catalog, const Band& band) {
  const bool open = !std::isfinite(band.to);
  const At from = at(stack, catalog, band.from);
  const At to = open ? from : at(stack, catalog, band.to);
  BandLine line;
  line.from = band.from;
  line.to = band.to;
  line.instances = instances(stack, from, to, open);
  line.components = components(to.stack);
  if (to.priced) line.cost = range(dollars(std::round(from.cost)), dollars(std::round(to.cost)), open);
  if (band.instances) line.own_instances = range(std::to_string(band.instances->min), std::to_string(band.instances->max), open);
  if (band.cost_least) {
    const std::string least = dollars(std::round(band.cost_least->per_hour * hours_a_month));
    line.own_cost =
        band.cost_most ? range(least, dollars(std::round(band.cost_most->per_hour * hours_a_month)), false) : least + "+";
  }
  compare(line, band, from, to, open, stack);
  return line;
}

}  // namespace

std::vector<BandLine> bands_of(const Stack& stack, const Catalog& catalog) {
  std::vector<BandLine> lines;
  if (!stack.growth) return lines;
  for (const Band& band : stack.growth->bands) lines.push_back(line_of(stack, catalog, band));
  return lines;
}

}  // namespace plimsoll::capacity::planning
