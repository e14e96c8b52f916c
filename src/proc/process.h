#pragma once
// Processes that outlive plimsoll: started in a session of their own, found again by pidfile and start time, watched by pidfd.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "core/units.h"

namespace plimsoll::proc {

/// A process's identity: a pid alone may be somebody else's by now.
struct Identity {
  int pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/PID/stat
  bool operator==(const Identity&) const = default;
};

struct Limits {
  std::optional<Cores> cpu;
  std::optional<Bytes> memory;
};

struct Command {
  std::string name;                        // "api-3": for messages, and the cgroup's name if `cgroup` is empty
  std::vector<std::string> argv;           // argv[0] is looked up in PATH if it has no slash; nothing passes through a shell
  std::map<std::string, std::string> env;  // the whole environment of the child
  std::string working_directory;
  std::string pidfile;              // written before the program runs: "PID START_TICKS\n"
  std::string log_file;             // stdout and stderr are appended
  std::optional<std::string> user;  // run as this user; refused unless plimsoll is root or is this user
  Limits limits;                    // applied by cgroup before the program runs, where the machine allows
  std::string cgroup;               // "quickstart-1f3a-api-3": unique on this machine; read only if there are limits
};

/// A process that runs or ran. Movable; its destructor leaves the process alone.
class Process {
 public:
  Process() = default;
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();

  [[nodiscard]] Identity identity() const { return identity_; }
  [[nodiscard]] int pid() const { return identity_.pid; }

  /// Reaps it if it is our child. A zombie is not running. What an ended process left behind in its process group is killed.
  [[nodiscard]] bool running();
  /// Once it has ended and was our child: exit code, or 128 + signal. Absent while it runs, or if it was adopted.
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }
  /// To this very process, through its pidfd; an ended one is not an error.
  Result<void> signal(int number);
  /// Polls up to `deadline` for its end; true if it has ended.
  bool wait(Duration deadline);

 private:
  friend Result<Process> start(const Command&);
  friend std::optional<Process> adopt(const Identity&);
  void end(std::optional<int> code);
  Identity identity_;
  int pidfd_ = -1;
  bool child_ = false;
  std::optional<int> exit_code_;
};

/// Starts a command in a session of its own. The child waits until its pidfile is written and synced, and gives up if plimsoll
/// dies before: whatever runs has a pidfile. A program that can't be found or executed is an Error (not_found / failed), not a
/// child that exits.
Result<Process> start(const Command&);

/// The process a pidfile speaks of, if it still runs and is the same one; nothing if not. A damaged pidfile counts as absent.
Result<std::optional<Process>> adopt(const std::string& pidfile);

/// The same for a process found in another way.
std::optional<Process> adopt(const Identity&);

/// Writes a pidfile, whole or not at all, for a process whose own was lost.
Result<void> write_pidfile(const std::string& pidfile, const Identity&);

/// Processes whose environment has NAME=VALUE, e.g. those of a stack whose pidfiles were lost. Zombies are left out.
std::vector<Identity> find_by_environment(const std::string& name, const std::string& value);

/// A variable of a process's environment as it was when its program started; nothing if it is gone, unreadable or has no such
/// variable.
std::optional<std::string> environment_of(const Identity&, const std::string& name);

/// The leader of its session: the process that start() made, for itself and for what it has started in turn. 0 if it is gone.
int session_of(const Identity&);

/// How long ago it was started; nothing if it is gone.
std::optional<Duration> age_of(const Identity&);

/// Path of a program in PATH (ours) or `extra` directories (Debian hides some in /usr/sbin and /usr/lib/postgresql/15/bin).
Result<std::string> find_program(const std::string& name, const std::vector<std::string>& extra = {});

/// What limits this machine can enforce, decided once: cgroup v2, v1, or neither and why.
struct LimitSupport {
  bool cpu = false;
  bool memory = false;
  std::string why_not;  // one line for people; empty if both work
};
LimitSupport limit_support();

/// Removes the cgroups of a command that has ended (Command::cgroup), and kills what it left behind in them. None there: nothing
/// to do.
void remove_limits(const std::string& cgroup);

/// CPU time used since its start by a process and its threads (to the nanosecond), and its resident memory. Not that of its
/// children.
struct Usage {
  Duration cpu{};
  Bytes resident;
};
Result<Usage> usage(const Identity&);

}  // namespace plimsoll::proc
