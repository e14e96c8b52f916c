#include "capacity/bottleneck.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace plimsoll::capacity {
namespace {

using Nodes = std::vector<std::uint32_t>;

Nodes named(std::size_t nodes, const std::vector<Call>& calls, const std::vector<double>& saturation, double threshold = 0.9) {
  const CallGraph graph(nodes, calls);
  BottleneckScratch scratch(graph);
  Nodes out(nodes, 12345);
  bottlenecks(graph, saturation, threshold, scratch, out);
  return out;
}

// api -> pooler -> main, api -> decisions -> worker -> pooler, api -> llm
enum : std::uint32_t { api, pooler, main_db, decisions, worker, llm, nodes };
const std::vector<Call> stack = {{api, pooler},       {pooler, main_db}, {api, decisions},
                                 {decisions, worker}, {worker, pooler},  {api, llm}};
constexpr double idle = 0.2;

TEST(Bottleneck, NobodyIsSaturated) {
  EXPECT_EQ(named(nodes, stack, {idle, idle, idle, idle, idle, idle}), Nodes(nodes, no_node));
}

// The pooler waits because the database does: the database is named, to all above it.
TEST(Bottleneck, TheDeepestIsNamed) {
  const Nodes seen = named(nodes, stack, {0.95, 1, 0.97, 1, 0.95, idle});
  EXPECT_EQ(seen, (Nodes{main_db, main_db, no_node, main_db, main_db, no_node}));
}

// A full list above a worker that is busy: the worker is to grow, and it is not its own bottleneck.
TEST(Bottleneck, ATierIsNotItsOwn) {
  const Nodes seen = named(nodes, stack, {idle, idle, idle, 1, 0.95, idle});
  EXPECT_EQ(seen[api], worker);
  EXPECT_EQ(seen[decisions], worker);
  EXPECT_EQ(seen[worker], no_node);
}

TEST(Bottleneck, UnknownNamesNobody) {
  const Nodes seen = named(nodes, stack, {1, unknown, unknown, unknown, unknown, unknown});
  EXPECT_EQ(seen, Nodes(nodes, no_node));
  EXPECT_EQ(named(nodes, stack, {idle, 0.95, unknown, idle, idle, idle})[api], pooler);
}

TEST(Bottleneck, OfEquallyDeepOnesTheFullerThenTheFirst) {
  EXPECT_EQ(named(3, {{0, 1}, {0, 2}}, {0, 0.91, 0.95})[0], 2U);
  EXPECT_EQ(named(3, {{0, 1}, {0, 2}}, {0, 0.95, 0.95})[0], 1U);
  EXPECT_EQ(named(3, {{0, 1}, {0, 2}}, {0, 0.89, 0.90})[0], 2U) << "at the threshold is saturated";
}

// A worker that publishes to its own list: each is downstream of the other, neither of itself.
TEST(Bottleneck, Cycles) {
  const std::vector<Call> loop = {{0, 1}, {1, 2}, {2, 1}, {2, 2}, {2, 3}};
  EXPECT_EQ(named(4, loop, {idle, 0.95, 0.92, idle}), (Nodes{1, 2, 1, no_node}));
  EXPECT_EQ(named(4, loop, {idle, 0.95, 0.92, 1}), (Nodes{3, 3, 3, no_node}));
  EXPECT_EQ(named(1, {{0, 0}}, {1}), Nodes{no_node});
  const CallGraph graph(4, loop);
  EXPECT_EQ(graph.depth(1), graph.depth(2));
  EXPECT_EQ(graph.depth(3), 2);
}

TEST(Bottleneck, AChainAsLongAsAPlan) {
  constexpr std::uint32_t length = 200'000;
  std::vector<Call> calls;
  for (std::uint32_t i = 0; i + 1 < length; ++i) calls.push_back({i, i + 1});
  std::vector<double> saturation(length, idle);
  saturation.back() = 1;
  const Nodes seen = named(length, calls, saturation);
  EXPECT_EQ(seen.front(), length - 1);
  EXPECT_EQ(seen.back(), no_node);
}

RC_GTEST_PROP(Bottleneck, IsTheBestOfAllThatCanBeReached, ()) {
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 9);
  std::vector<Call> calls;
  for (int i = *rc::gen::inRange(0, 16); i > 0; --i)
    calls.push_back({*rc::gen::inRange<std::uint32_t>(0, count), *rc::gen::inRange<std::uint32_t>(0, count)});
  std::vector<double> saturation;
  for (std::uint32_t i = 0; i < count; ++i) saturation.push_back(*rc::gen::element(unknown, 0.5, 0.9, 0.95, 1.2));
  const Nodes seen = named(count, calls, saturation);
  const CallGraph graph(count, calls);

  std::vector<std::vector<char>> reaches(count, std::vector<char>(count));
  for (const Call& call : calls) reaches[call.from][call.to] = 1;
  for (std::uint32_t k = 0; k < count; ++k)
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t j = 0; j < count; ++j)
        if (reaches[i][k] && reaches[k][j]) reaches[i][j] = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t best = no_node;
    for (std::uint32_t j = 0; j < count; ++j) {
      if (j == i || !reaches[i][j] || !(saturation[j] >= 0.9)) continue;
      const bool deeper = best == no_node || graph.depth(j) > graph.depth(best) ||
                          (graph.depth(j) == graph.depth(best) && saturation[j] > saturation[best]);
      if (deeper) best = j;
    }
    RC_ASSERT(seen[i] == best);
  }
}

TEST(BottleneckLaw, TheSlowestStationBoundsAll) {
  const std::array stations = {Station{0.020, 50}, Station{0.004, 8}, Station{6, 50}, Station{0, 1}};
  const ThroughputBound bound = throughput_bound(stations);
  EXPECT_EQ(bound.station, 2U) << "an outside call of 6 s, 50 at once";
  EXPECT_NEAR(bound.rate, 50.0 / 6, 1e-12);
  EXPECT_EQ(utilization(100, 0.020, 50), 0.04);
  EXPECT_EQ(throughput_bound({}).station, no_node);
  EXPECT_EQ(throughput_bound({}).rate, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace plimsoll::capacity
