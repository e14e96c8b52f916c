#include "capacity/findings/findings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "capacity/findings/rules.h"

namespace plimsoll::capacity {
namespace {

using enum Level;

struct Rule {
  RuleInfo info;
  void (*find)(const rules::Scene&, rules::Out);
};

constexpr std::array<Rule, 36> table = {{
    {{"connection-budget", error, "all instances together open more connections than the database has", "K20 K21 T8 V15"},
     rules::connection_budget},
    {{"pooler-clients", error, "more clients than the poolers admit", "K20 K21"}, rules::pooler_clients},
    {{"pool-over-limits", warning, "a pool larger than the limits it stands under", "K20"}, rules::pool_over_limits},
    {{"pooler-table", warning, "a row of the poolers' table does not fit the database or the clients", "K21"},
     rules::pooler_table},
    {{"transaction-pooling", error, "features that need a session, behind a pooler that has none", "H14"},
     rules::transaction_pooling},
    {{"max-connections-differs", note, "max_connections is not what the class gives", "K11 K15"}, rules::max_connections_differs},
    {{"storage", error, "a disk beyond the share at which something is to be done", "K14"}, rules::storage_full},
    {{"reads-without-replica", note, "reads that a read replica could answer, and none", "H13"}, rules::reads_without_replica},
    {{"memory-over-node", error, "an instance that no machine has room for", "K4"}, rules::memory_over_node},
    {{"memory-over-machine", error, "instances that the machines together have no room for", "K4"}, rules::memory_over_machine},
    {{"unreachable-max", error, "a maximum that money, an external or a cache's clients do not allow", "H2"},
     rules::unreachable_max},
    {{"unreachable-target", warning, "a maximum that cannot hold the target at today's peak", "K1"}, rules::unreachable_target},
    {{"single-instance", note, "a service that may be a single instance", "H10"}, rules::single_instance},
    {{"pdb-blocks-eviction", warning, "a disruption budget that lets no instance go", "T13"}, rules::pdb_blocks_eviction},
    {{"sticky-memory-sessions", error, "sessions that are lost with, or not found on, an instance", "A1 H10 T12"},
     rules::sticky_memory_sessions},
    {{"scale-in-cuts-requests", warning, "instances that are killed before their work has ended", "A7 V6"},
     rules::scale_in_cuts_requests},
    {{"lease-two-leaders", error, "lease timings under which two may lead", "T4"}, rules::lease_two_leaders},
    {{"policy-period", note, "a rate policy whose period is no longer than the sync period", "K2"}, rules::policy_period},
    {{"window-under-start", warning, "a stabilization window shorter than an instance's start", "K2"}, rules::window_under_start},
    {{"tolerance-strands-work", note, "jobs that wait inside the controller's tolerance", "K6"}, rules::tolerance_strands_work},
    {{"vertical-and-cpu-target", warning, "a vertical autoscaler that moves what a utilization target is measured against",
      "T13"},
     rules::vertical_and_cpu_target},
    {{"flapping", warning, "a count that a small swing moves there and back", "T15"}, rules::flapping},
    {{"not-proportional-target", warning, "a target on a signal that does not fall when instances are added", "A8"},
     rules::not_proportional_target},
    {{"cache-evicts-jobs", error, "jobs in a Redis that may evict any key", "K19"}, rules::cache_evicts_jobs},
    {{"sessions-evicted", error, "sessions in a Redis that evicts", "K19"}, rules::sessions_evicted},
    {{"cache-policy", warning, "a cache that cannot evict", "K19"}, rules::cache_policy},
    {{"queue-and-cache-together", warning, "jobs and a cache in one Redis", "K19"}, rules::queue_and_cache_together},
    {{"sessions-shared", note, "sessions beside a cache or jobs in one Redis", "K19"}, rules::sessions_shared},
    {{"maxmemory-over-memory", error, "maxmemory that the node does not have", "K18"}, rules::maxmemory_over_memory},
    {{"maxmemory-missing", warning, "a cache that grows until it is killed", "K18"}, rules::maxmemory_missing},
    {{"redis-ops", error, "more operations than the nodes carry", "K19 T10"}, rules::redis_ops},
    {{"cluster-sizes", error, "too few masters, copies or sentinels to fail over", "K17 V9"}, rules::cluster_sizes},
    {{"cost-over-budget", error, "the stack costs more than its budget", "A11 H19"}, rules::cost_over_budget},
    {{"target-too-low", warning, "a CPU target that keeps half of what is paid for idle", "A14"}, rules::target_too_low},
    {{"min-over-schedule", warning, "a schedule that the bounds make void", "K25"}, rules::min_over_schedule},
    {{"maintenance-in-event", warning, "a database that may be restarted in the middle of an event", "K12"},
     rules::maintenance_in_event},
}};

void run(const Rule& rule, const rules::Scene& scene, std::vector<Finding>& found) {
  std::vector<std::string> rows;
  for (std::size_t at = 0; at < rule.info.rows.size();) {
    const std::size_t end = std::min(rule.info.rows.find(' ', at), rule.info.rows.size());
    rows.emplace_back(rule.info.rows.substr(at, end - at));
    at = end + 1;
  }
  const std::size_t before = found.size();
  rule.find(scene, found);
  for (std::size_t i = before; i < found.size(); ++i) {
    found[i].rule = rule.info.name;
    found[i].rows = rows;
  }
}

}  // namespace

std::vector<Finding> findings(const Stack& stack, const FindingsContext& context) {
  const rules::Scene scene{stack, context};
  std::vector<Finding> found;
  for (const Rule& rule : table) run(rule, scene, found);
  return found;
}

std::span<const RuleInfo> finding_rules() {
  static const auto all = [] {
    std::array<RuleInfo, table.size()> infos{};
    std::size_t n = 0;
    for (const Rule& rule : table) infos[n++] = rule.info;
    return infos;
  }();
  return all;
}

}  // namespace plimsoll::capacity
