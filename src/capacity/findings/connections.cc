// connection-budget: what all instances together can open, against what the database has.

#include "capacity/findings/connections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "capacity/findings/rules.h"

namespace plimsoll::capacity::rules {
namespace {

enum class Verdict { fits, allowed_too_much, short_in_rollout, short_of };

Verdict verdict(const Draw& draw) {
  if (draw.reach(false) > draw.room()) return Verdict::short_of;
  if (draw.reach(true) > draw.room()) return Verdict::short_in_rollout;
  return draw.allowed(true) > draw.room() ? Verdict::allowed_too_much : Verdict::fits;
}

bool connects_all(const Draw& draw) { return draw.reach(true) <= draw.room(); }

bool clients_known(const Draw& draw) {
  return std::all_of(draw.poolers.begin(), draw.poolers.end(), [](const Through& one) { return one.clients_known(); });
}

/// One part of the sum: whose it is, how it comes about, what it is.
struct Part {
  std::string name, product;
  double connections = 0;
};

/// A pooler's part is the tiers behind it where they cannot fill it, else the pooler's own cap.
void add_through(std::vector<Part>& parts, const Through& one, bool rollout, bool as_allowed) {
  if (one.known && (as_allowed || one.allowed() <= one.clients_most(rollout))) {
    const double each = one.fleet.instances > 0 ? one.allowed() / one.fleet.instances : 0;
    parts.push_back({one.pooler->name, fmt::format("{} × {}", one.fleet.instances, count(each)), one.allowed()});
    return;
  }
  for (const Taker& client : one.clients)
    if (client.connections(rollout) > 0)
      parts.push_back({client.tier->name, client.product(rollout), client.connections(rollout)});
}

std::vector<Part> parts_of(const Draw& draw, bool rollout, bool as_allowed) {
  std::vector<Part> parts;
  for (const Taker& one : draw.direct)
    if (one.connections(rollout) > 0) parts.push_back({one.tier->name, one.product(rollout), one.connections(rollout)});
  for (const Through& one : draw.poolers) add_through(parts, one, rollout, as_allowed);
  // What takes most is named; a stack of hundreds of tiers must still give one line.
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.connections > b.connections; });
  return parts;
}

std::string said(const std::vector<Part>& parts) {
  constexpr std::size_t most = 4;
  std::vector<std::string> texts;
  double rest = 0;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (i < most)
      texts.push_back(
          fmt::format("{}{} {} = {}", parts[i].name, i == 0 ? " can reach" : "", parts[i].product, count(parts[i].connections)));
    else
      rest += parts[i].connections;
  if (parts.size() > most) texts.push_back(fmt::format("{} more {}", parts.size() - most, count(rest)));
  return fmt::format("{}", fmt::join(texts, ", "));
}

template <class Change>
void for_tier(Draw& draw, const Tier& tier, Change&& change) {
  for (Taker& one : draw.direct)
    if (one.tier == &tier) change(one);
  for (Through& each : draw.poolers)
    for (Taker& one : each.clients)
      if (one.tier == &tier) change(one);
}

/// The tier that has to give up the smallest share of its maximum, and to how many.
struct Cut {
  const Tier* tier = nullptr;
  int to = 0;
};

Cut smallest_cut(const Draw& draw) {
  constexpr std::size_t weighed = 16;  // the largest; each costs a few copies of the draw
  std::vector<const Taker*> takers;
  for (const Taker& one : draw.direct) takers.push_back(&one);
  for (const Through& each : draw.poolers)
    for (const Taker& one : each.clients) takers.push_back(&one);
  std::stable_sort(takers.begin(), takers.end(),
                   [](const Taker* a, const Taker* b) { return a->connections(true) > b->connections(true); });
  if (takers.size() > weighed) takers.resize(weighed);
  Cut best;  // of no tier: none fits
  double least = 1;
  for (const Taker* taker : takers) {
    const Tier& tier = *taker->tier;
    if (taker->per_instance() <= 0 || best.tier == &tier) continue;
    const auto fits_at = [&](int n) {
      Draw changed = draw;
      for_tier(changed, tier, [n](Taker& one) { one.most = n; });
      return connects_all(changed);
    };
    const auto to = largest(least_of(tier), tier.replicas.max - 1, fits_at);
    if (!to) continue;
    const double share = static_cast<double>(tier.replicas.max - *to) / tier.replicas.max;
    if (best.tier && share >= least) continue;
    best = {&tier, *to};
    least = share;
  }
  return best;
}

/// A cap with which the pooler's clients share what is left, where waiting for a server connection is what they do anyway.
std::optional<Fix> capped(const Draw& draw, const Through& one) {
  if (!one.known || one.fleet.instances < 1) return std::nullopt;
  const double others = draw.allowed(true) - one.allowed();
  const double each = std::floor((draw.room() - others) / one.fleet.instances);
  if (each < 1 || each * one.fleet.instances >= one.allowed()) return std::nullopt;
  // In session mode a client beyond the pool waits until another one leaves.
  if (one.pooler->mode == PoolMode::session && each * one.fleet.instances < one.clients_most(true)) return std::nullopt;
  const int cap = static_cast<int>(each);
  const std::string effect = fmt::format("{} × {} share what is left", one.fleet.instances, cap);
  // A pool larger than the cap is a mistake of its own, so the pool is what has to shrink where nothing caps it yet.
  const int pool = cap - one.fleet.reserve_pool_size;
  const bool within = one.fleet.default_pool_size <= pool;
  if (!within && one.fleet.max_db_connections == 0) {
    if (pool < 1) return std::nullopt;
    return Fix{pooler_path(*one.pooler, "default_pool_size"), std::to_string(pool), fmt::format("default_pool_size: {}", pool),
               effect};
  }
  return Fix{pooler_path(*one.pooler, "max_db_connections"), std::to_string(cap), fmt::format("max_db_connections: {}", cap),
             within ? effect : effect + "; default_pool_size no larger than that"};
}

/// As many as the finding's own sum comes to, a rollout's included. Where nobody knows all clients and all that are known fit,
/// what the poolers may open is the only figure.
std::optional<Fix> more_connections(const Draw& draw, Verdict seen, bool stated) {
  constexpr double most = 10'000;  // a spec takes no more, and no Postgres should
  const bool as_allowed =
      seen == Verdict::allowed_too_much || (!clients_known(draw) && (seen == Verdict::short_in_rollout || !stated));
  const double asked = as_allowed ? draw.allowed(true) : draw.reach(true);
  const double wanted = asked + draw.reserve;
  if (!(wanted <= most)) return std::nullopt;
  const std::string plain = fmt::format("{:.0f}", wanted);
  std::string effect = stated ? "needs a restart, and each connection takes memory of the server"
                              : fmt::format("state what the server has; from {} on all can connect", count(wanted));
  if (const double rollout = asked - draw.reach(false); seen == Verdict::short_of && rollout > 0)
    effect += fmt::format("; {} of them for a rollout", count(rollout));
  if (draw.allowed(true) > asked)
    effect += fmt::format("; the poolers may open more, {} in all", count(draw.allowed(true) + draw.reserve));
  return Fix{database_path(*draw.database, "max_connections"), plain, "max_connections: " + plain, std::move(effect)};
}

std::vector<Fix> fixes_for(const Draw& draw, Verdict seen, bool stated, const Cut& cut) {
  std::vector<Fix> fixes;
  auto more = more_connections(draw, seen, stated);
  if (more && !stated) fixes.push_back(*more);
  if (cut.tier) fixes.push_back(most_replicas(*cut.tier, cut.to, fmt::format("all {} can connect", cut.to)));
  for (const Through& one : draw.poolers)
    if (auto fix = capped(draw, one)) fixes.push_back(std::move(*fix));
  if (more && stated) fixes.push_back(std::move(*more));
  return fixes;
}

/// Without poolers every client is a connection of the database's. Empty where no client behind them is known.
std::string without_poolers(const Draw& draw) {
  std::vector<std::string> parts;
  double sum = 0;
  const auto add = [&](const Taker& one) {
    if (one.connections(false) <= 0) return;  // of unknown pools too: they have no part in any sum
    parts.push_back(fmt::format("{} {}", one.tier->name, one.product(false)));
    sum += one.connections(false);
  };
  for (const Taker& one : draw.direct) add(one);
  const std::size_t straight = parts.size();
  for (const Through& each : draw.poolers)
    for (const Taker& one : each.clients) add(one);
  if (parts.size() == straight) return {};
  if (parts.size() > 4) return fmt::format("without a pooler it would be {}", count(sum + draw.reserve));
  return fmt::format("without a pooler it would be {} + {} reserved = {}", fmt::join(parts, " + "), draw.reserve,
                     count(sum + draw.reserve));
}

std::string reserves(const ConnectionReserve& reserve) {
  std::vector<std::string> parts;
  const auto add = [&](int n, const char* whose) {
    if (n > 0) parts.push_back(fmt::format("{} {}", n, whose));
  };
  add(reserve.superuser, "superuser");
  add(reserve.monitoring, "monitoring");
  add(reserve.replication, "replication");
  add(reserve.admin, "admin");
  return fmt::format("reserved: {}", fmt::join(parts, ", "));
}

std::vector<std::string> unknown_pools(const Draw& draw) {
  std::vector<std::string> names;
  for (const Taker& one : draw.direct)
    if (!one.known) names.push_back(one.tier->name);
  for (const Through& each : draw.poolers)
    for (const Taker& one : each.clients)
      if (!one.known) names.push_back(one.tier->name);
  return names;
}

std::vector<std::string> sum_for(const Draw& draw, Verdict seen, const Cut& cut) {
  std::vector<std::string> sum;
  const bool rollout = seen == Verdict::short_in_rollout;
  const double total = seen == Verdict::allowed_too_much ? draw.allowed(true) : draw.reach(rollout);
  sum.push_back(fmt::format("{} + {} reserved = {} > {}: {} too many", count(total), draw.reserve, count(total + draw.reserve),
                            draw.max_connections, count(total + draw.reserve - draw.max_connections)));
  if (seen == Verdict::short_of && cut.tier)
    sum.push_back(fmt::format("at {} instances the last {} of {} cannot connect", cut.tier->replicas.max,
                              cut.tier->replicas.max - cut.to, cut.tier->name));
  if (seen == Verdict::short_in_rollout)
    sum.push_back(fmt::format("without a rollout {} of {} are in use at most", count(draw.reach(false) + draw.reserve),
                              draw.max_connections));
  if (seen == Verdict::short_of && draw.reach(true) > draw.reach(false))
    sum.push_back(fmt::format("during a rollout it is {} more", count(draw.reach(true) - draw.reach(false))));
  if (seen == Verdict::allowed_too_much)
    sum.push_back(fmt::format("today's instances ask for {} at most; what the poolers may open does not depend on that",
                              count(draw.reach(true))));
  if (seen != Verdict::allowed_too_much)
    if (std::string line = without_poolers(draw); !line.empty()) sum.push_back(std::move(line));
  if (draw.reserve > 0) sum.push_back(reserves(draw.database->reserve));
  if (const auto names = unknown_pools(draw); !names.empty())
    sum.push_back(fmt::format("not counted, because nothing says how large their pools are: {}", listed(names)));
  return sum;
}

std::string message_for(const Draw& draw, Verdict seen, bool stated) {
  const bool rollout = seen == Verdict::short_in_rollout;
  const bool as_allowed = seen == Verdict::allowed_too_much;
  const double total = as_allowed ? draw.allowed(true) : draw.reach(rollout);
  return fmt::format("connections: {}{}, reserved {}: {} of {}'s max_connections {}{}", rollout ? "in a rollout " : "",
                     said(parts_of(draw, rollout, as_allowed)), draw.reserve, count(total + draw.reserve), draw.database->name,
                     draw.max_connections, stated ? "" : " (Postgres' default; not stated)");
}

/// A pooler beside tiers that do not use it. In session mode it shares nothing: a client keeps its connection while it stays.
std::string advice_for(const Scene& scene, const Draw& draw) {
  if (draw.direct.empty()) return {};
  bool any = false;
  for (const Pooler& pooler : scene.stack.poolers) {
    if (pooler.database != draw.database->name) continue;
    any = true;
    if (pooler.mode != PoolMode::session)
      return fmt::format("{} connects to {} directly; through {} its connections would share a pool",
                         draw.direct.front().tier->name, draw.database->name, pooler.name);
  }
  return !any ? "a pooler in front of the database lets many clients share few connections" : "";
}

void judge(const Scene& scene, const Draw& draw, Out out) {
  const Verdict seen = verdict(draw);
  if (seen == Verdict::fits) return;
  const bool stated = are_connections_stated(scene, *draw.database);
  const Cut cut = seen == Verdict::allowed_too_much ? Cut{} : smallest_cut(draw);
  Finding finding;
  // What only could be asked for is worth a word where all that ask are known, and more than one where they are not.
  finding.level = seen == Verdict::short_of                                  ? Level::error
                  : seen == Verdict::allowed_too_much && clients_known(draw) ? Level::note
                                                                             : Level::warning;
  if (!stated) finding.level = std::min(finding.level, Level::warning);  // nobody said that the server has no more
  finding.message = message_for(draw, seen, stated);
  finding.sum = sum_for(draw, seen, cut);
  finding.fixes = fixes_for(draw, seen, stated, cut);
  finding.advice = advice_for(scene, draw);
  if (finding.fixes.empty() && finding.advice.empty())
    finding.advice = "fewer instances, smaller pools, or a database with more connections";
  finding.path = finding.fixes.empty() ? database_path(*draw.database, "max_connections") : finding.fixes.front().path;
  out.push_back(std::move(finding));
}

}  // namespace

void connection_budget(const Scene& scene, Out out) {
  for (const Database& database : scene.stack.databases) {
    const std::optional<Draw> draw = draw_on(scene, database);
    if (draw) judge(scene, *draw, out);
  }
}

}  // namespace plimsoll::capacity::rules
