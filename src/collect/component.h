#pragma once
// What the sources of components' saturation share.

#include <optional>
#include <string>
#include <string_view>

#include "decide/plan.h"
#include "ports/collector.h"

namespace plimsoll::collect {

inline std::optional<ComponentId> component_of(const Plan& plan, ComponentKind kind, std::string_view name) {
  for (std::uint32_t i = 0; i < plan.components.size(); ++i)
    if (plan.components[i].kind == kind && plan.components[i].name == name) return ComponentId{i};
  return std::nullopt;
}

inline ComponentReading in_use(ComponentId component, double ratio, TimePoint measured) {
  return {component, {ratio, measured, Duration::zero(), Gap::none}};
}
/// The slot knows when the last value was measured.
inline ComponentReading component_gap(ComponentId component, Gap why) { return {component, {0, {}, {}, why}}; }

}  // namespace plimsoll::collect
