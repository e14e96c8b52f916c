#include "drive/local/server_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "drive/local/files.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

proc::Command command_of(const Place& place, const std::string& name, const ServerCommand& server) {
  proc::Command command;
  command.name = name;
  command.argv = server.argv;
  command.env = server.env;
  command.working_directory = place.root;
  command.pidfile = place.pidfile(name);
  command.log_file = place.log(name);
  command.user = server.user;
  return command;
}

std::string fate(const std::optional<int>& exit_code) {
  if (!exit_code) return "";
  return *exit_code > 128 ? fmt::format(" (ended by signal {})", *exit_code - 128) : fmt::format(" (exit code {})", *exit_code);
}

}  // namespace

Result<bool> ServerProcess::adopt() {
  Result<std::optional<proc::Process>> found = proc::adopt(place_.pidfile(name_));
  if (!found) return fail(found.error());
  if (!*found) return false;
  process_ = std::move(**found);
  log_start_ = file_size(place_.log(name_));
  return running();
}

Result<void> ServerProcess::start(const ServerCommand& server) {
  log_start_ = file_size(place_.log(name_));
  Result<proc::Process> started = proc::start(command_of(place_, name_, server));
  if (!started) return fail(started.error().code, fmt::format("{}: {}", name_, started.error().message));
  process_ = std::move(*started);
  return {};
}

bool ServerProcess::running() { return process_ && process_->running(); }

Result<void> ServerProcess::signal(int number) {
  if (!running()) return {};
  return process_->signal(number);
}

Result<void> ServerProcess::stop(std::initializer_list<StopStep> steps) {
  for (const StopStep& step : steps) {
    if (!running()) break;
    if (Result<void> sent = process_->signal(step.signal); !sent) return sent;
    process_->wait(step.patience);
  }
  if (running()) {
    if (Result<void> sent = process_->signal(SIGKILL); !sent) return sent;
    if (!process_->wait(5s))
      return fail(Errc::timed_out, fmt::format("{}: process {} does not end, even when killed", name_, pid()));
  }
  ::unlink(place_.pidfile(name_).c_str());
  return {};
}

Error ServerProcess::error(Errc code, const std::string& what) const {
  return {code, fmt::format("{}: {}{}{}", name_, what, fate(process_ ? process_->exit_code() : std::nullopt),
                            log_tail(place_.log(name_), log_start_))};
}

Result<void> end_tool(const Place& place, const std::string& name) {
  ServerProcess tool(name, place);
  const Result<bool> left = tool.adopt();
  if (!left) return fail(left.error());
  return tool.stop({{SIGTERM, 5s}});
}

Result<void> run_tool(const Place& place, const std::string& name, const ServerCommand& server, Duration deadline) {
  if (Result<void> ended = end_tool(place, name); !ended) return ended;
  const std::uint64_t log_start = file_size(place.log(name));
  Result<proc::Process> tool = proc::start(command_of(place, name, server));
  if (!tool) return fail(tool.error().code, fmt::format("{}: {}", name, tool.error().message));
  const bool in_time = tool->wait(deadline);
  if (!in_time) {
    static_cast<void>(tool->signal(SIGKILL));
    tool->wait(5s);
  }
  ::unlink(place.pidfile(name).c_str());
  if (!in_time) return fail(Errc::timed_out, fmt::format("{}: not done in time{}", name, log_tail(place.log(name), log_start)));
  if (tool->exit_code().value_or(0) == 0) return {};
  return fail(Errc::failed, fmt::format("{}: failed{}{}", name, fate(tool->exit_code()), log_tail(place.log(name), log_start)));
}

}  // namespace plimsoll::local
