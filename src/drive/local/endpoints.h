#pragma once
// The servers of a stack on this machine: who they are, where they listen and how to log in.

#include <memory>
#include <string>
#include <vector>

#include "core/stack.h"
#include "drive/local/component.h"
#include "drive/local/place.h"
#include "drive/local/programs.h"

namespace plimsoll::local {

/// Databases with their read replicas, poolers and caches of a stack, in an order in which they can be started. Nothing is
/// started; ports are chosen and passwords made, and remembered, where they were not. The balancer is not among them.
Result<std::vector<std::unique_ptr<Component>>> components(const Stack&, const Place&, Ports&, Secrets&,
                                                           const ProgramPaths& = ProgramPaths::of_this_machine());

/// What an instance of the tier finds in its environment. After components(): ports must be known (not_found). Of several
/// databases or caches a tier uses, the first of each is meant; DATABASE_READ_URL is its first read replica, directly.
Result<Endpoints> endpoints(const Stack&, const Tier&, const Ports&, Secrets&);

/// For plimsoll's own eyes: a role that may look at statistics only, at the primary (replica 0) or a read replica (1..).
Result<std::string> monitoring_url(const Database&, int replica, const Ports&, Secrets&);
/// PgBouncer's console as a user that may only look. It takes the simple protocol: PgConnection::exec.
Result<std::string> console_url(const Pooler&, const Ports&, Secrets&);
/// The same as a user that may change things.
Result<std::string> admin_console_url(const Pooler&, const Ports&, Secrets&);
Result<std::string> cache_url(const Cache&, const Ports&, Secrets&);

}  // namespace plimsoll::local
