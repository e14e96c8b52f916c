#include "control/news.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/say.h"

namespace plimsoll {
namespace {

/// An enabling change that went away and comes back within this time is the same one.
constexpr Duration same_change_within = std::chrono::minutes(10);

/// " (release day)": why the order that decided was given; empty if no order did, or none was said.
std::string order_reason(const Explanation& why, std::span<const Order> orders) {
  for (const StepLine& step : why.steps) {
    if (step.step != Step::order) continue;
    const auto order = std::ranges::find(orders, step.subject, &Order::id);
    if (order != orders.end() && !order->why.empty()) return fmt::format(" ({})", order->why);
  }
  return {};
}

/// The order that has a say; 0: none.
std::int64_t order_of(const Explanation& why) {
  std::int64_t order = 0;
  for (const StepLine& step : why.steps)
    if (step.step == Step::order) order = step.subject;
  return order;
}

bool polls(const TierPlan& tier) { return tier.period > Duration::zero() || tier.like != Like::plimsoll; }

}  // namespace

std::string sentence(const Plan& plan, const Explanation& why, std::span<const Order> orders) {
  return sentence(plan, why) + order_reason(why, orders);
}

News::News(const Plan& plan) : tiers_(plan.tiers.size()) {}

bool News::is_news(const TierPlan& plan, const Tier& tier, Reason reason, std::int64_t order, TimePoint now) const {
  if (reason == Reason::between_polls) return false;
  if (tier.last == TimePoint{} || order != tier.order) return true;
  if (reason == tier.reason) return polls(plan) && now - tier.last >= again_after;
  const TimePoint told = tier.told[static_cast<std::size_t>(reason)];
  return told == TimePoint{} || now - told >= same_reason_after;
}

void News::tell_enabling(const Plan& plan, const Decision& decision, TimePoint now, Told& told) {
  std::erase_if(enabling_, [&](const Change& one) { return now - one.seen >= same_change_within; });
  for (const Enabling& change : decision.enabling) {
    const auto known =
        std::ranges::find_if(enabling_, [&](const Change& one) { return one.kind == change.kind && one.limit == change.limit; });
    if (known != enabling_.end()) {
      known->seen = now;
      continue;
    }
    enabling_.push_back({change.kind, change.limit, now});
    told.notes.push_back(sentence(plan, change));
  }
}

News::Told News::of(const Plan& plan, const Decision& decision, std::span<const Explanation> all, std::span<const Order> orders,
                    TimePoint now) {
  Told told;
  for (const Explanation& why : all) {
    const TierPlan& planned = plan.tiers[why.tier.index];
    Tier& tier = tiers_[why.tier.index];
    const Reason reason = why.decision.reason;
    const bool contended = reason == Reason::contended && !tier.contended;
    tier.contended = reason == Reason::contended;
    if (why.decision.changes())
      told.changes.push_back(sentence(plan, why, orders));
    else if (contended)
      told.notes.push_back(sentence(plan, why, orders));
    else if (is_news(planned, tier, reason, order_of(why), now))
      told.held.push_back(sentence(plan, why, orders));
    else
      continue;
    tier.reason = reason;
    tier.order = order_of(why);
    tier.last = tier.told[static_cast<std::size_t>(reason)] = now;
  }
  for (const Explanation& why : all)
    if (why.verify.verdict == VerifyLine::Verdict::no_help)
      told.notes.push_back(fmt::format("{}: the last growth: {}", plan.tiers[why.tier.index].name,
                                       verdict_text(plan.tiers[why.tier.index], why.verify)));
  tell_enabling(plan, decision, now, told);
  return told;
}

}  // namespace plimsoll
