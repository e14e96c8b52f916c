// Starting a command: everything that allocates or looks things up is done before fork(), for plimsoll has threads and the child
// may only make system calls until it executes the program.

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "core/assert.h"
#include "proc/files.h"
#include "proc/limits.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/stat.h"

namespace plimsoll::proc {
namespace {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

/// What a child failed at, for the parent to say.
enum class Stage : int { limits, files, user, folder, program };
struct Failure {
  Stage stage = Stage::program;
  int error = 0;
};

struct Prepared {
  std::string program;
  std::vector<char*> argv, envp;
  std::vector<std::string> variables;
  std::optional<User> user;
  std::vector<std::string> joins;
  std::vector<Fd> join_files;
  Fd null, log, go_read, go_write, failure_read, failure_write;
};

Fd opened(const std::string& path, int flags, mode_t mode = 0) {
  Fd file(::open(path.c_str(), flags | O_CLOEXEC, mode));
  // The child puts things onto 0, 1 and 2.
  if (file.get() >= 0 && file.get() <= 2) return Fd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
  return file;
}

bool make_pipe(Fd& read_end, Fd& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  Fd a(ends[0]);
  Fd b(ends[1]);
  read_end = a.get() > 2 ? std::move(a) : Fd(::fcntl(a.get(), F_DUPFD_CLOEXEC, 3));
  write_end = b.get() > 2 ? std::move(b) : Fd(::fcntl(b.get(), F_DUPFD_CLOEXEC, 3));
  return read_end.get() > 2 && write_end.get() > 2;
}

Result<std::optional<User>> find_user(const Command& command) {
  if (!command.user) return std::nullopt;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(command.user->c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return fail(Errc::not_found, fmt::format("{}: there is no user {}", command.name, *command.user));
  if (::geteuid() != 0) {
    if (found->pw_uid == ::geteuid()) return std::nullopt;
    return fail(Errc::refused, fmt::format("{}: only root can run a program as user {}", command.name, *command.user));
  }
  User user{found->pw_uid, found->pw_gid, {}};
  int count = 0;
  ::getgrouplist(found->pw_name, user.gid, nullptr, &count);
  user.groups.resize(static_cast<std::size_t>(std::max(count, 1)));
  count = static_cast<int>(user.groups.size());
  if (::getgrouplist(found->pw_name, user.gid, user.groups.data(), &count) < 0)
    return fail(Errc::failed, fmt::format("{}: can't list the groups of user {}", command.name, *command.user));
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

std::string group_name(const Command& command) { return command.cgroup.empty() ? command.name : command.cgroup; }

Result<Prepared> prepare(const Command& command) {
  PLIMSOLL_ASSERT(!command.argv.empty() && !command.pidfile.empty() && !command.log_file.empty());
  Prepared ready;
  Result<std::string> program = find_program(command.argv[0]);
  if (!program) return fail(program.error().code, fmt::format("{}: {}", command.name, program.error().message));
  ready.program = std::move(*program);
  for (const std::string& argument : command.argv) ready.argv.push_back(const_cast<char*>(argument.c_str()));
  ready.argv.push_back(nullptr);
  for (const auto& [name, value] : command.env) ready.variables.push_back(fmt::format("{}={}", name, value));
  for (std::string& variable : ready.variables) ready.envp.push_back(variable.data());
  ready.envp.push_back(nullptr);

  Result<std::optional<User>> user = find_user(command);
  if (!user) return fail(user.error());
  ready.user = std::move(*user);
  ready.null = opened("/dev/null", O_RDONLY);
  ready.log = opened(command.log_file, O_WRONLY | O_CREAT | O_APPEND, 0640);
  if (ready.log.get() < 0)
    return fail(Errc::failed, fmt::format("{}: can't write its log {}: {}", command.name, command.log_file, reason(errno)));
  if (ready.null.get() < 0 || !make_pipe(ready.go_read, ready.go_write) || !make_pipe(ready.failure_read, ready.failure_write))
    return fail(Errc::exhausted, fmt::format("{}: no descriptors left to start it: {}", command.name, reason(errno)));

  if (command.limits.cpu || command.limits.memory) {
    Result<std::vector<std::string>> joins = make_groups(group_folders(), group_name(command), command.limits);
    if (!joins) return fail(joins.error().code, fmt::format("{}: limits: {}", command.name, joins.error().message));
    for (const std::string& join : *joins) ready.join_files.push_back(opened(join, O_WRONLY));
    ready.joins = std::move(*joins);
  }
  return ready;
}

[[noreturn]] void give_up(const Prepared& ready, Stage stage) {
  const Failure failure{stage, errno};
  [[maybe_unused]] const ssize_t told = ::write(ready.failure_write.get(), &failure, sizeof failure);
  ::_exit(127);
}

/// The program gets 0, 1, 2 and nothing else of plimsoll's, flagged close-on-exec or not.
void close_all_but(int first, int second) {
  if (first > second) std::swap(first, second);
  if (first > 3) ::close_range(3, static_cast<unsigned>(first) - 1, 0);
  if (second > first + 1) ::close_range(static_cast<unsigned>(first) + 1, static_cast<unsigned>(second) - 1, 0);
  ::close_range(static_cast<unsigned>(second) + 1, ~0U, 0);
}

/// In the child. System calls only.
[[noreturn]] void become(const Prepared& ready, const char* folder) {
  ::setsid();
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction fresh {};
    fresh.sa_handler = SIG_DFL;
    ::sigaction(number, &fresh, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const Fd& file : ready.join_files)
    if (::write(file.get(), "0", 1) != 1) give_up(ready, Stage::limits);
  if (::dup2(ready.null.get(), 0) < 0 || ::dup2(ready.log.get(), 1) < 0 || ::dup2(ready.log.get(), 2) < 0)
    give_up(ready, Stage::files);
  ::close(ready.go_write.get());  // with our copy gone the pipe ends when plimsoll does
  close_all_but(ready.go_read.get(), ready.failure_write.get());
  char go = 0;
  ssize_t heard = 0;
  while ((heard = ::read(ready.go_read.get(), &go, 1)) < 0 && errno == EINTR) {
  }
  if (heard != 1) ::_exit(0);
  if (ready.user && (::setgroups(ready.user->groups.size(), ready.user->groups.data()) != 0 || ::setgid(ready.user->gid) != 0 ||
                     ::setuid(ready.user->uid) != 0))
    give_up(ready, Stage::user);
  if (*folder != '\0' && ::chdir(folder) != 0) give_up(ready, Stage::folder);
  ::execve(ready.program.c_str(), ready.argv.data(), ready.envp.data());
  give_up(ready, Stage::program);
}

Error explain(const Command& command, const Prepared& ready, const Failure& failure) {
  const std::string why = reason(failure.error);
  switch (failure.stage) {
    case Stage::limits:
      return {Errc::failed, fmt::format("{}: can't join its cgroup {}: {}", command.name, group_name(command), why)};
    case Stage::files:
      return {Errc::failed, fmt::format("{}: can't redirect its output: {}", command.name, why)};
    case Stage::user:
      return {Errc::failed, fmt::format("{}: can't become user {}: {}", command.name, command.user.value_or(""), why)};
    case Stage::folder:
      return {Errc::failed, fmt::format("{}: can't enter {}: {}", command.name, command.working_directory, why)};
    case Stage::program:
      break;
  }
  return {failure.error == ENOENT ? Errc::not_found : Errc::failed,
          fmt::format("{}: can't run {}: {}", command.name, ready.program, why)};
}

/// The failure the child reports, or nothing when the program has taken over and thereby closed the pipe.
std::optional<Failure> hear(int pipe) {
  Failure failure;
  ssize_t count = 0;
  while ((count = ::read(pipe, &failure, sizeof failure)) < 0 && errno == EINTR) {
  }
  if (count == sizeof failure) return failure;
  return std::nullopt;
}

}  // namespace

Result<Process> start(const Command& command) {
  Result<Prepared> prepared = prepare(command);
  if (!prepared) return fail(prepared.error());
  Prepared& ready = *prepared;
  const auto forget = [&] {
    ::unlink(command.pidfile.c_str());
    if (!ready.joins.empty()) remove_limits(group_name(command));
  };

  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    forget();
    return fail(Errc::exhausted, fmt::format("{}: can't fork: {}", command.name, reason(error)));
  }
  if (pid == 0) become(ready, command.working_directory.c_str());
  ready.go_read.close();
  ready.failure_write.close();

  const auto undo = [&](Error error) {
    ready.go_write.close();
    ::waitpid(pid, nullptr, 0);
    forget();
    return fail(std::move(error));
  };
  Process process;
  const std::optional<Stat> stat = read_stat(pid);
  process.identity_ = {pid, stat ? stat->start_ticks : 0};
  process.child_ = true;
  process.pidfd_ = ::pidfd_open(pid, 0);
  if (!stat || process.pidfd_ < 0)
    return undo({Errc::failed, fmt::format("{}: can't watch it: {}", command.name, reason(errno))});
  if (const Result<void> written = write_pidfile(command.pidfile, process.identity_); !written)
    return undo({written.error().code, fmt::format("{}: {}", command.name, written.error().message)});
  // A child that failed before this has told why and is gone: no SIGPIPE for that.
  sigset_t pipe_signal, before;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  if (::write(ready.go_write.get(), "g", 1) != 1) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (const std::optional<Failure> failure = hear(ready.failure_read.get())) return undo(explain(command, ready, *failure));
  return process;
}

}  // namespace plimsoll::proc
