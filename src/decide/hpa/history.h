#pragma once
// What an autoscaler remembers, in slots of a fixed number that the caller owns. Upstream's lists grow; ours are sized once by
// slots_needed() and reuse slots exactly as upstream does. Should they be full nevertheless, the oldest entry gives way.

#include <cstdint>
#include <span>

#include "core/assert.h"
#include "core/time.h"

namespace plimsoll::hpa {

/// What the metrics asked for, before anything was applied to it.
struct Recommendation {
  TimePoint at;
  std::int32_t replicas = 0;
  bool operator==(const Recommendation&) const = default;
};

/// The target was scaled by `change`, a positive number, up or down by the list it stands in.
struct ScaleEvent {
  TimePoint at;
  std::int32_t change = 0;
  bool outdated = false;  // the slot may be used again
  bool operator==(const ScaleEvent&) const = default;
};

/// Borrows both the slots and their count; copies are views of the same.
template <class T>
class History {
 public:
  /// @param slots  at least one (asserted); the first `used` of them hold entries, used <= slots (asserted)
  History(std::span<T> slots, std::uint32_t& used) : slots_(slots), used_(&used) {
    PLIMSOLL_ASSERT(!slots.empty() && used <= slots.size());
  }

  [[nodiscard]] std::span<const T> entries() const { return slots_.first(*used_); }
  [[nodiscard]] std::span<T> entries() { return slots_.first(*used_); }

  /// Overwrites the entry at `slot`, or appends if `slot` is the number of entries (more is asserted).
  void put(std::size_t slot, const T& entry) {
    PLIMSOLL_ASSERT(slot <= *used_);
    if (slot == slots_.size())
      slot = oldest();
    else if (slot == *used_)
      ++*used_;
    slots_[slot] = entry;
  }

 private:
  [[nodiscard]] std::size_t oldest() const {
    std::size_t found = 0;
    for (std::size_t i = 1; i < slots_.size(); ++i)
      if (slots_[i].at < slots_[found].at) found = i;
    return found;
  }

  std::span<T> slots_;
  std::uint32_t* used_;
};

/// Slots that a list can ever fill if no entry younger than `longest` may be overwritten and one comes every `sync_period` (> 0,
/// asserted): those within, the initial one, the new one.
std::uint32_t slots_needed(Duration longest, Duration sync_period);

}  // namespace plimsoll::hpa
