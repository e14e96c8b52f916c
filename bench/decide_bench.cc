// One round of the decision engine over 10,000 tiers x 20 instances x 3 metrics (CPU, memory, a figure of each instance), on one
// core: exact HPA by itself and through decide(), the whole native pipeline with shared limits, allocations, bytes of state.
// Beside it what is published of Kubernetes' controller (machines and work differ: the ratio says how far away the wall is).
//
//   decide_bench [TIERS]
// Exits with 1 if a steady round allocates, a tier's state is larger than 4 KiB, or 3 HPAs a second are not beaten a
// thousandfold.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <new>

#include "decide/decide.h"
#include "decide/state_codec.h"

namespace {
std::size_t allocations = 0;
void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace plimsoll {
namespace {
using namespace std::chrono_literals;

constexpr int instances = 20;
constexpr int rounds = 40;
constexpr TimePoint begins{std::chrono::hours(24 * 365 * 56)};

double milliseconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// A tier with three metrics; natively also a sized capacity, a pool of connections, a rule and a schedule.
Tier tier_of(std::size_t number, Like like) {
  Tier tier;
  tier.name = fmt::format("tier-{}", number);
  tier.replicas = {2, 60};
  tier.instance.memory = RequestLimit<Bytes>{Bytes{std::int64_t{512} << 20}, std::nullopt};
  tier.instance.price = Money{0.04};
  tier.scale.like = like;
  tier.scale.metrics = {{.signal = SignalKind::cpu, .target = 0.7},
                        {.signal = SignalKind::memory, .target = 0.8},
                        {.signal = SignalKind::named, .list = "in_flight", .type = TargetType::average, .target = 30}};
  if (like != Like::plimsoll) return tier;
  tier.uses = {{.component = "main", .through = "pooler", .connections = 5}, {.component = "llm", .calls = 1}};
  tier.scale.rules = {{.signal = SignalKind::p95, .threshold = 5, .held = 10min, .every = 10min, .step = 1}};
  tier.scale.schedule = {{.replicas = 3}};
  tier.scale.schedule[0].when.start = "0 8 * * *";
  tier.scale.schedule[0].when.end = "0 20 * * *";
  tier.capacity = Capacity{.concurrency = 4, .service_mean = 20ms};
  return tier;
}

/// @param room  of what all tiers together would like, the part that the shared limits hold
Stack stack_of(std::size_t tiers, Like like, double room) {
  Stack stack;
  stack.name = "bench";
  stack.signals = {{.name = "in_flight", .from = NamedSignal::From::metrics, .query = "in_flight", .per_instance = true}};
  const double most = static_cast<double>(tiers) * 30 * room;
  if (like == Like::plimsoll) {
    stack.balancer = Balancer{};
    stack.databases = {{.name = "main", .max_connections = 1'000'000}};
    stack.poolers = {{.name = "pooler",
                      .database = "main",
                      .replicas = {4, 8},
                      .default_pool_size = 100,
                      .max_client_conn = static_cast<int>(most * 5 / 4)}};
    stack.externals = {{.name = "llm", .concurrency = static_cast<int>(most)}};
    stack.limits.cores = Cores{most};
    stack.limits.memory = Bytes{static_cast<std::int64_t>(most) * (std::int64_t{512} << 20)};
    stack.limits.cost = Money{most * 0.04};
  }
  for (std::size_t i = 0; i < tiers; ++i) stack.tiers.push_back(tier_of(i, like));
  return stack;
}

/// What is seen: a load that differs from tier to tier and moves from round to round.
class World {
 public:
  explicit World(const Plan& plan) : plan_(plan) {
    seen_.tiers.resize(plan.tiers.size());
    seen_.components.resize(plan.components.size());
    for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
      OwnedObservation::Tier& tier = seen_.tiers[i];
      tier.seen.asked = tier.seen.reported = instances;
      for (std::uint32_t n = 0; n < instances; ++n) tier.instances.push_back({n + 1, Phase::ready, begins - 1h, begins - 1h});
      tier.samples.resize(plan.tiers[i].signals.size());
      tier.own.resize(plan.tiers[i].own_signals * tier.instances.size());
    }
    view_ = seen_.view();
  }

  const Observation& at(TimePoint now, int round) {
    for (std::size_t i = 0; i < seen_.tiers.size(); ++i) {
      OwnedObservation::Tier& tier = seen_.tiers[i];
      const double swing = 0.7 + 0.6 * static_cast<double>((i * 7 + static_cast<std::size_t>(round) * 13) % 100) / 100;
      const auto value = [&](const SignalPlan& signal) {
        switch (signal.kind) {
          case SignalKind::cpu:
            return 0.7 * swing;
          case SignalKind::memory:
            return 0.8 * swing;
          case SignalKind::named:
            return 30 * swing;
          case SignalKind::requests_per_second:
            return 160 * instances * swing;
          default:
            return 0.2;
        }
      };
      for (std::size_t s = 0; s < tier.samples.size(); ++s) {
        const SignalPlan& signal = plan_.tiers[i].signals[s];
        tier.samples[s] = {value(signal), now, 15s, Gap::none};
        if (signal.own < 0) continue;
        for (std::size_t n = 0; n < tier.instances.size(); ++n)
          tier.own[static_cast<std::size_t>(signal.own) * tier.instances.size() + n] = {
              now, value(signal) * (0.9 + 0.01 * static_cast<double>(n))};
      }
    }
    for (Sample& one : seen_.components) one = {0.5, now, {}, Gap::none};
    return view_;
  }

 private:
  const Plan& plan_;
  OwnedObservation seen_;
  Observation view_;
};

struct Result_ {
  double best_ms = 1e9, mean_ms = 0;
  double allocations = 0;  // a steady round
  double state_bytes = 0;  // a tier
  int changed = 0;         // tiers, of the last round
};

double bytes_of(const StackState& state) {
  std::size_t bytes = state.tiers.size() * sizeof(TierState) + state.clocks.size() * sizeof(PolicyClock);
  for (const LikeState& like : state.likes)
    bytes += sizeof(LikeState) + like.recommendations.size() * sizeof(hpa::Recommendation) +
             (like.ups.size() + like.downs.size()) * sizeof(hpa::ScaleEvent) + like.failing_since.size() * sizeof(TimePoint);
  return static_cast<double>(bytes) / static_cast<double>(state.tiers.size());
}

/// Rounds 15 s apart: each is a sync of every tier. The wishes are carried out at once, and the counts set back afterwards so
/// that each round has the same work.
Result_ through_decide(std::size_t tiers, Like like, double room) {
  const Plan plan = compile(stack_of(tiers, like, room));
  StackState state = initial_state(plan);
  World world(plan);
  Decision decision;
  std::vector<Explanation> why(tiers);
  Result_ result;
  for (int round = 0; round < rounds; ++round) {
    const TimePoint now = begins + round * 15s;
    const Observation& seen = world.at(now, round);
    const std::size_t before = allocations;
    const auto start = std::chrono::steady_clock::now();
    decide(plan, state, seen, now, decision, why);
    const double took = milliseconds(std::chrono::steady_clock::now() - start);
    const std::size_t made = allocations - before;
    result.changed = 0;
    for (const TierDecision& tier : decision.tiers) result.changed += tier.changes();
    for (std::size_t i = 0; i < tiers; ++i) state.tiers[i].asked = instances;
    if (round < 2) continue;  // the first sizes its room
    result.allocations = std::max(result.allocations, static_cast<double>(made));
    result.best_ms = std::min(result.best_ms, took);
    result.mean_ms += took / (rounds - 2);
  }
  result.state_bytes = bytes_of(state);
  return result;
}

/// hpa::reconcile by itself, with the pods, samples and requests as an API server would hand them over.
Result_ hpa_alone(std::size_t tiers) {
  const Plan plan = compile(stack_of(1, Like::hpa, 1));
  const LikePlan& like = plan.likes[0];
  std::vector<LikeState> states(tiers, initial_like(like));
  std::vector<hpa::Pod> pods(tiers * instances, {.started_age = 1h, .ready_age = 1h});
  const std::size_t metrics = like.hpa.metrics.size();
  std::vector<hpa::Sample> samples(tiers * metrics * instances);
  std::vector<hpa::Milli> requests(metrics * instances);
  for (std::size_t m = 0; m < metrics; ++m)
    std::fill_n(requests.begin() + static_cast<std::ptrdiff_t>(m * instances), instances,
                std::max<hpa::Milli>(like.requests[m], 1000));
  std::vector<hpa::MetricLine> lines(metrics);
  std::vector<hpa::MetricSeen> seen(metrics);
  Result_ result;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::size_t m = i / instances % metrics;
      const auto target =
          static_cast<double>(like.hpa.metrics[m].target) *
          (like.hpa.metrics[m].type == hpa::Target::utilization ? static_cast<double>(requests[m * instances]) / 100 : 1);
      const double swing =
          0.7 + 0.006 * static_cast<double>((i / instances / metrics * 7 + static_cast<std::size_t>(round) * 13) % 100);
      samples[i].present = true;
      samples[i].value = static_cast<hpa::Milli>(target * swing);
      samples[i].age = 5s;
      samples[i].window = 15s;
    }
    const TimePoint now = begins + round * 15s;
    const std::size_t before = allocations;
    const auto start = std::chrono::steady_clock::now();
    result.changed = 0;
    for (std::size_t t = 0; t < tiers; ++t) {
      LikeState& one = states[t];
      for (std::size_t m = 0; m < metrics; ++m) {
        seen[m].samples.of_pods = std::span(samples).subspan((t * metrics + m) * instances, instances);
        seen[m].requests.of_pods = std::span(requests).subspan(m * instances, instances);
      }
      hpa::State memory{one.recommendations, one.ups, one.downs, one.failing_since, &one.kept};
      const hpa::Seen what{instances, instances, std::span(pods).subspan(t * instances, instances), seen};
      result.changed += reconcile(like.hpa, memory, what, now, lines).rescale;
    }
    const double took = milliseconds(std::chrono::steady_clock::now() - start);
    if (round < 2) continue;
    result.allocations = std::max(result.allocations, static_cast<double>(allocations - before));
    result.best_ms = std::min(result.best_ms, took);
    result.mean_ms += took / (rounds - 2);
  }
  return result;
}

void print(const char* what, const Result_& result, double aim_ms) {
  fmt::print("{:<44} {:>9.2f} {:>9.2f} {:>7.0f} {:>8.0f} {:>9} {:>8.0f}\n", what, result.best_ms, result.mean_ms, aim_ms,
             result.allocations, result.changed, result.state_bytes);
}

void compare(const char* what, double theirs, double ours) {
  fmt::print("{:<64} {:>9.0f} {:>11.0f} x\n", what, theirs, ours / theirs);
}

int run(std::size_t tiers) {
  fmt::print("one round, {} tiers x {} instances x 3 metrics, one core\n\n", tiers, instances);
  fmt::print("{:<44} {:>9} {:>9} {:>7} {:>8} {:>9} {:>8}\n", "", "best ms", "mean ms", "aim ms", "allocs", "changes", "B/tier");
  const Result_ alone = hpa_alone(tiers);
  print("exact HPA, reconcile() by itself", alone, 10);
  const Result_ hpa = through_decide(tiers, Like::hpa, 1);
  print("exact HPA through decide()", hpa, 10);
  const Result_ native = through_decide(tiers, Like::plimsoll, 1);
  print("native pipeline, five shared limits, all fit", native, 25);
  const Result_ tight = through_decide(tiers, Like::plimsoll, 0.7);
  print("native pipeline, the shared limits are short", tight, 25);

  const double a_second = static_cast<double>(tiers) / hpa.mean_ms * 1000;
  fmt::print("\n{:<64} {:>9} {:>13}\n", fmt::format("published, HPAs a second; ours through decide(): {:.0f}", a_second),
             "theirs", "ratio");
  compare("kubernetes#68213 (2018), single worker, a real API", 3, a_second);
  compare("kubernetes PR 108501, 1 worker, stubbed API: 5,000 in 26 s", 5000 / 26.0, a_second);
  compare("kubernetes PR 108501, 5 workers, stubbed API: 5,000 in 7.5 s", 5000 / 7.5, a_second);
  compare("kubernetes#139111, the selector check alone, 50 workers, 96 cores", 2635, a_second);

  bool sound = a_second > 3000;
  for (const Result_* one : {&alone, &hpa, &native, &tight}) sound = sound && one->allocations == 0 && one->state_bytes <= 4096;
  if (!sound) fmt::print("\nFAILED: allocations in a steady round, more than 4 KiB of state a tier, or too slow\n");
  return sound ? 0 : 1;
}

}  // namespace
}  // namespace plimsoll

int main(int argc, char** argv) { return plimsoll::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000); }
