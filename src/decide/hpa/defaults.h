#pragma once
// What the API server and the controller fill in where a user says nothing.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "decide/hpa/behavior.h"
#include "decide/hpa/calculator.h"

namespace plimsoll::hpa {

inline constexpr Duration default_sync_period = std::chrono::seconds(15);
inline constexpr Duration default_downscale_stabilization = std::chrono::seconds(300);
inline constexpr std::int32_t default_cpu_percent = 80;  // of an autoscaler that names no metric
inline constexpr double default_tolerance = 0.1;

/// One direction as the user gave it; an empty list of policies is a list that was given.
struct GivenRules {
  std::optional<std::int32_t> window_seconds;
  std::optional<Select> select;
  std::optional<std::vector<Policy>> policies;
};

/// Scaling up: no window, 4 pods or 100 % per 15 s, whichever is more. As soon as `behavior` has one direction the other is
/// filled in too.
Rules default_up_rules(const GivenRules& given = {});
/// Scaling down: the window stays open (the controller's own counts), 100 % per 15 s.
Rules default_down_rules(const GivenRules& given = {});

/// A tolerance per direction, each falling back to the controller's.
Tolerance resolve_tolerance(double controllers, std::optional<double> down, std::optional<double> up);

}  // namespace plimsoll::hpa
