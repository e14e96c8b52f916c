#pragma once
// Ctrl-C, SIGTERM and a closed terminal as a flag.

#include <csignal>
#include <functional>
#include <thread>

#include "control/runner.h"

namespace plimsoll::cli {

/// From construction on SIGINT, SIGTERM and SIGHUP of this process raise `stop`, and a second one `now`. Constructed by main's
/// thread before any other thread is started, so that all inherit the blocked signals. Borrows both flags.
class Signals {
 public:
  Signals(StopFlag& stop, StopFlag& now);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  sigset_t before_{};
  std::thread thread_;
};

}  // namespace plimsoll::cli
