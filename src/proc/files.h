#pragma once
// Small files read and written whole: /proc and cgroup entries, pidfiles.

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace plimsoll::proc {

/// All of a file; nothing if it can't be read.
std::optional<std::string> read_file(const std::string& path);

/// One write() to a file that exists: the way the kernel's control files want it.
Result<void> write_control(const std::string& path, std::string_view text);

/// "no such file or directory", for the current errno or a given one.
std::string reason(int error);

/// Owns a descriptor.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  int release();
  void close();

 private:
  int fd_;
};

}  // namespace plimsoll::proc
