#include "capacity/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/rng.h"

namespace plimsoll::capacity {
namespace {

// 20 ms in the mean and 120 ms in the worst percent: sigma 0.974, scv 1.58.
TEST(ServiceTime, LognormalHasTheMeanAndP99ItWasGiven) {
  const ServiceTime service(0.020, 0.120);
  EXPECT_NEAR(service.tail(0.120), 0.01, 1e-12);
  double mean = 0;  // the integral of the tail
  for (double t = 0; t < 20; t += 1e-5) mean += 1e-5 * service.tail(t + 0.5e-5);
  EXPECT_NEAR(mean, 0.020, 1e-7);
  EXPECT_NEAR(service.scv(), 1.58, 0.01);
}

TEST(ServiceTime, Ends) {
  EXPECT_EQ(ServiceTime(0.02, std::nullopt).scv(), 1);
  EXPECT_EQ(ServiceTime(0.02, 0.02).scv(), 0) << "constant";
  EXPECT_EQ(ServiceTime(0.02, 0.01).scv(), 0) << "p99 below the mean";
  EXPECT_EQ(ServiceTime(0.02, 0.02).tail(0.0199), 1);
  EXPECT_EQ(ServiceTime(0.02, 0.02).tail(0.02), 0);
  EXPECT_EQ(ServiceTime(0.02, 1).scv(), ServiceTime(0.02, 100).scv()) << "the heaviest lognormal there is for a p99";
}

/// P(wait + service > t) by a sum over a fine grid of normal deviates.
double late_by_sum(const ServiceTime& service, double mean, double p99, const Waiting& wait, double t) {
  const double z99 = 2.3263478740408408;
  const double sigma = z99 - std::sqrt(z99 * z99 - 2 * std::log(p99 / mean));
  const double mu = std::log(mean) - sigma * sigma / 2;
  const double top = (std::log(t) - mu) / sigma;
  const double step = (top + 9) / 400'000;
  double sum = 0;
  for (int i = 0; i < 400'000; ++i) {
    const double z = -9 + (i + 0.5) * step;
    sum += std::exp(-z * z / 2 - wait.drain * (t - std::exp(mu + sigma * z)));
  }
  return service.tail(t) + wait.wait_probability * sum * step / std::sqrt(2 * 3.14159265358979323846);
}

TEST(ServiceTime, LatencyTailAgreesWithAFineSum) {
  double worst = 0;
  for (const double p99 : {0.025, 0.060, 0.120, 0.250})
    for (const int servers : {1, 4, 50, 1000})
      for (const double use : {0.3, 0.8, 0.95, 0.995}) {
        const ServiceTime service(0.020, p99);
        const Waiting wait = waiting(use * servers / 0.020, servers, 0.020, service.scv());
        for (const double p : {0.5, 0.95, 0.99}) {
          const double t = service.latency_quantile(wait, p);
          const double want = late_by_sum(service, 0.020, p99, wait, t);
          worst = std::max(worst, std::abs(1 - p - want) / want);
        }
      }
  EXPECT_LT(worst, 2e-5);
}

TEST(ServiceTime, ConstantServiceIsAShiftedWait) {
  const ServiceTime service(0.02, 0.02);
  const Waiting wait = waiting(40, 1, 0.02, 0);
  EXPECT_NEAR(service.latency_quantile(wait, 0.95), 0.02 + wait.quantile(0.95), 1e-15);
  EXPECT_EQ(service.latency_tail(wait, 0.019), 1);
  EXPECT_NEAR(service.latency_tail(wait, 0.03), wait.tail(0.01), 1e-15);
}

TEST(ServiceTime, UnstableIsNeverInTime) {
  for (const ServiceTime& service : {ServiceTime(0.02, std::nullopt), ServiceTime(0.02, 0.1), ServiceTime(0.02, 0.02)}) {
    const Waiting wait = waiting(60, 1, 0.02, service.scv());
    EXPECT_EQ(service.latency_tail(wait, 100), 1);
    EXPECT_EQ(service.latency_quantile(wait, 0.5), std::numeric_limits<double>::infinity());
  }
}

/// Latencies of a queue with `servers` servers, each arrival taking the one that is free first.
std::vector<double> simulated(double rate, int servers, double sigma, double mean, std::uint64_t seed, int requests) {
  Rng arrivals = Rng(seed).fork("arrivals");
  Rng service = Rng(seed).fork("service");
  std::vector<double> free_at(static_cast<std::size_t>(servers)), latency;
  double now = 0;
  for (int i = 0; i < requests; ++i) {
    now += arrivals.exponential(rate);
    const double normal = std::sqrt(2 * service.exponential(1)) * std::cos(2 * 3.14159265358979323846 * service.uniform());
    const double work = mean * std::exp(sigma * normal - sigma * sigma / 2);
    double& first = *std::min_element(free_at.begin(), free_at.end());
    first = std::max(now, first) + work;
    if (i > requests / 20) latency.push_back(first - now);
  }
  std::sort(latency.begin(), latency.end());
  return latency;
}

// The whole chain, fit to quantile, against a simulated queue: within a quarter, the most it says too much.
TEST(ServiceTime, QuantilesAreThoseOfASimulatedQueue) {
  const ServiceTime service(0.020, 0.120);
  const double sigma = std::sqrt(std::log1p(service.scv()));
  for (const int servers : {1, 8}) {
    const double rate = 0.7 * servers / 0.020;
    const std::vector<double> seen = simulated(rate, servers, sigma, 0.020, 7, 2'000'000);
    const Waiting wait = waiting(rate, servers, 0.020, service.scv());
    for (const double p : {0.5, 0.95, 0.99}) {
      const double got = seen[static_cast<std::size_t>(p * static_cast<double>(seen.size()))];
      const double said = service.latency_quantile(wait, p);
      EXPECT_GT(said, 0.85 * got) << servers << " servers, " << p;
      EXPECT_LT(said, 1.25 * got) << servers << " servers, " << p;
    }
  }
}

}  // namespace
}  // namespace plimsoll::capacity
