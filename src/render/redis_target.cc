#include <fmt/format.h>

#include "render/names.h"
#include "render/redis.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

class Caches {
 public:
  Caches(const Stack& stack, const Options& options) : stack_(stack), options_(options) {}

  Rendered run() {
    for (const Cache& cache : stack_.caches) add(cache);
    if (made_.files.empty()) note("caches", "the stack has no cache");
    return std::move(made_);
  }

 private:
  void note(std::string path, std::string text, bool to_make = false) {
    made_.notes.push_back({std::move(path), std::move(text), to_make});
  }

  void put(const Cache& cache, std::string_view suffix, std::string text) {
    made_.files.push_back({fmt::format("redis/{}{}.conf", cache.name, suffix), std::move(text)});
  }

  [[nodiscard]] RedisServer node_of(const Cache& cache) const {
    RedisServer server;
    server.port = endpoints_of(options_, cache.name, redis_port).front().port;
    server.directory = "/data";
    server.bind = "* -::*";
    server.maker = "Made by `plimsoll render`.";
    return server;
  }

  void add(const Cache& cache) {
    RedisServer node = node_of(cache);
    switch (cache.architecture) {
      case CacheArchitecture::standalone:
        break;
      case CacheArchitecture::replication:
        node.is = fmt::format("the master, with {} {}", cache.replicas, cache.replicas == 1 ? "replica" : "replicas");
        break;
      case CacheArchitecture::sentinel:
        node.is = fmt::format("the master at first, with {} {}; Sentinel may make another one it", cache.replicas,
                              cache.replicas == 1 ? "replica" : "replicas");
        break;
      case CacheArchitecture::cluster:
        node.is =
            fmt::format("each of the {} nodes of a cluster, {} {} with {} {} each", cache.nodes(), cache.shards,
                        cache.shards == 1 ? "master" : "masters", cache.replicas, cache.replicas == 1 ? "replica" : "replicas");
        node.clustered = true;
        break;
    }
    put(cache, "", redis_conf(stack_, cache, node));
    note_passwords(cache);
    if (cache.architecture == CacheArchitecture::cluster) note_cluster(cache);
    if (cache.architecture == CacheArchitecture::replication || cache.architecture == CacheArchitecture::sentinel)
      replicas(cache);
    if (cache.architecture == CacheArchitecture::sentinel) sentinels(cache);
  }

  void replicas(const Cache& cache) {
    if (cache.replicas == 0) return;
    RedisServer node = node_of(cache);
    node.follows = endpoints_of(options_, cache.name, redis_port).front();
    node.port = endpoints_of(options_, cache.name + "-replica", redis_port).front().port;
    node.is = cache.replicas == 1 ? "its replica" : fmt::format("each of its {} replicas", cache.replicas);
    put(cache, "-replica", redis_conf(stack_, cache, node));
    if (cache.architecture == CacheArchitecture::replication)
      note("caches." + cache.name + ".architecture",
           fmt::format("nobody takes over by himself when {} is gone: REPLICAOF NO ONE on a replica, or architecture: sentinel",
                       cache.name));
  }

  void sentinels(const Cache& cache) {
    const std::uint16_t port = endpoints_of(options_, cache.name + "-sentinel", sentinel_port).front().port;
    put(cache, "-sentinel", sentinel_conf(stack_, cache, port, endpoints_of(options_, cache.name, redis_port).front()));
    const std::string password = variable_of(cache.name) + "_PASSWORD";
    note("caches." + cache.name + ".sentinels",
         fmt::format("start {0}, each with its own writable copy of {1}-sentinel.conf: redis-server {1}-sentinel.conf "
                     "--sentinel. Beside it, "
                     "0600, sentinel-auth.conf: umask 077; printf 'sentinel auth-pass {1} %s\\nrequirepass %s\\nsentinel "
                     "sentinel-pass %s\\n' "
                     "\"${2}\" \"${2}\" \"${2}\" > sentinel-auth.conf. Verify: redis-cli -p {3} sentinel ckquorum {1}",
                     cache.sentinels, cache.name, password, port),
         true);
    note("caches." + cache.name + ".architecture",
         fmt::format("clients must ask a Sentinel ({}-sentinel:{}) who the master is: after a fail-over {} may be a replica",
                     cache.name, port, cache.name));
  }

  void note_passwords(const Cache& cache) {
    const std::string password = variable_of(cache.name) + "_PASSWORD";
    const bool several = cache.architecture != CacheArchitecture::standalone;
    note("caches." + cache.name,
         fmt::format(
             "{}.conf includes auth.conf of the folder Redis is started in (a secret, 0600, Redis' own). To make it, from a "
             "password of letters and digits: umask 077; printf 'requirepass %s\\n{}' \"${}\"{} > auth.conf",
             cache.name, several ? "masterauth %s\\n" : "", password, several ? fmt::format(" \"${}\"", password) : ""),
         true);
  }

  void note_cluster(const Cache& cache) {
    const std::string key = "caches." + cache.name;
    const std::string login = fmt::format("export REDISCLI_AUTH=\"${}_PASSWORD\"", variable_of(cache.name));
    const std::vector<Endpoint> nodes = redis_nodes(cache, options_);
    const std::string first = to_text(nodes.front());
    note(key + ".architecture", fmt::format("when all {} nodes answer, once: {}; {}. Verify: redis-cli --cluster check {}, and "
                                            "cluster_state:ok from redis-cli -h "
                                            "HOST cluster info on every node before the first write",
                                            nodes.size(), login, redis_cluster_create(cache, options_), first));
    std::string grow;
    const int more = cache.shards * (1 + cache.replicas);
    for (int i = 1; i <= more; ++i)
      grow += fmt::format("{}redis-cli --cluster add-node {}-{}:{} {}{}", i == 1 ? "" : "; ", cache.name, cache.nodes() + i,
                          nodes.front().port, first, i > cache.shards ? " --cluster-slave" : "");
    note(key + ".shards",
         fmt::format("to {} shards while it serves: start {} more nodes with this file; {}; {}; redis-cli --cluster rebalance {} "
                     "--cluster-use-empty-masters --cluster-pipeline 100. Verify: redis-cli --cluster check {}",
                     2 * cache.shards, more, login, grow, first, first));
    note(key, fmt::format("clients must speak the cluster's protocol (follow MOVED and ASK); {} is where they ask first", first));
  }

  const Stack& stack_;
  const Options& options_;
  Rendered made_;
};

}  // namespace

Rendered redis(const Stack& stack, const Options& options) { return Caches(stack, options).run(); }

}  // namespace plimsoll::render
