#pragma once
// When an instance that failed may be started again. Pure.

#include <cstdint>
#include <map>

#include "core/time.h"

namespace plimsoll::local {

/// Of one tier. A start that fails says something about the program, so it holds the whole tier back: 1, 2, 4 .. 30 s, until one
/// start works. An instance that dies after it was ready is replaced at once; one that dies again and again, each time within a
/// minute of being ready, waits 1, 2, 4 .. 30 s, alone.
class Backoff {
 public:
  void start_failed(TimePoint now);
  void became_ready() { start_failures_ = 0; }
  void died(std::uint32_t number, Duration ready_for, TimePoint now);

  /// Not before that may instance `number` be started.
  [[nodiscard]] TimePoint not_before(std::uint32_t number) const;

 private:
  struct Deaths {
    int count = 0;
    TimePoint retry{};
  };
  int start_failures_ = 0;
  TimePoint retry_{};
  std::map<std::uint32_t, Deaths> deaths_;
};

}  // namespace plimsoll::local
