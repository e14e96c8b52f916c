#pragma once
// What an instance finds in its environment: the instance contract of the documentation.

#include <cstdint>
#include <map>
#include <string>

#include "core/stack.h"
#include "drive/local/component.h"

namespace plimsoll::local {

/// Marks every process of a stack: its value is the place's root. Lets processes be found whose pidfiles were lost.
inline constexpr const char* stack_marker = "PLIMSOLL_STACK";

using Environment = std::map<std::string, std::string>;

/// PATH, HOME and LANG as plimsoll itself has them; no other variable of the user's shell reaches an instance.
Environment inherited_environment();

/// PORT, INSTANCE and the marker are plimsoll's own; DATABASE_URL, DATABASE_READ_URL, REDIS_URL, QUEUES (lists with commas
/// between: those a worker consumes, those a service publishes to) and POOL_SIZE (`uses`: connections) are set where the tier has
/// such a thing and may be overridden by run.env.
Environment instance_environment(const Environment& inherited, const Stack&, const Tier&, const std::string& name,
                                 std::uint16_t port, const Endpoints&, const std::string& place_root);

}  // namespace plimsoll::local
