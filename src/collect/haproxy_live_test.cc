// A real HAProxy before real HTTP servers; times are the test's.

#include <atomic>
#include <thread>

#include "collect/haproxy.h"
#include "collect/testing/round.h"
#include "wire/http_client.h"
#include "wire/http_server.h"
#include "wire/testing/live_components.h"

namespace plimsoll::collect {
namespace {

using wire::live::wait_until;

class Balanced : public testing::Test {
 protected:
  std::unique_ptr<wire::HttpServer> serve() {
    auto started = wire::HttpServer::start(
        {.worker_threads = 8},
        [this](const wire::HttpRequest& request) {
          wait_until([this] { return !hold_.load(); });
          return wire::HttpResponse{request.path() == "/bad" ? 500 : 200, {}, "ok"};
        },
        [](const wire::HttpRequest& request) {
          return request.path() == "/ready" ? std::optional(wire::HttpResponse{200, {}, "ok"}) : std::nullopt;
        });
    if (!started) throw std::runtime_error(started.error().message);
    return std::move(*started);
  }
  void send(int requests, const char* path = "/", int status = 200) {
    for (int i = 0; i < requests; ++i) {
      const auto answer = wire::get("127.0.0.1", haproxy.port(), path, 10s);
      ASSERT_TRUE(answer) << answer.error().message;
      ASSERT_EQ(answer->status, status);
    }
  }
  void wait_for_server() {
    ASSERT_TRUE(wait_until([&] { return Round(collector, {}, now_ += 1ms).gauge("haproxy.api.servers_up") == 1; }));
  }

  std::atomic<bool> hold_{false};
  std::unique_ptr<wire::HttpServer> server = serve();
  wire::live::Haproxy haproxy{{{"s1", server->port()}}};
  OneTier tier{
      {{SignalKind::queued_requests, "", 10s}, {SignalKind::requests_per_second, "", 10s}, {SignalKind::errors, "", 10s}}};
  HaproxyCollector collector{tier.plan, haproxy.admin_socket()};
  Duration now_ = 1s;
};

TEST_F(Balanced, RequestsPerSecondAreArrivalsOverTheWindow) {
  wait_for_server();
  HaproxyCollector fresh(tier.plan, haproxy.admin_socket());
  const Round first(fresh, {}, 100s);
  ASSERT_TRUE(first.outcome) << first.outcome.error().message;
  EXPECT_EQ(first.samples.at(1).gap, Gap::empty) << "one reading is no rate";
  EXPECT_EQ(first.samples.at(0).gap, Gap::none);
  EXPECT_EQ(first.samples.at(0).value, 0);
  send(20);
  const Round second(fresh, {}, 102s);
  ASSERT_EQ(second.samples.at(1).gap, Gap::none);
  EXPECT_DOUBLE_EQ(second.samples.at(1).value, 10);
  EXPECT_EQ(second.samples.at(1).measured, TimePoint(102s));
  EXPECT_EQ(second.samples.at(1).window, 2s);
  EXPECT_DOUBLE_EQ(second.gauge("haproxy.api.requests_per_s"), 10);
  EXPECT_EQ(second.gauge("haproxy.api.responses_5xx"), 0);
  for (const char* gauge : {"sessions", "queued", "connect_errors", "response_errors", "retries", "redispatches"})
    EXPECT_GE(second.gauge(std::string("haproxy.api.") + gauge), 0);
}

// The server takes one request at a time and holds it: of four, one is served and three wait. All four have arrived.
TEST_F(Balanced, WaitingRequestsAreQueuedAndHaveArrived) {
  wait_for_server();
  const wire::HaproxySocket socket(haproxy.admin_socket());
  ASSERT_TRUE(socket.order("set maxconn server api/s1 1", 5s)) << "through the runtime API";
  HaproxyCollector fresh(tier.plan, haproxy.admin_socket());
  Round(fresh, {}, 100s);
  hold_ = true;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back([this] { send(1); });
  Duration now = 101s;
  EXPECT_TRUE(wait_until([&] { return Round(fresh, {}, now += 1ms).samples.at(0).value == 3; }));
  const Round round(fresh, {}, 102s);
  EXPECT_DOUBLE_EQ(round.samples.at(1).value * 2, 4);
  EXPECT_EQ(round.gauge("haproxy.api.queued"), 3);
  EXPECT_GE(round.gauge("haproxy.api.sessions"), 1);
  hold_ = false;
  clients.clear();
  EXPECT_TRUE(wait_until([&] { return Round(fresh, {}, now += 1s).samples.at(0).value == 0; }));
}

TEST_F(Balanced, ErrorsAreTheShareAnswered5xx) {
  wait_for_server();
  HaproxyCollector fresh(tier.plan, haproxy.admin_socket());
  EXPECT_EQ(Round(fresh, {}, 100s).samples.at(2).gap, Gap::empty) << "one reading is no share";
  send(15);
  send(5, "/bad", 500);
  const Round round(fresh, {}, 102s);
  ASSERT_EQ(round.samples.at(2).gap, Gap::none);
  EXPECT_DOUBLE_EQ(round.samples.at(2).value, 0.25);
  EXPECT_EQ(round.samples.at(2).window, 2s);
  EXPECT_DOUBLE_EQ(round.gauge("haproxy.api.errors_ratio"), 0.25);
  EXPECT_EQ(Round(fresh, {}, 113s).samples.at(2).gap, Gap::empty) << "no request in the window: neither good nor bad";
}

// Nobody listens there and HAProxy does not know: a connection is tried four times. Then it knows. Each request failed once.
TEST_F(Balanced, RequestsThatFindNoServerAreErrorsOnce) {
  wait_for_server();
  const wire::HaproxySocket socket(haproxy.admin_socket());
  ASSERT_TRUE(socket.order("disable health api/s1", 5s));
  HaproxyCollector fresh(tier.plan, haproxy.admin_socket());
  Round(fresh, {}, 100s);
  ASSERT_TRUE(socket.command("set server api/s1 addr 127.0.0.1 port " + std::to_string(wire::live::free_port()), 5s));
  send(1, "/", 503);
  ASSERT_TRUE(socket.order("set server api/s1 health down", 5s));
  send(3, "/", 503);
  const Round round(fresh, {}, 102s);
  EXPECT_GT(round.gauge("haproxy.api.connect_errors"), 0);
  EXPECT_EQ(round.gauge("haproxy.api.responses_5xx"), 4);
  EXPECT_DOUBLE_EQ(round.samples.at(2).value, 1);
}

// A reload counts from zero: a gap until it was read twice, never a negative rate.
TEST_F(Balanced, AReloadIsAGapNotANegativeRate) {
  wait_for_server();
  send(20);
  HaproxyCollector fresh(tier.plan, haproxy.admin_socket());
  Round(fresh, {}, 100s);
  EXPECT_EQ(Round(fresh, {}, 101s).samples.at(1).gap, Gap::none);
  const wire::HaproxySocket master(haproxy.master_socket());
  ASSERT_TRUE(wait_until([&] { return master.command("show proc", 1s).has_value(); })) << "the master is up after its worker";
  const auto reloaded = master.command("reload", 10s);
  ASSERT_TRUE(reloaded) << reloaded.error().message;
  Duration now = 102s;
  bool gap_seen = false;
  ASSERT_TRUE(wait_until([&] {
    const Round round(fresh, {}, now += 1s);
    if (!round.outcome) return false;
    const Sample rate = round.samples.at(1);
    EXPECT_GE(rate.value, 0);
    gap_seen = gap_seen || rate.gap == Gap::empty;
    return gap_seen && rate.gap == Gap::none;
  }));
}

TEST_F(Balanced, ABackendThatIsNotThereIsMalformed) {
  tier.plan.tiers[0].name = "worker";
  HaproxyCollector other(tier.plan, haproxy.admin_socket());
  const Round round(other, {}, 1s);
  EXPECT_TRUE(round.outcome);
  EXPECT_EQ(round.samples.at(0).gap, Gap::malformed);
  EXPECT_EQ(round.samples.at(1).gap, Gap::malformed);
  EXPECT_TRUE(round.gauges.empty());
}

TEST(NoBalancer, IsAnErrorAndGaps) {
  const OneTier tier({{SignalKind::queued_requests, "", 10s}});
  HaproxyCollector collector(tier.plan, "/nowhere/admin.sock");
  const Round round(collector, {}, 1s, 1s);
  ASSERT_FALSE(round.outcome);
  EXPECT_THAT(round.outcome.error().message, testing::HasSubstr("/nowhere/admin.sock"));
  EXPECT_EQ(round.samples.at(0).gap, Gap::unreachable);
}

}  // namespace
}  // namespace plimsoll::collect
