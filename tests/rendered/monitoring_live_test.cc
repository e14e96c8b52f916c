// Prometheus, Alertmanager and their tools on what was rendered: every alert of every stack fires above its figure, and only
// there.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "core/quantity.h"
#include "render/alerts.h"
#include "render/yaml.h"
#include "rendered/alert_cases.h"
#include "rendered/support.h"
#include "wire/http_client.h"
#include "wire/http_server.h"

namespace plimsoll::render::live {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Whether an alert fires at a moment, under some series.
struct Question {
  std::string alert;
  Series series;
  std::string at;
  bool fires;
};

Yaml question_for_promtool(const Question& question) {
  Yaml test;
  test["name"] = fmt::format("{} {} at {}", question.alert, question.fires ? "fires" : "is quiet", question.at);
  test["interval"] = "30s";
  Yaml& input = test["input_series"];
  input = Yaml::list();
  for (const auto& [series, values] : question.series) {
    Yaml& one = input.add();
    one["series"] = series;
    one["values"] = values;
  }
  Yaml& asked = test["promql_expr_test"].add();
  asked["expr"] = fmt::format("clamp_max(count(ALERTS{{alertname=\"{}\",alertstate=\"firing\"}}), 1)", question.alert);
  asked["eval_time"] = question.at;
  if (question.fires) {
    Yaml& sample = asked["exp_samples"].add();
    sample["labels"] = "{}";
    sample["value"] = 1;
  }
  return test;
}

/// Before it has held long enough it is quiet, and some time later it fires; the quiet ones are still quiet then.
void ask_of(const std::string& alert, Duration held, const AlertCase& one, std::vector<Question>& out) {
  const std::string early = plimsoll::to_text(held - 30s), late = plimsoll::to_text(held + 10min);
  out.push_back({alert, one.fires, late, true});
  if (held > 30s) out.push_back({alert, one.fires, early, false});
  for (const Series& series : one.quiet) out.push_back({alert, series, late, false});
}

struct Found {
  std::string component, name;
  const Yaml* rule;
};

std::vector<Found> alerts_in(const Yaml& groups) {
  std::vector<Found> all;
  for (const Yaml& group : groups.items())
    for (const Yaml& rule : group.at("rules").items()) all.push_back({group.at("name").text(), rule.at("alert").text(), &rule});
  return all;
}

/// One file of questions an alert, with that rule alone: all rules at every question would be a thousand times the work.
void expect_answers(const Yaml& groups, const std::vector<Question>& questions) {
  const TempDir dir;
  std::vector<std::string> command = {"promtool", "test", "rules"};
  for (const Found& found : alerts_in(groups)) {
    Yaml rules, tests;
    Yaml& group = rules["groups"].add();
    group["name"] = found.component;
    group["rules"].add(*found.rule);
    tests["rule_files"].add(found.name + ".rules.yml");
    tests["evaluation_interval"] = "30s";
    for (const Question& question : questions)
      if (question.alert == found.name) tests["tests"].add(question_for_promtool(question));
    if (!tests.has("tests")) continue;
    dir.write(found.name + ".rules.yml", to_yaml(rules));
    dir.write(found.name + ".yml", to_yaml(tests));
    command.push_back(dir / (found.name + ".yml"));
  }
  ASSERT_GT(command.size(), 3U) << "no such alert";
  const Ran ran = run(std::move(command));
  EXPECT_EQ(ran.code, 0) << "promtool (Debian: prometheus): " << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("SUCCESS"));
}

/// All that prometheus/rules.yml has.
Yaml groups_of(const Stack& stack) {
  std::vector<Note> notes;
  Yaml groups = rule_groups(stack, notes);
  add_balancer_group(stack, groups);
  return groups;
}

class EachStack : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(A6, EachStack, testing::ValuesIn(reference_stacks), name_of);

TEST_P(EachStack, PromtoolAcceptsConfigurationAndRules) {
  const Stack stack = reference_stack(GetParam());
  const Rendering rendering(stack, Target::prometheus);
  // Keys are files that the reader makes, and promtool wants to see them.
  const std::string file = rendering.path("prometheus/prometheus.yml");
  std::string text = file_of(rendering.rendered(), "prometheus/prometheus.yml");
  const std::string_view secrets = "/run/secrets/";
  for (std::size_t at = text.find(secrets); at != std::string::npos; at = text.find(secrets))
    text.replace(at, secrets.size(), rendering.dir() / "");
  for (const VectorStore& store : stack.vector_stores) rendering.dir().write(store.name + "_api_key", "key");
  rendering.dir().write("prometheus/prometheus.yml", text);
  const Ran config = run({"promtool", "check", "config", file});
  EXPECT_EQ(config.code, 0) << config.output;
  EXPECT_THAT(config.output, HasSubstr("rules found"));
  const Ran rules = run({"promtool", "check", "rules", "--lint-fatal", rendering.path("prometheus/rules.yml")});
  EXPECT_EQ(rules.code, 0) << rules.output;
}

TEST_P(EachStack, AmtoolAcceptsTheRoutes) {
  const Rendering rendering(reference_stack(GetParam()), Target::alertmanager);
  const std::string file = rendering.path("alertmanager/alertmanager.yml");
  const Ran config = run({"amtool", "check-config", file});
  EXPECT_EQ(config.code, 0) << "amtool (Debian: prometheus-alertmanager): " << config.output;
  const auto receiver = [&](const std::string& severity) {
    return run({"amtool", "config", "routes", "test", "--config.file=" + file, "severity=" + severity}).output;
  };
  EXPECT_THAT(receiver("critical"), EndsWith("\npager\n"));
  EXPECT_THAT(receiver("warning"), EndsWith("\nteam\n"));
  EXPECT_THAT(receiver("info"), EndsWith("\nplanning\n"));
}

// An alert without a case here fails: nobody would know that it works.
TEST_P(EachStack, EveryAlertFiresAboveItsFigureAndIsQuietBelow) {
  const Stack stack = reference_stack(GetParam());
  const Yaml groups = groups_of(stack);
  std::vector<Question> questions;
  for (const Found& found : alerts_in(groups)) {
    const Yaml& labels = found.rule->at("labels");
    const std::size_t prefix =
        static_cast<std::size_t>(std::count_if(found.component.begin(), found.component.end(), [](char c) { return c != '-'; }));
    const Named named{stack, found.component, found.name.substr(prefix), labels.has("list") ? labels.at("list").text() : ""};
    const std::optional<AlertCase> one = case_of(named, *found.rule);
    if (!one) {
      ADD_FAILURE() << found.name << " of " << found.component << " has no case in alert_cases.h";
      continue;
    }
    const std::optional<Duration> held = parse_duration(found.rule->at("for").text());
    ASSERT_TRUE(held) << found.name;
    ask_of(found.name, *held, *one, questions);
  }
  EXPECT_GT(questions.size(), 20U);
  expect_answers(groups, questions);
}

/// The figures of the runbooks, as they stand there.
struct Figure {
  const char* stack;
  const char* alert;
  Duration held;
  Series quiet, fires;
};
void PrintTo(const Figure& figure, std::ostream* out) { *out << figure.stack << " " << figure.alert; }
std::string alert_of(const testing::TestParamInfo<Figure>& info) { return info.param.alert; }

class Figures : public testing::TestWithParam<Figure> {};

TEST_P(Figures, FireAboveAndNotAt) {
  std::vector<Question> questions;
  ask_of(GetParam().alert, GetParam().held, {GetParam().fires, {GetParam().quiet}}, questions);
  std::vector<Note> notes;
  const Yaml groups = rule_groups(reference_stack(GetParam().stack), notes);
  expect_answers(groups, questions);
}

constexpr double GiB = 1024.0 * 1024 * 1024;

Series redis_memory(double bytes) {
  return gauge("redis_memory_used_bytes{job=\"redis\"}", bytes) + gauge("redis_memory_max_bytes{job=\"redis\"}", 12 * GiB);
}
Series main_connections(double n) { return gauge("pg_stat_activity_count{job=\"main\",state=\"idle\"}", n); }
Series api_memory(double bytes) { return gauge("process_resident_memory_bytes{job=\"api\"}", bytes); }
Series jobs(const char* list, double n) { return gauge(fmt::format("redis_key_size{{job=\"redis\",key=\"{}\"}}", list), n); }
Series api_pool(double in_use) { return gauge("db_pool_in_use{job=\"api\"}", in_use) + gauge("db_pool_size{job=\"api\"}", 100); }
Series api_waiting(double n) { return gauge("db_pool_waiting{job=\"api\"}", n); }
Series redis_clients(double n) { return gauge("redis_connected_clients{job=\"redis\"}", n); }

INSTANTIATE_TEST_SUITE_P(A6, Figures,
                         testing::Values(Figure{"kaireon", "ApiLatencyP99High", 5min, requests_at("api", 0.499),
                                                requests_at("api", 0.501)},
                                         Figure{"kaireon", "ApiPoolNearlyFull", 5min, api_pool(90), api_pool(90.1)}),
                         alert_of);

// API instances may use 2 cores and 2 GiB; 400 connections; 500 GB; 12 GiB of maxmemory; 100,000 operations a second.
INSTANTIATE_TEST_SUITE_P(
    K23, Figures,
    testing::Values(Figure{"kaireon", "ApiCpuGrowing", 30min, burning("api", 1.199), burning("api", 1.201)},
                    Figure{"kaireon", "ApiMemoryGrowing", 30min, api_memory(1.5 * GiB), api_memory(1.5 * GiB + 4096)},
                    Figure{"kaireon",
                           "WorkerDecisionsBacklogGrowing",
                           30min,
                           jobs("decisions", 51),
                           {{"redis_key_size{job=\"redis\",key=\"decisions\"}", "51+1x500"}}},
                    Figure{"kaireon", "MainCpuHigh", 15min, gauge("aws_rds_cpuutilization_average{job=\"main-machine\"}", 69.9),
                           gauge("aws_rds_cpuutilization_average{job=\"main-machine\"}", 70.1)},
                    Figure{"kaireon", "MainConnectionsHigh", 10min, main_connections(280), main_connections(281)},
                    Figure{"kaireon", "MainStorageHigh", 30min, gauge("pg_database_size_bytes{job=\"main\"}", 350 * GiB),
                           gauge("pg_database_size_bytes{job=\"main\"}", 350 * GiB + 8192)},
                    Figure{"kaireon", "RedisMemoryHigh", 30min, redis_memory(8.39 * GiB), redis_memory(8.41 * GiB)},
                    Figure{"kaireon", "RedisOperationsHigh", 10min,
                           gauge("redis_instantaneous_ops_per_sec{job=\"redis\"}", 80000),
                           gauge("redis_instantaneous_ops_per_sec{job=\"redis\"}", 80001)}),
    alert_of);

// Warning and critical. API instances may use 2 cores and 2 GiB; 10,000 Redis clients.
INSTANTIATE_TEST_SUITE_P(
    T5, Figures,
    testing::Values(
        Figure{"triage-warden", "ApiP99Above500ms", 5min, requests_at("api", 0.499), requests_at("api", 0.501)},
        Figure{"triage-warden", "ApiP99Above1s", 1min, requests_at("api", 0.999), requests_at("api", 1.001)},
        Figure{"triage-warden", "ApiCpuHigh", 10min, burning("api", 1.399), burning("api", 1.401)},
        Figure{"triage-warden", "ApiCpuCritical", 5min, burning("api", 1.699), burning("api", 1.701)},
        Figure{"triage-warden", "ApiMemoryHigh", 10min, api_memory(1.599 * GiB), api_memory(1.601 * GiB)},
        Figure{"triage-warden", "ApiMemoryCritical", 5min, api_memory(1.799 * GiB), api_memory(1.801 * GiB)},
        Figure{"triage-warden", "OrchestratorIncidentsBacklogAbove100", 5min, jobs("incidents", 100), jobs("incidents", 101)},
        Figure{"triage-warden", "OrchestratorIncidentsBacklogAbove500", 1min, jobs("incidents", 500), jobs("incidents", 501)},
        Figure{"triage-warden", "ApiPoolWaiting", 5min, api_waiting(0), api_waiting(1)},
        Figure{"triage-warden", "ApiPoolWaitingCritical", 1min, api_waiting(5), api_waiting(6)},
        Figure{"triage-warden", "RedisClientsHigh", 5min, redis_clients(8000), redis_clients(8001)},
        Figure{"triage-warden", "RedisClientsCritical", 1min, redis_clients(9500), redis_clients(9501)}),
    alert_of);

// The rules of the spec's own; 4 cores asked for.
INSTANTIATE_TEST_SUITE_P(
    H5, Figures,
    testing::Values(Figure{"health-agent", "ApiCpuAbove80Percent", 10min, burning("api", 3.199), burning("api", 3.201)},
                    Figure{"health-agent", "ApiP95Above5s", 10min, requests_at("api", 4.99), requests_at("api", 5.01)},
                    Figure{"health-agent", "ApiErrorsAbove5Percent", 5min, failing("api", 0.0499), failing("api", 0.0501)},
                    Figure{"health-agent", "RedisHitRatioLow", 20min,
                           counter("redis_keyspace_hits_total{job=\"redis\"}", 31) +
                               counter("redis_keyspace_misses_total{job=\"redis\"}", 69),
                           counter("redis_keyspace_hits_total{job=\"redis\"}", 29) +
                               counter("redis_keyspace_misses_total{job=\"redis\"}", 71)}),
    alert_of);
INSTANTIATE_TEST_SUITE_P(H6, Figures,
                         testing::Values(Figure{"health-agent", "ApiCpuBelow30Percent", 30min,
                                                burning("api", 1.201) + up("api", 2), burning("api", 1.199) + up("api", 2)}),
                         alert_of);
INSTANTIATE_TEST_SUITE_P(
    V2, Figures,
    testing::Values(Figure{"voiceassist", "ServerLatencyP95High", 5min, requests_at("server", 1.99), requests_at("server", 2.01)},
                    Figure{"voiceassist", "ServerErrorsCritical", 5min, failing("server", 0.0499), failing("server", 0.0501)},
                    Figure{"voiceassist", "ServerCpuAbove70Percent", 10min, burning("server", 0.699), burning("server", 0.701)}),
    alert_of);

/// A page of a service whose requests all take four seconds, and the two servers that look at it; nothing waits here, so that the
/// test need not: the rendered files with their times taken out.
class Servers : public testing::Test {
 protected:
  Servers() {
    auto started = wire::HttpServer::start({.worker_threads = 2}, [this](const wire::HttpRequest&) {
      const std::string n = std::to_string(requests_ += 10);
      std::string text;
      for (const char* bound : {"3", "5", "+Inf"})
        text += fmt::format("http_request_duration_seconds_bucket{{route=\"/\",le=\"{}\"}} {}\n", bound, *bound == '3' ? "0" : n);
      return wire::HttpResponse{200, {}, text + "http_requests_total{code=\"200\"} " + n + "\n"};
    });
    if (!started) throw std::runtime_error(started.error().message);
    page_ = std::move(*started);
  }

  static void replace(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }

  /// `hurried`: a second between scrapes and no waiting before an alert fires.
  void start(const std::string& stack, bool hurried) {
    const Options options{.at = {{"api", {{"127.0.0.1", page_->port()}}}, {"alertmanager", {{"127.0.0.1", manager_port_}}}}};
    for (const Target target : {Target::prometheus, Target::alertmanager}) {
      Rendered rendered = render(reference_stack(stack), target, options);
      if (hurried)
        for (File& file : rendered.files) {
          replace(file.text, "_interval: 30s", "_interval: 1s");
          replace(file.text, "for: 5m\n", "for: 0s\n");
        }
      put(rendered, dir_);
    }
    prometheus_ = std::make_unique<wire::live::Program>(
        std::vector<std::string>{"prometheus", "--config.file=" + dir_ / "prometheus/prometheus.yml",
                                 "--storage.tsdb.path=" + dir_ / "data", fmt::format("--web.listen-address=127.0.0.1:{}", port_)},
        wire::live::ProgramOptions{.log = dir_ / "prometheus.log"});
    manager_ = std::make_unique<wire::live::Program>(
        std::vector<std::string>{"prometheus-alertmanager", "--config.file=" + dir_ / "alertmanager/alertmanager.yml",
                                 "--storage.path=" + dir_ / "alerts",
                                 "--cluster.listen-address=", fmt::format("--web.listen-address=127.0.0.1:{}", manager_port_)},
        wire::live::ProgramOptions{.log = dir_ / "alertmanager.log"});
  }

  static bool ready(std::uint16_t port) {
    return wire::live::wait_until([&] {
      const auto answer = wire::get("127.0.0.1", port, "/-/ready", 2s);
      return answer && answer->status == 200;
    });
  }
  static json ask(std::uint16_t port, const std::string& target) {
    const auto answer = wire::get("127.0.0.1", port, target, 5s);
    return answer && answer->status == 200 ? json::parse(answer->body, nullptr, false) : json();
  }

  std::atomic<int> requests_{0};
  std::unique_ptr<wire::HttpServer> page_;
  TempDir dir_;
  std::uint16_t port_ = wire::live::free_port(), manager_port_ = wire::live::free_port();
  std::unique_ptr<wire::live::Program> prometheus_, manager_;
};

TEST_F(Servers, A6_PrometheusScrapesTheTierAndHasTheRules) {
  start("kaireon", false);
  ASSERT_TRUE(ready(port_)) << dir_ / "prometheus.log";
  const json rules = ask(port_, "/api/v1/rules");
  std::vector<std::string> groups;
  for (const json& group : rules["data"]["groups"]) groups.push_back(group["name"]);
  EXPECT_THAT(groups, testing::UnorderedElementsAre("api", "worker", "pooler", "main", "redis", "balancer"));
  const json config = ask(port_, "/api/v1/status/config");
  EXPECT_THAT(config["data"]["yaml"].get<std::string>(), HasSubstr("scrape_interval: 30s"));
  // It looks within its interval of 30 s, at a moment of its choosing.
  EXPECT_TRUE(wire::live::wait_until(
      [&] {
        const json answer = ask(port_, "/api/v1/query?query=up%7Bjob%3D%22api%22%7D");
        return answer.is_object() && !answer["data"]["result"].empty() && answer["data"]["result"][0]["value"][1] == "1";
      },
      60s));
}

TEST_F(Servers, A6_SlowRequestsReachAlertmanager) {
  start("kaireon", true);
  ASSERT_TRUE(ready(port_));
  ASSERT_TRUE(ready(manager_port_));
  const bool up = wire::live::wait_until([&] {
    const json answer = ask(port_, "/api/v1/query?query=up%7Bjob%3D%22api%22%7D");
    return answer.is_object() && !answer["data"]["result"].empty() && answer["data"]["result"][0]["value"][1] == "1";
  });
  EXPECT_TRUE(up);
  json told;
  const bool arrived = wire::live::wait_until([&] {
    for (const json& alert : ask(manager_port_, "/api/v2/alerts"))
      if (alert["labels"]["alertname"] == "ApiLatencyP99High") {
        told = alert;
        return true;
      }
    return false;
  });
  ASSERT_TRUE(arrived);
  EXPECT_EQ(told["labels"]["severity"], "warning");
  EXPECT_EQ(told["receivers"][0]["name"], "team");
  EXPECT_THAT(told["annotations"]["summary"].get<std::string>(), HasSubstr("P99 of api is 4.98s: above 500ms"));
}

}  // namespace
}  // namespace plimsoll::render::live
