#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "cli/bring_up_view.h"
#include "cli/demo_jobs.h"
#include "cli/demo_load.h"
#include "cli/demo_view.h"
#include "cli/load_text.h"
#include "cli/local_stack.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "show/json.h"
#include "show/summary.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;

/// How long the last jobs, in hand when the lists were empty, may take.
constexpr Duration jobs_patience = 20s;

std::string run_name() {
  return fmt::format(
      "demo{}",
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

/// The tier the demo speaks to: the first service that has a database.
const Tier* entrance(const Stack& stack) {
  for (const Tier& tier : stack.tiers)
    if (tier.kind == TierKind::service && stack.balancer && !tier.uses.empty()) return &tier;
  return nullptr;
}

void add_counts(show::Summary& shown, const load::Summary& load) {
  shown.elapsed = load.elapsed;
  shown.requests = load.counts.due;
  shown.ok = load.counts.succeeded;
  const load::Counts& counts = load.counts;
  for (const load::StatusCount& status : load.statuses)
    if (status.status >= 400) shown.failures.push_back({fmt::format("status {}", status.status), status.count});
  for (const auto& [kind, count] :
       {std::pair{"connection refused", counts.connect_refused}, std::pair{"connection failed", counts.connect_failed},
        std::pair{"connection reset", counts.reset}, std::pair{"answer cut short", counts.truncated},
        std::pair{"not HTTP", counts.malformed}, std::pair{"timed out", counts.timed_out + counts.timed_out_waiting}})
    if (count > 0) shown.failures.push_back({kind, count});
  if (load.response.count > 0) {
    shown.p50 = load.response.p50;
    shown.p95 = load.response.p95;
    shown.p99 = load.response.p99;
    shown.max = load.response.max;
  }
  if (load.generator_limited)
    shown.notes.push_back(
        fmt::format("the load generator itself was late (p99 {:.0f} ms): this machine was busier than the load alone makes it",
                    seconds(load.slip.p99) * 1e3));
  if (counts.retried_on_stale > 0)
    shown.notes.push_back(fmt::format("{} requests were sent again on a fresh connection", counts.retried_on_stale));
}

Result<void> write_report(const std::string& path, const show::Summary& summary) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << show::demo_report_json(summary);
  if (!file.flush()) return fail(Errc::exhausted, fmt::format("{}: can't be written", path));
  return {};
}

/// Load, and the controller beside it, until the load is over, the jobs are done and the tiers are back at their minimum.
struct Watched {
  show::Summary summary;
  bool some_jobs_wait = false;
};

Watched watch(LocalStack& stack, const DemoLoad& load, load::Engine& engine, const show::Terminal& terminal, StopFlag& stop,
              const StopFlag& now) {
  DemoView view(stack, engine, load.schedule, terminal);
  const TimePoint deadline = WallClock().now() + load.schedule.duration() + 90s;
  StopFlag over;
  Watcher watcher;
  watcher.on_event = [&](const InstanceEvent& event) { view.event(event); };
  watcher.on_tick = [&](const Tick& tick) {
    view.tick(tick);
    bool calm = !engine.running() && !view.some_jobs_wait();
    for (std::size_t i = 0; i < tick.decision->tiers.size(); ++i)
      calm = calm && tick.decision->tiers[i].asked <= stack.plan().tiers[i].bounds.min && tick.why[i].draining == 0;
    if (stop.stopped() || calm || tick.at > deadline) over.stop();
  };
  watcher.on_error = [&](const Error& error) {
    view.event({WallClock().now(), InstanceEvent::Kind::died, TierId{}, "", "NOT DECIDING: " + error.message});
    if (stop.stopped() || WallClock().now() > deadline) over.stop();
  };
  stack.run(watcher, over, now);
  view.end();
  if (stop.stopped()) engine.stop();
  engine.wait();
  return {view.summary(), view.some_jobs_wait()};
}

int finish(LocalStack& stack, const DemoOptions& options, const show::Terminal& terminal) {
  if (options.keep) {
    (void)terminal.write(fmt::format("{} runs on; `{}` stops it\n", stack.stack().name, down_command(stack, options.stack)));
    return exit_well;
  }
  if (const auto down = stack.take_down({}); !down) {
    print_error(down.error());
    return exit_negative;
  }
  (void)terminal.write("the stack is down again; its data stay for the next run\n");
  return exit_well;
}

int run_on(LocalStack& stack, const Tier& tier, const DemoOptions& options, DemoLoad load, const std::string& run,
           const show::Terminal& terminal, StopFlag& stop, const StopFlag& now) {
  load::Engine engine(load.plan);
  if (const auto started = engine.start(); !started) {
    print_error(started.error());
    return exit_negative;
  }
  Watched watched = watch(stack, load, engine, terminal, stop, now);
  show::Summary& summary = watched.summary;
  add_counts(summary, engine.result());
  if (const std::string note = limits_note(stack.stack()); !note.empty()) summary.notes.push_back(note);

  const std::vector<std::string> lists = served_lists(stack.stack());
  if (const Result<std::string> url = stack.database_url(tier); url && !lists.empty() && !stop.stopped()) {
    const auto jobs = count_jobs(
        *url, load, engine.accepted(), run, lists.size(), [&] { return watched.some_jobs_wait; }, jobs_patience);
    if (jobs)
      summary.jobs = *jobs;
    else
      summary.notes.push_back("jobs could not be counted: " + jobs.error().message);
    if (!jobs) summary.failures.push_back({"jobs not counted", 1});
  }
  summary.report_path = options.report.empty() ? stack.place().root + "/report.json" : options.report;
  const Result<void> written = write_report(summary.report_path, summary);
  if (!written) {
    summary.notes.push_back(written.error().message);
    summary.report_path.clear();
  }
  (void)terminal.write(show::render_summary(summary, terminal.style(), terminal.size().columns));
  if (stop.stopped()) return exit_interrupted;
  return show::went_well(summary) && written ? exit_well : exit_negative;
}

}  // namespace

int run_demo(const DemoOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  StopFlag stop, now;
  const Signals signals(stop, now);
  const auto loaded = load_stack(options.stack);
  if (!loaded) return exit_bad_input;
  const Tier* tier = entrance(loaded->stack);
  if (!tier) {
    print_error(
        {Errc::malformed, fmt::format("{}: the demo needs a balancer and a service tier behind it", loaded->source.file)});
    return exit_bad_input;
  }
  const std::string run = run_name();
  const Balancer& balancer = *loaded->stack.balancer;
  Result<DemoLoad> load =
      DemoLoad::make(balancer.address, balancer.listen, options.stages.empty() ? demo_stages : options.stages, run);
  if (!load) {
    print_error(load.error());
    return exit_bad_input;
  }
  auto stack = LocalStack::open(*loaded, options.stack.state_dir);
  if (!stack) {
    print_error(stack.error());
    return exit_bad_input;
  }
  const show::Terminal terminal(STDOUT_FILENO);
  BringUpView view(terminal);
  if (const auto up = (*stack)->bring_up([&](const auto& rows) { view.show(rows); }, stop); !up) {
    if (!stop.stopped()) print_error(up.error());
    return stop.stopped() ? exit_interrupted : exit_negative;
  }
  const int verdict = run_on(**stack, *tier, options, std::move(*load), run, terminal, stop, now);
  const int ended = finish(**stack, options, terminal);
  return verdict != exit_well ? verdict : ended;
}

}  // namespace plimsoll::cli
