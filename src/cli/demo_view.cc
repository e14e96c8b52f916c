#include "cli/demo_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cli/demo_jobs.h"
#include "decide/say.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Why a policy's wish is not followed at the moment; empty if it is, or if that is only a matter of the next poll.
std::string held_text(const Plan& plan, const Explanation& why) {
  const TierDecision& decision = why.decision;
  if (decision.changes() || decision.reason == Reason::between_polls) return {};
  std::string text;
  for (const StepLine& step : why.steps)
    if (step.reason == decision.reason) text = step_text(plan, why, step);
  return text;
}

std::optional<double> gauge(const std::vector<Gauge>& gauges, const std::string& name) {
  const auto found = std::ranges::find(gauges, name, &Gauge::name);
  return found == gauges.end() ? std::nullopt : std::optional(found->value);
}

std::string phase_text(const load::Schedule& schedule, Duration elapsed) {
  if (elapsed >= schedule.duration()) return "load over; jobs finish, instances leave";
  const double now = schedule.rate_at(elapsed).per_second;
  const double soon = schedule.rate_at(std::min(elapsed + 5s, schedule.duration() - Duration(1))).per_second;
  if (soon > now * 1.02) return fmt::format("load climbs: {:.0f}/s", now);
  if (soon < now * 0.98) return fmt::format("load falls: {:.0f}/s", now);
  return fmt::format("load {:.0f}/s", now);
}

}  // namespace

DemoView::DemoView(const LocalStack& stack, const load::Engine& engine, const load::Schedule& schedule,
                   const show::Terminal& terminal)
    : stack_(stack), engine_(engine), schedule_(schedule), terminal_(terminal), start_(WallClock().now()) {
  frame_.stack = stack.stack().name;
  frame_.total = schedule.duration();
  frame_.p95_objective = stack.stack().objectives.p95;
  frame_.hint = "Ctrl-C ends the demo";
  for (const Tier& tier : stack.stack().tiers) {
    show::TierRow row;
    row.name = tier.name;
    row.min = tier.replicas.min;
    row.max = tier.replicas.max;
    frame_.tiers.push_back(row);
  }
  for (const std::string& list : served_lists(stack.stack())) frame_.queues.push_back({list, std::nullopt, {}});
  if (terminal_.is_tty()) screen_ = std::make_unique<show::Screen>(terminal_);
}

void DemoView::tick(const Tick& tick) {
  // Ticks keep to the second; one that comes early (while instances come up) would make the curves denser than they say.
  if (last_ != TimePoint{} && tick.at - last_ < 700ms) return;
  last_ = tick.at;
  const load::Snapshot snapshot = engine_.snapshot();
  add_values(tick, snapshot);
  draw(snapshot);
}

void DemoView::add_values(const Tick& tick, const load::Snapshot& snapshot) {
  frame_.elapsed = std::max(since_start(tick.at), Duration::zero());
  frame_.phase = phase_text(schedule_, since_start(tick.at));
  const load::Counts& counts = snapshot.so_far.counts;
  frame_.requests = counts.succeeded + counts.failed();
  frame_.failed = counts.failed();
  frame_.rate_per_s.reset();
  frame_.p50.reset();
  frame_.p95.reset();
  frame_.p99.reset();
  if (!snapshot.so_far.seconds.empty() && snapshot.running) {
    const load::SecondStats& second = snapshot.so_far.seconds.back();
    frame_.rate_per_s = static_cast<double>(second.succeeded + second.failed);
    if (snapshot.window.count > 0) {
      frame_.p50 = snapshot.window.p50;
      frame_.p95 = snapshot.window.p95;
      frame_.p99 = snapshot.window.p99;
    }
  }
  frame_.rate_history_per_s.push_back(frame_.rate_per_s.value_or(unknown));
  frame_.p95_history_s.push_back(frame_.p95 ? seconds(*frame_.p95) : unknown);

  const std::vector<Gauge> gauges = stack_.gauges();
  for (std::size_t i = 0; i < frame_.tiers.size(); ++i) {
    show::TierRow& row = frame_.tiers[i];
    const Explanation& why = tick.why[i];
    row.ready = why.ready;
    row.starting = why.starting;
    row.draining = why.draining;
    row.asked = why.decision.asked;
    const auto cpu = gauge(gauges, "processes." + row.name + ".cpu_ratio");
    row.cpu = cpu ? std::optional(Ratio{*cpu}) : std::nullopt;
    row.replicas_history.push_back(row.ready);
    row.held = held_text(stack_.plan(), why);
    if (why.decision.changes())
      frame_.decisions.push_back(
          {since_start(tick.at), row.name, why.decision.before, why.decision.asked, sentence(stack_.plan(), why)});
  }
  for (const std::string& note : tick.notes) frame_.events.push_back({since_start(tick.at), note, false});
  for (show::QueueRow& queue : frame_.queues) {
    std::optional<double> depth;
    for (const Cache& cache : stack_.stack().caches)
      if (!depth) depth = gauge(gauges, fmt::format("{}.{}.jobs", cache.name, queue.name));
    queue.depth = depth ? std::optional(static_cast<std::uint64_t>(*depth)) : std::nullopt;
    queue.depth_history.push_back(depth.value_or(unknown));
  }
  frame_.components = stack_.component_rows();
}

void DemoView::event(const InstanceEvent& event) {
  const bool failure = event.kind == InstanceEvent::Kind::start_failed || event.kind == InstanceEvent::Kind::died;
  frame_.events.push_back({std::max(since_start(event.at), Duration::zero()), event.text, failure});
}

void DemoView::draw(const load::Snapshot&) {
  if (screen_) {
    (void)screen_->show(show::render_live(frame_, terminal_.size(), terminal_.style()));
    return;
  }
  if (lines_++ % 5 == 0) (void)terminal_.write(show::render_line(frame_, terminal_.style()) + "\n");
}

bool DemoView::some_jobs_wait() const {
  return std::ranges::any_of(frame_.queues, [](const show::QueueRow& queue) { return queue.depth.value_or(1) > 0; });
}

void DemoView::end() { screen_.reset(); }

show::Summary DemoView::summary() const {
  show::Summary summary;
  summary.stack = frame_.stack;
  summary.p95_objective = frame_.p95_objective;
  summary.sample_period = frame_.sample_period;
  summary.rate_per_s = frame_.rate_history_per_s;
  summary.p95_s = frame_.p95_history_s;
  for (const show::TierRow& row : frame_.tiers) summary.tiers.push_back({row.name, row.replicas_history});
  summary.decisions = frame_.decisions;
  return summary;
}

}  // namespace plimsoll::cli
