#pragma once
// The small language of `when`:  SIGNAL (> | <) QUANTITY
//
//   cpu > 70%   memory < 30%   requests_per_second > 200   queued_requests > 10   p95 > 500ms   p99 > 1s   backlog(jobs) > 100

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/stack.h"

namespace plimsoll::spec {

struct Condition {
  SignalKind signal = SignalKind::cpu;
  std::string list;  // backlog only
  ThresholdRule::Comparison comparison = ThresholdRule::Comparison::above;
  double threshold = 0;  // >= 0, in the signal's unit (core/stack.h, SignalKind)
};

/// `offset` and `length` are bytes of the text; length 0 where something is missing at its end.
struct ConditionError {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string message;
  std::string expected;
  std::string nearest;
};

std::variant<Condition, ConditionError> parse_condition(std::string_view text);

/// The signals by name, in the order of SignalKind.
std::span<const std::string_view> signal_names();

}  // namespace plimsoll::spec
