#pragma once
// The rules, one function each; findings.cc has the table with their names. Each adds what it finds, in the order of the stack,
// and says nothing where what it needs is unknown. Inside capacity/findings only.

#include "capacity/findings/scene.h"

namespace plimsoll::capacity::rules {

// connections.cc, pooling.cc, database.cc
void connection_budget(const Scene& scene, Out out);
void pooler_clients(const Scene& scene, Out out);
void pool_over_limits(const Scene& scene, Out out);
void pooler_table(const Scene& scene, Out out);
void transaction_pooling(const Scene& scene, Out out);
void max_connections_differs(const Scene& scene, Out out);
void storage_full(const Scene& scene, Out out);
void reads_without_replica(const Scene& scene, Out out);

// memory.cc, reach.cc
void memory_over_node(const Scene& scene, Out out);
void memory_over_machine(const Scene& scene, Out out);
void unreachable_max(const Scene& scene, Out out);
void unreachable_target(const Scene& scene, Out out);

// redundancy.cc, stopping.cc, leader.cc
void single_instance(const Scene& scene, Out out);
void pdb_blocks_eviction(const Scene& scene, Out out);
void sticky_memory_sessions(const Scene& scene, Out out);
void scale_in_cuts_requests(const Scene& scene, Out out);
void lease_two_leaders(const Scene& scene, Out out);

// autoscaling.cc, flapping.cc, guards.cc
void policy_period(const Scene& scene, Out out);
void window_under_start(const Scene& scene, Out out);
void tolerance_strands_work(const Scene& scene, Out out);
void vertical_and_cpu_target(const Scene& scene, Out out);
void flapping(const Scene& scene, Out out);
void not_proportional_target(const Scene& scene, Out out);

// redis.cc, redis_sizes.cc
void cache_evicts_jobs(const Scene& scene, Out out);
void sessions_evicted(const Scene& scene, Out out);
void cache_policy(const Scene& scene, Out out);
void queue_and_cache_together(const Scene& scene, Out out);
void sessions_shared(const Scene& scene, Out out);
void maxmemory_over_memory(const Scene& scene, Out out);
void maxmemory_missing(const Scene& scene, Out out);
void redis_ops(const Scene& scene, Out out);
void cluster_sizes(const Scene& scene, Out out);

// money.cc, time.cc
void cost_over_budget(const Scene& scene, Out out);
void target_too_low(const Scene& scene, Out out);
void min_over_schedule(const Scene& scene, Out out);
void maintenance_in_event(const Scene& scene, Out out);

}  // namespace plimsoll::capacity::rules
