#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Monitoring : public testing::TestWithParam<const char*> {};
std::string named(const testing::TestParamInfo<const char*>& tested) {
  std::string name = tested.param;
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(A6, Monitoring, testing::Values("kaireon", "triage-warden", "health-agent", "quickstart"), named);

TEST_P(Monitoring, FilesAreTheGoldenOnes) {
  const Stack stack = reference_stack(GetParam());
  for (const auto& target : {prometheus, alertmanager, grafana}) expect_golden_files(GetParam(), target(stack, {}));
}

TEST(Prometheus, A6_ScrapesEvery30Seconds) {
  EXPECT_THAT(file_of(prometheus(reference_stack("kaireon"), {}), "prometheus/prometheus.yml"),
              HasSubstr("scrape_interval: 30s\n"));
}

TEST(Prometheus, PlacesAreThoseOfOptions) {
  const Options options{.at = {{"api", {{"10.0.0.1", 8081}, {"10.0.0.2", 8082}}},
                               {"main-machine", {{"10.0.0.9", 9100}}},
                               {"alertmanager", {{"127.0.0.1", 19093}}}}};
  const std::string text = file_of(prometheus(reference_stack("kaireon"), options), "prometheus/prometheus.yml");
  EXPECT_THAT(text, HasSubstr("- targets:\n          - \"10.0.0.1:8081\"\n          - \"10.0.0.2:8082\"\n"));
  EXPECT_THAT(text, HasSubstr("job_name: main-machine\n"));
  EXPECT_THAT(text, HasSubstr("\"127.0.0.1:19093\""));
}

TEST(Prometheus, ParametersOfThePageStayParameters) {
  const Stack stack = stack_from(R"(
apiVersion: plimsoll/v1
name: s
balancer: {listen: 8080}
tiers:
  api:
    kind: service
    run: {command: [x], metrics: "/m?format=text&all"}
    instance: {cpu: 1}
    replicas: 1
)");
  const std::string text = file_of(prometheus(stack, {}), "prometheus/prometheus.yml");
  EXPECT_THAT(text, HasSubstr("metrics_path: /m\n"));
  EXPECT_THAT(text, HasSubstr("params:\n      format:\n        - text\n      all:\n        - \"\"\n"));
}

TEST(Alertmanager, SecretsAreFiles) {
  const Rendered made = alertmanager(reference_stack("kaireon"), {});
  const std::string text = file_of(made, "alertmanager/alertmanager.yml");
  EXPECT_THAT(text, HasSubstr("routing_key_file: /run/secrets/"));
  EXPECT_THAT(text, HasSubstr("api_url_file: /run/secrets/"));
  EXPECT_THAT(text, Not(HasSubstr("https://")));
  ASSERT_EQ(made.notes.size(), 2U);
  EXPECT_TRUE(made.notes[0].to_make);
  EXPECT_THAT(made.notes[1].text, HasSubstr("--data.retention=192h"));  // longer than 7d
  EXPECT_THAT(file_of(compose(reference_stack("kaireon"), {}), "compose.yaml"), HasSubstr("--data.retention=192h"));
}

/// The lines of a job of prometheus.yml.
std::string job_of(const Rendered& made, const std::string& name) {
  const std::string text = file_of(made, "prometheus/prometheus.yml") + "  - job_name: \n";
  const std::size_t begin = text.find("  - job_name: " + name + "\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("  - job_name: ", begin + 1) - begin);
}

TEST(Prometheus, AsksQdrantWithItsKey) {
  const Stack stack = reference_stack("voiceassist");
  EXPECT_THAT(job_of(prometheus(stack, {}), "qdrant"),
              HasSubstr("authorization:\n      credentials_file: /run/secrets/qdrant_api_key\n"));
  EXPECT_THAT(file_of(compose(stack, {}), "compose.yaml"), HasSubstr("target: /run/secrets/qdrant_api_key\n"));
}

TEST(Prometheus, AsksEachNodeOfAClusterByOneExporter) {
  const Stack stack = reference_stack("acme");
  const std::string job = job_of(prometheus(stack, {}), "cache");
  for (int i = 1; i <= stack.cache("cache")->nodes(); ++i) EXPECT_THAT(job, HasSubstr(fmt::format("\"cache-{}:6379\"", i)));
  EXPECT_THAT(job, HasSubstr("metrics_path: /scrape\n"));
  EXPECT_THAT(job, HasSubstr("target_label: __address__\n        replacement: cache-exporter:9121\n"));
  // An exporter for each is asked itself.
  const Options own{.at = {{"cache-exporter", {{"10.0.0.1", 9121}, {"10.0.0.2", 9121}}}}};
  EXPECT_THAT(job_of(prometheus(stack, own), "cache"), Not(HasSubstr("/scrape")));
}

TEST(Prometheus, CopiesThatDoNotTakeOverAreAJobOfTheirOwn) {
  Stack stack = reference_stack("triage-warden");
  EXPECT_THAT(job_of(prometheus(stack, {}), "redis"), HasSubstr("\"redis:6379\""));
  EXPECT_THAT(job_of(prometheus(stack, {}), "redis-replica"),
              HasSubstr("names: [redis-replica]\n        type: A\n        port: 6379\n"));
  stack.caches[0].architecture = CacheArchitecture::sentinel;
  EXPECT_THAT(job_of(prometheus(stack, {}), "redis"), HasSubstr("names: [redis-replica]\n"));
  EXPECT_EQ(job_of(prometheus(stack, {}), "redis-replica"), "");
}

TEST(Prometheus, AsksEachOfSeveralReadReplicas) {
  Stack stack = reference_stack("quickstart");
  EXPECT_THAT(job_of(prometheus(stack, {}), "main-read"), HasSubstr("names: [main-read-exporter]\n"));
  stack.databases[0].read_replicas = 2;
  const std::string job = job_of(prometheus(stack, {}), "main-read");
  EXPECT_THAT(job, HasSubstr("metrics_path: /probe\n"));
  EXPECT_THAT(job, HasSubstr("names: [main-read]\n        type: A\n        port: 5432\n"));
  EXPECT_THAT(job, HasSubstr("replacement: postgresql://$1/main\n"));
  const std::string services = file_of(compose(stack, {}), "compose.yaml");
  EXPECT_THAT(services, HasSubstr("--config.file=/run/secrets/main-read_exporter"));
}

TEST(Grafana, ShowsTheBalancerAndVectorStores) {
  EXPECT_THAT(file_of(grafana(reference_stack("kaireon"), {}), "grafana/dashboard.json"),
              HasSubstr("haproxy_backend_active_servers"));
  EXPECT_THAT(file_of(grafana(reference_stack("triage-warden"), {}), "grafana/dashboard.json"),
              HasSubstr("traefik_service_server_up"));
  EXPECT_THAT(file_of(grafana(reference_stack("voiceassist"), {}), "grafana/dashboard.json"), HasSubstr("rest_responses_total"));
}

// Each panel once, none over another, none beyond the edge; all ask the one data source that the reader chooses.
TEST(Grafana, A6_PanelsHavePlacesOfTheirOwn) {
  for (const char* name : reference_stacks) {
    const json board = json::parse(file_of(grafana(reference_stack(name), {}), "grafana/dashboard.json"));
    std::set<int> ids;
    std::set<std::pair<int, int>> taken;
    for (const json& panel : board["panels"]) {
      EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second) << name;
      const json& at = panel["gridPos"];
      EXPECT_LE(at["x"].get<int>() + at["w"].get<int>(), 24) << name;
      for (int x = at["x"]; x < at["x"].get<int>() + at["w"].get<int>(); ++x)
        for (int y = at["y"]; y < at["y"].get<int>() + at["h"].get<int>(); ++y)
          EXPECT_TRUE(taken.insert({x, y}).second) << name << ": " << panel["title"];
      if (panel["type"] == "row") continue;
      EXPECT_EQ(panel["datasource"]["uid"], "${DS_PROMETHEUS}");
    }
    EXPECT_GE(board["uid"].get<std::string>().size(), 8U);
    EXPECT_LE(board["uid"].get<std::string>().size(), 40U);
  }
}

TEST(Grafana, A10_ShowsPercentilesAndNoMeans) {
  const std::string text = file_of(grafana(reference_stack("acme"), {}), "grafana/dashboard.json");
  for (const char* q : {"histogram_quantile(0.5,", "histogram_quantile(0.95,", "histogram_quantile(0.99,"})
    EXPECT_THAT(text, HasSubstr(q));
  EXPECT_THAT(text, Not(HasSubstr("duration_seconds_sum")));
}

}  // namespace
}  // namespace plimsoll::render
