#pragma once
// The questions in PromQL that alerts and dashboards both ask. `job` is the component's name. Names of series: a tier's own page
// as plimsoll-app and Prometheus' clients write it; stores' as their exporters do (postgres_exporter, pgbouncer_exporter,
// redis_exporter). Rates are over five minutes: ten scrapes at 30 s, so that two lost ones change little.

#include <string>
#include <string_view>

#include "core/stack.h"

namespace plimsoll::render::promql {

/// A number as PromQL has it: "0.7", "858993459".
std::string number(double value);
/// A text in quotes, as a label's value.
std::string quoted(std::string_view text);
/// SERIES{job="JOB"}, with more matchers behind a comma if there are any: `code=~"5.."`.
std::string series(std::string_view name, std::string_view job, std::string_view more = "");

// A tier.
std::string latency(double quantile, std::string_view job);  // seconds; nothing without requests
std::string requests(std::string_view job);                  // per second, of all instances
std::string error_ratio(std::string_view job);               // of all requests; nothing without errors
std::string cpu(std::string_view job, double cores);         // mean over instances of CPU time used, per `cores`
std::string memory(std::string_view job, double bytes);      // of the instance that has most, per `bytes`
std::string instances(std::string_view job);                 // that answer; nothing if none does
std::string pool_used(std::string_view job);                 // of all instances' database connections; of those that left, too
std::string pool_waiting(std::string_view job);              // for a connection, at the instance where most wait

// Stores.
std::string backlog(std::string_view cache, std::string_view list);         // jobs; nothing if the list is empty
std::string backlog_growth(std::string_view cache, std::string_view list);  // jobs per second, over half an hour
std::string copies(std::string_view cache);                                 // that follow a master, for each master
std::string connections(std::string_view database);                         // open in the server
std::string database_bytes(std::string_view database);
std::string database_cpu(const Database&);         // ratio; see machine_job
std::string lag(std::string_view database);        // of the read replica furthest behind, seconds
std::string following(std::string_view database);  // read replicas that the primary sends to; 0 also if it says nothing
std::string pooler_waiting(std::string_view pooler);
std::string pooler_servers(std::string_view pooler);  // connections to the database in use, most of one instance
std::string pooler_clients(std::string_view pooler);  // most of one instance
std::string hit_ratio(std::string_view cache);        // of key reads

// The balancer, whose job is "balancer". `tier`: who gets the requests.
std::string balancer_servers(BalancerEngine, std::string_view tier);                        // instances that it sends requests to
std::string balancer_requests(BalancerEngine, std::string_view tier, bool failed = false);  // answers per second; 5xx only
/// It has a metrics page: nginx has none, and without a service nobody is balanced.
bool tells_of_itself(const Stack&);

/// Where a database's CPU is known: a managed one (a class "db.…") by CloudWatch's exporter, else by node_exporter on its
/// machine.
bool is_managed(const Database&);
/// The job of that exporter: "main-machine".
std::string machine_job(std::string_view database);
/// The job of a database's read replicas: "main-read".
std::string read_job(std::string_view database);
/// The job of a cache's copies, where they don't take over: "redis-replica".
std::string replica_job(std::string_view cache);

/// What an instance may use at most: its limit, else its request.
double most_cores(const Tier&);
/// Zero: not stated.
double most_bytes(const Tier&);
/// The latency, errors and age a tier owes: its own objectives, else the stack's.
Objectives objectives_of(const Stack&, const Tier&);
/// The cache that holds a tier's lists: the first for queues that it uses, else the stack's first for queues; null: none.
const Cache* queue_cache_of(const Stack&, const Tier&);
/// The lists in the cache that workers consume, with commas between: what its exporter is told to count.
std::string lists_in(const Stack&, const Cache&);

}  // namespace plimsoll::render::promql
