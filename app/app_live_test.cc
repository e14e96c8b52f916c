// plimsoll-app as it is run: real Postgres with a read replica, PgBouncer in transaction mode, Redis, HAProxy; instances of
// another user with an unwritable working folder and an environment of nothing but the contract.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "wire/http_client.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"
#include "wire/socket.h"
#include "wire/testing/live_components.h"

namespace plimsoll::app {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using wire::HttpRequest;
using wire::HttpResponse;
using wire::live::wait_until;

using Environment = std::vector<std::pair<std::string, std::string>>;

/// The stores, one set for all tests; users, keys and queues of a test are its own.
struct Stores {
  wire::live::Postgres primary;
  std::unique_ptr<wire::live::Postgres> replica;  // made by the test that needs it
  wire::live::PgBouncer pooler{primary};
  wire::live::Redis redis;
  wire::live::TempDir folder;  // of the program and its logs; "empty" in it is where instances stand

  Stores() {
    std::filesystem::copy_file(PLIMSOLL_BINARY_DIR "/bin/plimsoll-app", folder.path() / "plimsoll-app");
    std::filesystem::permissions(folder.path() / "plimsoll-app", std::filesystem::perms(0755));
    std::filesystem::create_directory(folder.path() / "empty");
    std::filesystem::permissions(folder.path() / "empty", std::filesystem::perms(0555));
  }
};
std::unique_ptr<Stores> stores;

class AppEnvironment : public testing::Environment {
 public:
  void SetUp() override { stores = std::make_unique<Stores>(); }
  void TearDown() override { stores.reset(); }
};
const auto* const app_environment = testing::AddGlobalTestEnvironment(new AppEnvironment);

class Instance {
 public:
  Instance(std::string role, std::string name, Environment more = {}) : name_(std::move(name)), port_(wire::live::free_port()) {
    Environment environment{{"PORT", std::to_string(port_)},    {"INSTANCE", name_}, {"DATABASE_URL", stores->pooler.url()},
                            {"REDIS_URL", stores->redis.url()}, {"CPU_MS", "0"},     {"LAME_DUCK_MS", "300"}};
    // The first of a name counts in an environment, so what the test wants comes first.
    environment.insert(environment.begin(), more.begin(), more.end());
    log_ = stores->folder / (name_ + ".log");
    program_ = std::make_unique<wire::live::Program>(
        std::vector<std::string>{stores->folder / "plimsoll-app", std::move(role)},
        wire::live::ProgramOptions{
            .environment = environment, .directory = stores->folder / "empty", .log = log_, .as_postgres = true});
  }
  Instance& ready() {
    if (!wait_until([this] { return status("/ready") == 200; }))
      throw std::runtime_error(name_ + " did not get ready:\n" + log());
    return *this;
  }
  int status(const std::string& path) const {
    const auto answer = wire::get("127.0.0.1", port_, path, 5s);
    return answer ? answer->status : 0;
  }
  std::string page(const std::string& path) const {
    const auto answer = wire::get("127.0.0.1", port_, path, 5s);
    return answer ? answer->body : answer.error().message;
  }
  std::string log() const {
    std::ifstream in(log_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::uint16_t port() const { return port_; }
  wire::live::Program& program() { return *program_; }

 private:
  std::string name_;
  std::uint16_t port_;
  std::string log_;
  std::unique_ptr<wire::live::Program> program_;
};

Result<HttpResponse> decide(std::uint16_t port, const std::string& user, const std::string& key, Duration within = 20s) {
  return wire::request("127.0.0.1", port,
                       {.method = "POST",
                        .target = "/api/decide",
                        .headers = {{"Idempotency-Key", key}, {"Content-Type", "application/json"}},
                        .body = json{{"user", user}, {"features", {1, 2, 3}}}.dump()},
                       within);
}

std::int64_t count(const std::string& sql) {
  auto database = wire::PgConnection::connect(stores->primary.url(), 10s);
  if (!database) throw std::runtime_error(database.error().message);
  const auto rows = database->exec("select (" + sql + ") as n", 10s);
  if (!rows) throw std::runtime_error(rows.error().message);
  return rows->integer(0, "n").value_or(-1);
}

wire::RespValue redis(std::initializer_list<std::string_view> command) {
  auto client = wire::RedisClient::connect(stores->redis.url(), 10s);
  if (!client) throw std::runtime_error(client.error().message);
  auto reply = client->command(command, 10s);
  if (!reply) throw std::runtime_error(reply.error().message);
  return std::move(*reply);
}

TEST(AppLive, A1_H10_AnyInstanceServesASessionAndItOutlivesItsInstance) {
  Instance one("api", "session-1");
  Instance two("api", "session-2");
  one.ready(), two.ready();
  const auto login = wire::post("127.0.0.1", one.port(), "/api/login", "application/json", R"({"user":"ann"})", 10s);
  ASSERT_TRUE(login);
  ASSERT_EQ(login->status, 200);
  const std::string token(login->header("X-Session"));
  EXPECT_EQ(token.size(), 32U);
  EXPECT_THAT(std::string(login->header("Set-Cookie")), HasSubstr("session=" + token));
  one.program().signal(SIGKILL);
  for (const wire::HttpHeader& carried :
       {wire::HttpHeader{"X-Session", token}, wire::HttpHeader{"Cookie", "a=b; session=" + token}}) {
    const auto me =
        wire::request("127.0.0.1", two.port(), {.method = "GET", .target = "/api/me", .headers = {carried}, .body = {}}, 10s);
    ASSERT_TRUE(me);
    EXPECT_EQ(me->status, 200);
    EXPECT_EQ(json::parse(me->body)["user"], "ann");
    EXPECT_EQ(me->header("X-Instance"), "session-2");
  }
  EXPECT_EQ(two.status("/api/me"), 401);
}

TEST(AppLive, A2_AnEmptyUnwritableFolderAndTheContractAreEnough) {
  Instance api("api", "bare-1");
  api.ready();
  EXPECT_EQ(decide(api.port(), "bare", "bare-key")->status, 201);
  EXPECT_TRUE(std::filesystem::is_empty(stores->folder.path() / "empty"));
  EXPECT_THAT(api.log(), testing::Not(HasSubstr("apppw")));
}

TEST(AppLive, ARepeatedRequestHasOneRowOneAnswerAndOneEffect) {
  Instance one("api", "idem-1", {{"QUEUES", "idem-a,idem-b"}});
  Instance two("api", "idem-2", {{"QUEUES", "idem-a,idem-b"}});
  Instance worker("worker", "idem-w", {{"QUEUES", "idem-a,idem-b"}, {"JOB_CPU_MS", "0"}});
  one.ready(), two.ready(), worker.ready();
  std::vector<std::thread> clients;
  std::array<std::string, 12> bodies;
  std::atomic<int> created{0};
  for (std::size_t i = 0; i < bodies.size(); ++i)
    clients.emplace_back([&, i] {
      const auto answer = decide(i % 2 == 0 ? one.port() : two.port(), "ida", "idem-key");
      if (answer && answer->status == 201) ++created;
      bodies[i] = answer ? answer->body : answer.error().message;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(created, 1);
  EXPECT_THAT(bodies, testing::Each(bodies[0]));
  EXPECT_EQ(json::parse(bodies[0])["user"], "ida");
  EXPECT_EQ(count("select count(*) from decisions where idempotency_key = 'idem-key'"), 1);
  EXPECT_TRUE(wait_until([] { return count("select count(*) from effects where idempotency_key = 'idem-key'") == 2; }));
  EXPECT_TRUE(wait_until([] { return redis({"LLEN", "idem-a"}).integer + redis({"LLEN", "idem-b"}).integer == 0; }));
  EXPECT_EQ(decide(one.port(), "ida", "idem-key")->body, bodies[0]);
  EXPECT_EQ(decide(one.port(), "bob", "idem-key")->status, 409) << "another user's key";
}

// The row is there and the job is not: what a crash between the two leaves. The repeat of the request brings the job.
TEST(AppLive, ARepeatPushesTheJobThatACrashLost) {
  Instance api("api", "lost-1", {{"QUEUES", "lost"}});
  api.ready();
  ASSERT_EQ(decide(api.port(), "lou", "lost-key")->status, 201);
  EXPECT_EQ(redis({"DEL", "lost"}).integer, 1);
  EXPECT_EQ(decide(api.port(), "lou", "lost-key")->status, 200);
  EXPECT_EQ(redis({"LLEN", "lost"}).integer, 1);
  Instance worker("worker", "lost-w", {{"QUEUES", "lost"}});
  EXPECT_TRUE(wait_until([] { return count("select count(*) from effects where queue = 'lost'") == 1; })) << worker.log();
  EXPECT_EQ(decide(api.port(), "lou", "lost-key")->status, 200);
  EXPECT_EQ(redis({"LLEN", "lost"}).integer, 0) << "known done: not pushed again";
}

class ReplayPaused {
 public:
  ReplayPaused() { call("select pg_wal_replay_pause()"); }
  ~ReplayPaused() { call("select pg_wal_replay_resume()"); }

 private:
  static void call(const std::string& sql) {
    auto database = wire::PgConnection::connect(stores->replica->url(), 10s);
    ASSERT_TRUE(database);
    EXPECT_TRUE(database->exec(sql, 10s));
  }
};

TEST(AppLive, H13_TheUsersOwnRowIsVisibleHoweverFarTheReplicaIsBehind) {
  stores->replica = std::make_unique<wire::live::Postgres>(stores->primary);
  Instance one("api", "split-1", {{"DATABASE_READ_URL", stores->replica->url()}});
  Instance two("api", "split-2", {{"DATABASE_READ_URL", stores->replica->url()}});
  one.ready(), two.ready();
  const auto history = [](const Instance& api, const std::string& user) {
    auto answer = wire::get("127.0.0.1", api.port(), "/api/history?user=" + user, 10s);
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  };
  ASSERT_EQ(decide(one.port(), "rita", "split-0")->status, 201);
  ASSERT_TRUE(wait_until([&] { return history(two, "rita").header("X-Read-From") == "replica"; }));
  {
    const ReplayPaused paused;
    for (int i = 1; i <= 5; ++i) {
      const std::string key = "split-" + std::to_string(i);
      ASSERT_EQ(decide(one.port(), "rita", key)->status, 201);
      const HttpResponse own = history(two, "rita");  // written through one instance, read through the other
      EXPECT_EQ(own.header("X-Read-From"), "primary");
      EXPECT_EQ(json::parse(own.body).at(0)["key"], key);
    }
    EXPECT_EQ(history(two, "somebody_else").header("X-Read-From"), "replica");
  }
  ASSERT_TRUE(wait_until([&] { return history(two, "rita").header("X-Read-From") == "replica"; }));
  // Without a pause, back and forth: never a history without the row just written.
  for (int i = 0; i < 40; ++i) {
    const std::string key = "split-fast-" + std::to_string(i);
    ASSERT_EQ(decide(one.port(), "rita", key)->status, 201);
    EXPECT_EQ(json::parse(history(two, "rita").body).at(0)["key"], key);
  }
}

/// Clients that ask without end until told to stop; every answer but 200 and 201 is a failure.
class Clients {
 public:
  Clients(std::uint16_t port, std::string prefix, int threads) {
    for (int i = 0; i < threads; ++i)
      threads_.emplace_back([this, port, prefix, i](const std::stop_token& stop) {
        for (int n = 0; !stop.stop_requested(); ++n) {
          const auto answer = decide(port, "u" + std::to_string(n % 20), prefix + std::to_string(i) + "-" + std::to_string(n));
          const bool good = answer && (answer->status == 200 || answer->status == 201);
          ++(good ? answered_ : failed_);
          if (!good) ADD_FAILURE() << (answer ? std::to_string(answer->status) + " " + answer->body : answer.error().message);
        }
      });
  }
  int answered() const { return answered_; }
  int failed() const { return failed_; }
  void stop() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
  }

 private:
  std::atomic<int> answered_{0}, failed_{0};
  std::vector<std::jthread> threads_;
};

TEST(AppLive, A7_ATermedInstanceIsUnreadyAtOnceServesOnAndCutsNothing) {
  auto leaving = std::make_unique<Instance>("api", "drain-1", Environment{{"LAME_DUCK_MS", "1500"}, {"OUTSIDE_MS", "30"}});
  Instance staying("api", "drain-2", {{"OUTSIDE_MS", "30"}});
  leaving->ready(), staying.ready();
  const wire::live::Haproxy haproxy({{"a", leaving->port()}, {"b", staying.port()}});
  ASSERT_TRUE(wait_until([&] { return wire::get("127.0.0.1", haproxy.port(), "/ready", 5s)->status == 200; }));
  Clients clients(haproxy.port(), "drain-", 6);
  ASSERT_TRUE(wait_until([&] { return clients.answered() > 100; }));
  leaving->program().signal(SIGTERM);
  EXPECT_TRUE(wait_until([&] { return leaving->status("/ready") == 503; }));
  EXPECT_EQ(decide(leaving->port(), "late", "drain-late")->status, 201) << "served on while it is a lame duck";
  EXPECT_EQ(leaving->program().wait(), 0) << leaving->log();
  const int before = clients.answered();
  EXPECT_TRUE(wait_until([&] { return clients.answered() > before + 50; }));
  clients.stop();
  EXPECT_EQ(clients.failed(), 0);
}

TEST(AppLive, ARestartOfPgBouncerOrRedisIsWaitedFor) {
  Instance api("api", "hiccup-1");
  api.ready();
  Clients clients(api.port(), "hiccup-", 4);
  ASSERT_TRUE(wait_until([&] { return clients.answered() > 50; }));
  stores->pooler.restart();
  int before = clients.answered();
  EXPECT_TRUE(wait_until([&] { return clients.answered() > before + 50; }));
  stores->redis.restart();
  before = clients.answered();
  EXPECT_TRUE(wait_until([&] { return clients.answered() > before + 50; }));
  EXPECT_EQ(api.status("/ready"), 200) << "shorter than READY_GRACE_MS";
  clients.stop();
  EXPECT_EQ(clients.failed(), 0);
}

TEST(AppLive, EachJobIsDoneOnceThoughWorkersAreKilled) {
  const Environment environment{
      {"QUEUES", "kill"}, {"JOB_OUTSIDE_MS", "15"}, {"JOB_CPU_MS", "1"}, {"RECLAIM_AFTER", "1"}, {"CONCURRENCY", "2"}};
  Instance api("api", "kill-api", {{"QUEUES", "kill"}});
  api.ready();
  constexpr int jobs = 150;
  for (int i = 0; i < jobs; ++i) ASSERT_EQ(decide(api.port(), "kim", "kill-" + std::to_string(i))->status, 201);
  ASSERT_EQ(redis({"LLEN", "kill"}).integer, jobs);
  const auto done = [] { return count("select count(*) from effects where queue = 'kill'"); };
  Instance steady("worker", "kill-steady", environment);
  for (int round = 0; round < 4; ++round) {
    Instance victim("worker", round % 2 == 0 ? "kill-same" : "kill-" + std::to_string(round), environment);
    victim.ready();
    const std::int64_t before = done();
    ASSERT_TRUE(wait_until([&] { return done() >= before + 8; })) << victim.log();
    victim.program().signal(SIGKILL);  // in the middle of its jobs
  }
  EXPECT_TRUE(wait_until([&] { return done() == jobs; })) << steady.log();
  EXPECT_TRUE(wait_until([] {
    std::int64_t left = redis({"LLEN", "kill"}).integer;
    for (const wire::RespValue& key : redis({"KEYS", "kill:processing:*"}).items) left += redis({"LLEN", key.text}).integer;
    return left == 0;
  })) << "every job has left the lists";
  EXPECT_EQ(count("select count(distinct idempotency_key) from effects where queue = 'kill'"), jobs);
  steady.program().signal(SIGTERM);
  EXPECT_EQ(steady.program().wait(), 0);
}

TEST(AppLive, ATermedWorkerFinishesTheJobInHandAndAPayloadThatIsNoJobIsPutAside) {
  Instance worker("worker", "term-w", {{"QUEUES", "term"}, {"JOB_OUTSIDE_MS", "700"}});
  worker.ready();
  redis({"LPUSH", "term", "not a job"});
  redis({"LPUSH", "term", R"({"id":"term-job/term","key":"term-job"})"});
  ASSERT_TRUE(wait_until([] {
    return redis({"LLEN", "term"}).integer == 0 && redis({"LLEN", "term:processing:term-w"}).integer == 1;
  }));
  worker.program().signal(SIGTERM);
  EXPECT_EQ(worker.program().wait(), 0) << worker.log();
  EXPECT_EQ(count("select count(*) from effects where job_id = 'term-job/term'"), 1);
  EXPECT_EQ(redis({"LLEN", "term:dead"}).integer, 1);
  EXPECT_EQ(redis({"EXISTS", "worker:term-w", "term:processing:term-w"}).integer, 0);
}

TEST(AppLive, PagesSayHowItIs) {
  Instance api("api", "pages-1", {{"POOL_SIZE", "4"}, {"QUEUES", "pages"}, {"START_DELAY_MS", "400"}});
  ASSERT_TRUE(wait_until([&] { return api.status("/healthz") == 200; }));
  EXPECT_EQ(api.status("/ready"), 503) << "a slow start is alive and not ready";
  api.ready();
  ASSERT_EQ(decide(api.port(), "pam", "pages-key")->status, 201);
  const std::string metrics = api.page("/metrics");
  EXPECT_THAT(metrics, HasSubstr("http_request_duration_seconds_bucket{route=\"/api/decide\",le=\"+Inf\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("http_requests_total{route=\"/api/decide\",code=\"201\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\ndb_pool_size 4\n"));
  EXPECT_THAT(metrics, HasSubstr("\nqueue_pushes_total 1\n"));
  EXPECT_EQ(json::parse(api.page("/api/v1/metrics"))["database"]["pool_utilization_percent"], 0.0);
  EXPECT_EQ(api.status("/nothing"), 404);
  EXPECT_EQ(api.status("/api/decide"), 405);
  EXPECT_EQ(wire::post("127.0.0.1", api.port(), "/api/decide", "application/json", "{", 5s)->status, 400);
  EXPECT_EQ(wire::post("127.0.0.1", api.port(), "/api/decide", "application/json", R"({"user":"a\u0000b"})", 5s)->status, 400);
}

TEST(AppLive, AStoreThatStaysAwayIsNotReadyAndNamed) {
  Instance api("api", "away-1",
               {{"REDIS_URL", "redis://:hunter2@127.0.0.1:1"}, {"READY_GRACE_MS", "500"}, {"REQUEST_DEADLINE_MS", "300"}});
  ASSERT_TRUE(wait_until([&] { return api.page("/ready").starts_with("redis: redis 127.0.0.1:1: "); })) << api.page("/ready");
  EXPECT_EQ(api.status("/healthz"), 200);
  EXPECT_EQ(decide(api.port(), "amy", "away")->status, 503);
  EXPECT_THAT(api.log(), testing::Not(HasSubstr("hunter2")));
}

TEST(AppLive, WrongSettingsAreToldAndNothingStarts) {
  Instance wrong("api", "wrong-1", {{"POOL_SIZE", "none"}, {"PORT", "x"}});
  EXPECT_EQ(wrong.program().wait(), 2);
  EXPECT_THAT(wrong.log(), HasSubstr("PORT: 'x' is not a whole number of 0..65535"));
  EXPECT_THAT(wrong.log(), HasSubstr("POOL_SIZE: 'none'"));
  Instance first("api", "taken-1");
  first.ready();
  Instance second("api", "taken-2", {{"PORT", std::to_string(first.port())}});
  EXPECT_EQ(second.program().wait(), 1);
  EXPECT_THAT(second.log(), HasSubstr("the port is taken"));
}

}  // namespace
}  // namespace plimsoll::app
