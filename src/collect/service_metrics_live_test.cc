// Real HTTP servers as instances; times are the test's.

#include <mutex>

#include "collect/service_metrics.h"
#include "collect/testing/round.h"
#include "wire/http_server.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

/// An instance with a /metrics page that the test writes.
class Service {
 public:
  Service() {
    auto started = wire::HttpServer::start({.worker_threads = 2}, [this](const wire::HttpRequest& request) {
      const std::lock_guard lock(mutex_);
      return wire::HttpResponse{request.path() == "/metrics" ? status_ : 404, {}, page_};
    });
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
  }
  void answer(std::string page, int status = 200) {
    const std::lock_guard lock(mutex_);
    page_ = std::move(page);
    status_ = status;
  }
  /// So many requests so far: up to 0.1 s, up to 0.2 s, beyond.
  void observed(int fast, int slow, int slower = 0) {
    std::string page = "# TYPE http_request_duration_seconds histogram\n";
    int sum = 0;
    for (const auto& [bound, count] : {std::pair{"0.1", fast}, {"0.2", slow}, {"+Inf", slower}})
      page += "http_request_duration_seconds_bucket{route=\"/\",le=\"" + std::string(bound) + "\"} " +
              std::to_string(sum += count) + "\n";
    answer(page);
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop() { server_.reset(); }

 private:
  std::mutex mutex_;
  std::string page_;
  int status_ = 200;
  std::unique_ptr<wire::HttpServer> server_;
};

class ServiceMetrics : public testing::Test {
 protected:
  static OneTier stack() {
    OneTier tier({{SignalKind::p95, "", 10s}, {SignalKind::p99, "", 10s}});
    tier.stack.tiers[0].run.metrics = "/metrics";
    return tier;
  }
  OneTier tier = stack();
  ServiceMetricsCollector collector{tier.plan, tier.stack};
  Service one, two;
  std::vector<Instance> both{ready_instance(1, 11, one.port()), ready_instance(2, 12, two.port())};
};

// 100 requests up to 0.1 s on one instance, 100 up to 0.2 s on the other: the 190th of 200 is 0.9 into the second bucket.
TEST_F(ServiceMetrics, QuantilesAreOverAllInstances) {
  one.observed(1000, 1000);  // long ago
  two.observed(0, 0);
  EXPECT_EQ(Round(collector, both, 1s).samples.at(0).gap, Gap::empty) << "one reading is no window";
  one.observed(1100, 1000);
  two.observed(0, 100);
  const Round round(collector, both, 3s);
  ASSERT_EQ(round.samples.at(0).gap, Gap::none);
  EXPECT_DOUBLE_EQ(round.samples.at(0).value, 0.19);
  EXPECT_DOUBLE_EQ(round.samples.at(1).value, 0.198);
  EXPECT_EQ(round.samples.at(0).measured, TimePoint(3s));
  EXPECT_EQ(round.samples.at(0).window, 2s);
  EXPECT_DOUBLE_EQ(round.gauge("service.api.p50_s"), 0.1);
  EXPECT_DOUBLE_EQ(round.gauge("service.api.p95_s"), 0.19);
  EXPECT_DOUBLE_EQ(round.gauge("service.api.requests_per_s"), 100);
  EXPECT_EQ(round.gauge("service.api.silent_instances"), 0);
}

TEST_F(ServiceMetrics, NoRequestInTheWindowIsEmptyNotZero) {
  one.observed(10, 0);
  const std::vector<Instance> instances{both[0]};
  for (const Duration now : {1s, 2s}) Round(collector, instances, now);
  one.observed(20, 0);
  EXPECT_EQ(Round(collector, instances, 3s).samples.at(0).gap, Gap::none);
  EXPECT_EQ(Round(collector, instances, 12s).samples.at(0).gap, Gap::none);
  const Round late(collector, instances, 14s);
  EXPECT_EQ(late.samples.at(0).gap, Gap::empty) << "the ten are over 10 s old";
  EXPECT_EQ(late.gauge("service.api.requests_per_s"), 0);
  EXPECT_EQ(Round(collector, {}, 15s).samples.at(0).gap, Gap::empty) << "no instance";
}

// An instance restarts, once under a new process id, once seen by its counters alone: it never counts for less than nothing.
TEST_F(ServiceMetrics, ARestartedInstanceStartsAfresh) {
  one.observed(1000, 0);
  two.observed(500, 0);
  Round(collector, both, 1s);
  one.observed(1010, 0);
  two.observed(5, 0);
  const Round round(collector, both, 2s);
  EXPECT_DOUBLE_EQ(round.gauge("service.api.requests_per_s"), 10);
  both[0].pid = 99;
  one.observed(2000, 0);
  two.observed(25, 0);
  EXPECT_DOUBLE_EQ(Round(collector, both, 3s).gauge("service.api.requests_per_s"), 20);
}

TEST_F(ServiceMetrics, ASilentInstanceIsLeftOut) {
  one.observed(10, 0);
  two.observed(10, 0);
  Round(collector, both, 1s);
  one.observed(20, 0);
  two.stop();
  const Round round(collector, both, 2s);
  EXPECT_TRUE(round.outcome);
  EXPECT_EQ(round.samples.at(0).gap, Gap::none);
  EXPECT_EQ(round.gauge("service.api.silent_instances"), 1);
  one.stop();
  const Round none(collector, both, 3s);
  ASSERT_FALSE(none.outcome);
  EXPECT_THAT(none.outcome.error().message, testing::HasSubstr("127.0.0.1:" + std::to_string(both[0].port)));
  EXPECT_EQ(none.samples.at(0).gap, Gap::unreachable);
}

TEST_F(ServiceMetrics, APageThatIsNoneIsMalformed) {
  const std::vector<Instance> instances{both[0]};
  one.answer("<html>");
  const Round html(collector, instances, 1s);
  EXPECT_EQ(html.samples.at(0).gap, Gap::malformed);
  ASSERT_FALSE(html.outcome);
  EXPECT_THAT(html.outcome.error().message, testing::HasSubstr("api-1"));
  one.answer("", 503);
  EXPECT_EQ(Round(collector, instances, 2s).samples.at(0).gap, Gap::malformed);
  one.answer("up 1\n");
  for (const Duration now : {3s, 4s})
    EXPECT_EQ(Round(collector, instances, now).samples.at(0).gap, Gap::empty) << "no such histogram yet";
}

TEST_F(ServiceMetrics, OtherNamesAndNoPage) {
  ServiceMetricsCollector renamed(tier.plan, tier.stack, {.histogram = "d"});
  const std::vector<Instance> instances{both[0]};
  one.answer("d_bucket{le=\"1\"} 1\nd_bucket{le=\"+Inf\"} 1\n");
  Round(renamed, instances, 1s);
  one.answer("d_bucket{le=\"1\"} 2\nd_bucket{le=\"+Inf\"} 2\n");
  EXPECT_DOUBLE_EQ(Round(renamed, instances, 2s).samples.at(0).value, 0.95);
  tier.stack.tiers[0].run.metrics = "";
  ServiceMetricsCollector without(tier.plan, tier.stack);
  const Round round(without, instances, 1s);
  EXPECT_TRUE(round.outcome);
  EXPECT_EQ(round.samples.at(0).gap, Gap::malformed);
}

}  // namespace
}  // namespace plimsoll::collect
