#pragma once
// The slots of a running HAProxy and of its file: both always say the same, so that a reload or a restart loses no server.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/stack.h"
#include "core/time.h"
#include "drive/local/place.h"
#include "render/haproxy.h"
#include "wire/haproxy_socket.h"

namespace plimsoll::balancer {

/// One server as HAProxy sees it.
struct ServerSeen {
  std::string tier;
  std::uint32_t number = 0;  // of the instance, and of its slot
  render::SlotState state = render::SlotState::free;
  bool up = false;  // its health check passes (or has not failed yet)
  std::string address;
  std::uint16_t port = 0;
  std::int64_t sessions = 0;  // requests it has now, and those that wait for it alone
  std::int64_t total = 0;     // since HAProxy was started or reloaded
};

/// Every change goes to the file first and to HAProxy then, each within half a second. While HAProxy is not there a change is an
/// Error but not lost: the file has it, and repair() or the next start brings it in. All calls from one thread.
class Haproxy {
 public:
  /// The stack must have a balancer (asserted). Nothing is read or written yet.
  Haproxy(Stack stack, const local::Place& place);
  ~Haproxy();
  Haproxy(const Haproxy&) = delete;
  Haproxy& operator=(const Haproxy&) = delete;

  /// Whether a tier's instances are behind it.
  [[nodiscard]] bool serves(const std::string& tier) const;
  /// Instances 1..slots(tier) have one.
  [[nodiscard]] int slots(const std::string& tier) const;

  /// Takes over the slots of the HAProxy that runs.
  Result<void> learn();
  /// Writes the file; true if a running HAProxy needs a reload: the text changed in more than the slots, now or at a write()
  /// since which neither reload() succeeded nor loaded() was called, if by a plimsoll that ended since.
  Result<bool> write();
  /// HAProxy was started with the file as it is.
  void loaded();

  /// The instance gets requests from now on. What HAProxy then says of it.
  Result<ServerSeen> put(const std::string& tier, std::uint32_t number, const std::string& address, std::uint16_t port);
  /// It gets no new requests, and finishes those it has.
  Result<void> drain(const std::string& tier, std::uint32_t number);
  /// Its slot is free.
  Result<void> take_out(const std::string& tier, std::uint32_t number);

  /// All servers of service tiers.
  Result<std::vector<ServerSeen>> servers() const;
  /// Puts right what in HAProxy differs from the slots; returns what it saw before. What can't be put right now is left to the
  /// next call; an Error only if nothing was seen.
  Result<std::vector<ServerSeen>> repair();

  /// A new HAProxy process takes the file over and the old one leaves with its last connection; no connection is refused
  /// meanwhile.
  Result<void> reload();
  /// "2.6.12-1+deb12u4": of the one that runs.
  Result<std::string> version() const;

  [[nodiscard]] std::string config_file() const { return place_.conf("haproxy.cfg"); }
  /// Of its runtime API, for others that ask it; valid as long as this object.
  [[nodiscard]] const wire::HaproxySocket& socket() const { return socket_; }

 private:
  render::Slot& slot(const std::string& tier, std::uint32_t number);
  Result<void> set(const std::string& tier, std::uint32_t number, const render::Slot& to);
  Result<void> tell(const std::string& tier, std::uint32_t number) const;
  /// A file, there from before a change that needs a reload until that was done.
  [[nodiscard]] std::string reload_mark() const { return place_.conf("haproxy.reload-due"); }
  [[nodiscard]] bool reload_due() const;
  Result<std::string> fact(std::string_view key) const;  // of "show info"

  Stack stack_;
  local::Place place_;
  render::Slots slots_;  // every service tier, slots(tier) entries each
  int folder_ = -1;      // of the sockets, if their path is too long for a UNIX socket
  wire::HaproxySocket socket_, master_;
};

}  // namespace plimsoll::balancer
