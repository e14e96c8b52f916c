#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>
#include <thread>

#include "cli/local_stack.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "drive/local/purge.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;

/// Takes the controller's lock, ending the controller that holds it first.
Result<local::Lock> end_controller(const local::Place& place) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  int told = 0;
  while (true) {
    Result<local::Lock> lock = local::Lock::take(place);
    if (lock || lock.error().code != Errc::refused || std::chrono::steady_clock::now() > deadline) return lock;
    // A pidfd, so that the signal can't reach whoever got the number next.
    if (const auto holder = local::Lock::holder(place); holder && *holder != told) {
      const int fd = static_cast<int>(syscall(SYS_pidfd_open, *holder, 0));
      if (fd >= 0 && local::Lock::holder(place) == holder) {
        fmt::print("ending the controller (pid {})\n", *holder);
        syscall(SYS_pidfd_send_signal, fd, SIGTERM, nullptr, 0);
        told = *holder;
      }
      if (fd >= 0) close(fd);
    }
    std::this_thread::sleep_for(50ms);
  }
}

bool agrees_to_purge(const DownOptions& options, const local::Place& place) {
  if (options.yes) return true;
  if (isatty(STDIN_FILENO) == 0) {
    print_error({Errc::refused, "--purge removes data and asks first; there is no terminal to ask on, so say --yes too"});
    return false;
  }
  fmt::print("remove {} with all data, logs and the journal? [y/N] ", place.root);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// Everything of the place, first in order and then whatever is left: parts that are in the file no more, or could not be taken
/// over.
Result<void> stop_everything(const LoadedStack& loaded, const local::Place& place) {
  Result<local::Lock> lock = end_controller(place);
  if (!lock) return fail(lock.error());
  auto stack = LocalStack::open_to_stop(loaded, place, std::move(*lock));
  const Result<void> in_order =
      stack ? (*stack)->take_down([](const std::string& line) { fmt::print("{}\n", line); }) : Result<void>(fail(stack.error()));
  const Result<void> rest = local::stop_leftovers(
      place, [](const std::string&) { return false; }, 20s);
  return in_order ? rest : in_order;
}

}  // namespace

int run_down(const DownOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto loaded = load_stack(options.stack, false);
  if (!loaded) return exit_bad_input;
  const auto place = local::find_place(options.stack.state_dir, loaded->stack.name);
  if (!place) {
    print_error({Errc::not_found, fmt::format("nothing of stack {} under {}/: it was never up here, or was removed",
                                              loaded->stack.name, options.stack.state_dir)});
    return exit_bad_input;
  }
  if (options.purge && !agrees_to_purge(options, *place)) return exit_bad_input;
  if (const Result<void> stopped = stop_everything(*loaded, *place); !stopped) {
    print_error(stopped.error());
    return exit_negative;
  }
  if (!options.purge) {
    fmt::print("{} is down; its data stay in {}\n", loaded->stack.name, place->root);
    return exit_well;
  }
  if (const auto removed = local::purge(*place); !removed) {
    print_error(removed.error());
    return exit_negative;
  }
  fmt::print("{} is down and removed\n", loaded->stack.name);
  return exit_well;
}

}  // namespace plimsoll::cli
