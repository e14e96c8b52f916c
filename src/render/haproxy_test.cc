#include "render/haproxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/testing/golden.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::Not;

Stack stack() {
  Stack made;
  made.name = "quickstart";
  made.balancer = Balancer{};
  Tier api;
  api.name = "api";
  api.replicas = {1, 2};
  Tier worker;
  worker.name = "worker";
  worker.kind = TierKind::worker;
  made.tiers = {worker, api};
  return made;
}

TEST(HaproxyCfg, OfAFreshStack) { expect_golden("haproxy.cfg", haproxy_cfg(stack(), {})); }

TEST(HaproxyCfg, V4SlotsKeepWhatRunsThroughAReload) {
  const Slots slots{{"api", {{SlotState::serving, "127.0.0.1", 18001}, {}, {SlotState::draining, "127.0.0.1", 18003}}}};
  expect_golden("haproxy_slots.cfg", haproxy_cfg(stack(), slots));
}

TEST(HaproxyCfg, SaysWhatTheStackSays) {
  Stack made = stack();
  made.balancer->listen = 9090;
  made.balancer->address = "0.0.0.0";
  made.balancer->algorithm = BalancerAlgorithm::source;
  made.balancer->timeout = std::chrono::seconds(7);
  made.balancer->health = {.path = "/is it $up\"?", .every = std::chrono::seconds(5), .timeout = std::chrono::milliseconds(300)};
  const std::string text = haproxy_cfg(made, {});
  EXPECT_THAT(text, HasSubstr("frontend in:9090\n  bind 0.0.0.0:9090\n  default_backend api\n"));
  EXPECT_THAT(text, HasSubstr("  balance source\n"));
  EXPECT_THAT(text, HasSubstr("  timeout server 7000ms\n"));
  EXPECT_THAT(text, HasSubstr(R"(uri "/is it \$up\"?")"));
  EXPECT_THAT(text, HasSubstr("  timeout check 300ms\n"));
  EXPECT_THAT(text, HasSubstr("check inter 5000ms fastinter 1000ms downinter 2500ms fall 3 rise 1"));
}

struct AlgorithmRow {
  BalancerAlgorithm algorithm;
  const char* line;
};
class Algorithm : public testing::TestWithParam<AlgorithmRow> {};
TEST_P(Algorithm, IsHaproxysOwnWord) {
  Stack made = stack();
  made.balancer->algorithm = GetParam().algorithm;
  EXPECT_THAT(haproxy_cfg(made, {}), HasSubstr(GetParam().line));
}
INSTANTIATE_TEST_SUITE_P(V4, Algorithm,
                         testing::Values(AlgorithmRow{BalancerAlgorithm::roundrobin, "balance roundrobin\n"},
                                         AlgorithmRow{BalancerAlgorithm::leastconn, "balance leastconn\n"},
                                         AlgorithmRow{BalancerAlgorithm::random, "balance random\n"},
                                         AlgorithmRow{BalancerAlgorithm::source, "balance source\n  hash-type consistent\n"}));

TEST(HaproxyCfg, WorkersHaveNoBackendAndAStackWithoutServicesNoRoute) {
  Stack made = stack();
  EXPECT_THAT(haproxy_cfg(made, {}), Not(HasSubstr("worker")));
  made.tiers.pop_back();
  EXPECT_THAT(haproxy_cfg(made, {}), Not(HasSubstr("backend")));
}

TEST(SlotCount, HasRoomForAWholeTierDrainingBesideANewOne) {
  Tier tier;
  tier.replicas = {3, 20};
  EXPECT_EQ(slot_count(tier), 42);
}

}  // namespace
}  // namespace plimsoll::render
