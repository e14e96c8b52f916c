#pragma once
// How many instances a tier needs for an arrival rate at a latency objective, and what latency a count will give.
//
// A tier of n instances with c places each is a queue with Poisson arrivals. How the balancer spreads them decides which:
//   Pooling::shared  n * c servers behind one queue (leastconn, or a work queue: nobody waits while a place is free)
//   Pooling::split   n queues of c servers, each with rate / n (random, round robin, source: the choice ignores the load)
// Waiting is M/M/c's with its mean scaled by (1 + scv) / 2 (Allen-Cunneen, for Poisson arrivals the same as Lee-Longton), the
// probability of waiting unscaled; latency is waiting plus an independent service time. Exact for exponential service; exact in
// the mean for one server. Else, at 75 % use: constant service waits 4 % longer than said on 4 servers, 28 % on 40, where little
// waits at all; scv 4 is said to wait 16 % too long on 4 and 81 % on 40, so a heavy tail costs a few instances too many, and none
// where utilization binds.

#include <optional>
#include <span>
#include <vector>

namespace plimsoll::capacity {

enum class Pooling { shared, split };

/// What one instance does, as measured.
struct InstanceCapacity {
  int concurrency = 1;                  // requests or jobs at once, >= 1
  double service_mean_s = 0;            // seconds of a place a request takes, waiting excluded, > 0
  std::optional<double> service_p99_s;  // > mean: service is lognormal; absent: exponential. Above 14.97 * mean no lognormal
                                        // fits, and the heaviest one is taken; at or below the mean: constant.
  Pooling pooling = Pooling::shared;
};

/// What is owed. With no quantile given only utilization sizes.
struct Objective {
  std::optional<double> p50_s, p95_s, p99_s;  // seconds from arrival to answer, > 0
  double utilization_ceiling = 0.8;           // busy places / places, in (0, 1)
};

/// What sized a tier.
enum class SizedBy { floor, utilization, p50, p95, p99 };

struct Sizing {
  int instances = 1;  // 1..most_instances
  SizedBy by = SizedBy::floor;
  bool objective_unreachable = false;  // even an idle instance is slower than an objective (it is left out), or
                                       // most_instances do not meet it
};

inline constexpr int most_instances = 1'000'000;

/// The fewest instances (>= 1) that hold utilization and every objective. More rate never gives fewer, a looser objective never
/// more. An objective shorter than the service time's own quantile is reported and left out: no count of instances can meet it.
/// @param rate_per_second  >= 0, finite (asserted), of requests that are to be served
/// Cost: 0.2 to 0.4 us where utilization binds (one check), 1 to 6 us where the latency does (a search of doubling steps, then
/// halves); it grows with the root of the places. On a tick take SizingTable.
Sizing instances_for(double rate_per_second, const InstanceCapacity& capacity, const Objective& objective);

/// What n instances will give at a rate. Latencies in seconds; infinite where not stable.
struct Prediction {
  double utilization = 0;  // offered load / places; above 1 it is what is missing
  bool stable = false;     // utilization < 1
  double wait_probability = 0;
  double mean_wait_s = 0;
  double mean_s = 0;
  double p50_s = 0, p95_s = 0, p99_s = 0;
};

/// @param instances  >= 1
/// Cost: 2 us with exponential service, else some 30 us (three quantiles, bracketed); for verifying an action and for plans.
Prediction predict(double rate_per_second, int instances, const InstanceCapacity& capacity);

/// The greatest rate that n instances carry within the objective, per second; objectives out of reach are left out as above.
double rate_for(int instances, const InstanceCapacity& capacity, const Objective& objective);

/// instances_for() as a table: what n = 1..max instances carry, so that a tick is one binary search.
class SizingTable {
 public:
  SizingTable() = default;
  /// Computes max thresholds (@param max 1..100,000, asserted): 0.3 us each where utilization binds, some 12 us where the latency
  /// does; one in all for Pooling::split. Allocates 8 bytes for each, and nothing later.
  SizingTable(const InstanceCapacity& capacity, const Objective& objective, int max);

  /// Fewest instances for the rate; max() + 1 where max() is not enough (instances_for() then says how many). An empty table
  /// answers 1. O(log max), a few nanoseconds. Agrees with instances_for() up to 1e-6 of the rate.
  [[nodiscard]] int instances(double rate_per_second) const;
  [[nodiscard]] int max() const { return static_cast<int>(rates_.size()); }
  /// What n instances carry per second, 1 <= n <= max(); never falls with n.
  [[nodiscard]] double rate(int instances) const { return rates_[static_cast<std::size_t>(instances - 1)]; }
  [[nodiscard]] bool objective_unreachable() const { return objective_unreachable_; }

 private:
  std::vector<double> rates_;
  bool objective_unreachable_ = false;
};

/// One kind of work: how much there is, and how much of it one instance takes if it does nothing else. Requests per second,
/// sockets, jobs in flight: any unit, the same in both.
struct Work {
  double demand = 0;        // >= 0
  double per_instance = 0;  // > 0
};

/// Instances where all kinds share an instance's strength: ceil(sum of demand / per_instance), at least 1 (T6: 500 simple or 100
/// complex requests per second).
int instances_sharing(std::span<const Work> kinds);

/// Instances where each kind has places of its own: the largest ceil(demand / per_instance), at least 1 (T6: 10 incidents, 5
/// calls of a language model, 20 enrichments).
int instances_side_by_side(std::span<const Work> kinds);

}  // namespace plimsoll::capacity
