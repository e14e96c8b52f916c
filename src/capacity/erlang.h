#pragma once
// Queues whose stationary behaviour has a closed form. Notation: `offered` is the load in erlangs (arrival rate * mean service
// time), mu the service rate of one server. Times in seconds, rates per second, arrivals Poisson, order first come first served
// unless said otherwise. Arguments outside their range are asserted; an unstable queue (offered >= servers) is not an error: it
// always waits, and its times are infinite.

#include <cstdint>

namespace plimsoll::capacity {

/// Share of arrivals that find all servers busy and are turned away (M/G/c/c; Erlang 1917).
/// @param servers >= 0   @param offered >= 0, finite
/// Cost: up to 64 servers one division each; above, about 8 sqrt(servers) terms at the worst and some dozens at 80 % use (the
/// Poisson tail as a series with early exit). Relative error below 1e-11.
double erlang_b(std::int64_t servers, double offered);

/// Share of arrivals that must wait (M/M/c). 1 if offered >= servers. @param servers >= 1. Cost: as erlang_b.
double erlang_c(std::int64_t servers, double offered);

/// M/M/c, and M/G/c by scaling: with probability `wait_probability` an arrival waits, and then exponentially at rate `drain`.
struct Waiting {
  double wait_probability = 0;
  double drain = 0;  // per second; 0 if not stable
  [[nodiscard]] bool stable() const { return drain > 0; }
  [[nodiscard]] double mean() const;
  /// P(wait > t), t >= 0.
  [[nodiscard]] double tail(double t) const;
  /// The wait that a share `p` of all arrivals does not exceed, those that do not wait included; p in [0, 1).
  [[nodiscard]] double quantile(double p) const;
};

/// @param rate >= 0   @param servers >= 1   @param service_mean > 0
/// @param scv  variance of the service time over its mean squared, >= 0; 1 is exponential (exact). The mean wait is scaled by
///             (1 + scv) / 2 (Allen-Cunneen 1990, Lee-Longton 1959): exact for one server, else see sizing.h.
Waiting waiting(double rate, std::int64_t servers, double service_mean, double scv = 1);

/// P(wait + service > t) for exponential service independent of the wait: exact for M/M/c.
double sojourn_tail(const Waiting& waiting, double service_mean, double t);
/// Its quantile, bracketed to 1e-12 of the value; p in [0, 1). Infinite if not stable.
double sojourn_quantile(const Waiting& waiting, double service_mean, double p);

/// M/M/c/K: c servers and queue_limit waiting places; an arrival that finds all full is turned away. Waits are of admitted ones.
struct BoundedQueue {
  double block_probability = 0;
  double throughput = 0;   // admitted, per second
  double utilization = 0;  // busy servers / servers
  double wait_probability = 0;
  double mean_wait = 0;
  double mean_queue = 0;      // waiting only
  double mean_in_system = 0;  // waiting and in service
};

/// @param rate > 0  @param servers >= 1  @param service_mean > 0  @param queue_limit >= 0
/// Stable at any load. Cost: erlang_b and at most queue_limit terms, fewer the further the load is from 1.
BoundedQueue bounded_queue(double rate, std::int64_t servers, double service_mean, std::int64_t queue_limit);

/// Wait that a share p of the admitted does not exceed; p in [0, 1). Exact (a mixture of Erlang times), by bracketing.
/// Cost: some twenty evaluations of at most queue_limit terms each: for plans, not for ticks.
double bounded_wait_quantile(double rate, std::int64_t servers, double service_mean, std::int64_t queue_limit, double p);

/// Mean wait with one server and any service time: rate * mean^2 * (1 + scv) / (2 (1 - rho)) (Pollaczek 1930, Khinchine 1932);
/// scv 0 is M/D/1.
double single_server_mean_wait(double rate, double service_mean, double scv);

/// P(wait <= t) of M/D/1, t >= 0, by Franx's form of Erlang's sum (2001), all of whose terms are positive. Exact up to 250
/// service times; beyond, the tail is continued at its own decay rate. 0 if not stable. Cost: (t / service_mean)^2; for plans and
/// tests.
double constant_service_wait_cdf(double rate, double service_mean, double t);
/// Its quantile by bisection; p in [0, 1). Infinite if not stable.
double constant_service_wait_quantile(double rate, double service_mean, double p);

/// Mean wait of M/D/c by Crommelin's series (1932): exact up to 98 % use. Above, where the series takes forever, by Cosmetatos'
/// interpolation (1975): within 0.05 % up to 4 servers, 1 % up to some hundreds, better the fuller. One server: exact.
/// Cost: some 80 / (1 - rho)^2 / servers terms of some dozens each, 0.1 s at the worst; for plans and tests.
double constant_service_mean_wait(double rate, std::int64_t servers, double service_mean);

/// Mean time from arrival to answer where `cores` cores are shared among all present, each request using at most one. One core:
/// exact for any service time (Sakata, Noguchi, Oizumi 1971). More: exact for exponential work, near for other.
double processor_sharing_mean(double rate, double cores, double service_mean);

}  // namespace plimsoll::capacity
