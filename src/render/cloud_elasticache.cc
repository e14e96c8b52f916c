// ElastiCache: parameters, replication group, node class, shards.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

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

/// Waits for a figure of the group, then for the group.
std::string wait_until(std::string_view wanted, std::string_view id, std::string_view query) {
  return wait_for(wanted, describe(id, query)) + "\n" + wait_available(id);
}

/// ElastiCache sets maxmemory itself, to the node's less a reserve: that is what can be said. Absent: the node's memory isn't
/// known, or is less than maxmemory.
std::optional<int> reserved_percent(const Cache& cache) {
  if (!cache.maxmemory || !cache.memory || cache.memory->count < std::max<std::int64_t>(1, cache.maxmemory->count))
    return std::nullopt;
  const double left = 1 - static_cast<double>(cache.maxmemory->count) / static_cast<double>(cache.memory->count);
  return static_cast<int>(std::floor(100 * left));
}

/// `null`: there is no replication group yet.
std::string remember_group(std::string_view id) {
  return fmt::format(
      "group=$({})\necho \"before: $group\"",
      answer("aws elasticache describe-cache-clusters",
             fmt::format("CacheClusters[?ReplicationGroupId=='{}'].CacheParameterGroup.CacheParameterGroupName | [0]", id)));
}

Change parameter_group(const Cache& cache, const std::string& id) {
  Change change;
  change.title = fmt::format("{}: a parameter group of its own", cache.name);
  change.says =
      "Where there is no replication group yet, or it has a group of ElastiCache's own (`default.…`), which can't be changed; "
      "another is kept, and what is set in it. Online.";
  change.before = {"`null`: no replication group yet. The new group's family is that of the old one.",
                   remember_group(id) +
                       "\nfamily=redis7\n"
                       "if [ \"$group\" != null ]; then\n"
                       "  family=$(aws elasticache describe-cache-parameter-groups --cache-parameter-group-name \"$group\" \\\n"
                       "    --query 'CacheParameterGroups[0].CacheParameterGroupFamily' --output text)\nfi"};
  const std::string cluster = is_cluster(cache)
                                  ? fmt::format(
                                        "  aws elasticache modify-cache-parameter-group --cache-parameter-group-name {}-params "
                                        "\\\n    --parameter-name-values 'ParameterName=cluster-enabled,ParameterValue=yes'\n",
                                        id)
                                  : "";
  change.command = {"", fmt::format(R"sh(case "$group" in
null | default.*)
  aws elasticache create-cache-parameter-group --cache-parameter-group-name {0}-params \
    --cache-parameter-group-family "$family" --description {1}
{2}  ;;
*) echo "has its own: $group" ;;
esac
case "$group" in
default.*)
  aws elasticache modify-replication-group --replication-group-id {0} \
    --cache-parameter-group-name {0}-params --apply-immediately
  ;;
esac)sh",
                                    id, shell_word("of " + id), cluster)};
  change.verify = {"The group's name and `in-sync` for every node; nothing where there is no replication group yet.",
                   fmt::format("aws elasticache describe-cache-clusters --output text \\\n  --query {}",
                               query_word(fmt::format("CacheClusters[?ReplicationGroupId=='{}'].CacheParameterGroup."
                                                      "[CacheParameterGroupName, ParameterApplyStatus]",
                                                      id)))};
  change.undo = {"", fmt::format(R"sh(case "$group" in
default.*)
  aws elasticache modify-replication-group --replication-group-id {0} \
    --cache-parameter-group-name "$group" --apply-immediately
  sleep 60 # the status follows the change
  {1}
  ;;
esac
case "$group" in
null | default.*) aws elasticache delete-cache-parameter-group --cache-parameter-group-name {0}-params ;;
esac)sh",
                                 id, wait_available(id))};
  return change;
}

std::string remember_parameter(std::string_view variable, std::string_view name) {
  return fmt::format("\n{}=$({})\necho \"before: ${}\"", variable,
                     answer("aws elasticache describe-cache-parameters --cache-parameter-group-name \"$group\"",
                            fmt::format("Parameters[?ParameterName=='{}'].ParameterValue | [0]", name)),
                     variable);
}

std::string set_parameters(std::string_view policy, const std::optional<std::string>& reserved) {
  std::string text = fmt::format(
      "aws elasticache modify-cache-parameter-group --cache-parameter-group-name \"$group\" \\\n"
      "  --parameter-name-values \"ParameterName=maxmemory-policy,ParameterValue={}\"",
      policy);
  if (reserved) text += fmt::format(" \\\n  \"ParameterName=reserved-memory-percent,ParameterValue={}\"", *reserved);
  return text;
}

Change parameters(const Cache& cache, const std::string& id, std::vector<Note>& notes) {
  const std::optional<int> reserved = reserved_percent(cache);
  Change change;
  change.title = fmt::format("{}: {}{}", cache.name, cache.policy,
                             reserved ? fmt::format(", maxmemory {}", for_people(*cache.maxmemory)) : "");
  change.says = "Online.";
  if (reserved)
    change.says += fmt::format(
        " maxmemory itself is ElastiCache's to set: the node's memory less a reserve. Derived: {} of {} leave {} % in reserve.",
        for_people(*cache.maxmemory), for_people(*cache.memory), *reserved);
  else if (cache.maxmemory)
    notes.push_back(
        {fmt::format("caches.{}.maxmemory", cache.name),
         fmt::format("not among the commands: ElastiCache sets it to the node's memory less reserved-memory-percent, and {}",
                     cache.memory ? "the node has less" : "the node's memory is not known (memory, or a class of the catalog)")});
  if (reserved && *reserved < 10)
    change.says += " That is little for snapshots and synchronization, which fork: AWS' own default is 25 %.";
  change.before = {"The group is a group of one's own, not `default.…`: see the change before.",
                   remember_group(id) + fmt::format("\nif [ \"$group\" = null ]; then group={}-params; fi", id) +
                       remember_parameter("policy_before", "maxmemory-policy") +
                       (reserved ? remember_parameter("reserved_before", "reserved-memory-percent") : "")};
  change.command = {"", set_parameters(cache.policy, reserved ? std::optional(std::to_string(*reserved)) : std::nullopt)};
  change.verify = {"",
                   "aws elasticache describe-cache-parameters --cache-parameter-group-name \"$group\" --source user \\\n"
                   "  --query 'Parameters[].[ParameterName, ParameterValue]' --output text"};
  change.undo = {"", set_parameters("$policy_before", reserved ? std::optional<std::string>("$reserved_before") : std::nullopt)};
  return change;
}

/// Through a file of one's own: every user of the machine can read the arguments of a command.
std::string with_token(std::string_view password, std::string_view options) {
  return fmt::format(R"sh((
  umask 077
  token=$(mktemp)
  trap 'rm -f "$token"' EXIT HUP INT TERM
  printf '{{"AuthToken": "%s"}}\n' "${0}" > "$token"
  aws elasticache create-replication-group --cli-input-json "file://$token" \
{1}
))sh",
                     password, options);
}

Change creation(const Stack& stack, const Cache& cache, const std::string& id) {
  std::string shape;
  if (is_cluster(cache))
    shape = fmt::format("--num-node-groups {} --replicas-per-node-group {}", cache.shards, cache.replicas);
  else
    shape = fmt::format("--num-cache-clusters {}", 1 + cache.replicas);
  if (cache.replicas > 0)
    shape += " \\\n    --automatic-failover-enabled --multi-az-enabled";
  else if (is_cluster(cache))
    shape += " \\\n    --automatic-failover-enabled";
  Change change;
  change.title = fmt::format(
      "{}: replication group, {}", cache.name,
      is_cluster(cache)
          ? fmt::format("{} shards × {} {}", cache.shards, cache.replicas, cache.replicas == 1 ? "replica" : "replicas")
          : fmt::format("{} {}", 1 + cache.replicas, cache.replicas == 0 ? "node" : "nodes"));
  change.says = is_cluster(cache) ? "Cluster mode is chosen when the group is made. Data of an older group is not in it: warm it "
                                    "up, or restore a snapshot."
                                  : "Where there is none yet.";
  const std::string password = variable_of(cache.name) + "_PASSWORD";
  change.before = {
      "The parameter group is there (above), and no group of that name (an error is what is wanted). The password is one that "
      "ElastiCache takes: 16 to 128 letters, digits and ! & # $ ^ < > - (the count of others is 0).",
      fmt::format(R"sh(: "${{CACHE_SUBNET_GROUP:?of the network}}" "${{CACHE_SECURITY_GROUP:?lets instances in on 6379}}"
printf %s "${{{0}:?16 to 128 characters}}" | tr -d 'A-Za-z0-9!&#$^<>-' | wc -c
aws elasticache describe-cache-parameter-groups --cache-parameter-group-name {1}-params \
  --query 'CacheParameterGroups[0].CacheParameterGroupFamily' --output text
{2})sh",
                  password, id, describe(id, "ReplicationGroups[0].Status"))};
  change.command = {"The password goes by a file that only you can read and that is removed at once.",
                    with_token(password, fmt::format(R"sh(    --replication-group-id {0} --replication-group-description {1} \
    --engine redis --engine-version 7.1 --cache-node-type {2} --cache-parameter-group-name {0}-params \
    {3} \
    --cache-subnet-group-name "$CACHE_SUBNET_GROUP" --security-group-ids "$CACHE_SECURITY_GROUP" \
    --at-rest-encryption-enabled --transit-encryption-enabled)sh",
                                                     id, shell_word(fmt::format("{} of the stack {}", cache.name, stack.name)),
                                                     shell_word(cache.bought.instance_class), shape)) +
                        "\n" + wait_available(id)};
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
  change.verify = {"A change that waits for the window: ask when that has begun.",
                   wait_until(shell_word(wanted), id, "ReplicationGroups[0].CacheNodeType") + "\n" +
                       describe(id, "ReplicationGroups[0].[Status, CacheNodeType]")};
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
                   wait_until(std::to_string(doubled), id, "length(ReplicationGroups[0].NodeGroups)") + "\n" +
                       describe(id, "ReplicationGroups[0].NodeGroups[].[NodeGroupId, Status, Slots]")};
  change.undo = {"What is left must hold the data. $shards_before is a list: no quotes.",
                 fmt::format("aws elasticache modify-replication-group-shard-configuration --replication-group-id {} \\\n"
                             "  --node-group-count {} --node-groups-to-retain $shards_before --apply-immediately",
                             id, cache.shards)};
  return change;
}

}  // namespace

void add_cache(const Stack& stack, const Cache& cache, std::vector<Change>& changes, std::vector<Note>& notes) {
  const std::string id = identifier(stack, cache.name, most_of_replication_group);
  note_identifier(stack, cache.name, id, "caches." + cache.name, notes);
  changes.push_back(parameter_group(cache, id));
  changes.push_back(parameters(cache, id, notes));
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
