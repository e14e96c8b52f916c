#include "decide/hpa/events.h"

#include <algorithm>

#include "decide/hpa/milli.h"

namespace plimsoll::hpa {
namespace {

void record(const Rules& rules, History<ScaleEvent> history, std::int32_t change, TimePoint now) {
  const TimePoint cutoff = now - std::chrono::seconds(longest_period_seconds(rules));
  const std::span<ScaleEvent> events = history.entries();
  std::size_t slot = events.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].at < cutoff) events[i].outdated = true;
    if (events[i].outdated) slot = i;
  }
  history.put(slot, {now, change, false});
}

}  // namespace

std::int32_t changed_in_period(std::span<const ScaleEvent> events, std::int32_t period_seconds, TimePoint now) {
  const TimePoint cutoff = now - std::chrono::seconds(period_seconds);
  std::int32_t sum = 0;
  for (const ScaleEvent& event : events)
    if (event.at > cutoff) sum = wrap_add(sum, event.change);
  return sum;
}

std::int32_t longest_period_seconds(const Rules& rules) {
  std::int32_t longest = 0;
  for (const Policy& policy : rules.policies) longest = std::max(longest, policy.period_seconds);
  return longest;
}

void record_scaling(const Behavior& behavior, std::int32_t from, std::int32_t to, History<ScaleEvent> ups,
                    History<ScaleEvent> downs, TimePoint now) {
  if (to > from)
    record(behavior.up, ups, wrap_subtract(to, from), now);
  else
    record(behavior.down, downs, wrap_subtract(from, to), now);
}

}  // namespace plimsoll::hpa
