#pragma once
// Servers for the live tests: a real one, and one that misbehaves as told. Loopback and free ports only.

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern char** environ;

namespace plimsoll::load {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline int listen_on_free_port(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 4096) != 0) std::abort();
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

inline std::uint16_t free_port() {
  std::uint16_t port = 0;
  ::close(listen_on_free_port(port));
  return port;
}

/// A server that misbehaves as told: one thread a connection, which calls `serve` with each whole request until it says stop.
class FaultyServer {
 public:
  /// What to do with the n-th request (from 0) of the c-th connection: write to fd and return whether to go on.
  using Serve = std::function<bool(int fd, int c, int n, const std::string& request)>;

  explicit FaultyServer(Serve serve) : serve_(std::move(serve)), listener_(listen_on_free_port(port_)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FaultyServer() {
    over_ = true;
    acceptor_.join();
    for (std::thread& t : threads_) t.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  static bool write(int fd, std::string_view text) {
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == std::ssize(text);
  }
  static bool write_ok(int fd) { return write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); }
  static void reset(int fd) {  // close() then sends RST
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  bool readable(int fd) const {
    while (!over_) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 20) > 0) return true;
    }
    return false;
  }
  void accept_all() {
    for (int c = 0; readable(listener_); ++c) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) threads_.emplace_back([this, fd, c] { connection(fd, c); });
    }
  }
  void connection(int fd, int c) {
    std::string bytes;
    std::array<char, 4096> buffer;
    for (int n = 0; readable(fd);) {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      if (!serve_(fd, c, n++, bytes.substr(0, end))) break;
      bytes.erase(0, end + 4);
    }
    ::close(fd);
  }

  Serve serve_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> over_{false};
  std::thread acceptor_;
  std::vector<std::thread> threads_;
};

/// HAProxy answering by itself with one thread; its files in a private folder. Gone with the object.
class Haproxy {
 public:
  Haproxy() : port_(free_port()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-load-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) std::abort();
    folder_ = pattern;
    const std::string config = (folder_ / "haproxy.cfg").string();
    std::ofstream(config)
        << "global\n maxconn 2000\n nbthread 1\ndefaults\n mode http\n timeout client 60s\n timeout server 60s\n"
        << " timeout connect 5s\nfrontend test\n bind 127.0.0.1:" << port_ << " backlog 4096\n"
        << " http-request return status 404 hdr X-Instance haproxy-1 if { path /no }\n"
        << " http-request return status 503 hdr X-Instance haproxy-1 if { path /bad }\n"
        << " http-request return status 200 content-type text/plain string hello hdr X-Instance haproxy-1\n";
    std::array<const char*, 6> argv{"haproxy", "-db", "-q", "-f", config.c_str(), nullptr};
    posix_spawnattr_t own_group;
    ::posix_spawnattr_init(&own_group);
    ::posix_spawnattr_setflags(&own_group, POSIX_SPAWN_SETPGROUP);  // the whole group can be stopped and ended
    if (::posix_spawn(&pid_, "/usr/sbin/haproxy", nullptr, &own_group, const_cast<char**>(argv.data()), environ) != 0)
      std::abort();
    ::posix_spawnattr_destroy(&own_group);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!answers() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ~Haproxy() {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Haproxy(const Haproxy&) = delete;
  Haproxy& operator=(const Haproxy&) = delete;

  void signal(int number) const { ::kill(-pid_, number); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  bool answers() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port_);
    const bool yes = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return yes;
  }

  std::uint16_t port_;
  std::filesystem::path folder_;
  pid_t pid_ = -1;
};

}  // namespace plimsoll::load
