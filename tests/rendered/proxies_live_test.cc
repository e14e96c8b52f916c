// The rendered files of nginx and HAProxy: read by the programs themselves, and real ones serving with them.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <set>

#include "rendered/support.h"
#include "wire/haproxy_socket.h"
#include "wire/http_client.h"
#include "wire/http_server.h"

namespace plimsoll::render::live {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using wire::live::free_port;
using wire::live::wait_until;

/// An instance that says its name and what it was sent. /slow waits until it is let go, /fail is answered 500.
class Instance {
 public:
  explicit Instance(std::string name) : name_(std::move(name)) {
    auto started = wire::HttpServer::start({}, [this](const wire::HttpRequest& request) { return answer(request); });
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
    port_ = server_->port();
  }
  ~Instance() { let_go(); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] Endpoint at() const { return {"127.0.0.1", port_}; }
  [[nodiscard]] int asked() const { return asked_; }
  [[nodiscard]] int slow() const { return slow_; }
  void kill() { server_.reset(); }
  void let_go() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  wire::HttpResponse answer(const wire::HttpRequest& request) {
    if (request.path() == "/fail") {
      ++asked_;
      return {500, {}, name_};
    }
    if (request.path() == "/slow") {
      ++slow_;
      std::unique_lock lock(mutex_);
      opened_.wait(lock, [this] { return open_; });
    }
    return {200,
            {{"X-Seen-For", std::string(request.header("X-Forwarded-For"))},
             {"X-Seen-Connection", std::string(request.header("Connection"))}},
            name_};
  }

  std::string name_;
  std::atomic<int> asked_ = 0, slow_ = 0;
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
  std::unique_ptr<wire::HttpServer> server_;
  std::uint16_t port_ = 0;
};

/// Paths of Debian's build that only root may write, and that two servers would share.
std::string with_private_paths(std::string conf, const TempDir& dir) {
  std::string paths = "http {\n  access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    paths += fmt::format("  {}_temp_path {};\n", kind, dir / kind);
  return conf.replace(conf.find("http {\n"), 7, paths);
}

std::vector<std::string> nginx_command(const TempDir& dir, const std::string& conf, bool test) {
  std::vector<std::string> command{"nginx", "-e", "stderr", "-c", conf, "-g", fmt::format("pid {}; daemon off;", dir / "pid")};
  if (test) command.insert(command.begin() + 1, "-t");
  return command;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A server's sockets would live on in the balancer's process, and take connections after the server was killed.
void keep_sockets_to_ourselves() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    if (const int fd = std::stoi(entry.path().filename()); fd > 2) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// A balancer between the test and two instances, a and b.
class Running {
 public:
  /// nginx's workers outlive a master that is killed: it is asked to go, with its workers.
  ~Running() {
    if (!program_) return;
    program_->signal(SIGTERM);
    (void)program_->wait(10s);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(BalancerEngine engine, Stack stack) : engine_(engine) {
    const std::string tier = stack.tiers.front().name;
    options_.at = {
        {tier, {a.at(), b.at()}}, {"balancer", {{"127.0.0.1", port_}}}, {"balancer-metrics", {{"127.0.0.1", metrics_}}}};
    const Rendered made = render(stack, engine == BalancerEngine::nginx ? Target::nginx : Target::haproxy, options_);
    conf_ = made.files.at(0).text;
    if (engine == BalancerEngine::nginx) conf_ = with_private_paths(conf_, dir_);
    dir_.write("conf", conf_);
    keep_sockets_to_ourselves();
    program_ = std::make_unique<wire::live::Program>(
        engine == BalancerEngine::nginx ? nginx_command(dir_, dir_ / "conf", false)
                                        : std::vector<std::string>{"haproxy", "-db", "-f", dir_ / "conf"},
        wire::live::ProgramOptions{.directory = dir_.path().string(), .log = dir_ / "log"});
    // Asked where no limit counts.
    if (!wait_until([&] {
          const auto seen = engine == BalancerEngine::nginx ? wire::get("127.0.0.1", port_, "/ready", 2s)
                                                            : wire::get("127.0.0.1", metrics_, "/metrics", 2s);
          return seen && seen->status == 200;
        }))
      throw std::runtime_error("the balancer did not come up\n" + text_of(dir_ / "log"));
  }

  [[nodiscard]] wire::HttpResponse ask(const wire::HttpRequest& request) const {
    const auto answer = wire::request("127.0.0.1", port_, request, 60s);
    if (!answer) throw std::runtime_error(answer.error().message + "\n" + text_of(dir_ / "log"));
    return *answer;
  }
  [[nodiscard]] wire::HttpResponse get(const std::string& target = "/") const { return ask({.target = target}); }
  /// Who answers so many requests, which all must be answered with 200.
  [[nodiscard]] std::set<std::string> who(int requests, const std::vector<wire::HttpHeader>& headers = {}) const {
    std::set<std::string> names;
    for (int i = 0; i < requests; ++i) {
      const wire::HttpResponse answer = ask({.headers = headers});
      EXPECT_EQ(answer.status, 200) << text_of(dir_ / "log");
      names.insert(answer.body);
    }
    return names;
  }
  /// Takes instance a out: no new requests to it.
  void drain_a() {
    if (engine_ == BalancerEngine::haproxy) {
      const auto done = wire::HaproxySocket(dir_ / "haproxy.sock").order("set server api/api-1 state drain", 5s);
      if (!done) throw std::runtime_error(done.error().message);
      return;
    }
    const std::string server = fmt::format("server {}:{}", a.at().host, a.at().port);
    dir_.write("conf", std::string(conf_).replace(conf_.find(server), server.size(), server + " down"));
    program_->signal(SIGHUP);
  }
  [[nodiscard]] std::uint16_t metrics_port() const { return metrics_; }

  Instance a{"a"}, b{"b"};  // before program_: it goes first

 private:
  BalancerEngine engine_;
  std::uint16_t port_ = free_port(), metrics_ = free_port();
  Options options_;
  TempDir dir_;
  std::string conf_;
  std::unique_ptr<wire::live::Program> program_;
};

Stack stack(const std::string& balancer) {
  return stack_from("apiVersion: plimsoll/v1\nname: shop\nbalancer: {algorithm: roundrobin" + balancer +
                    "}\ntiers: {api: {kind: service, run: {command: [app]}, replicas: 2..4}}\n");
}

// ---- the programs read the files of every stack

class Stacks : public testing::TestWithParam<const char*> {
 protected:
  static Options listed(const Stack& stack) {
    Options options;
    for (const Tier& tier : stack.tiers) options.at[tier.name] = {{"127.0.0.1", 18001}, {"127.0.0.1", 18002}};
    return options;
  }
  static void expect_nothing(const Rendered& made) {
    EXPECT_THAT(made.files, testing::IsEmpty());
    EXPECT_THAT(made.notes, testing::ElementsAre(testing::Field(&Note::path, "balancer")));
  }
};
INSTANTIATE_TEST_SUITE_P(Reference, Stacks, testing::ValuesIn(reference_stacks), [](const auto& row) {
  std::string name = row.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Stacks, H8_H17_NginxTakesTheFile) {
  const Stack stack = reference_stack(GetParam());
  // By address: nginx -t looks names up.
  const Rendering made(stack, Target::nginx, listed(stack));
  if (!stack.balancer) return expect_nothing(made.rendered());
  made.dir().write("conf", with_private_paths(file_of(made.rendered(), "nginx/nginx.conf"), made.dir()));
  const Ran ran = run(nginx_command(made.dir(), made.path("conf"), true));
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("test is successful"), Not(HasSubstr("[warn]"))));
}

TEST_P(Stacks, HaproxyTakesTheFileForNamesAndForAddresses) {
  const Stack stack = reference_stack(GetParam());
  for (const Options& options : {Options{}, listed(stack)}) {
    const Rendering made(stack, Target::haproxy, options);
    if (!stack.balancer) return expect_nothing(made.rendered());
    const Ran ran = run({"haproxy", "-c", "-f", made.path("haproxy/haproxy.cfg")}, {}, made.dir().path().string());
    EXPECT_EQ(ran.code, 0) << ran.output;
    EXPECT_THAT(ran.output, Not(HasSubstr("[WARNING]")));
  }
}

TEST(NginxLive, H17_OddPathsAndCookiesStayData) {
  const Stack odd = stack(R"(, sticky: tw.server-id, health: {path: "/%7b%22%3b%5C%24host?x=%3B"})");
  const Running nginx(BalancerEngine::nginx, odd);
  // Decoded as nginx decodes it, the path is the health location's, which sets no cookie.
  EXPECT_EQ(nginx.get("/%7B%22;%5c%24host").header("Set-Cookie"), "");
  EXPECT_THAT(std::string(nginx.get("/x").header("Set-Cookie")), StartsWith("tw.server-id="));
}

// ---- both balancers with two instances

struct Engine {
  BalancerEngine engine;
  std::string name;
  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};
class Balancers : public testing::TestWithParam<Engine> {
 protected:
  static BalancerEngine engine() { return GetParam().engine; }
};
INSTANTIATE_TEST_SUITE_P(H8, Balancers,
                         testing::Values(Engine{BalancerEngine::nginx, "nginx"}, Engine{BalancerEngine::haproxy, "haproxy"}),
                         [](const auto& row) { return row.param.name; });

TEST_P(Balancers, H8_BothInstancesGetRequestsAndHearWhoAsks) {
  const Running balancer(engine(), stack(""));
  EXPECT_EQ(balancer.who(20), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(balancer.get().header("X-Seen-For"), "127.0.0.1");
}

TEST_P(Balancers, V20_H17_AnInstanceThatDiesCostsNoRequest) {
  Running balancer(engine(), stack(""));
  EXPECT_EQ(balancer.who(20), (std::set<std::string>{"a", "b"}));
  balancer.a.kill();
  EXPECT_EQ(balancer.who(60), (std::set<std::string>{"b"}));
}

TEST_P(Balancers, H17_AHundredAMinuteAndTwentyAtOnce) {
  const Running balancer(engine(), stack(", client_rate: 100/min, client_burst: 20"));
  const auto begun = std::chrono::steady_clock::now();
  int served = 0, limited = 0;
  for (int i = 0; i < 60; ++i) {
    const int status = balancer.get().status;
    EXPECT_EQ(status, i < 21 || status == 200 ? 200 : 429) << "request " << i + 1;
    ++(status == 200 ? served : limited);
  }
  // However long it took: 21 at once, and what 100 a minute let through meanwhile; HAProxy's short window lets 21 a second.
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const double refilled = engine() == BalancerEngine::nginx ? took * 100 / 60 : took * 21 * 2;
  EXPECT_LE(served, 21 + refilled + 1);
  EXPECT_EQ(served + limited, 60);
}

TEST_P(Balancers, T12_ACookieKeepsAClientOnItsInstanceAsLongAsThatIsThere) {
  Running balancer(engine(), stack(", sticky: tw_server"));
  EXPECT_EQ(balancer.who(60), (std::set<std::string>{"a", "b"})) << "clients without a cookie";
  wire::HttpResponse first;
  do first = balancer.get();
  while (first.body != "a");
  const std::string set(first.header("Set-Cookie"));
  EXPECT_THAT(set, AllOf(StartsWith("tw_server="), HasSubstr("HttpOnly")));
  const std::vector<wire::HttpHeader> cookie{{"Cookie", "other=1; " + set.substr(0, set.find(';'))}};
  EXPECT_EQ(balancer.who(20, cookie), (std::set<std::string>{"a"}));
  EXPECT_EQ(balancer.ask({.headers = cookie}).header("Set-Cookie"), "") << "set once";
  balancer.a.kill();
  EXPECT_EQ(balancer.who(20, cookie), (std::set<std::string>{"b"}));
}

TEST_P(Balancers, A7_V6_AnInstanceThatDrainsFinishesItsRequestAndGetsNoOther) {
  Running balancer(engine(), stack(""));
  std::vector<std::future<wire::HttpResponse>> slow;
  while (balancer.a.slow() == 0) {  // takes turns, so the first or second gets there
    const int before = balancer.a.slow() + balancer.b.slow();
    slow.push_back(std::async(std::launch::async, [&] { return balancer.get("/slow"); }));
    ASSERT_TRUE(wait_until([&] { return balancer.a.slow() + balancer.b.slow() > before; }));
  }
  balancer.drain_a();
  EXPECT_TRUE(wait_until([&] { return balancer.who(10) == std::set<std::string>{"b"}; }));
  balancer.a.let_go();
  balancer.b.let_go();
  for (auto& one : slow) EXPECT_EQ(one.get().status, 200);
}

// ---- what only one of them has

TEST(NginxLive, V20_AFailedGetGoesToTheNextInstanceAndAPostDoesNot) {
  const Running nginx(BalancerEngine::nginx, stack(""));
  EXPECT_EQ(nginx.get("/fail").status, 500);
  EXPECT_EQ(nginx.a.asked() + nginx.b.asked(), 2);
  EXPECT_EQ(nginx.ask({.method = "POST", .target = "/fail", .body = "order"}).status, 500);
  EXPECT_EQ(nginx.a.asked() + nginx.b.asked(), 3);
}

TEST(NginxLive, T12_AnUpgradeIsPassedOnAndOtherwiseTheConnectionIsKept) {
  const Running nginx(BalancerEngine::nginx, stack(""));
  EXPECT_EQ(nginx.ask({.headers = {{"Upgrade", "websocket"}}}).header("X-Seen-Connection"), "upgrade");
  EXPECT_EQ(nginx.get().header("X-Seen-Connection"), "");
}

TEST(HaproxyLive, ShowsItsOwnMetrics) {
  const Running haproxy(BalancerEngine::haproxy, stack(""));
  const auto page = wire::get("127.0.0.1", haproxy.metrics_port(), "/metrics", 10s);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->body, HasSubstr("haproxy_server_status{proxy=\"api\",server=\"api-2\""));
  // What alerts on the balancer read.
  EXPECT_THAT(page->body, HasSubstr("haproxy_backend_active_servers{proxy=\"api\"}"));
  EXPECT_THAT(page->body, HasSubstr("haproxy_backend_http_responses_total{proxy=\"api\",code=\"5xx\"}"));
}

}  // namespace
}  // namespace plimsoll::render::live
