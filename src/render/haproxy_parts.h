#pragma once
// Parts of haproxy.cfg that the file of `up` (haproxy.h) and that of `render` (haproxy_target.cc) have in common. Pure.

#include <cstdint>
#include <string>

#include "core/stack.h"

namespace plimsoll::render::haproxy_parts {

/// Rounded up, at least 1.
std::int64_t ms(Duration);

/// The section defaults but for its first line: timeouts, retries, keep-alive.
std::string defaults(const Balancer&);

/// A backend up to its servers: algorithm, retries, checks, limits.
std::string backend_head(const Balancer&, const Tier&);

}  // namespace plimsoll::render::haproxy_parts
