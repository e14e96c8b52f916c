#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "load/engine.h"
#include "load/testing/servers.h"

namespace plimsoll::load {
namespace {

using namespace std::chrono_literals;

RequestMix mix(std::vector<RequestTemplate> templates = {
                   {.headers = {{"Idempotency-Key", "{id}"}}, .body = "", .repeatable = true}}) {
  return RequestMix::build({.authority = "test", .id_prefix = ""}, templates).value();
}

Plan open_plan(std::uint16_t port, std::string_view stages) {
  Plan plan;
  plan.port = port;
  plan.mix = mix();
  plan.model = OpenLoop{.schedule = Schedule::parse(stages).value()};
  return plan;
}

Summary run(const Plan& plan) {
  Engine engine(plan);
  EXPECT_TRUE(engine.start());
  engine.wait();
  return engine.result();
}

/// What always holds at the end: each request is in exactly one place.
void expect_accounted(const Summary& s) {
  EXPECT_EQ(s.counts.due, s.counts.succeeded + s.counts.failed() + s.counts.cancelled + s.counts.not_sent);
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  for (const SecondStats& second : s.seconds) sent += second.sent, succeeded += second.succeeded, failed += second.failed;
  EXPECT_EQ(sent, s.counts.sent);
  EXPECT_EQ(succeeded, s.counts.succeeded);
  EXPECT_EQ(failed, s.counts.failed());
}

TEST(LoadLive, SendsTheWholeScheduleToHaproxy) {
  const Haproxy server;
  for (const int threads : {1, 3}) {
    Plan plan = open_plan(server.port(), "1s:600,1s=600,1s:0");
    plan.threads = threads;
    plan.remember_accepted = true;
    Engine engine(plan);
    ASSERT_TRUE(engine.start());
    engine.wait();
    const Summary s = engine.result();
    EXPECT_EQ(s.counts.due, 1200U);
    EXPECT_EQ(s.counts.succeeded, 1200U);
    EXPECT_EQ(s.counts.body_bytes, 1200U * 5);
    EXPECT_EQ(s.response.count, 1200U);
    EXPECT_EQ(s.slip.count + s.counts.waited, 1200U);
    ASSERT_EQ(s.instances.size(), 1U);
    EXPECT_EQ(s.instances[0].instance, "haproxy-1");
    EXPECT_EQ(s.instances[0].count, 1200U);
    EXPECT_EQ(engine.accepted(), std::vector<bool>(1200, true));
    EXPECT_GE(s.elapsed, 2900ms);
    EXPECT_GT(s.cpu_s, 0);
    EXPECT_FALSE(engine.running());
    expect_accounted(s);
  }
}

TEST(LoadLive, CountsAnswersByStatus) {
  const Haproxy server;
  Plan plan = open_plan(server.port(), "1s=300");
  plan.mix = mix({{.path = "/", .headers = {}, .body = ""},
                  {.path = "/no", .headers = {}, .body = ""},
                  {.method = "HEAD", .path = "/bad", .headers = {}, .body = ""}});
  const Summary s = run(plan);
  ASSERT_EQ(s.statuses.size(), 3U);
  EXPECT_EQ(s.statuses[0].status, 200);
  EXPECT_EQ(s.statuses[1].status, 404);
  EXPECT_EQ(s.statuses[2].status, 503);
  EXPECT_EQ(s.counts.status_4xx, s.statuses[1].count);
  EXPECT_EQ(s.counts.status_5xx, s.statuses[2].count);
  EXPECT_EQ(s.statuses[0].count + s.statuses[1].count + s.statuses[2].count, 300U);
  expect_accounted(s);
}

// 100/s for 4 s, the server frozen for one second of it: a quarter of the arrivals wait, evenly, up to a second. So p99 is
// near 0.96 s and p95 near 0.8 s however few connections there are; a generator that waits with the server would say a few ms.
TEST(LoadLive, AStallIsInTheResponseTimes) {
  for (const int connections : {4, 200}) {
    const Haproxy server;
    Plan plan = open_plan(server.port(), "4s=100");
    plan.max_connections = connections;
    Engine engine(plan);
    ASSERT_TRUE(engine.start());
    while (engine.snapshot().so_far.counts.sent < 100) std::this_thread::sleep_for(2ms);
    server.signal(SIGSTOP);
    const auto until = std::chrono::steady_clock::now() + 1s;
    std::uint64_t waiting = 0;
    while (std::chrono::steady_clock::now() < until) {
      waiting = std::max(waiting, engine.snapshot().waiting);
      std::this_thread::sleep_for(5ms);
    }
    server.signal(SIGCONT);
    engine.wait();
    const Summary s = engine.result();
    EXPECT_EQ(s.counts.succeeded, 400U);
    EXPECT_GT(s.response.p99, 850ms) << connections;
    EXPECT_GT(s.response.p95, 600ms) << connections;
    EXPECT_LT(s.response.p99, 3s);
    EXPECT_LT(s.response.p50, 500ms);
    if (connections == 4) {
      EXPECT_GT(waiting, 50U);
      EXPECT_GT(s.counts.waited, 50U);
      EXPECT_LT(s.service.p90, s.response.p90) << "service time is blind to the wait, which is why there are two";
    }
    EXPECT_LE(s.counts.connections_opened, static_cast<std::uint64_t>(connections));
    expect_accounted(s);
  }
}

TEST(LoadLive, NobodyThereIsRefusedAndCounted) {
  const Summary s = run(open_plan(free_port(), "1s=100"));
  EXPECT_EQ(s.counts.connect_refused, 100U);
  EXPECT_EQ(s.response.count, 0U);
  expect_accounted(s);
}

TEST(LoadLive, AClosedLoopDoesNotStormAServerThatIsDown) {
  Plan plan = open_plan(free_port(), "1s=1");
  plan.model = ClosedLoop{.connections = 4, .duration = 500ms};
  const Summary s = run(plan);
  EXPECT_GT(s.counts.connect_refused, 0U);
  EXPECT_LE(s.counts.connect_refused, 4U * 51);  // one every 10 ms and connection
  expect_accounted(s);
}

TEST(LoadLive, AnUnknownHostIsAnError) {
  Plan plan = open_plan(80, "1s=1");
  plan.host = "no-such-host.invalid";
  Engine engine(plan);
  const auto started = engine.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::not_found);
}

struct Fault {
  const char* name;
  FaultyServer::Serve serve;
  std::uint64_t Counts::*kind;
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class FaultLive : public testing::TestWithParam<Fault> {};

TEST_P(FaultLive, IsCountedByItsKind) {
  const FaultyServer server(GetParam().serve);
  Plan plan = open_plan(server.port(), "500ms=40");
  plan.timeout = 1s;
  const Summary s = run(plan);
  EXPECT_EQ(s.counts.*GetParam().kind, 20U);
  EXPECT_EQ(s.counts.failed(), 20U);
  expect_accounted(s);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FaultLive,
    testing::Values(
        Fault{"ResetBeforeTheAnswer", [](int fd, int, int, const std::string&) { return FaultyServer::reset(fd), false; },
              &Counts::reset},
        Fault{"ClosedBeforeTheAnswer", [](int, int, int, const std::string&) { return false; }, &Counts::reset},
        Fault{"ClosedWithinTheBody",
              [](int fd, int, int, const std::string&) {
                return FaultyServer::write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"), false;
              },
              &Counts::truncated},
        Fault{"ClosedWithinTheHead",
              [](int fd, int, int, const std::string&) { return FaultyServer::write(fd, "HTTP/1.1 200 OK\r\nConte"), false; },
              &Counts::truncated},
        Fault{"NotHttp", [](int fd, int, int, const std::string&) { return FaultyServer::write(fd, "220 mail ready\r\n"); },
              &Counts::malformed},
        Fault{"NoAnswer", [](int, int, int, const std::string&) { return true; }, &Counts::timed_out},
        Fault{"HalfAnAnswer", [](int fd, int, int, const std::string&) { return FaultyServer::write(fd, "HTTP/1.1 200 OK\r\n"); },
              &Counts::timed_out}),
    [](const auto& row) { return row.param.name; });

// Twenty at almost the same time, two connections, no answers: two time out at the server and free their connections when
// the others have waited as long. To a user it is the same.
TEST(LoadLive, TimeoutsAreInTheResponseTimes) {
  const FaultyServer server([](int, int, int, const std::string&) { return true; });
  Plan plan = open_plan(server.port(), "1ms=20000");
  std::get<OpenLoop>(plan.model).quantum = 10ms;
  plan.timeout = 300ms;
  plan.max_connections = 2;
  const Summary s = run(plan);
  EXPECT_EQ(s.counts.timed_out + s.counts.timed_out_waiting, 20U);
  EXPECT_GE(s.counts.timed_out, 2U);
  EXPECT_GE(s.counts.timed_out_waiting, 10U);
  EXPECT_EQ(s.response.count, 20U);
  EXPECT_GE(s.response.p50, 298ms);
  expect_accounted(s);
}

// The server answers once on each connection and closes it the moment the second request has come: what a keep-alive
// timeout looks like when it meets a request on its way.
TEST(LoadLive, AStaleConnectionIsTriedOnceMore) {
  struct Row {
    bool on, repeatable;
    bool retried;
  };
  for (const Row row : {Row{true, true, true}, Row{false, true, false}, Row{true, false, false}}) {
    std::mutex mutex;
    std::multiset<std::string> answered;
    const FaultyServer server([&](int fd, int, int n, const std::string& request) {
      if (n > 0) return false;
      const std::scoped_lock lock(mutex);
      answered.insert(request);
      return FaultyServer::write_ok(fd);
    });
    Plan plan = open_plan(server.port(), "1s=40");
    plan.mix = mix({{.headers = {{"Idempotency-Key", "{id}"}}, .body = "", .repeatable = row.repeatable}});
    plan.retry_on_stale = row.on;
    const Summary s = run(plan);
    if (row.retried) {
      EXPECT_EQ(s.counts.succeeded, 40U);
      EXPECT_GT(s.counts.retried_on_stale, 0U);
      EXPECT_EQ(s.counts.connections_opened, 40U);
    } else {
      EXPECT_EQ(s.counts.retried_on_stale, 0U);
      EXPECT_GT(s.counts.reset, 0U);
      EXPECT_EQ(s.counts.succeeded + s.counts.reset, 40U);
    }
    EXPECT_EQ(answered.size(), s.counts.succeeded);
    EXPECT_EQ(std::set<std::string>(answered.begin(), answered.end()).size(), answered.size()) << "each id was served once";
    expect_accounted(s);
  }
}

TEST(LoadLive, AConnectionClosedWhileIdleIsNoFailure) {
  const FaultyServer server([](int fd, int, int, const std::string&) { return FaultyServer::write_ok(fd), false; });
  const Summary s = run(open_plan(server.port(), "1s=40"));
  EXPECT_EQ(s.counts.succeeded, 40U);
  EXPECT_EQ(s.counts.failed(), 0U);
  EXPECT_EQ(s.counts.connections_opened, 40U);
  expect_accounted(s);
}

// 3 MB do not fit a socket's buffers, and the server does not read for a while: the rest goes out as room appears.
TEST(LoadLive, ALargeRequestIsSentWhole) {
  std::atomic<std::uint64_t> got{0};
  const std::size_t size = 3'000'000;
  const FaultyServer server([&](int fd, int, int, const std::string&) {
    std::vector<char> buffer(1 << 16);
    std::this_thread::sleep_for(50ms);
    for (std::size_t left = got.load(); left < size;) {
      const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (n <= 0) break;
      left += static_cast<std::size_t>(n);
      got = left;
      if (std::string_view(buffer.data(), static_cast<std::size_t>(n)).ends_with("END")) break;
    }
    return FaultyServer::write_ok(fd), false;
  });
  Plan plan = open_plan(server.port(), "1s=1");
  plan.mix = mix({{.method = "POST", .headers = {}, .body = std::string(size, 'x') + "END"}});
  const Summary s = run(plan);
  EXPECT_EQ(s.counts.succeeded, 1U);
  EXPECT_GT(got, size - 8192);  // the first read had the head and a little of the body
  expect_accounted(s);
}

TEST(LoadLive, StopDrainsThenCancels) {
  struct Row {
    Duration drain;
    bool cancelled;
  };
  for (const Row row : {Row{5s, false}, Row{100ms, true}}) {
    std::atomic<bool> go{false};
    const FaultyServer server([&](int fd, int, int, const std::string&) {
      const auto deadline = std::chrono::steady_clock::now() + 4s;
      while (!go && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(2ms);
      return FaultyServer::write_ok(fd);
    });
    Plan plan = open_plan(server.port(), "1h=50");
    plan.max_connections = 5;
    plan.drain = row.drain;
    Engine engine(plan);
    ASSERT_TRUE(engine.start());
    while (engine.snapshot().in_flight < 5 || engine.snapshot().waiting < 5) std::this_thread::sleep_for(2ms);
    engine.stop();
    if (row.cancelled) {
      engine.wait();
      go = true;
    } else {
      go = true;
      engine.wait();
    }
    const Summary s = engine.result();
    EXPECT_EQ(row.cancelled ? s.counts.cancelled : s.counts.succeeded, 5U);
    EXPECT_GE(s.counts.not_sent, 5U);
    expect_accounted(s);
  }
}

TEST(LoadLive, DestroyingARunningEngineEndsIt) {
  const Haproxy server;
  Engine engine(open_plan(server.port(), "1h=100"));
  ASSERT_TRUE(engine.start());
  while (engine.snapshot().so_far.counts.succeeded < 10) std::this_thread::sleep_for(2ms);
  EXPECT_TRUE(engine.snapshot().running);
  EXPECT_NEAR(engine.snapshot().rate_now, 100, 1e-6);
}

TEST(LoadLive, AClosedLoopKeepsItsConnectionsBusy) {
  const Haproxy server;
  Plan plan = open_plan(server.port(), "1s=1");
  plan.model = ClosedLoop{.connections = 8, .duration = 1200ms};
  plan.threads = 2;
  Engine engine(plan);
  ASSERT_TRUE(engine.start());
  while (engine.snapshot().so_far.seconds.empty() && engine.running()) std::this_thread::sleep_for(10ms);
  EXPECT_GT(engine.snapshot().window.count, 0U);
  engine.wait();
  const Summary s = engine.result();
  EXPECT_GT(s.counts.succeeded, 1000U);
  EXPECT_EQ(s.counts.connections_opened, 8U);
  EXPECT_EQ(s.slip.count, 0U);
  expect_accounted(s);
}

}  // namespace
}  // namespace plimsoll::load
