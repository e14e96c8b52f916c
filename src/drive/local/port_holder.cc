#include "drive/local/port_holder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

#include "drive/local/files.h"

namespace plimsoll::local {

namespace {

namespace fs = std::filesystem;

/// Inodes of the sockets that listen on a port, from /proc/net/tcp's lines: "0: 0100007F:1F90 00000000:0000 0A … uid timeout
/// inode".
void add_listeners(const std::string& table, std::uint16_t port, std::set<std::string>& sockets) {
  constexpr unsigned listening = 0x0A;
  for (std::size_t at = table.find('\n'); at != std::string::npos; at = table.find('\n', at + 1)) {
    unsigned local_port = 0, state = 0;
    unsigned long inode = 0;
    const int found =
        std::sscanf(table.c_str() + at + 1, " %*u: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*s %*s %lu", &local_port, &state, &inode);
    if (found == 3 && local_port == port && state == listening) sockets.insert(fmt::format("socket:[{}]", inode));
  }
}

bool holds(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (const fs::path target = fs::read_symlink(at->path(), gone); !gone && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::optional<PortHolder> port_holder(std::uint16_t port) {
  std::set<std::string> sockets;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    if (const Result<std::string> text = read_file(table)) add_listeners(*text, port, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }) || !holds(at->path(), sockets)) continue;
    std::string program = read_file(at->path() / "comm").value_or("?\n");
    program.pop_back();
    return PortHolder{std::stoi(name), program};
  }
  return std::nullopt;
}

std::string port_taken(const std::string& address, std::uint16_t port) {
  if (const std::optional<PortHolder> holder = port_holder(port))
    return fmt::format("port {} of {} is taken by {} (pid {})", port, address, holder->program, holder->pid);
  if (port < 1024 && ::geteuid() != 0)
    return fmt::format("port {} of {} can't be listened on: ports below 1024 are root's", port, address);
  return fmt::format("port {} of {} is taken, or the address is not this machine's", port, address);
}

}  // namespace plimsoll::local
