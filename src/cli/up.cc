#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "cli/bring_up_view.h"
#include "cli/local_stack.h"
#include "cli/signals.h"
#include "cli/verbs.h"

namespace plimsoll::cli {
namespace {

std::string clock_text(TimePoint at) {
  const std::time_t seconds_since_epoch =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(at));
  return fmt::format("{:%H:%M:%S}", fmt::localtime(seconds_since_epoch));
}

/// One line a decision, event or trouble; nothing while all is steady.
class Narrator {
 public:
  explicit Narrator(const show::Terminal& terminal) : terminal_(terminal) {}

  Watcher watcher() {
    Watcher watcher;
    watcher.on_tick = [this](const Tick& tick) {
      for (const std::string& sentence : tick.sentences) say(tick.at, sentence);
      for (const std::string& note : tick.notes) say(tick.at, note);
      last_error_.clear();
    };
    watcher.on_event = [this](const InstanceEvent& event) { say(event.at, event.text); };
    watcher.on_error = [this](const Error& error) {
      if (error.message != last_error_) say(std::chrono::system_clock::now(), "NOT DECIDING: " + error.message);
      last_error_ = error.message;
    };
    return watcher;
  }

 private:
  void say(TimePoint at, const std::string& text) { (void)terminal_.write(fmt::format("{}  {}\n", clock_text(at), text)); }

  show::Terminal terminal_;
  std::string last_error_;
};

}  // namespace

int run_up(const UpOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  StopFlag stop, now;
  const Signals signals(stop, now);
  const auto loaded = load_stack(options.stack);
  if (!loaded) return exit_bad_input;
  auto stack = LocalStack::open(*loaded, options.stack.state_dir);
  if (!stack) {
    print_error(stack.error());
    return exit_bad_input;
  }
  const show::Terminal terminal(STDOUT_FILENO);
  BringUpView view(terminal);
  if (const auto up = (*stack)->bring_up([&](const auto& rows) { view.show(rows); }, stop); !up) {
    if (stop.stopped()) {
      (void)terminal.write("interrupted; what was started is stopped again\n");
      return exit_interrupted;
    }
    print_error(up.error());
    return exit_negative;
  }
  print_what_runs(**stack, options.stack, terminal);
  Narrator narrator(terminal);
  (*stack)->run(narrator.watcher(), stop, now);
  (void)terminal.write(fmt::format("controller ended; {} runs on, unscaled. `{}` stops it\n", (*stack)->stack().name,
                                   down_command(**stack, options.stack)));
  return exit_well;
}

}  // namespace plimsoll::cli
