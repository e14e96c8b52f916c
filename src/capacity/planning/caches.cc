#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/catalog.h"
#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

constexpr double gib = 1024.0 * 1024 * 1024;
constexpr double mib = 1024.0 * 1024;
/// Of a node's memory for data; the rest is for the process, its clients and a fork. As `check` has it (maxmemory-over-memory).
constexpr double data_share = 0.75;

/// Beyond so much data one node is not enough: 1 GB where the owner's path by users says so (H16), else 4 GB (V12).
constexpr double cluster_above_with_steps = 1 * gib;
constexpr double cluster_above = 4 * gib;

struct Memory {
  double bytes = 0;
  std::string formula, note;
  const SizeStep* step = nullptr;
};

Memory by_steps(const Cache& cache, const Demand& demand) {
  const SizeStep* step = demand.load.users ? step_for(cache.steps, *demand.load.users) : nullptr;
  if (step == nullptr || !step->memory) return {};
  Memory memory{static_cast<double>(step->memory->count),
                fmt::format("{} users: the step up to {}", whole_users(*demand.load.users), number(step->users)), "", step};
  if (*demand.load.users > step->users) memory.note = fmt::format("beyond the last step, {} users", number(step->users));
  return memory;
}

Memory by_users(const Stack& stack, const Cache& cache, const Demand& demand) {
  const bool first = stack.caches.front().name == cache.name;
  if (!first || !stack.growth || !stack.growth->cache_per_1000 || !demand.load.users) return {};
  const double bytes = *demand.load.users / 1000 * static_cast<double>(stack.growth->cache_per_1000->count);
  return {std::ceil(bytes / gib - 1e-9) * gib,
          fmt::format("{} users × {} per 1,000 = {}, whole GB", whole_users(*demand.load.users),
                      size(*stack.growth->cache_per_1000), size(bytes_of(bytes))),
          "", nullptr};
}

/// T11. The reference reckons 1 MB as 1000 KB; the figure beside it is of 1024.
Memory by_content(const Cache& cache, const Demand& demand) {
  if (!cache.content.entry || !cache.content.entries) return {};
  const double entries = *cache.content.entries * std::max(1.0, demand.factor.value_or(1));
  const double bytes = static_cast<double>(cache.content.entry->count) * entries * 1.5;
  return {bytes,
          fmt::format("{} × {} entries × 1.5 = {} MB of 1000 KB", size(*cache.content.entry), number(entries),
                      number(bytes / 1024 / 1000)),
          "", nullptr};
}

Memory memory_of(const Stack& stack, const Cache& cache, const Demand& demand) {
  Memory most = by_steps(cache, demand);
  for (Memory other : {by_users(stack, cache, demand), by_content(cache, demand)})
    if (other.bytes > most.bytes) most = std::move(other);
  return most;
}

const char* name(CacheArchitecture architecture) {
  switch (architecture) {
    case CacheArchitecture::standalone:
      return "standalone";
    case CacheArchitecture::replication:
      return "replication";
    case CacheArchitecture::sentinel:
      return "sentinel";
    case CacheArchitecture::cluster:
      break;
  }
  return "cluster";
}

std::string words(const Cache& cache) {
  if (cache.architecture != CacheArchitecture::cluster) return name(cache.architecture);
  return fmt::format("cluster {} × (1 + {})", cache.shards, cache.replicas);
}

std::optional<Bytes> holds(const Cache& cache) {
  const std::optional<Bytes> each = cache.maxmemory ? cache.maxmemory : cache.memory;
  if (!each || cache.architecture != CacheArchitecture::cluster) return each;
  return Bytes{each->count * cache.shards};
}

void make_cluster(Draft& draft, const Cache& before, Cache& after, int shards, const std::string& why) {
  const ModelPath path = "caches." + before.name;
  if (before.architecture != CacheArchitecture::cluster) {
    after.architecture = CacheArchitecture::cluster;
    draft.change(path + ".architecture", "cluster", why);
  }
  if (shards != before.shards) {
    after.shards = shards;
    draft.change(path + ".shards", std::to_string(shards), why);
  }
  if (before.replicas < 1) {
    after.replicas = 1;
    draft.change(path + ".replicas", "1", "each shard survives the loss of a node");
  }
}

/// Another class where the step or the memory asks for one; its price follows.
void change_class(Draft& draft, const Cache& before, Cache& after, const SizeStep* step, double each) {
  const std::string& present = before.bought.instance_class;
  std::string wanted = step != nullptr ? step->instance_class : "";
  const InstanceClass* now = present.empty() ? nullptr : draft.catalog.find(present);
  const auto bytes = bytes_of(each);
  if (wanted.empty() && now != nullptr && now->memory && *now->memory < bytes)
    if (const InstanceClass* row = smallest_for(draft.catalog, now->family, now->kind, {.memory = bytes})) wanted = row->name;
  if (wanted.empty() || wanted == present) return;
  const ModelPath path = "caches." + before.name;
  const InstanceClass* next = draft.catalog.find(wanted);
  after.bought.instance_class = wanted;
  draft.change(path + ".class", wanted, fmt::format("{} a node", size(bytes)));
  const bool own_memory = before.memory && !(now != nullptr && now->memory == before.memory);
  if (next != nullptr && next->memory) {
    if (own_memory) draft.change(path + ".memory", spec_size(*next->memory), "of " + wanted);
    after.memory = next->memory;
  } else if (!own_memory) {
    after.memory.reset();
  }
  if (!before.bought.price) return;
  Bought unpriced = after.bought;
  unpriced.price.reset();
  const std::optional<Money> price = step != nullptr && step->price ? step->price : price_of(unpriced, draft.catalog);
  if (price) {
    after.bought.price = price;
    draft.change(path + ".price", dollars(price->per_hour * hours_a_month) + "/month", "of " + wanted);
  } else {
    draft.unknown.push_back(fmt::format("the price of {} as {}", before.name, wanted));
  }
}

void size_memory(Draft& draft, const Cache& before, Cache& after, const Memory& needed) {
  const std::optional<Bytes> present = holds(before);
  const auto whole = [](double bytes) { return Bytes{static_cast<std::int64_t>(std::min(std::ceil(bytes / mib), 8e12) * mib)}; };
  std::string then = size(bytes_of(needed.bytes));
  std::string note = needed.note;
  const bool short_of = present && needed.bytes > static_cast<double>(present->count);
  if (short_of) {
    const double threshold = before.steps.empty() ? cluster_above : cluster_above_with_steps;
    const bool has_room = before.memory && !before.maxmemory;
    if (before.architecture != CacheArchitecture::cluster && needed.bytes > threshold * (1 + 1e-9))
      make_cluster(draft, before, after, std::max(3, before.shards),
                   fmt::format("{} are more than one node should hold ({})", then, size(whole(threshold))));
    const int shards = after.architecture == CacheArchitecture::cluster ? std::max(1, after.shards) : 1;
    const Bytes each = whole(needed.bytes / shards);
    const Bytes node = has_room ? each : whole(static_cast<double>(each.count) / data_share);
    change_class(draft, before, after, needed.step, static_cast<double>(node.count));
    if (!has_room) {
      after.maxmemory = each;
      draft.change("caches." + before.name + ".maxmemory", spec_size(each), needed.formula);
    }
    if (after.memory && *after.memory < node) {
      after.memory = node;
      draft.change("caches." + before.name + ".memory", spec_size(node),
                   has_room ? "not below what it is to hold" : "what it is to hold is at most 75 % of it");
    }
  } else if (present) {
    then = size(*present);
    note = fmt::format("{}needed: {}", note.empty() ? "" : note + "; ", size(bytes_of(needed.bytes)));
  }
  draft.line(before.name, "memory", present ? size(*present) : "not stated", then, needed.formula, note);
}

void size_architecture(Draft& draft, const Cache& before, Cache& after) {
  std::string formula;
  if (before.ops && before.ops_max.per_second > 0 && draft.then.factor) {
    const double ops = before.ops->per_second * std::max(1.0, *draft.then.factor) / (draft.now.factor.value_or(1));
    formula = fmt::format("{} ops/s, {} a node", number(ops), number(before.ops_max.per_second));
    const int shards = static_cast<int>(std::min(1e4, std::ceil(ops / before.ops_max.per_second - 1e-9)));
    const int present = after.architecture == CacheArchitecture::cluster ? after.shards : 1;
    if (shards > present) make_cluster(draft, before, after, std::max(3, shards), formula);
  }
  draft.line(before.name, "architecture", words(before), words(after), formula);
  for (const SizeStep& step : before.steps) {
    if (!step.memory) continue;
    draft.line(before.name, "a step carries", "", number(step.users) + " users",
               fmt::format("{}{}", size(*step.memory), step.instance_class.empty() ? "" : ", " + step.instance_class));
    draft.lines.back().changed = false;
  }
}

}  // namespace

void size_caches(Draft& draft) {
  for (std::size_t i = 0; i < draft.before.caches.size(); ++i) {
    const Cache& before = draft.before.caches[i];
    Cache& after = draft.after.caches[i];
    const Memory needed = memory_of(draft.before, before, draft.then);
    if (needed.bytes > 0)
      size_memory(draft, before, after, needed);
    else if (before.holds(CacheUse::cache) || before.holds(CacheUse::session))
      draft.unknown.push_back(fmt::format("the memory {0} needs: caches.{0}.content: {{entry: …, entries: …}}", before.name));
    size_architecture(draft, before, after);
  }
}

void size_vector_stores(Draft& draft) {
  for (std::size_t i = 0; i < draft.before.vector_stores.size(); ++i) {
    const VectorStore& before = draft.before.vector_stores[i];
    VectorStore& after = draft.after.vector_stores[i];
    double now = 0, then = 0;
    std::vector<std::string> terms;
    for (const VectorStore::Collection& one : before.collections) {
      if (!one.points) {
        draft.unknown.push_back(fmt::format("points in {} of {}: vector_stores.{}.collections.{}.points", one.name, before.name,
                                            before.name, one.name));
        continue;
      }
      // Qdrant's own rule of thumb: four bytes a dimension, half as much again for the index and the rest.
      const double bytes = *one.points * one.dimensions * 4 * 1.5 * one.replication;
      now += bytes;
      then += bytes * draft.then.data_factor;
      terms.push_back(
          fmt::format("{} × {} × 4 B × 1.5 × {}", number(*one.points * draft.then.data_factor), one.dimensions, one.replication));
    }
    std::string note;
    if (then > 0 && before.memory) {
      const double each = static_cast<double>(before.memory->limit.value_or(before.memory->request).count);
      const int nodes = each > 0 ? static_cast<int>(std::min(1e5, std::ceil(then / each - 1e-9))) : before.nodes;
      if (nodes > before.nodes) {
        after.nodes = nodes;
        draft.change("vector_stores." + before.name + ".nodes", std::to_string(nodes),
                     fmt::format("ceil({} / {})", size(bytes_of(then)), size(bytes_of(each))));
        note = "more memory a node does it too, and needs no move of shards";
      }
    }
    if (then > 0)
      draft.line(before.name, "memory in all", size(bytes_of(now)), size(bytes_of(then)),
                 fmt::format("{}", fmt::join(terms, " + ")), note);
    draft.line(before.name, "nodes", std::to_string(before.nodes), std::to_string(after.nodes), "");
  }
}

void size_externals(Draft& draft) {
  for (const External& external : draft.before.externals) {
    if (!external.p50) {
      draft.unknown.push_back(
          fmt::format("how long a call of {0} takes: externals.{0}.latency: {{p50: …, p99: …}}", external.name));
      continue;
    }
    for (const Tier& tier : draft.before.tiers)
      for (const Use& use : tier.uses) {
        if (use.component != external.name || tier.kind != TierKind::service || !draft.then.load.rate) continue;
        const double share = use.share.value_or(Ratio{1}).value;
        const auto in_flight = [&](const Demand& demand) {
          return demand.load.rate ? demand.load.rate->per_second * share * seconds(*external.p50) : 0;
        };
        draft.line(external.name, "calls in flight", number(std::ceil(in_flight(draft.now) - 1e-9)),
                   number(std::ceil(in_flight(draft.then) - 1e-9)),
                   fmt::format("{}/s × {} × {} s (p50)", number(draft.then.load.rate->per_second), percent(share),
                               number(seconds(*external.p50))),
                   external.concurrency || external.rate ? "" : "no limit of its own is stated");
      }
  }
}

}  // namespace plimsoll::capacity::planning
