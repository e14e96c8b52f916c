// Real HTTP servers as instances; times are the test's.

#include <mutex>

#include "collect/json_page.h"
#include "collect/series.h"
#include "collect/testing/named.h"
#include "wire/http_server.h"

namespace plimsoll::collect {
namespace {

using From = NamedSignal::From;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// An instance with pages that the test writes.
class Service {
 public:
  Service() {
    auto started = wire::HttpServer::start({.worker_threads = 2}, [this](const wire::HttpRequest& request) {
      const std::lock_guard lock(mutex_);
      const auto page = pages_.find(request.target);
      ++asked_;
      return page == pages_.end() ? wire::HttpResponse{404, {}, ""} : wire::HttpResponse{200, {}, page->second};
    });
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
  }
  void shows(const std::string& target, const std::string& page) {
    const std::lock_guard lock(mutex_);
    pages_[target] = page;
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop() { server_.reset(); }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> pages_;
  int asked_ = 0;
  std::unique_ptr<wire::HttpServer> server_;
};

class Pages : public testing::Test {
 protected:
  Service one, two;
  std::vector<Instance> both{ready_instance(1, 11, one.port()), ready_instance(2, 12, two.port())};

  void both_show(const std::string& target, const std::string& first, const std::string& second) {
    one.shows(target, first);
    two.shows(target, second);
  }
  static std::unique_ptr<Collector> of(const OneTier& tier) {
    auto made = series_collector(tier.plan, tier.stack);
    return made ? std::move(made) : json_collector(tier.plan, tier.stack);
  }
};

// A sum for the tier, a mean per instance, each one's own, a rate of a counter: four signals on one page, which is read once.
TEST_F(Pages, SeriesAreAddedUpOrAveraged) {
  OneTier tier = reads({{"depth", From::metrics, "", "queue_length"},
                        {"mean_depth", From::metrics, "", "queue_length", true},
                        {"jobs", From::metrics, "/metrics", "jobs_total"},
                        {"none", From::metrics, "", "nothing"}});
  tier.stack.tiers[0].run.metrics = "/metrics";
  tier.plan.tiers[0].signals[1].own = 0;
  const auto collector = of(tier);
  both_show("/metrics", "queue_length 4\njobs_total 100\n", "queue_length 8\njobs_total 7\n");
  const Round first(*collector, both, 1s);
  ASSERT_TRUE(first.outcome);
  EXPECT_EQ(one.asked(), 1);
  EXPECT_EQ(first.samples.at(0).value, 12);
  EXPECT_EQ(first.samples.at(0).instances, 0U);
  EXPECT_EQ(first.samples.at(1).value, 6);
  EXPECT_EQ(first.samples.at(1).instances, 2U);
  EXPECT_EQ(first.of(2, 1), 8);
  EXPECT_EQ(first.own.size(), 2U) << "nobody asked for the others'";
  EXPECT_EQ(first.samples.at(2).gap, Gap::empty) << "one reading is no rate";
  EXPECT_EQ(first.samples.at(3).gap, Gap::empty);
  both_show("/metrics", "queue_length 4\njobs_total 120\n", "queue_length 8\njobs_total 17\n");
  const Round second(*collector, both, 3s);
  EXPECT_DOUBLE_EQ(second.samples.at(2).value, 15) << "ten and five a second";
  EXPECT_EQ(second.samples.at(2).window, 2s);
  EXPECT_EQ(second.samples.at(2).measured, TimePoint(3s));
}

// An instance restarts and counts from zero: never less than nothing.
TEST_F(Pages, ARestartedInstancesCounterStartsAfresh) {
  const OneTier tier = reads({{"jobs", From::metrics, "/m", "jobs_total"}});
  const auto collector = of(tier);
  both_show("/m", "jobs_total 100\n", "jobs_total 100\n");
  Round(*collector, both, 1s);
  both_show("/m", "jobs_total 110\n", "jobs_total 3\n");
  EXPECT_DOUBLE_EQ(Round(*collector, both, 2s).samples.at(0).value, 10);
  both[0].pid = 99;
  both_show("/m", "jobs_total 200\n", "jobs_total 8\n");
  EXPECT_DOUBLE_EQ(Round(*collector, both, 3s).samples.at(0).value, 5);
}

// A sum without one of its parts would be too low and could shrink the tier; a mean is that of the others.
TEST_F(Pages, ASilentInstanceIsAGapInASumOnly) {
  const OneTier tier = reads({{"sum", From::metrics, "/m", "depth"}, {"mean", From::metrics, "/m", "depth", true}});
  const auto collector = of(tier);
  both_show("/m", "depth 4\n", "<html>");
  const Round html(*collector, both, 1s);
  EXPECT_TRUE(html.outcome);
  EXPECT_EQ(html.samples.at(0).gap, Gap::malformed);
  EXPECT_EQ(html.samples.at(1).value, 4);
  EXPECT_EQ(html.samples.at(1).instances, 1U);
  two.stop();
  const Round silent(*collector, both, 2s);
  EXPECT_TRUE(silent.outcome);
  EXPECT_EQ(silent.samples.at(0).gap, Gap::unreachable);
  EXPECT_EQ(silent.samples.at(1).value, 4);
  one.stop();
  const Round lost(*collector, both, 3s);
  EXPECT_FALSE(lost.outcome);
  EXPECT_EQ(lost.samples.at(1).gap, Gap::unreachable);
  const Round nobody(*collector, {}, 4s);
  EXPECT_TRUE(nobody.outcome);
  EXPECT_EQ(nobody.samples.at(0).gap, Gap::empty) << "no ready instance";
}

TEST_F(Pages, JsonIsReadByPointer) {
  const NamedSignal used{"used", From::json, "/api/v1/metrics", "/database/pool_utilization_percent", true, SignalUnit::ratio};
  OneTier tier = reads({used, {"waiting", From::json, "/api/v1/metrics", "/database/pool_waiting"}});
  tier.plan.tiers[0].signals[0].own = 0;
  const auto collector = of(tier);
  both_show("/api/v1/metrics", R"({"database": {"pool_utilization_percent": 90.0, "pool_waiting": 3}})",
            R"({"database": {"pool_utilization_percent": 50, "pool_waiting": 0}})");
  const Round round(*collector, both, 1s);
  ASSERT_TRUE(round.outcome) << round.outcome.error().message;
  EXPECT_DOUBLE_EQ(round.samples.at(0).value, 0.7);
  EXPECT_DOUBLE_EQ(round.of(1, 0).value_or(-1), 0.9);
  EXPECT_DOUBLE_EQ(round.samples.at(1).value, 3);
}

TEST_F(Pages, APageThatIsNotThereIsMalformedAndItsTokenIsNotTold) {
  const OneTier tier = reads({{"used", From::json, "/stats?token=s3cret", "/a"}});
  const auto collector = of(tier);
  for (const bool stopped : {false, true}) {
    if (stopped) one.stop();
    const Round round(*collector, {both[0]}, 1s);
    EXPECT_EQ(round.samples.at(0).gap, stopped ? Gap::unreachable : Gap::malformed);
    ASSERT_FALSE(round.outcome);
    EXPECT_THAT(round.outcome.error().message, AllOf(HasSubstr("/stats?..."), Not(HasSubstr("s3cret"))));
  }
  OneTier without = reads({{"depth", From::metrics, "", "depth"}});
  const Round round(*of(without), both, 1s);
  EXPECT_TRUE(round.outcome);
  EXPECT_EQ(round.samples.at(0).gap, Gap::malformed) << "neither a path nor run.metrics";
}

}  // namespace
}  // namespace plimsoll::collect
