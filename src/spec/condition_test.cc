#include "spec/condition.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace plimsoll::spec {
namespace {

const std::vector<NamedSignal> named = [] {
  std::vector<NamedSignal> all(5);
  const std::array<const char*, 5> names = {"depth", "pool_used", "lag", "heap", "orders"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].name = names[i];
    all[i].unit = static_cast<SignalUnit>(i);  // number, ratio, seconds, bytes, per_second
  }
  return all;
}();

struct Good {
  const char* text;
  SignalKind signal;
  ThresholdRule::Comparison comparison;
  double threshold;
  const char* list = "";
};
class Understood : public ::testing::TestWithParam<Good> {};
TEST_P(Understood, InTheSignalsUnit) {
  const auto result = parse_condition(GetParam().text, named);
  const Condition* got = std::get_if<Condition>(&result);
  ASSERT_TRUE(got) << std::get<ConditionError>(result).message;
  EXPECT_EQ(got->signal.kind, GetParam().signal);
  EXPECT_EQ(got->comparison, GetParam().comparison);
  EXPECT_DOUBLE_EQ(got->threshold, GetParam().threshold);
  EXPECT_EQ(got->signal.list, GetParam().list);
}
constexpr auto above = ThresholdRule::Comparison::above, below = ThresholdRule::Comparison::below;
INSTANTIATE_TEST_SUITE_P(
    Condition, Understood,
    ::testing::Values(Good{"cpu > 70%", SignalKind::cpu, above, 0.7}, Good{"cpu<30%", SignalKind::cpu, below, 0.3},
                      Good{"  memory  >  0.8  ", SignalKind::memory, above, 0.8}, Good{"cpu > 120%", SignalKind::cpu, above, 1.2},
                      Good{"requests_per_second > 3000/min", SignalKind::requests_per_second, above, 50},
                      Good{"queued_requests > 10", SignalKind::queued_requests, above, 10},
                      Good{"p95 > 500ms", SignalKind::p95, above, 0.5}, Good{"p99 > 1m30s", SignalKind::p99, above, 90},
                      Good{"backlog(jobs:high) > 100", SignalKind::backlog, above, 100, "jobs:high"},
                      Good{"backlog( jobs ) < 1", SignalKind::backlog, below, 1, "jobs"},
                      Good{"errors > 5%", SignalKind::errors, above, 0.05}));
INSTANTIATE_TEST_SUITE_P(NamedSignals, Understood,
                         ::testing::Values(Good{"depth > 1000", SignalKind::named, above, 1000, "depth"},
                                           Good{"pool_used > 80%", SignalKind::named, above, 0.8, "pool_used"},
                                           Good{"lag > 100ms", SignalKind::named, above, 0.1, "lag"},
                                           Good{"heap > 512Mi", SignalKind::named, above, 512.0 * 1024 * 1024, "heap"},
                                           Good{"orders < 3000/min", SignalKind::named, below, 50, "orders"}));

struct Bad {
  const char* text;
  std::size_t offset, length;
  const char* message;
  const char* nearest = "";
};
class NotUnderstood : public ::testing::TestWithParam<Bad> {};
TEST_P(NotUnderstood, AtTheVeryWord) {
  const auto result = parse_condition(GetParam().text, named);
  const ConditionError* got = std::get_if<ConditionError>(&result);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->message, GetParam().message);
  EXPECT_EQ(got->offset, GetParam().offset);
  EXPECT_EQ(got->length, GetParam().length);
  EXPECT_EQ(got->nearest, GetParam().nearest);
  EXPECT_FALSE(got->expected.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Condition, NotUnderstood,
    ::testing::Values(Bad{"", 0, 0, "a signal is missing"}, Bad{"> 5", 0, 0, "a signal is missing"},
                      Bad{"cpuu > 70%", 0, 4, "unknown signal 'cpuu'", "cpu"}, Bad{"cpu", 3, 0, "a comparison is missing"},
                      Bad{"cpu 70%", 4, 0, "a comparison is missing"}, Bad{"cpu >= 70%", 4, 2, "'>=' is no comparison", ">"},
                      Bad{"cpu = 70%", 4, 1, "'=' is no comparison"}, Bad{"cpu >", 5, 0, "what is cpu compared with?"},
                      Bad{"cpu > 70", 6, 2, "'70' does not fit cpu", "70%"}, Bad{"p95 > 5", 6, 1, "'5' does not fit p95", "5s"},
                      Bad{"p95 > 70%", 6, 3, "'70%' does not fit p95"},
                      Bad{"queued_requests > -1", 18, 2, "'-1' does not fit queued_requests"},
                      Bad{"cpu > 70% and memory > 5%", 10, 15, "one condition only; 'and memory > 5%' is too much"},
                      Bad{"backlog > 5", 0, 7, "backlog of which list?"},
                      Bad{"backlog() > 5", 8, 0, "backlog of which list? '' is no list's name"},
                      Bad{"backlog(a,b) > 5", 8, 3, "backlog of which list? 'a,b' is no list's name"},
                      Bad{"backlog(a > 5", 10, 0, "the bracket is not closed"},
                      Bad{"cpu(x) > 5%", 3, 1, "only backlog takes a list in brackets"},
                      Bad{"error > 5%", 0, 5, "unknown signal 'error'", "errors"},
                      Bad{"pool_usde > 5%", 0, 9, "unknown signal 'pool_usde'", "pool_used"},
                      Bad{"pool_used > 80", 12, 2, "'80' does not fit pool_used", "80%"},
                      Bad{"lag > 100", 6, 3, "'100' does not fit lag", "100s"},
                      Bad{"heap > 5 Mi", 9, 2, "one condition only; 'Mi' is too much"},
                      Bad{"orders(x) > 5", 6, 1, "only backlog takes a list in brackets"}));

TEST(Signal, AloneWithNothingBehindIt) {
  const auto read = [](const char* text) { return parse_signal(text, named); };
  ASSERT_TRUE(std::holds_alternative<SignalName>(read("backlog(jobs)")));
  EXPECT_EQ(name_of(std::get<SignalName>(read(" backlog( jobs ) "))), "backlog(jobs)");
  EXPECT_EQ(std::get<SignalName>(read("orders")).unit, SignalUnit::per_second);
  EXPECT_EQ(std::get<ConditionError>(read("orders > 5")).message, "a signal only; '> 5' is too much");
  EXPECT_TRUE(std::get<ConditionError>(read("orderz")).unknown_signal);
  EXPECT_FALSE(std::get<ConditionError>(read("backlog")).unknown_signal);
}

}  // namespace
}  // namespace plimsoll::spec
