// The one-pass sums against the algorithm as it is usually told: samples in a map by pod, taken out and filled in by name, the
// ratio computed twice over what is in it. Random fleets, small ones as well as numbers at the ends of their types.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "core/rng.h"
#include "decide/hpa/calculator.h"

namespace plimsoll::hpa {
namespace {

struct Case {
  std::int32_t current = 0, percent = 0;
  Milli target = 0;
  bool cpu = false;
  Tolerance tolerance;
  Timing timing;
  std::vector<Pod> pods;
  std::vector<Sample> samples;
  std::vector<Milli> requests, strangers;
};

Milli any_milli(Rng& rng, bool extreme) {
  if (!extreme) return static_cast<Milli>(rng.below(1000));
  switch (rng.below(5)) {
    case 0:
      return most_milli - static_cast<Milli>(rng.below(3));
    case 1:
      return std::numeric_limits<Milli>::min() + static_cast<Milli>(rng.below(3));
    case 2:
      return static_cast<Milli>(rng.next());
    case 3:
      return -static_cast<Milli>(rng.below(5));
    default:
      return static_cast<Milli>(rng.below(1'000'000));
  }
}

Case any_case(Rng& rng) {
  const bool extreme = rng.below(3) == 0;
  Case c;
  c.current = extreme ? low_int32(any_milli(rng, true)) : static_cast<std::int32_t>(rng.below(12));
  c.percent = extreme ? low_int32(any_milli(rng, true)) : static_cast<std::int32_t>(1 + rng.below(250));
  c.target = extreme ? any_milli(rng, true) : static_cast<Milli>(1 + rng.below(900));
  c.cpu = rng.below(2) == 0;
  const auto age = [&] { return Duration(std::chrono::seconds(rng.below(400))); };
  for (std::uint64_t i = 0, n = rng.below(9); i < n; ++i) {
    c.pods.push_back({age(), age(), static_cast<Phase>(rng.below(10) < 6 ? 1 : rng.below(5)),
                      static_cast<Ready>(rng.below(3) > 0 ? 1 : rng.below(4)), rng.below(12) > 0, rng.below(12) == 0});
    c.samples.push_back({any_milli(rng, extreme), age() / 10, std::chrono::seconds(rng.below(60)), rng.below(5) > 0});
    c.requests.push_back(any_milli(rng, extreme));
  }
  for (std::uint64_t i = 0, n = rng.below(8) == 0 ? 2 : 0; i < n; ++i) c.strangers.push_back(any_milli(rng, extreme));
  return c;
}

using Samples = std::map<int, Milli>;  // by pod; strangers have numbers past the pods
using Ratio = std::function<std::optional<double>(const Samples&)>;

/// The algorithm by maps. @param full  what a missing pod uses where the count would shrink
std::optional<std::int32_t> told(const Case& c, bool cpu, const Ratio& ratio, const std::function<Milli(int)>& full) {
  if (c.pods.empty()) return std::nullopt;
  Samples samples;
  std::vector<int> unready, missing;
  int ready = 0;
  for (int i = 0; i < std::ssize(c.pods); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const PodClass pod = classify(c.pods[at], c.samples[at], cpu, c.timing);
    if (pod == PodClass::ready) samples[i] = c.samples[at].value, ++ready;
    if (pod == PodClass::unready) unready.push_back(i);
    if (pod == PodClass::missing) missing.push_back(i);
  }
  for (int i = 0; i < std::ssize(c.strangers); ++i) samples[1000 + i] = c.strangers[static_cast<std::size_t>(i)];
  if (samples.empty()) return std::nullopt;
  const auto r = ratio(samples);
  if (!r) return std::nullopt;
  const bool up_with_unready = !unready.empty() && *r > 1.0;
  if (!up_with_unready && missing.empty()) return c.tolerance.holds(*r) ? c.current : to_int32(std::ceil(*r * ready));
  for (const int i : missing) {
    if (*r < 1.0) samples[i] = full(i);
    if (*r > 1.0) samples[i] = 0;
  }
  if (up_with_unready)
    for (const int i : unready) samples[i] = 0;
  const auto again = ratio(samples);
  if (!again) return std::nullopt;
  if (c.tolerance.holds(*again) || (*r < 1.0 && *again > 1.0) || (*r > 1.0 && *again < 1.0)) return c.current;
  const std::int32_t wanted = to_int32(std::ceil(*again * static_cast<double>(samples.size())));
  if ((*again < 1.0 && wanted > c.current) || (*again > 1.0 && wanted < c.current)) return c.current;
  return wanted;
}

std::optional<std::int32_t> told_utilization(const Case& c) {
  const Ratio ratio = [&](const Samples& samples) -> std::optional<double> {
    Milli used = 0, requested = 0;
    for (const auto& [pod, value] : samples)
      if (pod < 1000) used = wrap_add(used, value), requested = wrap_add(requested, c.requests[static_cast<std::size_t>(pod)]);
    if (requested == 0) return std::nullopt;
    return static_cast<double>(low_int32(wrap_divide(wrap_multiply(used, 100), requested))) / static_cast<double>(c.percent);
  };
  return told(c, c.cpu, ratio,
              [&](int pod) { return wrap_multiply(c.requests[static_cast<std::size_t>(pod)], std::max(100, c.percent)) / 100; });
}

std::optional<std::int32_t> told_average(const Case& c) {
  const Ratio ratio = [&](const Samples& samples) -> std::optional<double> {
    Milli used = 0;
    for (const auto& [pod, value] : samples) used = wrap_add(used, value);
    return static_cast<double>(used / std::ssize(samples)) / static_cast<double>(c.target);
  };
  return told(c, c.cpu, ratio, [&](int) { return c.target; });
}

std::optional<std::int32_t> replicas(const Measured<Proposal>& p) { return p ? std::optional(p->replicas) : std::nullopt; }

TEST(CalculatorProperty, SumsAreTheMapFilledIn) {
  Rng rng = Rng(2026).fork("hpa calculator");
  int counted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Case c = any_case(rng);
    const PodSamples samples{c.samples, c.strangers, false};
    const auto u = utilization(c.current, c.percent, c.cpu, c.tolerance, c.timing, c.pods, {c.requests, {}}, samples);
    const auto a = pods_average(c.current, c.target, c.cpu, c.tolerance, c.timing, c.pods, samples);
    ASSERT_EQ(replicas(u), told_utilization(c)) << i;
    ASSERT_EQ(replicas(a), told_average(c)) << i;
    counted += u.has_value() + a.has_value();
  }
  EXPECT_GT(counted, 20'000) << "most cases must have a count, or they show nothing";
}

// More load never asks for fewer, as long as the same pods are measured and none outnumbers the count.
TEST(CalculatorProperty, MoreLoadNeverProposesFewer) {
  Rng rng = Rng(2026).fork("hpa monotone");
  for (int i = 0; i < 5'000; ++i) {
    const auto n = static_cast<std::int32_t>(1 + rng.below(10));
    const std::vector<Pod> pods(static_cast<std::size_t>(n), Pod{std::chrono::hours(1), std::chrono::hours(1)});
    std::vector<Sample> samples;
    for (int k = 0; k < n; ++k) samples.push_back({static_cast<Milli>(rng.below(1000)), {}, std::chrono::minutes(1), true});
    const std::vector<Milli> requests(pods.size(), 500);
    const auto before = utilization(n, 70, true, {}, {}, pods, {requests, {}}, {samples, {}, false});
    samples[rng.below(samples.size())].value += static_cast<Milli>(rng.below(500));
    const auto after = utilization(n, 70, true, {}, {}, pods, {requests, {}}, {samples, {}, false});
    ASSERT_LE(before->replicas, after->replicas);
  }
}

// Anything goes in; the sanitizers watch.
TEST(CalculatorProperty, TotalsTakeAnyNumbers) {
  Rng rng = Rng(2026).fork("hpa totals");
  for (int i = 0; i < 20'000; ++i) {
    const Case c = any_case(rng);
    std::vector<Milli> values;
    for (std::uint64_t k = 0, n = rng.below(4); k < n; ++k) values.push_back(any_milli(rng, true));
    const auto object = object_value(c.current, c.target, c.tolerance, c.pods, {values, false});
    const auto external = external_value(c.current, c.target, c.tolerance, c.pods, {values, false});
    const auto share = external_average(c.current, c.target, c.tolerance, {values, false});
    ASSERT_EQ(object_average(c.current, c.target, c.tolerance, {values, false}).has_value(), !values.empty());
    ASSERT_TRUE(share);
    ASSERT_GE(share->value, std::numeric_limits<Milli>::min());
    if (values.size() == 1 && object && external) {
      ASSERT_EQ(object->replicas, external->replicas);
    }
  }
}

}  // namespace
}  // namespace plimsoll::hpa
