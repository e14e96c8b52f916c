// A cache: one node, one with copies, copies that a Sentinel lets take over, or a cluster of shards.

#include <fmt/format.h>

#include "core/quantity.h"
#include "render/kubernetes_exporters.h"
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
  pod["containers"].add(redis_exporter(scope, cache, beside(redis_port)));
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

/// With the namespace: Sentinels tell these names to whoever asks, KEDA in its own namespace too.
std::string full(const Scope& scope, std::string_view service) { return fmt::format("{}.{}.svc", service, scope.name_space()); }

/// The node that is the master at first. Under Sentinels it announces the name by which they know it, also as a replica.
Nodes first_of(const Scope& scope, const Cache& cache) {
  Nodes nodes{cache.name, cache.name, 1, "redis.conf", {}, false};
  if (cache.architecture == CacheArchitecture::sentinel) nodes.arguments = {"--replica-announce-ip", full(scope, cache.name)};
  return nodes;
}

void copies(const Scope& scope, const Cache& cache, Documents& all) {
  if (cache.replicas == 0) return;
  const std::string name = cache.name + "-replica";
  Nodes nodes{name, name, cache.replicas, "replica.conf", {}, false};
  if (cache.architecture == CacheArchitecture::sentinel) {
    nodes.arguments = {"--replica-announce-ip", fmt::format("$(INSTANCE).{}", full(scope, name))};
    nodes.names_itself = true;
  }
  all.push_back(nodes_of(scope, cache, nodes));
  all.push_back(headless(scope, name, name, role, "redis", redis_port));
  if (cache.replicas > 1) all.push_back(one_at_a_time(scope, name));
  // Where a copy may take over, any of them is the cache to alerts. Where none may, a master that is down is not made up for.
  all.push_back(pod_monitor(scope, name, role, cache.architecture == CacheArchitecture::sentinel ? cache.name : name));
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

/// Makes one cluster of the nodes, once. A Job can't be changed, so another shape is another Job.
Yaml creation(const Scope& scope, const Cache& cache, const std::string& nodes) {
  Yaml made = object(scope, "batch/v1", "Job", fmt::format("{}-create-{}x{}", cache.name, cache.shards, cache.replicas),
                     cache.name + "-create", role);
  made["spec"].about(
      "Once all nodes answer it makes them one cluster. Where there is one already it does nothing; nodes that are not empty "
      "refuse.");
  made["spec"]["backoffLimit"] = 20;
  if (scope.at_least(21)) made["spec"]["ttlSecondsAfterFinished"] = 86400;
  Yaml& pod_template = made["spec"]["template"];
  pod_template["metadata"]["labels"] = pod_labels(scope, cache.name + "-create", role);
  Yaml& pod = pod_template["spec"];
  pod["restartPolicy"] = "OnFailure";
  Yaml& container = pod["containers"].add();
  container["name"] = "create";
  container["image"] = redis_image;
  std::vector<Yaml> command{
      "sh", "-c", "redis-cli -h \"${1%:*}\" cluster info | grep -q cluster_state:ok || exec redis-cli --cluster create \"$@\"",
      "create"};
  for (int i = 0; i < cache.nodes(); ++i) command.emplace_back(fmt::format("{}-{}.{}:{}", cache.name, i, nodes, redis_port));
  command.insert(command.end(), {"--cluster-replicas", std::to_string(cache.replicas), "--cluster-yes"});
  container["command"] = Yaml::list(std::move(command));
  container["env"].add(env_from_secret("REDISCLI_AUTH", cache.name, "password"));
  return made;
}

void cluster_notes(const Scope& scope, const Cache& cache, const std::string& nodes) {
  const std::string path = fmt::format("caches.{}", cache.name);
  scope.notes.push_back({path, fmt::format("verify the cluster: kubectl exec {0}-0 -n {1} -c {0} -- redis-cli cluster info says "
                                           "cluster_state:ok and cluster_size:{2}",
                                           cache.name, scope.name_space(), cache.shards)});
  scope.notes.push_back(
      {path, fmt::format("clients must speak the cluster's protocol (follow MOVED and ASK); {}:{} is where they ask first",
                         cache.name, redis_port)});
  const int last = 2 * cache.nodes() - 1, masters = cache.nodes() + cache.shards;
  std::string copies;
  if (cache.replicas > 0)
    copies = fmt::format(", the same with --cluster-slave for {}-{} to {}-{}", cache.name, masters, cache.name, last);
  scope.notes.push_back(
      {path + ".shards",
       fmt::format("to {0} shards while it serves: kubectl scale statefulset {1} -n {2} --replicas={3}; when all are ready, in a "
                   "shell of kubectl exec -it {1}-0 -n {2} -c {1} -- bash: redis-cli --cluster add-node NEW.{4}:{5} "
                   "{1}-0.{4}:{5} for {1}-{6} to {1}-{7}{8}; redis-cli --cluster rebalance {1}-0.{4}:{5} "
                   "--cluster-use-empty-masters --cluster-pipeline 100. Verify: redis-cli --cluster check {1}-0.{4}:{5}; then "
                   "write shards: {0} into the spec",
                   2 * cache.shards, cache.name, scope.name_space(), last + 1, nodes, redis_port, cache.nodes(), masters - 1,
                   copies)});
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
  all.push_back(pod_monitor(scope, cache.name, role, cache.name));
  all.push_back(creation(scope, cache, governing));
  cluster_notes(scope, cache, governing);
}

// --- configuration

Yaml config(const Scope& scope, const Cache& cache) {
  Options inside = within(scope.stack, scope.options);
  if (cache.architecture == CacheArchitecture::sentinel) inside.at[cache.name] = {{full(scope, cache.name), redis_port}};
  const Rendered files = redis(scope.stack, inside);
  Yaml made = config_map(scope, cache.name, role);
  made["data"].about("Read at the start only: after a change kubectl rollout restart statefulset, or CONFIG SET.");
  const auto put = [&](const char* key, const char* ending) {
    made["data"][key] = text_of(files, fmt::format("redis/{}{}", cache.name, ending));
  };
  put("redis.conf", ".conf");
  const bool copied = cache.architecture == CacheArchitecture::replication || cache.architecture == CacheArchitecture::sentinel;
  if (copied && cache.replicas > 0) put("replica.conf", "-replica.conf");
  if (cache.architecture == CacheArchitecture::sentinel) put("sentinel.conf", "-sentinel.conf");
  const std::string path = fmt::format("caches.{}", cache.name);
  if (cache.architecture == CacheArchitecture::cluster)
    pass_notes(scope, files, path, {"", ".architecture", ".shards"});  // here the Job makes it, and nodes have other names
  else
    pass_notes(scope, files, path, {});
  return made;
}

void note_secret(const Scope& scope, const Cache& cache) {
  const bool alone = cache.architecture == CacheArchitecture::standalone;
  const std::string password = fmt::format("\"${{{}_PASSWORD:?}}\"", variable_of(cache.name));
  std::string from = alone ? fmt::format("--from-file=auth.conf=<(printf 'requirepass %s\\n' {})", password)
                           : fmt::format("--from-file=auth.conf=<(printf 'requirepass %s\\nmasterauth %s\\n' {0} {0})", password);
  if (cache.architecture == CacheArchitecture::sentinel)
    from += fmt::format(
        " --from-file=sentinel-auth.conf=<(printf 'sentinel auth-pass {0} %s\\nrequirepass %s\\nsentinel sentinel-pass %s\\n' "
        "{1} {1} {1})",
        cache.name, password);
  scope.notes.push_back(
      {fmt::format("caches.{}", cache.name),
       fmt::format("make the Secret {0} (bash), from a password of letters and digits: kubectl create secret generic {0} -n {1} "
                   "--from-literal=password={2} {3}",
                   cache.name, scope.name_space(), password, from),
       true});
  if (!cache.bought.instance_class.empty())
    scope.notes.push_back(
        {fmt::format("caches.{}.class", cache.name),
         fmt::format("{} is a machine of its own; here the cache is a pod of that memory", cache.bought.instance_class)});
}

/// The Sentinels of a cache that is outside the cluster are there too.
Documents sentinels_elsewhere(const Scope& scope, const Cache& cache) {
  if (cache.architecture != CacheArchitecture::sentinel) return {};
  const std::string name = cache.name + "-sentinel";
  Documents made = elsewhere(scope, name, role, "sentinel", sentinel_port);
  if (made.empty())
    scope.notes.push_back(
        {fmt::format("caches.{}.sentinels", cache.name),
         fmt::format("nothing says where they are: instances get no REDIS_SENTINELS and take {} for the master. Name their "
                     "places as those of {}",
                     cache.name, name)});
  return made;
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
    append(made, exporter_alone(scope, cache.name, redis_exporter(scope, cache, place_of(scope, cache.name, redis_port))));
    append(made, sentinels_elsewhere(scope, cache));
    return made;
  }
  note_secret(scope, cache);
  made.push_back(config(scope, cache));
  if (cache.architecture == CacheArchitecture::cluster) {
    cluster(scope, cache, made);
    return made;
  }
  made.push_back(nodes_of(scope, cache, first_of(scope, cache)));
  made.push_back(service(scope, cache.name, cache.name, role, "redis", redis_port));
  made.push_back(pod_monitor(scope, cache.name, role, cache.name));
  copies(scope, cache, made);
  sentinels(scope, cache, made);
  return made;
}

}  // namespace plimsoll::render::kube
