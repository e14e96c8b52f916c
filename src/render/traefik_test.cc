#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/proxies.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Stack stack() { return balanced_stack(BalancerEngine::traefik, 2); }

std::string dynamic(const Stack& stack, const Options& options = {}) {
  return file_of(traefik(stack, options), "traefik/dynamic.yaml");
}

TEST(Traefik, T12_TriageWardensFiles) { expect_golden_files("triage-warden", traefik(reference_stack("triage-warden"), {})); }
TEST(Traefik, QuickstartsFiles) { expect_golden_files("quickstart", traefik(reference_stack("quickstart"), {})); }

TEST(Traefik, ListsTheInstancesThatAreKnown) {
  EXPECT_THAT(dynamic(stack(), {.at = {{"api", {{"10.0.0.1", 8000}, {"::1", 8001}}}}}),
              HasSubstr("          - url: http://10.0.0.1:8000\n          - url: http://[::1]:8001\n"));
}

TEST(Traefik, OneNameForSeveralInstancesIsNoted) {
  Stack made = stack();
  EXPECT_THAT(traefik(made, {}).notes, has_note("tiers.api.replicas", "for one server"));
  EXPECT_THAT(traefik(made, {.at = {{"api", {{"10.0.0.1", 8000}, {"10.0.0.2", 8000}}}}}).notes,
              Not(has_note("tiers.api.replicas", "")));
}

TEST(Traefik, H18_WhatItsFileCannotChooseIsNoted) {
  Stack made = stack();
  made.balancer->algorithm = BalancerAlgorithm::leastconn;
  EXPECT_THAT(traefik(made, {}).notes, has_note("balancer.algorithm", "p2c"));
  made.balancer->algorithm = BalancerAlgorithm::source;
  EXPECT_THAT(traefik(made, {}).notes, has_note("balancer.algorithm", "hrw"));
  made.balancer->algorithm = BalancerAlgorithm::roundrobin;
  EXPECT_THAT(traefik(made, {}).notes, Not(has_note("balancer.algorithm", "")));
}

struct RateRow {
  std::string name;
  double per_second;
  int burst;
  std::string written;
  bool exact;
  friend void PrintTo(const RateRow& row, std::ostream* out) { *out << row.name; }
};
class TraefikRate : public testing::TestWithParam<RateRow> {};
TEST_P(TraefikRate, IsAWholeNumberInAPeriod) {
  Stack made = stack();
  made.balancer->client_rate = Rate{GetParam().per_second};
  made.balancer->client_burst = GetParam().burst;
  EXPECT_THAT(dynamic(made), HasSubstr(GetParam().written));
  const std::vector<Note> notes = traefik(made, {}).notes;
  if (GetParam().exact)
    EXPECT_THAT(notes, Not(has_note("balancer.client_rate", "rounded")));
  else
    EXPECT_THAT(notes, has_note("balancer.client_rate", "rounded"));
}
INSTANTIATE_TEST_SUITE_P(
    T12, TraefikRate,
    testing::Values(RateRow{"hundred_a_second", 100, 50, "        average: 100\n        period: 1s\n        burst: 50\n", true},
                    RateRow{"hundred_a_minute", 100.0 / 60, 20, "        average: 100\n        period: 60s\n        burst: 20\n",
                            true},
                    RateRow{"ten_an_hour_without_burst", 10.0 / 3600, 0,
                            "        average: 10\n        period: 3600s\n        burst: 1\n", true},
                    RateRow{"odd", 0.0001, 0, "        average: 1\n        period: 3600s\n        burst: 1\n", false}),
    [](const auto& row) { return row.param.name; });

TEST(Traefik, PathsOfTheSpecStayData) {
  Stack made = stack();
  made.balancer->health.path = "/a:%23?b=c,d&e=~";
  EXPECT_THAT(dynamic(made), HasSubstr("          path: /a:%23?b=c,d&e=~\n"));
}

TEST(Traefik, AHealthPathThatIsNotWhatInstancesAreReadyByIsNoted) {
  Stack made = stack();
  EXPECT_THAT(traefik(made, {}).notes, Not(has_note("balancer.health.path", "")));
  made.balancer->health.path = "/health";
  EXPECT_THAT(traefik(made, {}).notes, has_note("balancer.health.path", "/health, not only to its run.ready, /ready"));
}

TEST(Traefik, WritesNothingWithoutABalancer) {
  Stack made = stack();
  made.balancer.reset();
  EXPECT_THAT(traefik(made, {}).files, IsEmpty());
  EXPECT_THAT(traefik(made, {}).notes, has_note("balancer", "none"));
}

}  // namespace
}  // namespace plimsoll::render
