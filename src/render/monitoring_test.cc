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
  EXPECT_EQ(made.notes.size(), 1U);
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
