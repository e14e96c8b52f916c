#include "cli/signals.h"

#include <pthread.h>

namespace plimsoll::cli {
namespace {

// Ends the waiting thread; nobody else sends it to that thread.
constexpr int wake = SIGUSR2;

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, wake}) sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals(StopFlag& stop, StopFlag& now) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  thread_ = std::thread([set, &stop, &now] {
    int number = 0;
    while (sigwait(&set, &number) == 0 && number != wake) {
      if (stop.stopped()) now.stop();
      stop.stop();
    }
  });
}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), wake);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace plimsoll::cli
