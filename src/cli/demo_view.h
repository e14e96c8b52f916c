#pragma once
// What the demo shows while it runs, and what it remembers for the end: one value per second of each curve.

#include <memory>
#include <string>

#include "cli/local_stack.h"
#include "load/engine.h"
#include "show/live.h"
#include "show/summary.h"
#include "show/terminal.h"

namespace plimsoll::cli {

class DemoView {
 public:
  /// Borrows all three. On a terminal it takes the whole screen until end().
  DemoView(const LocalStack& stack, const load::Engine& engine, const load::Schedule& schedule, const show::Terminal& terminal);

  /// Once a second: adds a value to every curve and draws.
  void tick(const Tick&);
  void event(const InstanceEvent&);
  /// Whether jobs wait in a list, as of the last tick; a list that can't be measured may have some.
  [[nodiscard]] bool some_jobs_wait() const;
  /// Gives the screen back.
  void end();

  /// Histories and decisions; counts and latencies are the caller's to add.
  [[nodiscard]] show::Summary summary() const;

 private:
  void add_values(const Tick&, const load::Snapshot&);
  void draw(const load::Snapshot&);
  [[nodiscard]] Duration since_start(TimePoint at) const { return at - start_; }

  const LocalStack& stack_;
  const load::Engine& engine_;
  const load::Schedule& schedule_;
  show::Terminal terminal_;
  std::unique_ptr<show::Screen> screen_;
  TimePoint start_;
  TimePoint last_{};
  int lines_ = 0;
  show::LiveFrame frame_;
};

}  // namespace plimsoll::cli
