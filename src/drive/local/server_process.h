#pragma once
// The process of one server of the stack, found again by its pidfile; and tools that run to their end.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "drive/local/place.h"
#include "proc/process.h"

namespace plimsoll::local {

struct ServerCommand {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
  std::optional<std::string> user;  // run as this one
};

/// A signal and how long it is given before the next.
struct StopStep {
  int signal;
  Duration patience;
};

class ServerProcess {
 public:
  ServerProcess(std::string name, Place place) : name_(std::move(name)), place_(std::move(place)) {}

  /// True if the pidfile's process runs.
  Result<bool> adopt();
  /// In the place's root, with log and pidfile there.
  Result<void> start(const ServerCommand&);
  [[nodiscard]] bool running();
  [[nodiscard]] int pid() const { return process_ ? process_->pid() : 0; }
  /// Not running is success.
  Result<void> signal(int number);
  /// The steps in turn until it has ended, SIGKILL last. Forgets the pidfile.
  Result<void> stop(std::initializer_list<StopStep> steps);
  /// "redis: " + what + the exit code if it has ended + the last lines it logged since it was started here.
  [[nodiscard]] Error error(Errc, const std::string& what) const;

 private:
  std::string name_;
  Place place_;
  std::optional<proc::Process> process_;
  std::uint64_t log_start_ = 0;  // size of the log when it was started, or adopted
};

/// Runs a tool to its end as `name` (of its log and pidfile). One left over from a crash of plimsoll is ended first. An Error has
/// the last lines of its log. Blocks.
Result<void> run_tool(const Place&, const std::string& name, const ServerCommand&, Duration deadline);

/// Ends what a crash left of a tool, if anything.
Result<void> end_tool(const Place&, const std::string& name);

}  // namespace plimsoll::local
