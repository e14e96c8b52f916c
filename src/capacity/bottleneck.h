#pragma once
// Where the load is held up. Growing a tier above a saturated component only moves the queue: the component has to be named.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace plimsoll::capacity {

/// One node calls, publishes to or passes through another: api -> pooler, pooler -> main, api -> decisions (a queue),
/// decisions -> worker (its consumer). Nodes are positions; tiers and components share the numbering.
struct Call {
  std::uint32_t from = 0, to = 0;
};

inline constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();
/// A saturation nobody knows. It never names a bottleneck.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Who calls whom, ordered once when a plan is compiled. Cycles are allowed (a worker that publishes to its own queue): their
/// nodes are equally deep. Repeated calls and the order of `calls` change nothing. O(nodes + calls log calls) to build.
class CallGraph {
 public:
  CallGraph() = default;
  CallGraph(std::size_t nodes, std::span<const Call> calls);

  [[nodiscard]] std::size_t nodes() const { return group_of_.size(); }
  /// Longest chain of calls that leads here; 0 for what nobody calls. Nodes of one cycle count as one.
  [[nodiscard]] int depth(std::uint32_t node) const { return groups_[group_of_[node]].depth; }

 private:
  friend class BottleneckFinder;
  struct Group {  // a cycle, or a node alone
    std::uint32_t first_member = 0, members = 0;
    std::uint32_t first_call = 0, calls = 0;
    int depth = 0;
  };
  std::vector<std::uint32_t> group_of_;  // by node
  std::vector<Group> groups_;            // callees before callers
  std::vector<std::uint32_t> members_;   // nodes, by group
  std::vector<std::uint32_t> calls_;     // groups, by group
};

/// One call's room; sized for a graph, then reused.
class BottleneckScratch {
 public:
  BottleneckScratch() = default;
  explicit BottleneckScratch(const CallGraph& graph) : deepest_(graph.nodes(), no_node) {}

 private:
  friend class BottleneckFinder;
  std::vector<std::uint32_t> deepest_;  // by group
};

/// For every node the saturated node downstream of it, the deepest first: where that one is held up, the ones above only show
/// it. Equally deep ones: the more saturated, then the lower index. Never the node itself; no_node if none is saturated.
/// @param saturation  one per node, 0 idle .. 1 full, above 1 overloaded, NaN unknown
/// @param threshold   from here on a node is saturated, > 0
/// O(nodes + calls), allocates nothing. Sizes must match (asserted).
void bottlenecks(const CallGraph& graph, std::span<const double> saturation, double threshold, BottleneckScratch& scratch,
                 std::span<std::uint32_t> out);

/// Busy share of `servers` when `rate` requests per second each need `service_s` seconds of one of them (utilization law).
/// Above 1: what is missing. servers > 0 (asserted).
double utilization(double rate, double service_s, double servers);

/// A place that every request passes: the seconds it needs there in all (visits * service time), and how many are served at once.
struct Station {
  double demand_s = 0;  // >= 0
  double servers = 1;   // > 0
};

struct ThroughputBound {
  double rate = std::numeric_limits<double>::infinity();  // per second that all stations carry at most: least servers / demand
  std::uint32_t station = no_node;                        // the one that binds; the first of equals; no_node if none is used
};

/// Bottleneck law (Denning and Buzen 1978). O(stations).
ThroughputBound throughput_bound(std::span<const Station> stations);

}  // namespace plimsoll::capacity
