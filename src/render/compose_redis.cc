// Caches: one server, a master with replicas, Sentinel, or a cluster.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "render/compose_parts.h"
#include "render/names.h"
#include "render/redis.h"

namespace plimsoll::render::compose_parts {
namespace {

constexpr std::string_view folder = "/usr/local/etc/redis";

std::string password_variable(const Cache& cache) { return variable_of(cache.name) + "_PASSWORD"; }

std::string auth(const Cache& cache) {
  const std::string password = password_variable(cache);
  return cache.architecture == CacheArchitecture::standalone
             ? fmt::format("printf 'requirepass %s\\n' \"${}\"", password)
             : fmt::format("printf 'requirepass %s\\nmasterauth %s\\n' \"${0}\" \"${0}\"", password);
}

std::string sentinel_auth(const Cache& cache) {
  return fmt::format(
      "printf 'sentinel auth-pass {0} %s\\nrequirepass %s\\nsentinel sentinel-pass %s\\n' \"${1}\" \"${1}\" \"${1}\"", cache.name,
      password_variable(cache));
}

/// What every container of the image has: not root's, since Redis' own start would else change the owner of what is mounted.
Yaml redis_service(Project& project, const Cache& cache) {
  Yaml service;
  service["image"] = redis_image;
  service["user"] = "redis";
  service["working_dir"] = folder;
  service["environment"]["REDISCLI_AUTH"] = project.password(password_variable(cache));
  return service;
}

void size(Yaml& service, const Cache& cache) {
  if (cache.memory) service["deploy"]["resources"]["limits"]["memory"] = memory(*cache.memory);
}

Yaml node(Project& project, const Cache& cache, std::string_view file, const std::string& volume) {
  Yaml service = redis_service(project, cache);
  service["command"] = Yaml::list({"redis-server", "redis.conf"}).flow();
  mount(project, service, fmt::format("redis/{}", file), fmt::format("{}/redis.conf", folder));
  if (!volume.empty()) keep_data(project, service, volume, "/data");
  use_secret(project, service, cache.name + "_auth", fmt::format("{}/auth.conf", folder), auth(cache));
  size(service, cache);
  // redis-cli ends well even when it is refused: its answer counts.
  health(service, {"CMD-SHELL", "redis-cli ping | grep -q PONG"}, "30s");
  service["restart"] = "unless-stopped";
  return service;
}

/// The first two numbers of the project's addresses. Docker's own networks are in 172.16/12 and 192.168/16, so these are in 10/8;
/// by the stack's name, so that two stacks seldom want the same.
std::string subnet_of(const Stack& stack) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : stack.name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("10.{}", 100 + hash % 100);
}

/// Where a node of a cluster stays: eight times 250 addresses for each cache, in the half that Docker gives to nobody.
std::string address_of(const Project& project, const Cache& cache, int node) {
  const auto& caches = project.stack.caches;
  const auto place = static_cast<int>(std::ranges::find(caches, cache.name, &Cache::name) - caches.begin());
  return fmt::format("{}.{}.{}", subnet_of(project.stack), 1 + 8 * place + (node - 1) / 250, 1 + (node - 1) % 250);
}

void fix_addresses(Project& project) {
  const std::string subnet = subnet_of(project.stack);
  Yaml& ipam = project.networks["default"]["ipam"];
  ipam.about(
      "Nodes of a Redis cluster know each other by address, so each keeps its own. Where the network has these addresses\n"
      "already, take others, here and at the nodes, before the first start.");
  ipam["config"] = Yaml::list();
  Yaml& range = ipam["config"].add();
  range["subnet"] = subnet + ".0.0/16";
  range["ip_range"] = Yaml(subnet + ".128.0/17").why("of all others");
}

void add_cluster(Project& project, const Cache& cache) {
  fix_addresses(project);
  for (int i = 1; i <= cache.nodes(); ++i) {
    const std::string name = fmt::format("{}-{}", cache.name, i);
    Yaml service = node(project, cache, cache.name + ".conf", name);
    Yaml& network = service["networks"]["default"];
    network["ipv4_address"] = address_of(project, cache, i);
    if (i == 1) network["aliases"] = Yaml::list({cache.name}).flow().why("where clients ask first");
    project.services[name] = std::move(service);
  }
  Yaml create = redis_service(project, cache);
  create["profiles"].add("setup");
  create["profiles"].flow();
  create["command"] = plain(redis_cluster_create(cache, project.options));
  create["command"].why("once");
  for (int i = 1; i <= cache.nodes(); ++i) wait_for(project, create, fmt::format("{}-{}", cache.name, i));
  project.services[cache.name + "-create"] = std::move(create);
  project.notes.push_back(
      {fmt::format("caches.{}.architecture", cache.name),
       fmt::format("once, after the first start: docker compose -p {0} run --rm {1}-create. Verify: docker compose -p {0} "
                   "exec {1}-1 redis-cli cluster info says cluster_state:ok",
                   project.stack.name, cache.name)});
}

void add_replicas(Project& project, const Cache& cache) {
  if (cache.replicas == 0) return;
  Yaml service = node(project, cache, cache.name + "-replica.conf", "");
  service["deploy"]["replicas"] = cache.replicas;
  wait_for(project, service, cache.name);
  project.services[cache.name + "-replica"] = std::move(service);
}

void add_sentinels(Project& project, const Cache& cache) {
  const std::string name = cache.name + "-sentinel";
  Yaml service = redis_service(project, cache);
  // It writes to its own file: a copy in the container.
  service["command"] =
      Yaml::list({"sh", "-c", "cp sentinel.conf /data/sentinel.conf && exec redis-server /data/sentinel.conf --sentinel"}).flow();
  service["command"].about("Sentinel rewrites its file, so each has a copy.");
  mount(project, service, fmt::format("redis/{}.conf", name), fmt::format("{}/sentinel.conf", folder));
  use_secret(project, service, cache.name + "_sentinel_auth", fmt::format("{}/sentinel-auth.conf", folder), sentinel_auth(cache));
  service["deploy"]["replicas"] = Yaml(cache.sentinels).why(fmt::format("quorum {}", cache.quorum));
  health(service, {"CMD-SHELL", fmt::format("redis-cli -p {} ping | grep -q PONG", sentinel_port)});
  wait_for(project, service, cache.name);
  service["restart"] = "unless-stopped";
  project.services[name] = std::move(service);
  project.notes.push_back(
      {fmt::format("caches.{}.sentinels", cache.name), "all on one machine: they survive a dead Redis, not a dead machine"});
}

}  // namespace

std::string first_node(const Cache& cache) {
  return cache.architecture == CacheArchitecture::cluster ? cache.name + "-1" : cache.name;
}

void add_caches(Project& project) {
  for (const Cache& cache : project.stack.caches) {
    if (!project.is_here(cache.name)) continue;
    if (cache.architecture == CacheArchitecture::cluster) {
      add_cluster(project, cache);
      continue;
    }
    project.services[cache.name] = node(project, cache, cache.name + ".conf", cache.name);
    if (cache.architecture == CacheArchitecture::standalone) continue;
    add_replicas(project, cache);
    if (cache.architecture == CacheArchitecture::sentinel) add_sentinels(project, cache);
  }
}

}  // namespace plimsoll::render::compose_parts
