#pragma once
// A stream socket with deadlines, for the small protocols of this folder: TCP or UNIX, poll and non-blocking calls underneath.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "core/time.h"

namespace plimsoll::wire {

using Deadline = std::chrono::steady_clock::time_point;
inline Deadline deadline_in(Duration within) { return std::chrono::steady_clock::now() + within; }

/// poll() on one descriptor until the deadline. @return false when it passed.
bool wait_for(int descriptor, short events, Deadline deadline);

/// Owns a descriptor; movable. Messages of errors are about the cause only ("connection refused"): the caller names the endpoint.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;

  static Result<Socket> connect_tcp(const std::string& host, std::uint16_t port, Deadline deadline);
  static Result<Socket> connect_unix(const std::string& path, Deadline deadline);

  Result<void> send_all(std::string_view bytes, Deadline deadline);
  /// At least one byte, or 0 when the other side has closed.
  Result<std::size_t> receive(char* into, std::size_t capacity, Deadline deadline);
  /// Tells the other side that nothing more comes; receiving goes on.
  void end_sending();
  void close();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace plimsoll::wire
