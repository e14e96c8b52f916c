#include "spec/condition.h"

#include <gtest/gtest.h>

namespace plimsoll::spec {
namespace {

struct Good {
  const char* text;
  SignalKind signal;
  ThresholdRule::Comparison comparison;
  double threshold;
  const char* list = "";
};
class Understood : public ::testing::TestWithParam<Good> {};
TEST_P(Understood, InTheSignalsUnit) {
  const auto result = parse_condition(GetParam().text);
  const Condition* got = std::get_if<Condition>(&result);
  ASSERT_TRUE(got) << std::get<ConditionError>(result).message;
  EXPECT_EQ(got->signal, GetParam().signal);
  EXPECT_EQ(got->comparison, GetParam().comparison);
  EXPECT_DOUBLE_EQ(got->threshold, GetParam().threshold);
  EXPECT_EQ(got->list, GetParam().list);
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
                      Good{"backlog( jobs ) < 1", SignalKind::backlog, below, 1, "jobs"}));

struct Bad {
  const char* text;
  std::size_t offset, length;
  const char* message;
  const char* nearest = "";
};
class NotUnderstood : public ::testing::TestWithParam<Bad> {};
TEST_P(NotUnderstood, AtTheVeryWord) {
  const auto result = parse_condition(GetParam().text);
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
                      Bad{"cpu(x) > 5%", 3, 1, "only backlog takes a list in brackets"}));

}  // namespace
}  // namespace plimsoll::spec
