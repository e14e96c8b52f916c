#include "drive/local/bring_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "core/assert.h"

namespace plimsoll::local {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Errors of several components as one.
class Collected {
 public:
  void add(const Error& error) {
    if (first_)
      first_->message += "\n" + error.message;
    else
      first_ = error;
  }
  [[nodiscard]] Result<void> result() const {
    if (first_) return fail(*first_);
    return {};
  }

 private:
  std::optional<Error> first_;
};

class BringUp {
 public:
  BringUp(std::span<Component* const> components, const OnProgress& progress, const BringUpOptions& options)
      : progress_(progress), options_(options) {
    for (Component* component : in_order_of_needs(components)) parts_.push_back({component});
  }

  Result<void> run(const std::stop_token& stop) {
    while (!all_ready()) {
      if (stop.stop_requested()) return give_up({Errc::failed, "interrupted"});
      bool moved = false;
      for (Part& part : parts_) {
        const State before = part.state;
        if (Result<void> done = advance(part); !done) return give_up(done.error());
        moved = moved || part.state != before;
      }
      if (!moved) std::this_thread::sleep_for(options_.poll);
    }
    return {};
  }

 private:
  enum class State { waiting, started, ready };
  struct Part {
    Component* component;
    State state = State::waiting;
    bool ours = false;  // started by this call
    SteadyClock::time_point since{};
  };

  [[nodiscard]] bool all_ready() const {
    return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.state == State::ready; });
  }

  [[nodiscard]] bool can_start(const Part& part) const {
    const auto is_ready = [this](const std::string& name) {
      return std::any_of(parts_.begin(), parts_.end(),
                         [&](const Part& other) { return other.component->name() == name && other.state == State::ready; });
    };
    return std::all_of(part.component->needs().begin(), part.component->needs().end(), is_ready);
  }

  void tell(const Part& part, BringUpPhase phase) const {
    if (progress_) progress_(*part.component, phase, SteadyClock::now() - begun_);
  }

  Result<void> advance(Part& part) {
    if (part.state == State::waiting && can_start(part)) return adopt_or_start(part);
    if (part.state == State::started) return ask(part);
    return {};
  }

  Result<void> adopt_or_start(Part& part) {
    const Result<bool> adopted = part.component->adopt();
    if (!adopted) return fail(adopted.error());
    if (*adopted) {
      tell(part, BringUpPhase::adopted);
    } else {
      tell(part, BringUpPhase::starting);
      part.ours = true;
      if (Result<void> started = part.component->start(); !started) return started;
    }
    part.state = State::started;
    part.since = SteadyClock::now();
    return {};
  }

  Result<void> ask(Part& part) {
    const Result<Readiness> readiness = part.component->ready();
    if (!readiness) {
      // One that was found and has ended since is started like any other.
      if (part.ours || part.component->running()) return fail(readiness.error());
      part.state = State::waiting;
      return {};
    }
    if (*readiness == Readiness::ready) {
      part.state = State::ready;
      tell(part, BringUpPhase::ready);
    } else if (SteadyClock::now() - part.since > options_.ready_within) {
      return fail(Errc::timed_out,
                  fmt::format("{}: not ready after {:.0f} s", part.component->name(), seconds(options_.ready_within)));
    }
    return {};
  }

  Result<void> give_up(Error error) {
    std::string stopped, left;
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
      if (!part->ours || !part->component->running()) continue;
      tell(*part, BringUpPhase::stopping);
      const Result<void> done = part->component->stop(options_.stop_within);
      std::string& list = done ? stopped : left;
      list += (list.empty() ? "" : ", ") + part->component->name();
      if (done) tell(*part, BringUpPhase::stopped);
    }
    if (!stopped.empty()) error.message += "\nstopped again: " + stopped;
    if (!left.empty()) error.message += "\ncould not be stopped and still runs: " + left;
    return fail(std::move(error));
  }

  const OnProgress& progress_;
  const BringUpOptions& options_;
  const SteadyClock::time_point begun_ = SteadyClock::now();
  std::vector<Part> parts_;
};

}  // namespace

std::vector<Component*> in_order_of_needs(std::span<Component* const> components) {
  std::vector<Component*> ordered;
  const auto placed = [&](const std::string& name) {
    return std::any_of(ordered.begin(), ordered.end(), [&](const Component* each) { return each->name() == name; });
  };
  while (ordered.size() < components.size()) {
    const std::size_t before = ordered.size();
    for (Component* component : components) {
      const std::vector<std::string>& needs = component->needs();
      if (!placed(component->name()) && std::all_of(needs.begin(), needs.end(), placed)) ordered.push_back(component);
    }
    PLIMSOLL_ASSERT(ordered.size() > before);  // a circle, a need that is not there, or two of one name
  }
  return ordered;
}

Result<void> check_all(std::span<Component* const> components) {
  Collected problems;
  for (Component* component : components)
    if (const Result<void> checked = component->check(); !checked) problems.add(checked.error());
  return problems.result();
}

Result<void> bring_up(std::span<Component* const> components, const OnProgress& progress, const std::stop_token& stop,
                      const BringUpOptions& options) {
  if (Result<void> checked = check_all(components); !checked) return checked;
  return BringUp(components, progress, options).run(stop);
}

Result<void> take_down(std::span<Component* const> components, const OnProgress& progress, Duration deadline_each) {
  const SteadyClock::time_point begun = SteadyClock::now();
  const auto tell = [&](const Component& component, BringUpPhase phase) {
    if (progress) progress(component, phase, SteadyClock::now() - begun);
  };
  std::vector<Component*> order = in_order_of_needs(components);
  Collected problems;
  for (auto each = order.rbegin(); each != order.rend(); ++each) {
    Component& component = **each;
    if (!component.running()) {
      // Its configuration may be beyond repair; that must not keep it running.
      const Result<bool> found = component.adopt();
      if (!found && !component.running()) problems.add(found.error());
    }
    if (!component.running()) continue;
    tell(component, BringUpPhase::stopping);
    if (const Result<void> stopped = component.stop(deadline_each); stopped)
      tell(component, BringUpPhase::stopped);
    else
      problems.add(stopped.error());
  }
  return problems.result();
}

}  // namespace plimsoll::local
