// A real Prometheus that looks at a page of ours every 200 ms. Times are those of the clock: the server measures by it.

#include <atomic>

#include "collect/prometheus.h"
#include "collect/testing/named.h"
#include "wire/http_client.h"
#include "wire/http_server.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

using From = NamedSignal::From;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using wire::live::wait_until;

class Server : public testing::Test {
 protected:
  Server() {
    auto started = wire::HttpServer::start({.worker_threads = 2}, [this](const wire::HttpRequest&) {
      const std::string count = std::to_string(jobs_ += 2);
      return wire::HttpResponse{200, {}, "depth{list=\"a\"} 4\ndepth{list=\"b\"} 6\njobs_total " + count + "\n"};
    });
    if (!started) throw std::runtime_error(started.error().message);
    page_ = std::move(*started);
    dir_.write("prometheus.yml",
               "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n- job_name: page\n"
               "  static_configs: [{targets: ['127.0.0.1:" +
                   std::to_string(page_->port()) + "']}]\n");
    program_ = std::make_unique<wire::live::Program>(
        std::vector<std::string>{"prometheus", "--config.file=" + dir_ / "prometheus.yml", "--storage.tsdb.path=" + dir_ / "data",
                                 "--log.level=warn", "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
        wire::live::ProgramOptions{.log = dir_ / "log"});
  }
  [[nodiscard]] std::string url(const std::string& more = "") const { return "http://127.0.0.1:" + std::to_string(port_) + more; }
  Round ask(const OneTier& tier, const std::vector<Instance>& instances = {}) {
    return Round(*prometheus_collector(tier.plan, tier.stack), instances, std::chrono::system_clock::now().time_since_epoch(),
                 5s);
  }
  bool is_there() {
    const OneTier tier = reads({{"x", From::prometheus, url(), "count(depth)"}});
    return wait_until([&] {
      const Round round = ask(tier);
      return round.outcome && round.samples.at(0).gap == Gap::none;
    });
  }

  std::atomic<int> jobs_{0};
  std::unique_ptr<wire::HttpServer> page_;
  wire::live::TempDir dir_;
  std::uint16_t port_ = wire::live::free_port();
  std::unique_ptr<wire::live::Program> program_;
};

// One number, nothing, several, nonsense: each signal has its own word, and the good ones stand.
TEST_F(Server, AnswersWithOneNumberOrAGap) {
  ASSERT_TRUE(is_there());
  const OneTier tier = reads({{"sum", From::prometheus, url("/"), "sum(depth)"},
                              {"none", From::prometheus, url(), "sum(nothing)"},
                              {"several", From::prometheus, url(), "depth"},
                              {"wrong", From::prometheus, url(), "sum(depth"},
                              {"scalar", From::prometheus, url("?x=1"), "scalar(sum(depth)) / 4"},
                              {"nan", From::prometheus, url(), "0 * sum(depth) / 0"}});
  const auto before = std::chrono::system_clock::now() - 1s;
  const Round round = ask(tier);
  ASSERT_TRUE(round.outcome) << round.outcome.error().message;
  EXPECT_EQ(round.samples.at(0).gap, Gap::none);
  EXPECT_EQ(round.samples.at(0).value, 10);
  EXPECT_GE(round.samples.at(0).measured, before);
  EXPECT_EQ(round.samples.at(1).gap, Gap::empty);
  EXPECT_EQ(round.samples.at(2).gap, Gap::malformed);
  EXPECT_EQ(round.samples.at(3).gap, Gap::malformed);
  EXPECT_EQ(round.samples.at(4).value, 2.5);
  EXPECT_EQ(round.samples.at(5).gap, Gap::empty);
}

TEST_F(Server, ASignalPerInstanceIsEveryInstances) {
  ASSERT_TRUE(is_there());
  OneTier tier = reads({{"mean", From::prometheus, url(), "avg(depth)", true}});
  tier.plan.tiers[0].signals[0].own = 0;
  Instance starting = ready_instance(2, 12);
  starting.phase = Phase::starting;
  const Round round = ask(tier, {ready_instance(1, 11), starting});
  EXPECT_EQ(round.of(1, 0), 5);
  EXPECT_FALSE(round.of(2, 0));
}

// The page is gone: what was seen of it goes stale, and after a restart in its place a rate is one again.
TEST_F(Server, WhatIsSeenNoMoreIsEmpty) {
  ASSERT_TRUE(is_there());
  const OneTier tier =
      reads({{"jobs", From::prometheus, url(), "sum(rate(jobs_total[2s]))"}, {"depth", From::prometheus, url(), "sum(depth)"}});
  ASSERT_TRUE(wait_until([&] { return ask(tier).samples.at(0).value > 0; }));
  page_.reset();
  EXPECT_TRUE(wait_until([&] { return ask(tier).samples.at(1).gap == Gap::empty; }));
}

TEST_F(Server, NobodyThereIsAnErrorWithoutTheTokenOfTheUrl) {
  program_.reset();
  const OneTier tier = reads({{"sum", From::prometheus, url("/prom?token=s3cret"), "sum(depth)"}});
  const Round round = ask(tier);
  ASSERT_FALSE(round.outcome);
  EXPECT_THAT(round.outcome.error().message,
              AllOf(HasSubstr("127.0.0.1:" + std::to_string(port_)), HasSubstr("signal sum"), Not(HasSubstr("s3cret"))));
  EXPECT_EQ(round.samples.at(0).gap, Gap::unreachable);
}

TEST(Servers, ThatCantBeAskedAreMalformed) {
  for (const char* url : {"https://127.0.0.1:1", "http://ann:hunter2@127.0.0.1:1", "127.0.0.1"}) {
    const OneTier tier = reads({{"sum", From::prometheus, url, "x"}});
    const Round round(*prometheus_collector(tier.plan, tier.stack), {}, 1s, 1s);
    ASSERT_FALSE(round.outcome);
    EXPECT_EQ(round.outcome.error().code, Errc::malformed);
    EXPECT_THAT(round.outcome.error().message, Not(HasSubstr("hunter2")));
    EXPECT_EQ(round.samples.at(0).gap, Gap::malformed);
  }
}

}  // namespace
}  // namespace plimsoll::collect
