#include "proc/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <utility>

#include "core/assert.h"
#include "proc/files.h"
#include "proc/pidfd.h"
#include "proc/stat.h"

namespace plimsoll::proc {
namespace {

std::optional<Identity> parse_pidfile(std::string_view text) {
  Identity who;
  const char* end = text.data() + text.size();
  const auto [after_pid, bad_pid] = std::from_chars(text.data(), end, who.pid);
  if (bad_pid != std::errc() || after_pid == end || *after_pid != ' ') return std::nullopt;
  const auto [after_start, bad_start] = std::from_chars(after_pid + 1, end, who.start_ticks);
  // The newline says that it was written to its end.
  if (bad_start != std::errc() || after_start == end || *after_start != '\n' || who.pid <= 1) return std::nullopt;
  return who;
}

bool ended(int pidfd) {
  pollfd watch{pidfd, POLLIN, 0};
  return ::poll(&watch, 1, 0) > 0;
}

}  // namespace

Process::Process(Process&& other) noexcept
    : identity_(std::exchange(other.identity_, {})),
      pidfd_(std::exchange(other.pidfd_, -1)),
      child_(std::exchange(other.child_, false)),
      exit_code_(std::exchange(other.exit_code_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(identity_, other.identity_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(child_, other.child_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

Process::~Process() {
  if (pidfd_ >= 0) ::close(pidfd_);
}

void Process::end(std::optional<int> code) {
  exit_code_ = code;
  ::close(std::exchange(pidfd_, -1));
}

bool Process::running() {
  if (pidfd_ < 0) return false;
  if (!ended(pidfd_)) return true;
  // As long as a zombie or a member of its group is there the number can't be anybody else's.
  if (const std::optional<Stat> stat = read_stat(pid()); !stat || stat->start_ticks == identity_.start_ticks)
    ::kill(-pid(), SIGKILL);
  std::optional<int> code;
  siginfo_t info{};
  if (child_ && ::waitid(P_PIDFD, static_cast<id_t>(pidfd_), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
    code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  end(code);
  return false;
}

Result<void> Process::signal(int number) {
  if (pidfd_ < 0 || ::pidfd_send_signal(pidfd_, number, nullptr, 0) == 0 || errno == ESRCH) return {};
  return fail(Errc::failed, fmt::format("signal {} to process {}: {}", number, pid(), reason(errno)));
}

bool Process::wait(Duration deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (running()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd watch{pidfd_, POLLIN, 0};
    ::poll(&watch, 1, static_cast<int>(std::min<decltype(left)>(left, 1'000'000)));
  }
  return true;
}

Result<void> write_pidfile(const std::string& pidfile, const Identity& who) {
  const std::string text = fmt::format("{} {}\n", who.pid, who.start_ticks);
  const std::string fresh = pidfile + ".new";
  Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return fail(Errc::failed, fmt::format("can't write {}: {}", fresh, reason(errno)));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(file.get()) != 0 ||
      ::rename(fresh.c_str(), pidfile.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    return fail(Errc::failed, fmt::format("can't write {}: {}", pidfile, reason(error)));
  }
  return {};
}

std::optional<Process> adopt(const Identity& who) {
  Process found;
  found.identity_ = who;
  found.pidfd_ = ::pidfd_open(who.pid, 0);
  if (found.pidfd_ < 0) return std::nullopt;
  // Looked at after the descriptor was opened: what it then shows is the process the descriptor speaks of, or that one has ended.
  const std::optional<Stat> stat = read_stat(who.pid);
  if (!stat || stat->start_ticks != who.start_ticks || stat->ended() || ended(found.pidfd_)) return std::nullopt;
  found.child_ = stat->parent == ::getpid();
  return found;
}

Result<std::optional<Process>> adopt(const std::string& pidfile) {
  const std::optional<std::string> text = read_file(pidfile);
  if (!text) {
    if (::access(pidfile.c_str(), F_OK) != 0) return std::nullopt;
    return fail(Errc::failed, fmt::format("can't read {}", pidfile));
  }
  const std::optional<Identity> who = parse_pidfile(*text);
  return who ? adopt(*who) : std::nullopt;
}

}  // namespace plimsoll::proc
