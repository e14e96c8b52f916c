#pragma once
// Who listens on a port, for the message that says it is taken.

#include <cstdint>
#include <optional>
#include <string>

namespace plimsoll::local {

struct PortHolder {
  int pid = 0;
  std::string program;  // "nginx"
};

/// The process that listens on a TCP port of this machine. Nothing if nobody does, or if it is another user's and we are not
/// root.
std::optional<PortHolder> port_holder(std::uint16_t port);

/// "port 8080 of 127.0.0.1 is taken by nginx (pid 4711)", with as much as can be found out.
std::string port_taken(const std::string& address, std::uint16_t port);

}  // namespace plimsoll::local
