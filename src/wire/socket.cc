#include "wire/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace plimsoll::wire {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

Error error_of(int error) {
  switch (error) {
    case ENOENT:
      return {Errc::not_found, reason(error)};
    case EACCES:
    case EPERM:
      return {Errc::refused, reason(error)};
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
      return {Errc::exhausted, reason(error)};
    case ETIMEDOUT:
      return {Errc::timed_out, reason(error)};
    default:
      return {Errc::unreachable, reason(error)};
  }
}

Result<void> finish_connect(int descriptor, const sockaddr* address, socklen_t size, Deadline deadline) {
  if (::connect(descriptor, address, size) == 0) return {};
  if (errno != EINPROGRESS && errno != EINTR) return fail(error_of(errno));
  if (!wait_for(descriptor, POLLOUT, deadline)) return fail(Errc::timed_out, "no connection in time");
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return fail(error_of(error));
  return {};
}

}  // namespace

bool wait_for(int descriptor, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd poll_for{descriptor, events, 0};
    const int timeout = static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000'000));
    const int ready = ::poll(&poll_for, 1, timeout);
    if (ready > 0) return true;
    if (ready == 0 && left <= 1'000'000'000) return false;
    if (ready < 0 && errno != EINTR) return true;  // let the call that follows say what is wrong
  }
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

void Socket::end_sending() { ::shutdown(descriptor_, SHUT_WR); }

void Socket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<Socket> Socket::connect_tcp(const std::string& host, std::uint16_t port, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return fail(Errc::not_found, std::string("name not resolved: ") + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  Error last{Errc::unreachable, "no address"};
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    Socket socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.descriptor_ < 0) return fail(error_of(errno));
    const int yes = 1;
    ::setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Result<void> connected = finish_connect(socket.descriptor_, address->ai_addr, address->ai_addrlen, deadline);
    if (connected) return socket;
    last = connected.error();
  }
  return fail(last);
}

Result<Socket> Socket::connect_unix(const std::string& path, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Errc::failed, "the path of the socket is over 107 bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  for (;;) {
    Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.descriptor_ < 0) return fail(error_of(errno));
    if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    if (errno != EAGAIN) return fail(error_of(errno));
    // EAGAIN on a UNIX socket is a full backlog; nothing to poll on, so try again shortly.
    if (std::chrono::steady_clock::now() >= deadline) return fail(Errc::timed_out, "no connection in time");
    ::poll(nullptr, 0, 2);
  }
}

Result<void> Socket::send_all(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(descriptor_, POLLOUT, deadline)) return fail(Errc::timed_out, "not sent in time");
    } else if (errno != EINTR) {
      return fail(error_of(errno));
    }
  }
  return {};
}

Result<std::size_t> Socket::receive(char* into, std::size_t capacity, Deadline deadline) {
  for (;;) {
    const ssize_t received = ::recv(descriptor_, into, capacity, 0);
    if (received >= 0) return static_cast<std::size_t>(received);
    if (errno == EAGAIN) {
      if (!wait_for(descriptor_, POLLIN, deadline)) return fail(Errc::timed_out, "no answer in time");
    } else if (errno != EINTR) {
      return fail(error_of(errno));
    }
  }
}

}  // namespace plimsoll::wire
