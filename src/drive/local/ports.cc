#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "drive/local/files.h"
#include "drive/local/place.h"
#include "proc/process.h"

namespace plimsoll::local {

namespace {

constexpr std::uint32_t first_port = 15000;
constexpr std::uint32_t port_count = 15000;

/// Ports the system hands to outgoing connections: one of those may be taken by a client at any time.
struct EphemeralRange {
  std::uint32_t low = 32768, high = 60999;
  [[nodiscard]] bool contains(std::uint32_t port) const { return port >= low && port <= high; }
};

EphemeralRange ephemeral_range() {
  EphemeralRange range;
  const Result<std::string> text = read_file("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned low = 0, high = 0;
  if (text && std::sscanf(text->c_str(), "%u %u", &low, &high) == 2) range = {low, high};
  return range;
}

std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string text_of(const std::map<std::string, std::uint16_t>& ports) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, port] : ports) json[name] = port;
  return json.dump(2) + "\n";
}

/// A free port, from a place in the range that depends on the stack: stacks that run by turns seldom want each other's.
Result<std::uint16_t> find_free(const std::string& stack, const std::set<std::uint32_t>& taken) {
  const EphemeralRange ephemeral = ephemeral_range();
  const std::uint32_t offset = hash_of(stack) % port_count;
  for (const bool shun_ephemeral : {true, false}) {
    for (std::uint32_t i = 0; i < port_count; ++i) {
      const std::uint32_t port = first_port + (offset + i) % port_count;
      if (taken.contains(port) || (shun_ephemeral && ephemeral.contains(port))) continue;
      if (port_free("127.0.0.1", static_cast<std::uint16_t>(port))) return static_cast<std::uint16_t>(port);
    }
  }
  return fail(Errc::exhausted, fmt::format("no port of {}..{} is free on 127.0.0.1", first_port, first_port + port_count - 1));
}

}  // namespace

bool port_free(const std::string& address, std::uint16_t port) {
  sockaddr_storage to{};
  socklen_t size = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
  if (::inet_pton(AF_INET, address == "*" ? "0.0.0.0" : address.c_str(), &v4->sin_addr) == 1) {
    to.ss_family = AF_INET;
    v4->sin_port = htons(port);
    size = sizeof(sockaddr_in);
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    to.ss_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof(sockaddr_in6);
  } else {
    return false;
  }
  const int fd = ::socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  // As servers do: connections that are only waiting out their time do not hold a port.
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&to), size) == 0 && ::listen(fd, 1) == 0;
  ::close(fd);
  return free;
}

Result<Ports> Ports::open(const Place& place) {
  Ports ports;
  ports.file_ = place.root + "/ports.json";
  const Result<std::string> text = read_file(ports.file_);
  if (!text && text.error().code == Errc::not_found) return ports;
  if (!text) return fail(text.error());
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  bool sound = json.is_object();
  if (sound) {
    for (const auto& [name, port] : json.items()) {
      sound = sound && port.is_number_unsigned() && port.get<std::uint64_t>() >= 1 && port.get<std::uint64_t>() <= 65535;
      if (sound) ports.ports_[name] = port.get<std::uint16_t>();
    }
  }
  if (!sound)
    return fail(Errc::malformed,
                fmt::format("{} is damaged; remove it if nothing of the stack runs, and new ports are chosen", ports.file_));
  return ports;
}

Result<std::uint16_t> Ports::of(const std::string& name) {
  if (const std::optional<std::uint16_t> port = known(name)) {
    if (port_free("127.0.0.1", *port)) return *port;
    // Somebody has it: ourselves, from before, if the process that was started under this name still runs.
    const Place place{folder_of(file_)};
    if (const Result<std::optional<proc::Process>> ours = proc::adopt(place.pidfile(name)); ours && ours->has_value())
      return *port;
  }
  return fresh(name);
}

Result<std::uint16_t> Ports::fresh(const std::string& name) {
  std::set<std::uint32_t> taken;
  for (const auto& [other, port] : ports_) taken.insert(port);
  const std::string root = folder_of(file_);
  const Result<std::uint16_t> port = find_free(root.substr(root.rfind('/') + 1), taken);
  if (!port) return port;
  std::map<std::string, std::uint16_t> next = ports_;
  next[name] = *port;
  if (Result<void> written = write_file(file_, text_of(next)); !written) return fail(written.error());
  ports_ = std::move(next);
  return *port;
}

std::optional<std::uint16_t> Ports::known(const std::string& name) const {
  const auto found = ports_.find(name);
  if (found == ports_.end()) return std::nullopt;
  return found->second;
}

}  // namespace plimsoll::local
