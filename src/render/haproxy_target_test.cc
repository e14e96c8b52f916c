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

Stack stack() { return balanced_stack(BalancerEngine::haproxy, 20); }

std::string cfg(const Stack& stack, const Options& options = {}) {
  return file_of(haproxy(stack, options), "haproxy/haproxy.cfg");
}

TEST(Haproxy, QuickstartsFile) { expect_golden_files("quickstart", haproxy(reference_stack("quickstart"), {})); }
TEST(Haproxy, KaireonsFile) { expect_golden_files("kaireon", haproxy(reference_stack("kaireon"), {})); }
TEST(Haproxy, H17_HealthAgentsRateLimit) { expect_golden_files("health-agent", haproxy(reference_stack("health-agent"), {})); }
TEST(Haproxy, T12_TriageWardensCookie) { expect_golden_files("triage-warden", haproxy(reference_stack("triage-warden"), {})); }

TEST(Haproxy, InstancesThatAreListedAreServersAndNeedNoDns) {
  const std::string text = cfg(stack(), {.at = {{"api", {{"10.0.0.1", 8000}, {"vm2", 8001}}}}});
  EXPECT_THAT(text, HasSubstr("  server api-1 10.0.0.1:8000\n  server api-2 vm2:8001\n"));
  EXPECT_THAT(text, Not(HasSubstr("resolvers")));
}

TEST(Haproxy, InstancesBehindANameAreSlots) {
  const std::string text = cfg(stack(), {.at = {{"api", {{"api.shop.svc.cluster.local", 8080}}}}});
  EXPECT_THAT(text, HasSubstr("  # derived: 2 × 20 + 2, room for all instances to drain beside new ones\n"
                              "  server-template api- 1-42 api.shop.svc.cluster.local:8080 resolvers dns init-addr none\n"));
  EXPECT_THAT(text, HasSubstr("\nresolvers dns\n  parse-resolv-conf\n"));
  EXPECT_THAT(haproxy(stack(), {}).notes, has_note("balancer", "headless"));
}

TEST(Haproxy, ListensWhereItIsPut) {
  EXPECT_THAT(cfg(stack()), HasSubstr("frontend in:8080\n  bind *:8080\n  option httplog\n"));
  EXPECT_THAT(cfg(stack()), HasSubstr("frontend metrics\n  bind *:8405\n"));
  const std::string there = cfg(stack(), {.at = {{"balancer", {{"127.0.0.1", 9000}}}}});
  EXPECT_THAT(there, HasSubstr("  bind 127.0.0.1:9000\n"));
  EXPECT_THAT(there, HasSubstr("  bind 127.0.0.1:8405\n"));
  EXPECT_THAT(cfg(stack(), {.at = {{"balancer-metrics", {{"::1", 9001}}}}}), HasSubstr("  bind [::1]:9001\n"));
}

struct RateRow {
  std::string name;
  double per_second;
  int burst;
  std::string denied;
  friend void PrintTo(const RateRow& row, std::ostream* out) { *out << row.name; }
};
class HaproxyRate : public testing::TestWithParam<RateRow> {};
TEST_P(HaproxyRate, IsCountedInTwoWindows) {
  Stack made = stack();
  made.balancer->client_rate = Rate{GetParam().per_second};
  made.balancer->client_burst = GetParam().burst;
  EXPECT_THAT(cfg(made), HasSubstr(GetParam().denied));
}
INSTANTIATE_TEST_SUITE_P(
    H17, HaproxyRate,
    testing::Values(RateRow{"hundred_a_minute", 100.0 / 60, 20, "429 if { sc0_gpc0_rate ge 21 } || { sc0_gpc1_rate ge 120 }"},
                    RateRow{"hundred_a_second", 100, 50, "429 if { sc0_gpc0_rate ge 150 } || { sc0_gpc1_rate ge 6050 }"},
                    RateRow{"without_burst", 1, 0, "429 if { sc0_gpc0_rate ge 1 } || { sc0_gpc1_rate ge 60 }"},
                    RateRow{"two_an_hour", 2.0 / 3600, 0, "429 if { sc0_gpc0_rate ge 1 } || { sc0_gpc1_rate ge 1 }"},
                    RateRow{"two_an_hour_has_a_window_of_half_an_hour", 2.0 / 3600, 0,
                            "expire 3600s store gpc0_rate(1s),gpc1_rate(1800s)"}),
    [](const auto& row) { return row.param.name; });

TEST(Haproxy, T12_ACookieKeepsAClientOnItsInstance) {
  Stack made = stack();
  made.balancer->sticky = "tw_server";
  EXPECT_THAT(cfg(made), HasSubstr("  cookie tw_server insert indirect nocache httponly dynamic\n  dynamic-cookie-key shop\n"));
  const std::string listed = cfg(made, {.at = {{"api", {{"10.0.0.1", 8000}}}}});
  EXPECT_THAT(listed, HasSubstr("  cookie tw_server insert indirect nocache httponly\n"));
  EXPECT_THAT(listed, HasSubstr("  server api-1 10.0.0.1:8000 cookie api-1\n"));
}

TEST(Haproxy, AHealthPathThatIsNotWhatInstancesAreReadyByIsNoted) {
  Stack made = stack();
  EXPECT_THAT(haproxy(made, {}).notes, Not(has_note("balancer.health.path", "")));
  made.balancer->health.path = "/health";
  EXPECT_THAT(haproxy(made, {}).notes, has_note("balancer.health.path", "/health, not only to its run.ready, /ready"));
}

TEST(Haproxy, WritesNothingWithoutABalancerOrAService) {
  Stack made = stack();
  made.tiers[0].kind = TierKind::worker;
  EXPECT_THAT(haproxy(made, {}).files, IsEmpty());
  EXPECT_THAT(haproxy(made, {}).notes, has_note("tiers", "no service"));
  made = stack();
  made.balancer.reset();
  EXPECT_THAT(haproxy(made, {}).files, IsEmpty());
  EXPECT_THAT(haproxy(made, {}).notes, has_note("balancer", "none"));
}

/// HAProxy refuses times beyond 2^31 - 1 ms.
TEST(Haproxy, ARateOfNextToNothingIsCountedForAsLongAsItCan) {
  Stack made = stack();
  made.balancer->client_rate = Rate{0.001 / 3600};
  made.balancer->client_burst = 0;
  const Rendered rendered = haproxy(made, {});
  EXPECT_THAT(file_of(rendered, "haproxy/haproxy.cfg"), HasSubstr("expire 2000000s store gpc0_rate(1s),gpc1_rate(1000000s)"));
  EXPECT_THAT(rendered.notes, has_note("balancer.client_rate", "24 days at most"));
  made.balancer->client_rate = Rate{0.01};
  EXPECT_THAT(haproxy(made, {}).notes, Not(has_note("balancer.client_rate", "24 days at most")));
}

}  // namespace
}  // namespace plimsoll::render
