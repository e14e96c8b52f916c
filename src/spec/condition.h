#pragma once
// Signals as they are written, and the small language of `when`:  SIGNAL (> | <) QUANTITY
//
//   cpu > 70%   memory < 30%   requests_per_second > 200   queued_requests > 10   p95 > 500ms   p99 > 1s   backlog(jobs) > 100
//   errors > 5%   pool_used > 80%      (pool_used: a name under `signals:`, in its own unit)

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/stack.h"

namespace plimsoll::spec {

/// The built-in signals by name, in the order of SignalKind.
inline constexpr std::array<std::string_view, 8> signal_names = {
    "cpu", "memory", "requests_per_second", "queued_requests", "p95", "p99", "backlog", "errors"};

/// The name of a built-in signal or of one of `signals:`.
struct SignalName {
  SignalKind kind = SignalKind::cpu;
  std::string list;  // backlog: the list; named: the signal's name
  SignalUnit unit = SignalUnit::number;
};

struct Condition {
  SignalName signal;
  ThresholdRule::Comparison comparison = ThresholdRule::Comparison::above;
  double threshold = 0;  // >= 0, in the signal's unit
};

/// `offset` and `length` are bytes of the text; length 0 where something is missing at its end.
struct ConditionError {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string message;
  std::string expected;
  std::string nearest;
  bool unknown_signal = false;  // the word may be a signal that could not be read
};

/// `named` are the stack's own signals; borrowed for the call.
std::variant<Condition, ConditionError> parse_condition(std::string_view text, std::span<const NamedSignal> named = {});

/// "cpu", "backlog(jobs)", "pool_used".
std::variant<SignalName, ConditionError> parse_signal(std::string_view text, std::span<const NamedSignal> named = {});

/// A quantity as the signal is compared with: "70%" of cpu, "500ms" of p95.
std::variant<double, ConditionError> parse_threshold(const SignalName& signal, std::string_view text);

SignalUnit unit_of(SignalKind);  // not of `named`

/// As it is written: "cpu", "backlog(jobs)", "pool_used".
std::string name_of(const SignalName&);

}  // namespace plimsoll::spec
