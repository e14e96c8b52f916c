#pragma once
// haproxy.cfg of a stack. Pure.
//
// Every service tier is a backend of its name with a fixed number of slots: server "api-3" is the slot of instance 3. An occupied
// slot carries its instance's address and a draining one weight 0, so a HAProxy that starts or reloads from the file serves as
// the one before did; a free slot is disabled and gets its address over the runtime API later. Requests to balancer.listen go to
// the first service tier; the other service tiers have a backend, but no route to it yet.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/stack.h"

namespace plimsoll::render {

enum class SlotState { free, serving, draining };

struct Slot {
  SlotState state = SlotState::free;
  std::string address;     // "127.0.0.1"; read unless it is free
  std::uint16_t port = 0;  // the same
  bool operator==(const Slot&) const = default;
};

/// By tier; instance k is in slot k - 1. A tier or slot that is left out is free.
using Slots = std::map<std::string, std::vector<Slot>>;

/// How many instances of a tier there can be at once: twice its upper bound and two, for while old ones drain new ones start.
int slot_count(const Tier&);

/// The frontend's name in "show stat".
std::string haproxy_frontend(const Balancer&);

/// Sockets of the runtime API, relative to HAProxy's working directory: a UNIX socket's path has room for 97 characters only.
inline constexpr const char* haproxy_socket = "sock/haproxy.sock";
inline constexpr const char* haproxy_master_socket = "sock/haproxy-master.sock";

/// Requests one instance gets at once; more wait in the balancer, where the signal queued_requests sees them.
inline constexpr int haproxy_server_maxconn = 200;

/// The stack must have a balancer (asserted). `slots` has no more entries for a tier than slot_count().
std::string haproxy_cfg(const Stack&, const Slots& slots);

}  // namespace plimsoll::render
