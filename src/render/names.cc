#include "render/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "core/quantity.h"
#include "render/alerts_parts.h"
#include "render/postgresql.h"
#include "render/promql.h"

namespace plimsoll::render {
namespace {

/// The first database the tier uses, and how; null: none.
const Use* database_use(const Stack& stack, const Tier& tier) {
  const auto use = std::ranges::find_if(tier.uses, [&](const Use& one) { return stack.database(one.component) != nullptr; });
  return use == tier.uses.end() ? nullptr : &*use;
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
    add(one.name, "-exporter", "the exporter");
    const bool clustered = one.architecture == CacheArchitecture::cluster;
    const bool watched = one.architecture == CacheArchitecture::sentinel;
    if (clustered) add(one.name, "-create", "what makes the cluster");
    if (clustered) add(one.name, "-nodes", "the nodes");
    for (int node = 1; clustered && node <= one.nodes(); ++node) add(one.name, fmt::format("-{}", node), "a node");
    if (watched) add(one.name, "-sentinel", "the Sentinels");
    if (one.replicas > 0 && (watched || one.architecture == CacheArchitecture::replication))
      add(one.name, "-replica", "the replicas");
  }
  for (const VectorStore& one : stack.vector_stores) {
    if (one.nodes > 1) add(one.name, "-nodes", "the nodes");
    for (int node = 1; one.nodes > 1 && node <= one.nodes; ++node) add(one.name, fmt::format("-{}", node), "a node");
  }
  for (const char* fixed : {"balancer", "prometheus", "alertmanager", "grafana", "prometheus-adapter"})
    all.push_back({fixed, "a part of every stack's files"});
  return all;
}

/// The secrets that the files ask for by a variable.
std::vector<Derived> secret_variables(const Stack& stack) {
  std::vector<Derived> all;
  const auto add = [&](const std::string& owner, std::string_view ending) {
    all.push_back({fmt::format("{}_{}", variable_of(owner), ending), "a secret of " + owner});
  };
  for (const Database& one : stack.databases) {
    for (const char* ending : {"USER", "PASSWORD", "SUPERUSER_PASSWORD", "MONITORING_PASSWORD"}) add(one.name, ending);
    if (one.read_replicas > 0) add(one.name, "REPLICATION_PASSWORD");
  }
  for (const Cache& one : stack.caches) add(one.name, "PASSWORD");
  for (const VectorStore& one : stack.vector_stores) add(one.name, "API_KEY");
  return all;
}

/// What the alerts of each component begin with.
std::vector<Derived> alert_prefixes(const Stack& stack) {
  std::vector<Derived> all;
  const auto add = [&](const auto& components) {
    for (const auto& one : components) all.push_back({alerting::pascal(one.name), one.name});
  };
  add(stack.tiers);
  add(stack.databases);
  add(stack.poolers);
  add(stack.caches);
  add(stack.vector_stores);
  return all;
}

/// Two of one name, for two owners.
std::string twice(const std::vector<Derived>& all, std::string_view what) {
  std::map<std::string, std::string> seen;
  for (const Derived& one : all)
    if (const auto [first, fresh] = seen.emplace(one.name, one.of); !fresh && first->second != one.of)
      return fmt::format("the files would have two {} called {}: {}, and {}; call one of them otherwise", what, one.name,
                         first->second, one.of);
  return {};
}

/// The variables by which an instance finds what it uses, as they are put together.
class Variables {
 public:
  Variables(const Stack& stack, const Tier& tier, const Options& options, Login (*login)(const std::string&))
      : stack_(stack), tier_(tier), options_(options), login_(login) {}

  std::vector<Variable> take() {
    databases();
    caches();
    vector_stores();
    if (const std::string lists = queues_of(tier_); !lists.empty())
      add("QUEUES", lists, tier_.kind == TierKind::worker ? "derived: consumes" : "derived: publishes");
    for (const auto& [name, value] : tier_.run.env) all_.push_back({name, value, ""});
    return std::move(all_);
  }

 private:
  [[nodiscard]] bool is_taken(const std::string& name) const {
    return std::ranges::find(all_, name, &Variable::name) != all_.end();
  }

  void add(std::string name, std::string value, std::string derived) {
    if (!tier_.run.env.contains(name)) all_.push_back({std::move(name), std::move(value), std::move(derived)});
  }

  /// What a further component's variables begin with: "CACHE", where that is taken (a cache called `redis` that is not the
  /// first) "REDIS_CACHE".
  [[nodiscard]] std::string prefix_of(const std::string& component, const char* kind) const {
    const std::string name = variable_of(component);
    return is_taken(name + "_URL") ? fmt::format("{}_{}", name, kind) : name;
  }

  void databases() {
    const Use* first = database_use(stack_, tier_);
    if (first == nullptr) return;
    database(*first, "DATABASE");
    add("POOL_SIZE", std::to_string(first->connections), fmt::format("derived: uses.{}.connections", first->component));
    for (const Use& use : tier_.uses)
      if (&use != first && stack_.database(use.component) != nullptr) database(use, prefix_of(use.component, "DATABASE"));
  }

  void database(const Use& use, const std::string& prefix) {
    const Database& database = *stack_.database(use.component);
    const bool pooled = !use.through.empty();
    const std::string& front = pooled ? use.through : database.name;
    add(prefix + "_URL",
        postgres_url(login_(database.name), endpoints_of(options_, front, pooled ? pgbouncer_port : postgres_port).front(),
                     database),
        pooled ? fmt::format("derived: {} through {}", database.name, front) : "");
    if (database.read_replicas > 0 && use.reads)
      add(prefix + "_READ_URL",
          postgres_url(login_(database.name), endpoints_of(options_, database.name + "-read", postgres_port).front(), database),
          fmt::format("derived: {} of what it asks may come from a read replica", plimsoll::to_text(*use.reads)));
  }

  void caches() {
    const Cache* first = redis_of(stack_, tier_);
    if (first == nullptr) return;
    cache(*first, "REDIS");
    for (const Use& use : tier_.uses)
      if (const Cache* one = stack_.cache(use.component); one != nullptr && one != first)
        cache(*one, prefix_of(one->name, "CACHE"));
  }

  /// A client must know that keys are spread over nodes, or that a Sentinel names the master.
  void cache(const Cache& cache, const std::string& prefix) {
    add(prefix + "_URL",
        fmt::format("redis://:{}@{}", login_(cache.name).password,
                    to_text(endpoints_of(options_, cache.name, redis_port).front())),
        "");
    if (cache.architecture == CacheArchitecture::cluster) add(prefix + "_CLUSTER_MODE", "true", "");
    // A Redis that is elsewhere has its Sentinels there, too.
    const std::string sentinels = cache.name + "-sentinel";
    if (cache.architecture != CacheArchitecture::sentinel ||
        (options_.at.contains(cache.name) && !options_.at.contains(sentinels)))
      return;
    add(prefix + "_SENTINELS", to_text(endpoints_of(options_, sentinels, sentinel_port).front()), "");
    add(prefix + "_MASTER_NAME", cache.name, "");
  }

  void vector_stores() {
    for (const Use& use : tier_.uses)
      if (const VectorStore* store = stack_.vector_store(use.component); store != nullptr) {
        add(prefix_of(store->name, "STORE") + "_URL",
            "http://" + to_text(endpoints_of(options_, store->name, qdrant_port).front()), "");
        add(variable_of(store->name) + "_API_KEY", login_(store->name).key, "");
      }
  }

  const Stack& stack_;
  const Tier& tier_;
  const Options& options_;
  Login (*login_)(const std::string&);
  std::vector<Variable> all_;
};

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
  const std::vector<Derived> derived = derived_names(stack);
  for (const Derived& one : derived)
    if (is_component(stack, one.name))
      return fmt::format("the files would have two things called {}: the component, and {}; call the component otherwise",
                         one.name, one.of);
  if (std::string why = twice(derived, "things"); !why.empty()) return why;
  if (std::string why = twice(secret_variables(stack), "variables"); !why.empty()) return why;
  return twice(alert_prefixes(stack), "groups of alerts");
}

const Cache* redis_of(const Stack& stack, const Tier& tier) {
  if (!queues_of(tier).empty())
    if (const Cache* cache = promql::queue_cache_of(stack, tier)) return cache;
  for (const Use& use : tier.uses)
    if (const Cache* cache = stack.cache(use.component)) return cache;
  return nullptr;
}

std::string image_of(const Stack& stack, const Tier& tier) {
  return tier.run.image.empty() ? fmt::format("{}/{}", stack.name, tier.name) : tier.run.image;
}

void note_missing_image(const Tier& tier, std::vector<Note>& notes) {
  if (tier.run.image.empty())
    notes.push_back({fmt::format("tiers.{}.run.image", tier.name),
                     fmt::format("not stated: the files name {}'s image after stack and tier; say which one it is", tier.name),
                     true});
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
  return Variables(stack, tier, options, login).take();
}

const Tier* entrance_of(const Stack& stack) {
  const auto service = std::ranges::find(stack.tiers, TierKind::service, &Tier::kind);
  return service == stack.tiers.end() ? nullptr : &*service;
}

bool image_is_shared(const Stack& stack, const Tier& tier) {
  return std::ranges::any_of(stack.tiers, [&](const Tier& other) {
    return &other != &tier && image_of(stack, other) == image_of(stack, tier) && other.run.command != tier.run.command;
  });
}

std::size_t reference_length(std::string_view text) {
  if (!text.starts_with("${")) return 0;
  std::size_t end = 2;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) ++end;
  const bool name = end > 2 && std::isdigit(static_cast<unsigned char>(text[2])) == 0;
  return name && end < text.size() && text[end] == '}' ? end + 1 : 0;
}

std::int64_t seconds_of(Duration d) { return std::chrono::ceil<std::chrono::seconds>(d).count(); }

}  // namespace plimsoll::render
