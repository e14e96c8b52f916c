#include "render/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/quantity.h"
#include "render/postgresql.h"

namespace plimsoll::render {
namespace {

/// The first database the tier uses, and how; null: none.
const Use* database_use(const Stack& stack, const Tier& tier) {
  const auto use = std::ranges::find_if(tier.uses, [&](const Use& one) { return stack.database(one.component) != nullptr; });
  return use == tier.uses.end() ? nullptr : &*use;
}

const Cache* cache_of(const Stack& stack, const Tier& tier) {
  for (const Use& use : tier.uses)
    if (const Cache* cache = stack.cache(use.component)) return cache;
  return nullptr;
}

std::string postgres_url(const Login& login, const Endpoint& at, const Database& database) {
  return fmt::format("postgres://{}:{}@{}/{}", login.user, login.password, to_text(at), database_of(database));
}

/// What the files call their own parts, and for whom.
struct Derived {
  std::string name, of;
};

std::vector<Derived> derived_names(const Stack& stack) {
  std::vector<Derived> all;
  const auto add = [&](const std::string& owner, const std::string& ending, std::string_view what) {
    all.push_back({owner + ending, fmt::format("{} of {}", what, owner)});
  };
  for (const Database& one : stack.databases) {
    if (one.read_replicas > 0) {
      add(one.name, "-read", "the read replicas");
      add(one.name, "-read-exporter", "the read replicas' exporter");
    }
    add(one.name, "-exporter", "the exporter");
  }
  for (const Pooler& one : stack.poolers) add(one.name, "-exporter", "the exporter");
  for (const Cache& one : stack.caches) {
    for (const char* ending : {"-exporter", "-replica", "-sentinel", "-create", "-nodes"}) add(one.name, ending, "a part");
    for (int node = 1; one.architecture == CacheArchitecture::cluster && node <= one.nodes(); ++node)
      add(one.name, fmt::format("-{}", node), "a node");
  }
  for (const VectorStore& one : stack.vector_stores) {
    add(one.name, "-nodes", "the nodes");
    for (int node = 1; one.nodes > 1 && node <= one.nodes; ++node) add(one.name, fmt::format("-{}", node), "a node");
    for (const VectorStore::Collection& collection : one.collections) add(one.name, "-" + collection.name, "a collection");
  }
  for (const char* fixed : {"balancer", "prometheus", "alertmanager", "grafana"})
    all.push_back({fixed, "a part of every stack's files"});
  return all;
}

}  // namespace

std::string queues_of(const Tier& tier) {
  std::string lists;
  const auto add = [&](const std::string& list) { lists += (lists.empty() ? "" : ",") + list; };
  if (tier.kind == TierKind::worker)
    for (const QueueTarget& target : tier.consumes) add(target.list);
  else
    for (const std::string& list : tier.publishes) add(list);
  return lists;
}

bool is_component(const Stack& stack, std::string_view name) {
  return stack.tier(name) != nullptr || stack.database(name) != nullptr || stack.pooler(name) != nullptr ||
         stack.cache(name) != nullptr || stack.vector_store(name) != nullptr;
}

std::string name_clash(const Stack& stack) {
  for (const Derived& one : derived_names(stack))
    if (is_component(stack, one.name))
      return fmt::format("the files would have two things called {}: the component, and {}; call the component otherwise",
                         one.name, one.of);
  return {};
}

std::string image_of(const Stack& stack, const Tier& tier) {
  return tier.run.image.empty() ? fmt::format("{}/{}", stack.name, tier.name) : tier.run.image;
}

void note_missing_image(const Tier& tier, std::vector<Note>& notes) {
  if (tier.run.image.empty())
    notes.push_back({fmt::format("tiers.{}.run.image", tier.name),
                     fmt::format("not stated: {}'s image is named after stack and tier", tier.name)});
}

std::vector<Endpoint> endpoints_of(const Options& options, const std::string& name, std::uint16_t port) {
  const auto given = options.at.find(name);
  if (given != options.at.end() && !given->second.empty()) return given->second;
  return {{name, port}};
}

std::string to_text(const Endpoint& at) {
  const bool six = at.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", at.host, six ? "]" : "", at.port);
}

std::string database_of(const Database& database) { return database_name(database); }

std::string variable_of(std::string_view name) {
  std::string out;
  for (const char c : name)
    out +=
        std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  return out;
}

std::vector<Variable> variables_of(const Stack& stack, const Tier& tier, const Options& options,
                                   Login (*login)(const std::string& component)) {
  std::vector<Variable> all;
  const auto add = [&](std::string name, std::string value, std::string derived) {
    if (!tier.run.env.contains(name)) all.push_back({std::move(name), std::move(value), std::move(derived)});
  };
  if (const Use* use = database_use(stack, tier)) {
    const Database& database = *stack.database(use->component);
    const bool pooled = !use->through.empty();
    const std::string& front = pooled ? use->through : database.name;
    add("DATABASE_URL",
        postgres_url(login(database.name), endpoints_of(options, front, pooled ? pgbouncer_port : postgres_port).front(),
                     database),
        pooled ? fmt::format("derived: {} through {}", database.name, front) : "");
    if (database.read_replicas > 0 && use->reads)
      add("DATABASE_READ_URL",
          postgres_url(login(database.name), endpoints_of(options, database.name + "-read", postgres_port).front(), database),
          fmt::format("derived: {} of what it asks may come from a read replica", plimsoll::to_text(*use->reads)));
    add("POOL_SIZE", std::to_string(use->connections), fmt::format("derived: uses.{}.connections", database.name));
  }
  if (const Cache* cache = cache_of(stack, tier))
    add("REDIS_URL",
        fmt::format("redis://:{}@{}", login(cache->name).password,
                    to_text(endpoints_of(options, cache->name, redis_port).front())),
        "");
  if (const std::string lists = queues_of(tier); !lists.empty())
    add("QUEUES", lists, tier.kind == TierKind::worker ? "derived: consumes" : "derived: publishes");
  for (const auto& [name, value] : tier.run.env) all.push_back({name, value, ""});
  return all;
}

const Tier* entrance_of(const Stack& stack) {
  const auto service = std::ranges::find(stack.tiers, TierKind::service, &Tier::kind);
  return service == stack.tiers.end() ? nullptr : &*service;
}

std::int64_t seconds_of(Duration d) { return std::chrono::ceil<std::chrono::seconds>(d).count(); }

}  // namespace plimsoll::render
