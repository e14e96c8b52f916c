// ElastiCache: parameters, replication group, node class, shards.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/cloud_parts.h"
#include "render/names.h"

namespace plimsoll::render::cloud_parts {
namespace {

bool is_cluster(const Cache& cache) { return cache.architecture == CacheArchitecture::cluster; }

std::string describe(std::string_view id, std::string_view query) {
  return fmt::format("aws elasticache describe-replication-groups --replication-group-id {} \\\n  --query {} --output text", id,
                     shell_word(query));
}

std::string wait_available(std::string_view id) {
  return fmt::format("aws elasticache wait replication-group-available --replication-group-id {}", id);
}

/// ElastiCache sets maxmemory itself, to the node's less a reserve: that is what can be said. Absent: the node's memory isn't
/// known.
std::optional<int> reserved_percent(const Cache& cache) {
  if (!cache.maxmemory || !cache.memory || cache.memory->count <= 0) return std::nullopt;
  const double left = 1 - static_cast<double>(cache.maxmemory->count) / static_cast<double>(cache.memory->count);
  return std::clamp(static_cast<int>(std::floor(100 * left)), 0, 100);
}

Change parameters(const Cache& cache, const std::string& id) {
  const std::optional<int> reserved = reserved_percent(cache);
  std::string values = "'ParameterName=maxmemory-policy,ParameterValue=" + cache.policy + "'";
  if (reserved) values += fmt::format(" \\\n  'ParameterName=reserved-memory-percent,ParameterValue={}'", *reserved);
  Change change;
  change.title = fmt::format("{}: {}{}", cache.name, cache.policy,
                             cache.maxmemory ? fmt::format(", maxmemory {}", for_people(*cache.maxmemory)) : "");
  change.says = "Online.";
  if (reserved)
    change.says += fmt::format(
        " maxmemory itself is ElastiCache's to set: the node's memory less a reserve. Derived: {} of {} leave {} % in reserve.",
        for_people(*cache.maxmemory), for_people(*cache.memory), *reserved);
  if (reserved && *reserved < 10)
    change.says += " That is little for snapshots and synchronization, which fork: AWS' own default is 25 %.";
  change.before = {"A parameter group of its own (default.… can't be changed): make it once, before the replication group.",
                   fmt::format("aws elasticache create-cache-parameter-group --cache-parameter-group-name {0}-params \\\n"
                               "  --cache-parameter-group-family redis7 --description {1}",
                               id, shell_word("of " + id))};
  if (is_cluster(cache))
    change.before.commands += fmt::format(
        "\naws elasticache modify-cache-parameter-group --cache-parameter-group-name {}-params \\\n"
        "  --parameter-name-values 'ParameterName=cluster-enabled,ParameterValue=yes'",
        id);
  change.command = {"", fmt::format("aws elasticache modify-cache-parameter-group --cache-parameter-group-name {}-params \\\n"
                                    "  --parameter-name-values {}",
                                    id, values)};
  change.verify = {
      "", fmt::format("aws elasticache describe-cache-parameters --cache-parameter-group-name {}-params --source user \\\n"
                      "  --query 'Parameters[].[ParameterName, ParameterValue]' --output text",
                      id)};
  change.undo = {"", fmt::format("aws elasticache reset-cache-parameter-group --cache-parameter-group-name {}-params \\\n"
                                 "  --parameter-name-values 'ParameterName=maxmemory-policy'{}",
                                 id, reserved ? " 'ParameterName=reserved-memory-percent'" : "")};
  return change;
}

Change creation(const Stack& stack, const Cache& cache, const std::string& id) {
  std::string shape;
  if (is_cluster(cache))
    shape = fmt::format("--num-node-groups {} --replicas-per-node-group {}", cache.shards, cache.replicas);
  else
    shape = fmt::format("--num-cache-clusters {}", 1 + cache.replicas);
  if (cache.replicas > 0)
    shape += " \\\n  --automatic-failover-enabled --multi-az-enabled";
  else if (is_cluster(cache))
    shape += " \\\n  --automatic-failover-enabled";
  Change change;
  change.title = fmt::format(
      "{}: replication group, {}", cache.name,
      is_cluster(cache)
          ? fmt::format("{} shards × {} {}", cache.shards, cache.replicas, cache.replicas == 1 ? "replica" : "replicas")
          : fmt::format("{} {}", 1 + cache.replicas, cache.replicas == 0 ? "node" : "nodes"));
  change.says = is_cluster(cache) ? "Cluster mode is chosen when the group is made. Data of an older group is not in it: warm it "
                                    "up, or restore a snapshot."
                                  : "Where there is none yet.";
  change.before = {
      "The parameter group is there (above), and no group of that name (an error is what is wanted).",
      fmt::format(
          R"(: "${{CACHE_SUBNET_GROUP:?of the network}}" "${{SECURITY_GROUP:?lets instances in on 6379}}" "${{{}_PASSWORD:?16 to 128 characters}}"
aws elasticache describe-cache-parameters --cache-parameter-group-name {}-params --max-items 1 --query 'Parameters[0].ParameterName' --output text
{})",
          variable_of(cache.name), id, describe(id, "ReplicationGroups[0].Status"))};
  change.command = {"", fmt::format(R"(aws elasticache create-replication-group --replication-group-id {0} \
  --replication-group-description {1} --engine redis --engine-version 7.1 \
  --cache-node-type {2} --cache-parameter-group-name {0}-params \
  {3} \
  --cache-subnet-group-name "$CACHE_SUBNET_GROUP" --security-group-ids "$SECURITY_GROUP" \
  --at-rest-encryption-enabled --transit-encryption-enabled --auth-token "${4}_PASSWORD"
{5})",
                                    id, shell_word(fmt::format("{} of the stack {}", cache.name, stack.name)),
                                    shell_word(cache.bought.instance_class), shape, variable_of(cache.name), wait_available(id))};
  change.verify = {is_cluster(cache) ? "`available`, `True`, and the address clients ask first. They need "
                                       "REDIS_CLUSTER_MODE=true and REDIS_URL with rediss://."
                                     : "`available`, and its address, for REDIS_URL with rediss://.",
                   is_cluster(cache)
                       ? describe(id, "ReplicationGroups[0].[Status, ClusterEnabled, ConfigurationEndpoint.Address]")
                       : describe(id, "ReplicationGroups[0].[Status, NodeGroups[0].PrimaryEndpoint.Address]")};
  change.undo = {
      "With a last snapshot, when no client has its address any more.",
      fmt::format("aws elasticache delete-replication-group --replication-group-id {0} --final-snapshot-identifier {0}-last",
                  id)};
  return change;
}

Change node_class(const Cache& cache, const std::string& id) {
  const std::string& wanted = cache.bought.instance_class;
  Change change;
  change.title = fmt::format("{}: node class {}", cache.name, wanted);
  change.says = cache.replicas > 0
                    ? "Online: new nodes are filled, then they take over; connections break once."
                    : "A new node is filled and takes over; connections break once, and writes fail for some seconds.";
  change.before = {"`available`, and the class is among those it may change to.",
                   describe(id, "ReplicationGroups[0].Status") +
                       fmt::format("\nclass_before=$({})\necho \"before: $class_before\"\n",
                                   describe(id, "ReplicationGroups[0].CacheNodeType")) +
                       fmt::format("aws elasticache list-allowed-node-type-modifications --replication-group-id {}", id)};
  change.command = {
      "In the maintenance window, as $apply says; if now, then in an hour with little traffic.",
      fmt::format("aws elasticache modify-replication-group --replication-group-id {} \\\n  --cache-node-type {} \"$apply\"", id,
                  shell_word(wanted))};
  change.verify = {"", wait_available(id) + "\n" + describe(id, "ReplicationGroups[0].[Status, CacheNodeType]")};
  change.undo = {"A smaller class must hold what is in it.",
                 fmt::format("aws elasticache modify-replication-group --replication-group-id {} \\\n  --cache-node-type "
                             "\"$class_before\" \"$apply\"",
                             id)};
  return change;
}

Change resharding(const Cache& cache, const std::string& id) {
  const int doubled = 2 * cache.shards;
  Change change;
  change.title = fmt::format("{}: from {} to {} shards", cache.name, cache.shards, doubled);
  change.says =
      "Online, slots move while it serves: more CPU and higher latency for as long. Put the new number into the spec afterwards.";
  change.before = {
      fmt::format("`available`; {} shards; CPU and memory of every shard have room (EngineCPUUtilization below 60 %; here that "
                  "of the first shard's first node).",
                  cache.shards),
      describe(id, "ReplicationGroups[0].[Status, length(NodeGroups)]") +
          fmt::format("\nshards_before=$({})\n", describe(id, "ReplicationGroups[0].NodeGroups[].NodeGroupId")) +
          metric("AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId", id + "-0001-001", "Maximum")};
  change.command = {"", fmt::format("aws elasticache modify-replication-group-shard-configuration --replication-group-id {} \\\n"
                                    "  --node-group-count {} --apply-immediately",
                                    id, doubled)};
  change.verify = {fmt::format("{} shards, and each has its part of the slots.", doubled),
                   wait_available(id) + "\n" + describe(id, "ReplicationGroups[0].NodeGroups[].[NodeGroupId, Status, Slots]")};
  change.undo = {"What is left must hold the data. $shards_before is a list: no quotes.",
                 fmt::format("aws elasticache modify-replication-group-shard-configuration --replication-group-id {} \\\n"
                             "  --node-group-count {} --node-groups-to-retain $shards_before --apply-immediately",
                             id, cache.shards)};
  return change;
}

}  // namespace

void add_cache(const Stack& stack, const Cache& cache, std::vector<Change>& changes, std::vector<Note>& notes) {
  const std::string id = identifier(stack, cache.name);
  changes.push_back(parameters(cache, id));
  changes.push_back(creation(stack, cache, id));
  changes.push_back(node_class(cache, id));
  if (is_cluster(cache)) changes.push_back(resharding(cache, id));
  if (!cache.persistence.empty() && cache.persistence != "none")
    notes.push_back({fmt::format("caches.{}.persistence", cache.name),
                     "ElastiCache keeps no append-only file on these classes: replicas and snapshots in its place"});
  if (cache.architecture == CacheArchitecture::sentinel)
    notes.push_back({fmt::format("caches.{}.architecture", cache.name),
                     "ElastiCache fails over by itself: no Sentinel there, and one address"});
}

}  // namespace plimsoll::render::cloud_parts
