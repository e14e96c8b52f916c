#include "capacity/erlang.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "capacity/poisson.h"

namespace plimsoll::capacity {
namespace {

using Json = nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One system of tests/data/queueing. Every expected value must be asked for, so that none is forgotten.
class Vector {
 public:
  explicit Vector(const std::string& name) : name_(name) {
    std::ifstream in(PLIMSOLL_SOURCE_DIR "/tests/data/queueing/" + name + ".json");
    const Json file = Json::parse(in);
    params_ = file.at("params");
    left_ = file.at("expected");
  }
  ~Vector() { EXPECT_TRUE(left_.empty()) << name_ << ": not checked: " << left_.dump(); }

  [[nodiscard]] const Json& params() const { return params_; }
  void check(const char* key, double got) {
    const double want = left_.at(key).get<double>();
    EXPECT_NEAR(got, want, 1e-9 * std::abs(want)) << name_ << ' ' << key;
    left_.erase(key);
  }
  /// Not a function of this folder (a second moment).
  void leave(const char* key) { ASSERT_EQ(left_.erase(key), 1U); }

 private:
  std::string name_;
  Json params_, left_;
};

class Exponential : public testing::TestWithParam<const char*> {};
TEST_P(Exponential, IsReproduced) {
  Vector vector(GetParam());
  const double rate = vector.params().at("lambda_per_s");
  const double mean = vector.params().at("service").at("mean_s");
  const int servers = vector.params().at("servers");
  const Waiting wait = waiting(rate, servers, mean);
  vector.check("utilization", rate * mean / servers);
  vector.check("p_wait", wait.wait_probability);
  vector.check("mean_wait_s", wait.mean());
  vector.check("mean_sojourn_s", wait.mean() + mean);
  vector.check("mean_queue_len", rate * wait.mean());
  vector.check("mean_in_system", rate * (wait.mean() + mean));
  vector.check("wait_p50_s", wait.quantile(0.50));
  vector.check("wait_p95_s", wait.quantile(0.95));
  vector.check("wait_p99_s", wait.quantile(0.99));
  vector.check("sojourn_p50_s", sojourn_quantile(wait, mean, 0.50));
  vector.check("sojourn_p95_s", sojourn_quantile(wait, mean, 0.95));
  vector.check("sojourn_p99_s", sojourn_quantile(wait, mean, 0.99));
}
INSTANTIATE_TEST_SUITE_P(Vectors, Exponential, testing::Values("mm1_rho080", "mm4_rho075", "mm40_rho075", "mm10_rho095"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Vectors, ConstantServiceOneServer) {
  Vector vector("md1_rho080");
  const Waiting wait = waiting(80, 1, 0.01, 0);
  const double mean = single_server_mean_wait(80, 0.01, 0);
  vector.check("utilization", 0.8);
  vector.check("p_wait", 1 - constant_service_wait_cdf(80, 0.01, 0));
  vector.check("mean_wait_s", mean);
  EXPECT_NEAR(wait.mean(), mean, 1e-15) << "scaling is exact for one server";
  EXPECT_EQ(constant_service_mean_wait(80, 1, 0.01), mean);
  vector.check("mean_sojourn_s", mean + 0.01);
  vector.check("mean_queue_len", 80 * mean);
  vector.check("mean_in_system", 80 * (mean + 0.01));
  for (const auto& [p, name] : {std::pair(0.50, "p50"), std::pair(0.95, "p95"), std::pair(0.99, "p99")}) {
    const double quantile = constant_service_wait_quantile(80, 0.01, p);
    vector.check((std::string("wait_") + name + "_s").c_str(), quantile);
    vector.check((std::string("sojourn_") + name + "_s").c_str(), quantile + 0.01);
    EXPECT_NEAR(constant_service_wait_cdf(80, 0.01, quantile), p, 1e-10);
  }
  vector.leave("wait_std_s");
}

TEST(Vectors, ConstantServiceFourServers) {
  Vector vector("md4_rho075");
  const double mean = constant_service_mean_wait(100, 4, 0.03);
  vector.check("utilization", 100 * 0.03 / 4);
  vector.check("mean_wait_s", mean);
  vector.check("mean_sojourn_s", mean + 0.03);
  vector.check("mean_queue_len", 100 * mean);
  vector.check("mean_in_system", 100 * (mean + 0.03));
  vector.leave("p_wait");
  EXPECT_NEAR(waiting(100, 4, 0.03, 0).mean() / mean, 0.954, 0.001) << "what scaling makes of it: 4 to 5 % too little";
}

TEST(Vectors, LognormalServiceOneServer) {
  Vector vector("mg1_lognormal_scv4_rho060");
  const Waiting wait = waiting(40, 1, 0.015, 4);
  vector.check("utilization", 40 * 0.015);
  vector.check("p_wait", wait.wait_probability);
  vector.check("mean_wait_s", wait.mean());
  EXPECT_NEAR(single_server_mean_wait(40, 0.015, 4), wait.mean(), 1e-12);
  vector.check("mean_sojourn_s", wait.mean() + 0.015);
  vector.check("mean_queue_len", 40 * wait.mean());
  vector.check("mean_in_system", 40 * (wait.mean() + 0.015));
  vector.leave("wait_std_s");
}

TEST(Vectors, SharedProcessor) {
  Vector vector("ps1_lognormal_scv4_rho070");
  const double mean = processor_sharing_mean(70, 1, 0.01);
  vector.check("utilization", 70 * 0.01);
  vector.check("mean_sojourn_s", mean);
  vector.check("mean_in_system", 70 * mean);
  vector.check("mean_slowdown", mean / 0.01);
}

TEST(Vectors, BoundedQueue) {
  Vector vector("mmck_pool50_queue20");
  const capacity::BoundedQueue queue = bounded_queue(9000, 50, 0.005, 20);
  vector.check("p_block", queue.block_probability);
  vector.check("throughput_per_s", queue.throughput);
  vector.check("utilization", queue.utilization);
  vector.check("mean_in_system", queue.mean_in_system);
  vector.check("mean_queue_len", queue.mean_queue);
  vector.check("p_wait", queue.wait_probability);
  vector.check("mean_wait_s", queue.mean_wait);
  vector.check("mean_sojourn_s", queue.mean_wait + 0.005);
  vector.check("wait_p50_s", bounded_wait_quantile(9000, 50, 0.005, 20, 0.50));
  vector.check("wait_p95_s", bounded_wait_quantile(9000, 50, 0.005, 20, 0.95));
  vector.check("wait_p99_s", bounded_wait_quantile(9000, 50, 0.005, 20, 0.99));
}

TEST(Vectors, RandomSplitThenOnePool) {
  Vector vector("tandem_10xmm4_random_then_mm50");
  const Waiting first = waiting(1000.0 / 10, 4, 0.03);
  const Waiting second = waiting(1000, 50, 0.005);
  const double sojourn = first.mean() + 0.03 + second.mean() + 0.005;
  vector.check("stage1_utilization", 100 * 0.03 / 4);
  vector.check("stage1_p_wait", first.wait_probability);
  vector.check("stage1_mean_wait_s", first.mean());
  vector.check("stage1_wait_p95_s", first.quantile(0.95));
  vector.check("stage1_wait_p99_s", first.quantile(0.99));
  vector.check("stage2_utilization", 1000 * 0.005 / 50);
  vector.check("stage2_p_wait", second.wait_probability);
  vector.check("stage2_mean_wait_s", second.mean());
  vector.check("mean_sojourn_s", sojourn);
  vector.check("mean_in_system", 1000 * sojourn);
}

double erlang_b_by_recursion(int servers, double offered) {
  long double b = 1;
  for (int k = 1; k <= servers; ++k) b = offered * b / (k + offered * b);
  return static_cast<double>(b);
}

TEST(ErlangB, LargePoolsAgreeWithTheRecursion) {
  for (const int servers : {1, 2, 64, 65, 100, 1000, 20'000, 100'000})
    for (const double use : {0.3, 0.8, 0.99, 1.0, 1.001, 1.5, 20.0}) {
      const double offered = use * servers;
      const double want = erlang_b_by_recursion(servers, offered);
      EXPECT_NEAR(erlang_b(servers, offered), want, 1e-11 * want + 1e-300) << servers << " servers at " << use;
    }
}

TEST(ErlangB, Ends) {
  EXPECT_EQ(erlang_b(0, 5), 1);
  EXPECT_EQ(erlang_b(3, 0), 0);
  EXPECT_EQ(erlang_b(1'000'000, 1), 0) << "too small for a double, not a trap";
  EXPECT_NEAR(erlang_b(1, 1e9), 1 - 1e-9, 1e-12);
}

// Halfin and Whitt 1981: c = a + b sqrt(a) servers make a share 1 / (1 + b Phi(b) / phi(b)) wait, however large the pool.
TEST(ErlangC, FollowsSquareRootStaffing) {
  for (const auto& [b, want] : {std::pair(0.5, 0.504), std::pair(1.0, 0.223), std::pair(2.0, 0.027)}) {
    const double offered = 1e8;
    EXPECT_NEAR(erlang_c(static_cast<std::int64_t>(offered + b * std::sqrt(offered)), offered), want, 0.001) << b;
  }
}

TEST(Waiting, UnstableAlwaysWaitsForEver) {
  const Waiting wait = waiting(100, 4, 0.04);
  EXPECT_FALSE(wait.stable());
  EXPECT_EQ(wait.wait_probability, 1);
  EXPECT_EQ(wait.mean(), infinity);
  EXPECT_EQ(wait.quantile(0.5), infinity);
  EXPECT_EQ(sojourn_quantile(wait, 0.04, 0.95), infinity);
  EXPECT_EQ(sojourn_tail(wait, 0.04, 1e6), 1);
  EXPECT_EQ(constant_service_wait_quantile(100, 0.01, 0.5), infinity);
  EXPECT_EQ(constant_service_mean_wait(100, 1, 0.01), infinity);
  EXPECT_EQ(processor_sharing_mean(100, 2, 0.02), infinity);
}

TEST(Waiting, NoLoadWaitsNever) {
  const Waiting wait = waiting(0, 4, 0.04);
  EXPECT_EQ(wait.wait_probability, 0);
  EXPECT_EQ(wait.mean(), 0);
  EXPECT_NEAR(sojourn_quantile(wait, 0.04, 0.5), 0.04 * std::log(2), 1e-12);
  EXPECT_EQ(constant_service_wait_quantile(0, 0.01, 0.99), 0);
  EXPECT_EQ(constant_service_mean_wait(0, 3, 0.01), 0);
  EXPECT_EQ(processor_sharing_mean(0, 2, 0.02), 0.02);
  EXPECT_EQ(processor_sharing_mean(0, 0.5, 0.02), 0.04) << "half a core takes twice as long";
}

// M/M/2 at 0.5 erlang each: the drain rate equals the service rate, where the hypoexponential's closed form divides 0 by 0.
TEST(Sojourn, EqualRatesAreNoSpecialPoint) {
  const double at = sojourn_quantile(waiting(1, 2, 1), 1, 0.95);
  EXPECT_NEAR(at, sojourn_quantile(waiting(1 + 1e-9, 2, 1), 1, 0.95), 1e-7);
  const double c = erlang_c(2, 1);
  EXPECT_NEAR(sojourn_tail(waiting(1, 2, 1), 1, 2), std::exp(-2.0) * (1 + 2 * c), 1e-14);
  EXPECT_EQ(sojourn_tail(waiting(1, 2, 1), 1, 1e5), 0) << "far out nothing overflows";
}

// Offered load and queue that make weights of 10^1000 and exactly 1.
TEST(BoundedQueue, OverloadTurnsTheRestAway) {
  const capacity::BoundedQueue far = bounded_queue(1000, 10, 0.1, 1000);
  EXPECT_NEAR(far.throughput, 100, 1e-9);
  EXPECT_NEAR(far.block_probability, 0.9, 1e-12);
  EXPECT_NEAR(far.mean_queue, 1000 - 1.0 / 9, 1e-9) << "full but for the moments after a departure";
  EXPECT_NEAR(bounded_wait_quantile(1000, 10, 0.1, 1000, 0.5), 9.99, 0.1);

  const capacity::BoundedQueue even = bounded_queue(1, 1, 1, 9);  // eleven equally likely states
  EXPECT_NEAR(even.block_probability, 1.0 / 11, 1e-15);
  EXPECT_NEAR(even.mean_queue, 45.0 / 11, 1e-14);
  EXPECT_NEAR(even.wait_probability, 0.9, 1e-15);
}

TEST(BoundedQueue, WithoutPlacesIsErlangB) {
  const capacity::BoundedQueue queue = bounded_queue(45, 50, 1, 0);
  EXPECT_NEAR(queue.block_probability, erlang_b(50, 45), 1e-15);
  EXPECT_EQ(queue.mean_wait, 0);
  EXPECT_EQ(bounded_wait_quantile(45, 50, 1, 0, 0.99), 0);
}

TEST(BoundedQueue, LongQueueIsErlangC) {
  const capacity::BoundedQueue queue = bounded_queue(40, 50, 1, 10'000);
  const Waiting wait = waiting(40, 50, 1);
  EXPECT_NEAR(queue.wait_probability, wait.wait_probability, 1e-12);
  EXPECT_NEAR(queue.mean_wait, wait.mean(), 1e-12);
  EXPECT_NEAR(bounded_wait_quantile(40, 50, 1, 10'000, 0.99), wait.quantile(0.99), 1e-9);
}

// At 0.99 the p99 lies 230 service times out, at 0.998 beyond what is summed term by term: both follow the known decay.
TEST(ConstantService, TailsAreContinued) {
  for (const double rho : {0.99, 0.998}) {
    const double p95 = constant_service_wait_quantile(rho, 1, 0.95);
    const double p99 = constant_service_wait_quantile(rho, 1, 0.99);
    const double decay = std::log(5.0) / (p99 - p95);
    EXPECT_NEAR(rho * std::expm1(decay), decay, 1e-9) << rho;
    EXPECT_NEAR(constant_service_wait_cdf(rho, 1, p99), 0.99, 1e-9) << rho;
  }
}

// Where the series ends and the interpolation begins there is no step to speak of; near full use waits grow as 1 / (1 - rho).
TEST(ConstantService, SeriesAndInterpolationMeet) {
  for (const int servers : {2, 4, 64}) {
    const double series = constant_service_mean_wait(0.98 * servers * (1 - 1e-9), servers, 1);
    const double beyond = constant_service_mean_wait(0.98 * servers * (1 + 1e-9), servers, 1);
    EXPECT_NEAR(beyond / series, 1, 0.01) << servers;
    const double full = constant_service_mean_wait(servers * (1 - 1e-7), servers, 1);
    EXPECT_NEAR(full * 2 * servers * 1e-7, 1, 1e-3) << servers;
  }
}

TEST(ProcessorSharing, WholeCoresAreErlangCAndPartsLieBetween) {
  EXPECT_NEAR(processor_sharing_mean(100, 4, 0.03), waiting(100, 4, 0.03).mean() + 0.03, 1e-15);
  EXPECT_NEAR(processor_sharing_mean(10, 0.5, 0.03), 0.03 / (0.5 - 0.3), 1e-15);
  const double between = processor_sharing_mean(100, 3.5, 0.03);
  EXPECT_GT(between, processor_sharing_mean(100, 4, 0.03));
  EXPECT_NEAR(processor_sharing_mean(100, 4 - 1e-12, 0.03), processor_sharing_mean(100, 4, 0.03), 1e-9);
}

TEST(Poisson, SumsToOneAtAnyMean) {
  for (const double mean : {0.01, 1.0, 37.0, 1e4, 1e8}) {
    const auto n = static_cast<std::int64_t>(mean);
    const double all = poisson_pmf(n, mean) * (1 + poisson_upper_ratio(n, mean) + poisson_lower_ratio(n, mean));
    EXPECT_NEAR(all, 1, 1e-11) << mean;
  }
  EXPECT_EQ(poisson_pmf(0, 0), 1);
  EXPECT_EQ(poisson_pmf(1, 0), 0);
}

}  // namespace
}  // namespace plimsoll::capacity
