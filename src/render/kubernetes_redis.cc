// A cache: one node, one with copies, copies that a Sentinel lets take over, or a cluster of shards.

#include <fmt/format.h>

#include "core/quantity.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/redis.h"
#include "render/targets.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::string_view role = "cache";
constexpr std::int64_t redis_user = 999;  // of the image
constexpr Bytes small_claim{std::int64_t{1} << 30};

bool keeps_data(const Cache& cache) { return cache.persistence.empty() ? is_durable(cache) : cache.persistence != "none"; }

/// What one node may take of memory, and why.
void memory(const Cache& cache, Yaml& container) {
  if (!cache.memory && !cache.maxmemory) return;
  const std::string size = whole_mebibytes(cache.memory ? *cache.memory : Bytes{cache.maxmemory->count / 2 * 3});
  const std::string why = cache.memory ? "" : "derived: 1.5 × maxmemory, for what a copy to disk and fragments take";
  container["resources"]["requests"]["memory"] = Yaml(size).why(why);
  container["resources"]["limits"]["memory"] = size;
}

/// The disk of a node; none where nothing on it must last.
std::optional<Yaml> claim(const Cache& cache) {
  const std::optional<Bytes> data = cache.maxmemory ? cache.maxmemory : cache.memory;
  if (keeps_data(cache) && data)
    return data_claim(Bytes{data->count * 3},
                      fmt::format("derived: 3 × {}: a log grows to twice the data before it is rewritten beside",
                                  cache.maxmemory ? "maxmemory" : "memory"));
  if (keeps_data(cache)) return data_claim(Bytes{small_claim.count * 10}, "a guess: nothing in the spec says how much it holds");
  if (cache.architecture == CacheArchitecture::cluster)
    return data_claim(small_claim, "for nodes.conf, by which a node knows its cluster");
  return std::nullopt;
}

/// One kind of node: its file of the ConfigMap, how it is started, and where its pods are found.
struct Nodes {
  std::string name;     // of the StatefulSet
  std::string service;  // that governs it
  int count = 1;
  std::string file;             // key of the ConfigMap
  std::vector<Yaml> arguments;  // behind the file
  bool names_itself = false;    // arguments have $(INSTANCE)
};

Yaml container_of(const Cache& cache, const Nodes& nodes, bool has_disk) {
  Yaml made;
  made["name"] = nodes.name;
  made["image"] = redis_image;
  std::vector<Yaml> command{"redis-server", nodes.file};
  command.insert(command.end(), nodes.arguments.begin(), nodes.arguments.end());
  made["command"] = nodes.arguments.empty() ? Yaml::list(std::move(command)).flow() : Yaml::list(std::move(command));
  made["workingDir"] = "/etc/redis";
  Yaml& port = made["ports"].add();
  port["name"] = "redis";
  port["containerPort"] = redis_port;
  if (nodes.names_itself) {
    made["env"].add(env_from_field("INSTANCE", "metadata.name"));
    if (cache.architecture == CacheArchitecture::cluster) made["env"].add(env_from_field("POD_IP", "status.podIP"));
  }
  made["env"].add(env_from_secret("REDISCLI_AUTH", cache.name, "password"));
  memory(cache, made);
  made["readinessProbe"]["exec"]["command"] = Yaml::list({"redis-cli", "-e", "ping"}).flow();
  made["readinessProbe"]["periodSeconds"] = 5;
  Yaml& config = made["volumeMounts"].add();
  config["name"] = "config";
  config["mountPath"] = "/etc/redis";
  config["readOnly"] = true;
  if (has_disk) {
    Yaml& data = made["volumeMounts"].add();
    data["name"] = "data";
    data["mountPath"] = "/data";
  }
  return made;
}

void run_as_redis(Yaml& pod) {
  Yaml& context = pod["securityContext"];
  context.about("redis of the image; the disk is its group's.");
  context["runAsUser"] = redis_user;
  context["runAsGroup"] = redis_user;
  context["fsGroup"] = redis_user;
}

Yaml nodes_of(const Scope& scope, const Cache& cache, const Nodes& nodes) {
  Yaml made = stateful_set(scope, nodes.name, role, nodes.service, nodes.count, cache.architecture == CacheArchitecture::cluster);
  const std::optional<Yaml> disk = claim(cache);
  Yaml& pod = pod_of(made);
  run_as_redis(pod);
  if (nodes.count > 1) avoid_one_host(scope, nodes.name, pod, 100, false);
  pod["containers"].add(container_of(cache, nodes, disk.has_value()));
  pod["volumes"].add(config_volume(cache.name, cache.name, {"auth.conf"}));
  if (disk) made["spec"]["volumeClaimTemplates"].add(*disk);
  return made;
}

Yaml one_at_a_time(const Scope& scope, const std::string& name) {
  Disruption budget;
  budget.max_unavailable = 1;
  return disruption_budget(scope, name, role, budget);
}

// --- copies, and Sentinels that watch them

void copies(const Scope& scope, const Cache& cache, Documents& all) {
  if (cache.replicas == 0) return;
  const std::string name = cache.name + "-replica";
  Nodes nodes{name, name, cache.replicas, "replica.conf", {}, false};
  if (cache.architecture == CacheArchitecture::sentinel) {
    nodes.arguments = {"--replica-announce-ip", fmt::format("$(INSTANCE).{}", name)};
    nodes.names_itself = true;
  }
  all.push_back(nodes_of(scope, cache, nodes));
  all.push_back(headless(scope, name, name, role, "redis", redis_port));
  if (cache.replicas > 1) all.push_back(one_at_a_time(scope, name));
}

/// A Sentinel writes into its own file: a copy on its disk, made once.
Yaml sentinel_pod(const Scope& scope, const Cache& cache, const std::string& name) {
  Yaml pod;
  run_as_redis(pod);
  avoid_one_host(scope, name, pod, 100, false);
  Yaml& copy = pod["initContainers"].add();
  copy["name"] = "config";
  copy["image"] = redis_image;
  copy["command"] = Yaml::list({"cp", "--no-clobber", "/etc/redis/sentinel.conf", "/data/sentinel.conf"})
                        .flow()
                        .why("it keeps there what it learns: a change of the ConfigMap needs SENTINEL SET");
  Yaml& watcher = pod["containers"].add();
  watcher["name"] = name;
  watcher["image"] = redis_image;
  watcher["command"] = Yaml::list({"redis-sentinel", "/data/sentinel.conf"}).flow();
  watcher["workingDir"] = "/etc/redis";
  Yaml& port = watcher["ports"].add();
  port["name"] = "sentinel";
  port["containerPort"] = sentinel_port;
  watcher["readinessProbe"]["tcpSocket"]["port"] = "sentinel";
  watcher["readinessProbe"]["periodSeconds"] = 5;
  for (Yaml* container : {&copy, &watcher}) {
    Yaml& config = (*container)["volumeMounts"].add();
    config["name"] = "config";
    config["mountPath"] = "/etc/redis";
    config["readOnly"] = true;
    Yaml& data = (*container)["volumeMounts"].add();
    data["name"] = "data";
    data["mountPath"] = "/data";
  }
  pod["volumes"].add(config_volume(cache.name, cache.name, {"sentinel-auth.conf"}));
  return pod;
}

void sentinels(const Scope& scope, const Cache& cache, Documents& all) {
  if (cache.architecture != CacheArchitecture::sentinel) return;
  const std::string name = cache.name + "-sentinel";
  Yaml made = stateful_set(scope, name, role, name, cache.sentinels);
  pod_of(made) = sentinel_pod(scope, cache, name);
  made["spec"]["volumeClaimTemplates"].add(data_claim(small_claim, "for sentinel.conf"));
  all.push_back(std::move(made));
  all.push_back(headless(scope, name, name, role, "sentinel", sentinel_port));
  all.push_back(one_at_a_time(scope, name));
}

// --- a cluster

/// Makes one cluster of the nodes, once.
Yaml creation(const Scope& scope, const Cache& cache, const std::string& nodes) {
  Yaml made = object(scope, "batch/v1", "Job", cache.name + "-create", cache.name + "-create", role);
  made["spec"].about("Once all nodes answer it makes them one cluster. A second time it refuses, as they are no longer empty.");
  made["spec"]["backoffLimit"] = 20;
  Yaml& pod_template = made["spec"]["template"];
  pod_template["metadata"]["labels"] = pod_labels(scope, cache.name + "-create", role);
  Yaml& pod = pod_template["spec"];
  pod["restartPolicy"] = "OnFailure";
  Yaml& container = pod["containers"].add();
  container["name"] = "create";
  container["image"] = redis_image;
  std::vector<Yaml> command{"redis-cli", "--cluster", "create"};
  for (int i = 0; i < cache.nodes(); ++i) command.emplace_back(fmt::format("{}-{}.{}:{}", cache.name, i, nodes, redis_port));
  command.insert(command.end(), {"--cluster-replicas", std::to_string(cache.replicas), "--cluster-yes"});
  container["command"] = Yaml::list(std::move(command));
  container["env"].add(env_from_secret("REDISCLI_AUTH", cache.name, "password"));
  return made;
}

void cluster(const Scope& scope, const Cache& cache, Documents& all) {
  const std::string governing = cache.name + "-nodes";
  Nodes nodes{cache.name, governing, cache.nodes(), "redis.conf", {}, true};
  // A pod's address changes with every start; its name does not.
  nodes.arguments = {"--cluster-announce-ip", "$(POD_IP)", "--cluster-announce-hostname",
                     fmt::format("$(INSTANCE).{}", governing)};
  all.push_back(nodes_of(scope, cache, nodes));
  all.back()["spec"]["replicas"].why(fmt::format("{} shards × (1 + {})", cache.shards, cache.replicas));
  all.push_back(service(scope, cache.name, cache.name, role, "redis", redis_port));
  all.push_back(headless(scope, governing, cache.name, role, "redis", redis_port));
  all.push_back(one_at_a_time(scope, cache.name));
  all.push_back(creation(scope, cache, governing));
  scope.notes.push_back(
      {fmt::format("caches.{}", cache.name),
       fmt::format("verify the cluster: kubectl exec {0}-0 -n {1} -- redis-cli cluster info says cluster_state:ok and "
                   "cluster_size:{2}",
                   cache.name, scope.name_space(), cache.shards)});
}

// --- configuration

Yaml config(const Scope& scope, const Cache& cache) {
  const Rendered files = redis(scope.stack, within(scope.stack, scope.options));
  Yaml made = config_map(scope, cache.name, role);
  const auto put = [&](const char* key, const char* ending) {
    made["data"][key] = text_of(files, fmt::format("redis/{}{}", cache.name, ending));
  };
  put("redis.conf", ".conf");
  const bool copied = cache.architecture == CacheArchitecture::replication || cache.architecture == CacheArchitecture::sentinel;
  if (copied && cache.replicas > 0) put("replica.conf", "-replica.conf");
  if (cache.architecture == CacheArchitecture::sentinel) put("sentinel.conf", "-sentinel.conf");
  return made;
}

void note_secret(const Scope& scope, const Cache& cache) {
  const bool alone = cache.architecture == CacheArchitecture::standalone;
  const std::string password = fmt::format("\"${}_PASSWORD\"", variable_of(cache.name));
  std::string files = alone ? fmt::format("printf 'requirepass %s\\n' {} > auth.conf", password)
                            : fmt::format("printf 'requirepass %s\\nmasterauth %s\\n' {0} {0} > auth.conf", password);
  std::string from = "--from-file=auth.conf";
  if (cache.architecture == CacheArchitecture::sentinel) {
    files += fmt::format(
        "; printf 'sentinel auth-pass {0} %s\\nrequirepass %s\\nsentinel sentinel-pass %s\\n' {1} {1} {1} > sentinel-auth.conf",
        cache.name, password);
    from += " --from-file=sentinel-auth.conf";
  }
  scope.notes.push_back(
      {fmt::format("caches.{}", cache.name),
       fmt::format("make the Secret {0}, from a password of letters and digits: {1}; kubectl create secret generic {0} -n {2} "
                   "--from-literal=password={3} {4}",
                   cache.name, files, scope.name_space(), password, from),
       true});
  if (!cache.bought.instance_class.empty())
    scope.notes.push_back(
        {fmt::format("caches.{}.class", cache.name),
         fmt::format("{} is a machine of its own; here the cache is a pod of that memory", cache.bought.instance_class)});
}

}  // namespace

Documents cache_of(const Scope& scope, const Cache& cache) {
  Documents made = elsewhere(scope, cache.name, role, "redis", redis_port);
  if (!made.empty()) {
    scope.notes.push_back(
        {fmt::format("caches.{}", cache.name),
         fmt::format("make the Secret {0}: kubectl create secret generic {0} -n {1} --from-literal=password=…; it stands in "
                     "a URL: letters and digits",
                     cache.name, scope.name_space()),
         true});
    return made;
  }
  note_secret(scope, cache);
  made.push_back(config(scope, cache));
  if (cache.architecture == CacheArchitecture::cluster) {
    cluster(scope, cache, made);
    return made;
  }
  made.push_back(nodes_of(scope, cache, {cache.name, cache.name, 1, "redis.conf", {}, false}));
  made.push_back(service(scope, cache.name, cache.name, role, "redis", redis_port));
  copies(scope, cache, made);
  sentinels(scope, cache, made);
  return made;
}

}  // namespace plimsoll::render::kube
