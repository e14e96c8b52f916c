#include "capacity/bottleneck.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

/// Calls as rows by caller, each callee once.
struct Rows {
  std::vector<std::uint32_t> begin, to;

  Rows(std::size_t nodes, std::span<const Call> calls) : begin(nodes + 1) {
    std::vector<Call> sorted(calls.begin(), calls.end());
    const auto key = [](const Call& call) { return std::tie(call.from, call.to); };
    std::sort(sorted.begin(), sorted.end(), [&](const Call& a, const Call& b) { return key(a) < key(b); });
    sorted.erase(std::unique(sorted.begin(), sorted.end(), [&](const Call& a, const Call& b) { return key(a) == key(b); }),
                 sorted.end());
    for (const Call& call : sorted) {
      PLIMSOLL_ASSERT(call.from < nodes && call.to < nodes);
      to.push_back(call.to);
      ++begin[call.from + 1];
    }
    for (std::size_t i = 0; i < nodes; ++i) begin[i + 1] += begin[i];
  }
};

/// Tarjan's cycles (1972), with a stack of its own: a chain of calls may be as long as the plan.
class Cycles {
 public:
  Cycles(std::size_t nodes, const Rows& rows, std::vector<std::uint32_t>& group_of)
      : rows_(rows), group_of_(group_of), order_(nodes, no_node), low_(nodes), next_(rows.begin.begin(), rows.begin.end() - 1) {
    group_of_.assign(nodes, no_node);
    for (std::uint32_t node = 0; node < nodes; ++node)
      if (order_[node] == no_node) visit(node);
  }
  [[nodiscard]] std::uint32_t count() const { return groups_; }

 private:
  void enter(std::uint32_t node) {
    order_[node] = low_[node] = visited_++;
    path_.push_back(node);
    open_.push_back(node);
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!path_.empty()) {
      const std::uint32_t node = path_.back();
      if (next_[node] < rows_.begin[node + 1]) {
        const std::uint32_t callee = rows_.to[next_[node]++];
        if (order_[callee] == no_node)
          enter(callee);
        else if (group_of_[callee] == no_node)
          low_[node] = std::min(low_[node], order_[callee]);
        continue;
      }
      path_.pop_back();
      if (!path_.empty()) low_[path_.back()] = std::min(low_[path_.back()], low_[node]);
      if (low_[node] == order_[node]) close(node);
    }
  }

  void close(std::uint32_t node) {
    std::uint32_t member = no_node;
    do {
      member = open_.back();
      open_.pop_back();
      group_of_[member] = groups_;
    } while (member != node);
    ++groups_;
  }

  const Rows& rows_;
  std::vector<std::uint32_t>& group_of_;  // numbered callees first
  std::vector<std::uint32_t> order_, low_, next_, path_, open_;
  std::uint32_t visited_ = 0, groups_ = 0;
};

}  // namespace

CallGraph::CallGraph(std::size_t nodes, std::span<const Call> calls) {
  const Rows rows(nodes, calls);
  groups_.resize(Cycles(nodes, rows, group_of_).count());
  members_.resize(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node) members_[node] = node;
  std::stable_sort(members_.begin(), members_.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return group_of_[a] < group_of_[b]; });
  for (std::uint32_t i = 0; i < nodes; ++i) {
    Group& group = groups_[group_of_[members_[i]]];
    if (group.members++ == 0) group.first_member = i;
  }
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    Group& group = groups_[g];
    group.first_call = static_cast<std::uint32_t>(calls_.size());
    for (std::uint32_t m = group.first_member; m < group.first_member + group.members; ++m)
      for (std::uint32_t i = rows.begin[members_[m]]; i < rows.begin[members_[m] + 1]; ++i)
        if (group_of_[rows.to[i]] != g) calls_.push_back(group_of_[rows.to[i]]);
    group.calls = static_cast<std::uint32_t>(calls_.size()) - group.first_call;
  }
  for (std::size_t g = groups_.size(); g-- > 0;)  // callers first
    for (std::uint32_t i = 0; i < groups_[g].calls; ++i) {
      Group& callee = groups_[calls_[groups_[g].first_call + i]];
      callee.depth = std::max(callee.depth, groups_[g].depth + 1);
    }
}

class BottleneckFinder {
 public:
  BottleneckFinder(const CallGraph& graph, std::span<const double> saturation, double threshold, BottleneckScratch& scratch)
      : graph_(graph), saturation_(saturation), threshold_(threshold), deepest_(scratch.deepest_) {}

  void run(std::span<std::uint32_t> out) {
    PLIMSOLL_ASSERT(threshold_ > 0 && saturation_.size() == graph_.nodes() && out.size() == graph_.nodes());
    PLIMSOLL_ASSERT(deepest_.size() == graph_.nodes());
    for (std::size_t g = 0; g < graph_.groups_.size(); ++g) {
      const CallGraph::Group& group = graph_.groups_[g];
      std::uint32_t below = no_node;
      for (std::uint32_t i = 0; i < group.calls; ++i) below = deeper(below, deepest_[graph_.calls_[group.first_call + i]]);
      std::uint32_t first = no_node, second = no_node;  // of the cycle's own: a node is never its own bottleneck
      for (std::uint32_t i = 0; i < group.members; ++i) {
        const std::uint32_t node = graph_.members_[group.first_member + i];
        if (!(saturation_[node] >= threshold_)) continue;
        if (deeper(first, node) == node)
          second = std::exchange(first, node);
        else
          second = deeper(second, node);
      }
      deepest_[g] = below != no_node ? below : first;
      for (std::uint32_t i = 0; i < group.members; ++i) {
        const std::uint32_t node = graph_.members_[group.first_member + i];
        out[node] = below != no_node ? below : first != node ? first : second;
      }
    }
  }

 private:
  [[nodiscard]] std::uint32_t deeper(std::uint32_t a, std::uint32_t b) const {
    if (a == no_node) return b;
    if (b == no_node) return a;
    const auto rank = [this](std::uint32_t node) { return std::tuple(graph_.depth(node), saturation_[node]); };
    if (rank(a) != rank(b)) return rank(a) > rank(b) ? a : b;
    return std::min(a, b);
  }

  const CallGraph& graph_;
  std::span<const double> saturation_;
  double threshold_;
  std::vector<std::uint32_t>& deepest_;
};

void bottlenecks(const CallGraph& graph, std::span<const double> saturation, double threshold, BottleneckScratch& scratch,
                 std::span<std::uint32_t> out) {
  BottleneckFinder(graph, saturation, threshold, scratch).run(out);
}

double utilization(double rate, double service_s, double servers) {
  PLIMSOLL_ASSERT(rate >= 0 && service_s >= 0 && servers > 0);
  return rate * service_s / servers;
}

ThroughputBound throughput_bound(std::span<const Station> stations) {
  ThroughputBound bound;
  for (std::uint32_t i = 0; i < stations.size(); ++i) {
    PLIMSOLL_ASSERT(stations[i].demand_s >= 0 && stations[i].servers > 0);
    if (stations[i].demand_s == 0) continue;
    const double rate = stations[i].servers / stations[i].demand_s;
    if (rate < bound.rate) bound = {rate, i};
  }
  return bound;
}

}  // namespace plimsoll::capacity
