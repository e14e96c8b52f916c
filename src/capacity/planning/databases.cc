#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/budget.h"
#include "capacity/catalog.h"
#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

constexpr int most_read_replicas = 5;  // V1: one primary and five

/// What a step stands for: its own sizes, else its class's.
struct Size {
  std::string name;
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;
};

/// A step without a class is bought as the smallest database class of the catalog that is as large, the present family first.
Size size_of(const SizeStep& step, const Catalog& catalog, const std::string& present) {
  Size size{step.instance_class, step.cpu, step.memory};
  if (size.name.empty() && !present.empty()) {
    const InstanceClass* now = catalog.find(present);
    const InstanceClass* best = nullptr;
    if (now != nullptr) best = smallest_for(catalog, now->family, ClassKind::database, {.cpu = step.cpu, .memory = step.memory});
    const bool of_family = best != nullptr;
    for (const InstanceClass& one : catalog.classes) {
      if (of_family || one.kind != ClassKind::database || !one.cpu || !one.memory) continue;
      if ((step.cpu && *one.cpu < *step.cpu) || (step.memory && *one.memory < *step.memory)) continue;
      if (best == nullptr || std::pair(*one.memory, *one.cpu) < std::pair(*best->memory, *best->cpu)) best = &one;
    }
    if (best != nullptr) size.name = best->name;
  }
  if (const InstanceClass* row = size.name.empty() ? nullptr : catalog.find(size.name)) {
    size.cpu = row->cpu;
    size.memory = row->memory;
  }
  return size;
}

std::string words(const Size& size) {
  std::vector<std::string> parts;
  if (!size.name.empty()) parts.push_back(size.name);
  if (size.cpu) parts.push_back(number(size.cpu->count) + " cores");
  if (size.memory) parts.push_back(capacity::size(*size.memory));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool covers(const Database& database, const Size& wanted) {
  if (!wanted.name.empty() && database.bought.instance_class == wanted.name) return true;
  if (!wanted.cpu && !wanted.memory) return wanted.name.empty();
  const bool cpu = !wanted.cpu || (database.cpu && *database.cpu >= *wanted.cpu);
  const bool memory = !wanted.memory || (database.memory && *database.memory >= *wanted.memory);
  return cpu && memory;
}

/// Gives the database another class (or, without one, other sizes), and forgets what was filled in from the old one.
void resize(Draft& draft, const Database& before, Database& after, const Size& wanted, const std::optional<Money>& price,
            const std::string& why) {
  const ModelPath path = "databases." + before.name;
  const InstanceClass* old = before.bought.instance_class.empty() ? nullptr : draft.catalog.find(before.bought.instance_class);
  if (wanted.name.empty()) {
    if (wanted.cpu) {
      after.cpu = wanted.cpu;
      draft.change(path + ".cpu", number(wanted.cpu->count), why);
    }
    if (wanted.memory) {
      after.memory = wanted.memory;
      draft.change(path + ".memory", spec_size(*wanted.memory), why);
    }
  } else {
    after.bought.instance_class = wanted.name;
    draft.change(path + ".class", wanted.name, why);
    const auto own = [&](const auto& value, const auto& of_class) { return value && !(old != nullptr && of_class == value); };
    if (own(before.cpu, old ? old->cpu : std::nullopt) && wanted.cpu) {
      draft.change(path + ".cpu", number(wanted.cpu->count), why);
      after.cpu = wanted.cpu;
    } else {
      after.cpu = wanted.cpu;
    }
    if (own(before.memory, old ? old->memory : std::nullopt) && wanted.memory)
      draft.change(path + ".memory", spec_size(*wanted.memory), why);
    after.memory = wanted.memory;
  }
  if (before.bought.price) {
    Bought unpriced = after.bought;
    unpriced.price.reset();
    const std::optional<Money> next = price ? price : price_of(unpriced, draft.catalog, before.multi_az);
    if (next) {
      after.bought.price = next;
      draft.change(path + ".price", dollars(next->per_hour * hours_a_month) + "/month", why);
    } else {
      draft.unknown.push_back(fmt::format("the price of {} as {}: databases.{}.price is still that of the old size", before.name,
                                          words(wanted), before.name));
    }
  }
  if (!after.max_connections_given) after.max_connections = connection_figures(after, draft.catalog).effective;
}

std::string size_words(const Database& database) {
  const std::string text = words({database.bought.instance_class, database.cpu, database.memory});
  return text.empty() ? "not stated" : text;
}

void size_by_steps(Draft& draft, const Database& before, Database& after) {
  std::string formula;
  std::string note;
  if (const std::optional<double> users = draft.then.load.users; users && !before.steps.empty()) {
    const SizeStep* step = step_for(before.steps, *users);
    const Size wanted = size_of(*step, draft.catalog, before.bought.instance_class);
    formula = fmt::format("{} users: the step up to {}", whole_users(*users), number(step->users));
    if (step->instance_class.empty() && !wanted.name.empty())
      note = fmt::format("the step says {}; {} is the smallest class that has it", words({"", step->cpu, step->memory}),
                         wanted.name);
    if (*users > step->users) {
      formula = fmt::format("{} users: beyond the last step, {}", whole_users(*users), number(step->users));
      note = "no step carries so many users: read replicas, then parts of the data elsewhere";
    }
    if (!covers(before, wanted)) resize(draft, before, after, wanted, step->price, formula);
  }
  draft.line(before.name, "size", size_words(before), size_words(after), formula, note);
  for (const SizeStep& step : before.steps) {
    const Size bought = size_of(step, draft.catalog, before.bought.instance_class);
    const bool chosen = step.instance_class.empty() && !bought.name.empty();
    draft.line(before.name, "a step carries", "", number(step.users) + " users",
               chosen ? words({"", step.cpu, step.memory}) : words(bought), chosen ? "bought as " + words(bought) : "");
    draft.lines.back().changed = false;
  }
}

/// H13, V12, V19. The primary takes the first `connections_per_replica`, each read replica as many more.
void size_read_replicas(Draft& draft, const Database& before, Database& after, double connections) {
  int wanted = 0;
  std::string formula;
  if (before.connections_per_replica && *before.connections_per_replica > 0) {
    wanted = static_cast<int>(std::min(1e6, std::max(0.0, std::ceil(connections / *before.connections_per_replica - 1e-9) - 1)));
    formula =
        fmt::format("ceil({} / {} connections) − the primary", number(connections), number(*before.connections_per_replica));
  }
  if (before.replicas_above_users && draft.then.load.users && *draft.then.load.users > *before.replicas_above_users) {
    const int by_users = *draft.then.load.users >= 2 * *before.replicas_above_users ? 2 : 1;
    if (by_users > wanted) {
      wanted = by_users;
      formula = fmt::format("{} users: one above {}, two from twice that", whole_users(*draft.then.load.users),
                            number(*before.replicas_above_users));
    }
  }
  std::string note;
  if (wanted > most_read_replicas) {
    note = fmt::format("the sum asks for {}; more than {} fall behind or load the primary", wanted, most_read_replicas);
    wanted = most_read_replicas;
  }
  bool reads = false;
  for (const Tier& tier : draft.before.tiers)
    for (const Use& use : tier.uses) reads = reads || (use.component == before.name && use.reads && use.reads->value > 0);
  if (wanted > before.read_replicas) {
    after.read_replicas = wanted;
    draft.change("databases." + before.name + ".read_replicas", std::to_string(wanted), formula);
    if (!reads && note.empty()) note = "they help only what reads from them: no tier says which share it may (reads: 90%)";
  }
  draft.line(before.name, "read replicas", std::to_string(before.read_replicas), std::to_string(after.read_replicas), formula,
             note);
}

/// K14: no more than `act_at` of the disk used at the end of the months.
void size_storage(Draft& draft, const Database& before, Database& after) {
  const bool first = &before == draft.before.databases.data();
  std::optional<Bytes> used = before.storage.used;
  const std::optional<Bytes> grown = first ? draft.then.load.data : std::nullopt;
  const std::optional<Bytes> now = used ? used : first ? draft.now.load.data : std::nullopt;
  if (!now) return;
  const double then = used    ? static_cast<double>(used->count) * draft.then.data_factor
                      : grown ? static_cast<double>(grown->count)
                              : static_cast<double>(now->count);
  draft.line(before.name, "data", size(*now), size(bytes_of(then)),
             fmt::format("{} × {}", size(*now), number(then / std::max(1.0, static_cast<double>(now->count)))),
             draft.then.factor.value_or(1) > draft.then.data_factor * (1 + 1e-9)
                 ? "data follows growth by the month, not users asked for or an event"
                 : "");
  if (!before.storage.size) return;
  constexpr double gib = 1024.0 * 1024 * 1024;
  const double act_at = before.storage.act_at.value > 0 ? before.storage.act_at.value : 1;
  double wanted = std::max(static_cast<double>(before.storage.size->count), std::ceil(then / act_at / gib - 1e-9) * gib);
  std::string note;
  if (before.storage.max && wanted > static_cast<double>(before.storage.max->count)) {
    note = fmt::format("beyond {} to where it may grow by itself", size(*before.storage.max));
  }
  if (wanted > static_cast<double>(before.storage.size->count)) {
    after.storage.size = bytes_of(wanted);
    draft.change("databases." + before.name + ".storage.size", spec_size(*after.storage.size),
                 fmt::format("{} at most {} full", size(bytes_of(then)), percent(act_at)));
    if (before.storage.max && wanted > static_cast<double>(before.storage.max->count)) {
      after.storage.max = after.storage.size;
      draft.change("databases." + before.name + ".storage.max", spec_size(*after.storage.size), "not below its size");
    }
  }
  draft.line(before.name, "storage", size(*before.storage.size), size(*after.storage.size),
             fmt::format("{} / {} full at most", size(bytes_of(then)), percent(act_at)), note);
}

/// Where no pooler can help, the database itself has to admit more: the smallest class that does, or the largest there is.
void widen(Draft& draft, const Database& before, Database& after, double wanted) {
  const int needed = static_cast<int>(std::min(1e6, std::ceil(wanted))) + before.reserve.sum();
  const InstanceClass* row = nullptr;
  if (const InstanceClass* now = draft.catalog.find(after.bought.instance_class);
      now != nullptr && !before.max_connections_given) {
    row = smallest_for(draft.catalog, now->family, ClassKind::database,
                       {.cpu = after.cpu, .memory = after.memory, .max_connections = needed});
    if (row == nullptr)
      for (const InstanceClass* up = next_up(draft.catalog, now->name); up != nullptr; up = next_up(draft.catalog, up->name))
        row = up;
  }
  if (row != nullptr)
    resize(draft, before, after, {row->name, row->cpu, row->memory}, std::nullopt,
           fmt::format("{} connections, {} of them reserved", number(needed), before.reserve.sum()));
  if (after.max_connections < needed)
    draft.unknown.push_back(fmt::format("how {} may have {} connections: a pooler in front, or a larger max_connections",
                                        before.name, number(needed)));
}

std::string free_name(const Stack& stack, const std::string& database) {
  const auto taken = [&](const std::string& name) {
    return stack.tier(name) || stack.database(name) || stack.pooler(name) || stack.cache(name) || stack.external(name) ||
           stack.vector_store(name);
  };
  std::string name = taken("pooler") ? database + "-pooler" : "pooler";
  while (taken(name)) name += "-2";
  return name;
}

/// Tiers that connect directly and do nothing that transaction pooling breaks go through a pooler, which is added if there is
/// none (H14's sizes).
bool put_pooler_between(Draft& draft, const Database& before, double room) {
  std::vector<std::pair<Tier*, Use*>> movable;
  for (Tier& tier : draft.after.tiers)
    for (Use& use : tier.uses)
      if (use.component == before.name && use.through.empty() && use.session_features.empty()) movable.emplace_back(&tier, &use);
  if (movable.empty() || room < 1) return false;
  std::string name;
  for (const Pooler& pooler : draft.after.poolers)
    if (name.empty() && pooler.database == before.name && pooler.mode == PoolMode::transaction) name = pooler.name;
  if (name.empty()) {
    name = free_name(draft.after, before.name);
    Pooler pooler;
    pooler.name = name;
    pooler.database = before.name;
    pooler.default_pool_size = static_cast<int>(std::min(25.0, std::floor(room)));
    pooler.max_client_conn = 1000;
    draft.after.poolers.push_back(pooler);
    draft.change("poolers." + name,
                 fmt::format("{{for: {}, mode: transaction, default_pool_size: {}, max_client_conn: 1000}}", before.name,
                             pooler.default_pool_size),
                 "connections that are not in a transaction need no server");
    draft.line(name, "pooler", "none", fmt::format("1 × {}", pooler.default_pool_size), "min(25, room)");
  }
  for (auto& [tier, use] : movable) {
    use->through = name;
    draft.change(fmt::format("tiers.{}.uses.{}.through", tier->name, before.name), name,
                 fmt::format("{}'s connections would not fit", before.name));
  }
  return true;
}

void size_connections(Draft& draft, const Database& before, Database& after) {
  const Wiring today = wiring_of(draft.before, before, most_counts(draft.before));
  const Wiring then = wiring_of(draft.after, after, most_counts(draft.after));
  const std::optional<double> by_users_now = connections_by_users(draft.before, before, draft.now);
  const std::optional<double> by_users = connections_by_users(draft.before, before, draft.then);
  if (by_users) {
    draft.line(before.name, "connections by users", by_users_now ? number(*by_users_now) : "unknown", number(*by_users),
               fmt::format("{} users × {} per 1,000", whole_users(*draft.then.load.users),
                           number(*draft.before.growth->connections_per_1000)),
               fmt::format("clients of the database, behind a pooler or not; pools at the most replicas: {}",
                           number(then.direct + then.through)));
  }
  const double direct = then.direct > 0 ? std::max(then.direct, then.through > 0 ? 0 : by_users.value_or(0)) : 0;
  const double room = std::max(0.0, then.room);
  // Postgres' default proves nothing of a server that nobody described: no wiring is changed for it.
  const bool stated = after.max_connections_given || !after.bought.instance_class.empty();
  const bool short_of = direct + then.pooled_most > room && direct > 0;
  if (short_of && !stated)
    draft.unknown.push_back(fmt::format("whether {0} may have {1} connections: databases.{0}.max_connections is not stated",
                                        before.name, number(direct + then.pooled_most + before.reserve.sum())));
  if (short_of && stated && !put_pooler_between(draft, before, room)) widen(draft, before, after, direct + then.pooled_most);
  size_poolers(draft, after);
  const Wiring settled = wiring_of(draft.after, after, most_counts(draft.after));
  std::vector<std::string> sums;
  if (!settled.direct_sum.empty()) sums.push_back(settled.direct_sum);
  if (!settled.pooled_sum.empty()) sums.push_back(settled.pooled_sum);
  draft.line(before.name, "connections at most", fmt::format("{} of {}", number(today.servers()), number(today.room)),
             fmt::format("{} of {}", number(settled.servers()), number(settled.room)),
             fmt::format("{} of {} − {} reserved", sums.empty() ? "0" : fmt::format("{}", fmt::join(sums, " + ")),
                         after.max_connections, after.reserve.sum()),
             settled.servers() <= settled.room ? ""
             : stated                          ? "still too many"
                                               : "too many, if Postgres' default is in effect");
  const ConnectionFigures figures = connection_figures(after, draft.catalog);
  std::string note;
  if (figures.formula && *figures.formula != figures.effective)
    note = fmt::format("left alone a managed Postgres would take LEAST(memory / 9531392, 5000) = {}", *figures.formula);
  if (figures.given && figures.configured && *figures.given != *figures.configured)
    note += fmt::format("{}the class's table says {}", note.empty() ? "" : "; ", *figures.configured);
  draft.line(before.name, "max_connections", std::to_string(before.max_connections), std::to_string(after.max_connections),
             figures.given        ? "as stated"
             : figures.configured ? "of the class"
             : stated             ? ""
                                  : "Postgres' default; not stated",
             note);
}

}  // namespace

const SizeStep* step_for(const std::vector<SizeStep>& steps, double users) {
  for (const SizeStep& step : steps)
    if (step.users >= users * (1 - 1e-12)) return &step;
  return steps.empty() ? nullptr : &steps.back();
}

std::map<std::string, int> most_counts(const Stack& stack) {
  std::map<std::string, int> counts;
  for (const Tier& tier : stack.tiers) counts[tier.name] = tier.replicas.max + tier.surge;
  return counts;
}

Wiring wiring_of(const Stack& stack, const Database& database, const std::map<std::string, int>& counts) {
  Wiring wiring;
  wiring.room = static_cast<double>(database.max_connections) - database.reserve.sum();
  std::vector<std::string> direct, pooled;
  for (const Tier& tier : stack.tiers)
    for (const Use& use : tier.uses) {
      if (use.component != database.name) continue;
      const int count = counts.at(tier.name);
      const double all = static_cast<double>(count) * use.most_connections();
      (use.through.empty() ? wiring.direct : wiring.through) += all;
      if (use.through.empty()) direct.push_back(fmt::format("{} {} × {}", tier.name, count, use.most_connections()));
    }
  for (const Pooler& pooler : stack.poolers) {
    if (pooler.database != database.name) continue;
    bool used = false;
    for (const Tier& tier : stack.tiers)
      for (const Use& use : tier.uses) used = used || use.through == pooler.name;
    if (!used) continue;
    PoolerFleet fleet;
    fleet.instances = 1;
    fleet.default_pool_size = std::max(1, pooler.default_pool_size);
    fleet.reserve_pool_size = pooler.reserve_pool_size;
    fleet.max_db_connections = pooler.max_db_connections;
    const double each = most_servers_of(fleet);
    const int count = std::max(1, pooler.replicas.max);
    wiring.pooled_most += each * count;
    pooled.push_back(fmt::format("{} {} × {}", pooler.name, count, number(each)));
  }
  wiring.direct_sum = fmt::format("{}", fmt::join(direct, " + "));
  wiring.pooled_sum = fmt::format("{}", fmt::join(pooled, " + "));
  return wiring;
}

std::optional<double> connections_by_users(const Stack& stack, const Database& database, const Demand& demand) {
  const bool first = !stack.databases.empty() && stack.databases.front().name == database.name;
  if (!first || !stack.growth || !stack.growth->connections_per_1000 || !demand.load.users) return std::nullopt;
  return std::ceil(*demand.load.users / 1000 * *stack.growth->connections_per_1000 - 1e-9);
}

void size_databases(Draft& draft) {
  for (std::size_t i = 0; i < draft.before.databases.size(); ++i) {
    const Database& before = draft.before.databases[i];
    Database& after = draft.after.databases[i];
    size_by_steps(draft, before, after);
    size_connections(draft, before, after);
    const Wiring wiring = wiring_of(draft.after, after, most_counts(draft.after));
    size_read_replicas(
        draft, before, after,
        std::max(wiring.direct + wiring.through, connections_by_users(draft.before, before, draft.then).value_or(0)));
    size_storage(draft, before, after);
    if (draft.settings.empty()) draft.settings = settings_for(before, after);
    for (const Line& setting : settings_for(before, after)) {
      // Only what the spec has already is edited, and only for another memory: plimsoll's own settings follow by themselves.
      const auto own = after.settings.find(setting.what);
      if (own == after.settings.end() || before.memory == after.memory || own->second == setting.then) continue;
      own->second = setting.then;
      draft.change(fmt::format("databases.{}.settings.{}", before.name, setting.what), setting.then, setting.formula);
    }
  }
}

}  // namespace plimsoll::capacity::planning
