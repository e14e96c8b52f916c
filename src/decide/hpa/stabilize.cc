#include "decide/hpa/stabilize.h"

#include <algorithm>

namespace plimsoll::hpa {

std::uint32_t slots_needed(Duration longest, Duration sync_period) {
  PLIMSOLL_ASSERT(sync_period > Duration::zero());
  return static_cast<std::uint32_t>(std::max(longest, Duration::zero()) / sync_period) + 2;
}

Stabilized stabilize_with_behavior(std::int32_t current, std::int32_t desired, Duration up_window, Duration down_window,
                                   std::span<const Recommendation> history, TimePoint now) {
  const TimePoint up_cutoff = now - up_window, down_cutoff = now - down_window;
  std::int32_t lowest = desired, highest = desired;
  std::size_t slot = history.size();
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Recommendation& past = history[i];
    if (past.at > up_cutoff) lowest = std::min(lowest, past.replicas);
    if (past.at > down_cutoff) highest = std::max(highest, past.replicas);
    if (past.at < up_cutoff && past.at < down_cutoff) slot = i;
  }
  Stabilized result{current, desired >= current ? Reason::scale_up_stabilized : Reason::scale_down_stabilized, slot};
  if (result.replicas < lowest) result.replicas = lowest;
  if (result.replicas > highest) result.replicas = highest;
  return result;
}

Stabilized stabilize_without_behavior(std::int32_t desired, Duration window, std::span<const Recommendation> history,
                                      TimePoint now) {
  const TimePoint cutoff = now - window;
  Stabilized result{desired, Reason::scale_down_stabilized, history.size()};
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].at < cutoff)
      result.slot = i;
    else
      result.replicas = std::max(result.replicas, history[i].replicas);
  }
  return result;
}

}  // namespace plimsoll::hpa
