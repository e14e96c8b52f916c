#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "drive/local/place.h"

namespace plimsoll::local {

namespace {

/// The pid written in the lock's file; 0 if none is.
int read_pid(int fd) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof text, 0);
  int pid = 0;
  if (got > 0) std::from_chars(text, text + got, pid);
  return pid;
}

/// Whether the path still leads to the file that was opened: the place may have been purged since.
bool is_at(int fd, const std::string& path) {
  struct stat opened {};
  struct stat there {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &there) == 0 && opened.st_dev == there.st_dev &&
         opened.st_ino == there.st_ino;
}

}  // namespace

Result<Lock> Lock::take(const Place& place) {
  Result<Lock> lock = take_file(place);
  // One that was locked after it was removed locks nothing.
  while (lock && !is_at(lock->fd_, place.lock())) lock = take_file(place);
  if (!lock) return lock;
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock->fd_, 0) != 0 || ::pwrite(lock->fd_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return fail(Errc::failed, fmt::format("can't write {}: {}", place.lock(), std::strerror(errno)));
  return lock;
}

Result<Lock> Lock::take_file(const Place& place) {
  const std::string path = place.lock();
  Lock lock;
  lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.fd_ < 0) return fail(Errc::failed, fmt::format("can't open {}: {}", path, std::strerror(errno)));
  // holder() locks for an instant to find out: one refusal is not yet a holder.
  for (int tries = 0; ::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return fail(Errc::failed, fmt::format("can't lock {}: {}", path, std::strerror(errno)));
    if (tries == 10)
      return fail(Errc::refused,
                  fmt::format("another plimsoll (pid {}) controls the stack in {}", read_pid(lock.fd_), place.root));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return lock;
}

std::optional<int> Lock::holder(const Place& place) {
  const int fd = ::open(place.lock().c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::optional<int> pid;
  if (::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) pid = read_pid(fd);
  ::close(fd);
  return pid;
}

Lock::Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Lock& Lock::operator=(Lock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace plimsoll::local
