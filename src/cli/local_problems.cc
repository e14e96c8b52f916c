#include "cli/local_problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "render/redis.h"

namespace plimsoll::cli {
namespace {

class Local {
 public:
  Local(const Stack& stack, const Origins& origins) : stack_(stack), origins_(origins) {}

  std::vector<Diagnostic> run() {
    tiers();
    if (stack_.balancer) balancer(*stack_.balancer);
    for (const Database& database : stack_.databases) check(database);
    for (const Pooler& pooler : stack_.poolers) check(pooler);
    for (const Cache& cache : stack_.caches) check(cache);
    for (const VectorStore& store : stack_.vector_stores)
      refuse("vector_stores." + store.name, fmt::format("the vector store '{}' can't run on this machine yet", store.name),
             "the stack without it");
    std::stable_sort(found_.begin(), found_.end(), [](const Diagnostic& a, const Diagnostic& b) {
      return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
    });
    return std::move(found_);
  }

 private:
  void refuse(const std::string& path, std::string message, std::string expected) {
    const Origin* origin = origins_.nearest(path);
    found_.push_back({Severity::error, origin ? origin->key.at : Position{}, path, std::move(message), std::move(expected), {}});
  }

  [[nodiscard]] bool given(const std::string& path) const { return origins_.exact(path) != nullptr; }

  void tiers() {
    const Tier* served = nullptr;
    for (const Tier& tier : stack_.tiers) {
      const std::string path = "tiers." + tier.name;
      if (tier.run.command.empty())
        refuse(path + ".run", fmt::format("'{}' has no command, and containers don't run on this machine yet", tier.name),
               "run: {command: […]}");
      if (tier.kind != TierKind::service) continue;
      if (served)
        refuse(path,
               fmt::format("the balancer serves '{}'; a second service can't be told from it on this machine yet", served->name),
               "one tier of kind service");
      else
        served = &tier;
    }
  }

  void balancer(const Balancer& one) {
    if (one.engine != BalancerEngine::haproxy)
      refuse("balancer.engine",
             fmt::format("{} can't be run on this machine yet", one.engine == BalancerEngine::nginx ? "nginx" : "traefik"),
             "engine: haproxy");
    if (!one.sticky.empty())
      refuse("balancer.sticky", "clients can't be kept on their instance on this machine yet", "the balancer without 'sticky'");
    if (one.client_rate)
      refuse("balancer.client_rate", "clients can't be slowed down on this machine yet", "the balancer without 'client_rate'");
  }

  void check(const Database& database) {
    const std::string path = "databases." + database.name;
    if (!database.extensions.empty())
      refuse(path + ".extensions", "extensions are not set up on this machine yet", "the database without 'extensions'");
    if (!database.partitions.empty())
      refuse(path + ".partitions", "partitions are not made on this machine yet", "the database without 'partitions'");
    if (database.read_replicas > 0 && given(path + ".lag_max"))
      refuse(path + ".lag_max", "the lag of a read replica is not watched on this machine yet", "the database without 'lag_max'");
  }

  /// Sizes that contradict each other are a finding of `check`; run, the pool would never open what it promises.
  void check(const Pooler& pooler) {
    const std::string path = "poolers." + pooler.name;
    const int size = pooler.default_pool_size, most = pooler.max_db_connections;
    if (most > 0 && size > most)
      return refuse(path + ".default_pool_size", fmt::format("a pool of {} does not fit max_db_connections {}", size, most),
                    fmt::format("at most {}", most));
    if (pooler.max_client_conn < size)
      refuse(path + ".max_client_conn", fmt::format("{} clients can never fill a pool of {}", pooler.max_client_conn, size),
             fmt::format("at least {}", size));
    const Database* database = stack_.database(pooler.database);
    const int wanted = most > 0 ? most : size;
    if (database && wanted > database->max_connections)
      refuse(path + (most > 0 ? ".max_db_connections" : ".default_pool_size"),
             fmt::format("{} connections are more than '{}' allows ({})", wanted, database->name, database->max_connections),
             fmt::format("at most max_connections {}", database->max_connections));
  }

  void check(const Cache& cache) {
    const std::string path = "caches." + cache.name;
    if (cache.architecture != CacheArchitecture::standalone)
      refuse(path + ".architecture", fmt::format("'{}' can only be a single node on this machine yet", cache.name),
             "architecture: standalone");
    const std::string_view rendered = render::is_durable(cache) ? "aof" : "none";
    if (!cache.persistence.empty() && cache.persistence != rendered)
      refuse(path + ".persistence",
             fmt::format("'{}' has persistence: {} on this machine, by what it is used for", cache.name, rendered),
             fmt::format("persistence: {}", rendered));
  }

  const Stack& stack_;
  const Origins& origins_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> local_problems(const Stack& stack, const Origins& origins) { return Local(stack, origins).run(); }

}  // namespace plimsoll::cli
