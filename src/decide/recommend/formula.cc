#include <algorithm>
#include <array>
#include <cmath>

#include "core/assert.h"
#include "decide/recommend/recommend.h"

namespace plimsoll {
namespace {

/// The sample as read_signal() takes it, without a policy of its own.
Gap usable(const TierView& tier, std::uint32_t signal) {
  const Sample& sample = tier.seen.samples[signal];
  if (sample.gap != Gap::none) return sample.gap;
  if (tier.now - sample.measured > tier.plan.signals[signal].max_age) return Gap::stale;
  return std::isfinite(sample.value) ? Gap::none : Gap::malformed;
}

Gap gap_of(const keda::Outcome& outcome, std::span<const Gap> gaps) {
  switch (outcome.kind) {
    case keda::Outcome::Kind::number:
      return std::isfinite(outcome.number) ? Gap::none : Gap::malformed;
    case keda::Outcome::Kind::missing:
      return outcome.variable < gaps.size() && gaps[outcome.variable] != Gap::none ? gaps[outcome.variable] : Gap::empty;
    case keda::Outcome::Kind::nil:
      return Gap::empty;
    case keda::Outcome::Kind::not_a_number:
      break;
  }
  return Gap::malformed;
}

}  // namespace

PolicyLine recommend_formula(const TierView& tier, PolicyId policy, const FormulaPlan& plan) {
  PolicyLine line;
  line.policy = policy;
  line.target = plan.target;
  std::array<std::optional<double>, 2 * most_policies> values;
  std::array<Gap, 2 * most_policies> gaps{};
  const std::size_t count = plan.signals.size();
  PLIMSOLL_ASSERT(count <= values.size());
  for (std::size_t i = 0; i < count; ++i) {
    gaps[i] = usable(tier, plan.signals[i]);
    if (gaps[i] != Gap::none) continue;
    const Sample& sample = tier.seen.samples[plan.signals[i]];
    values[i] = sample.value;
    line.age = std::max(line.age, tier.now - sample.measured);
  }
  const keda::Outcome outcome = evaluate(plan.program, std::span(values).first(count));
  line.gap = gap_of(outcome, gaps);
  if (line.gap != Gap::none) return line;
  line.value = outcome.number;
  if (plan.type == TargetType::value)
    propose_by_value(tier, line);
  else
    line.proposal = whole_instances(line.value / plan.target);
  return line;
}

}  // namespace plimsoll
