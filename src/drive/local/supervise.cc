#include "drive/local/supervise.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "drive/local/bring_up.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

constexpr Duration steady_after = 60s;
constexpr Duration ready_within = 60s;
constexpr Duration longest_delay = 30s;
// Of one that does not get ready: nobody uses it.
constexpr Duration stop_within = 2s;

/// 0, 1, 2, 4 .. 30 s after the 1st, 2nd, 3rd .. failure.
Duration delay_after(int failures) {
  if (failures <= 1) return 0s;
  return std::min<Duration>(longest_delay, std::chrono::seconds(1 << std::min(failures - 2, 5)));
}

}  // namespace

Supervisor::Supervisor(std::span<Component* const> components) {
  for (Component* component : in_order_of_needs(components)) parts_.push_back({component});
}

std::vector<ComponentEvent> Supervisor::advance(TimePoint now) {
  std::vector<ComponentEvent> events;
  for (Part& part : parts_) {
    if (part.state == State::starting) ask(part, now, events);
    if (part.state == State::up) watch(part, now, events);
    if (part.state == State::down && now >= part.retry && needs_are_up(*part.component)) start(part, now, events);
  }
  return events;
}

bool Supervisor::needs_are_up(const Component& component) const {
  return std::all_of(component.needs().begin(), component.needs().end(), [this](const std::string& name) {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const Part& other) { return other.component->name() == name && other.state == State::up; });
  });
}

void Supervisor::watch(Part& part, TimePoint now, std::vector<ComponentEvent>& events) {
  if (part.component->running()) {
    if (part.since == TimePoint{}) part.since = now;
    if (now - part.since >= steady_after) part.failures = 0;
    return;
  }
  const Result<Readiness> why = part.component->ready();  // says what it died of
  events.push_back({now, ComponentEvent::Kind::died, part.component->name(),
                    why ? part.component->name() + " has ended" : why.error().message});
  part.state = State::down;
  part.retry = now + delay_after(++part.failures);
}

void Supervisor::start(Part& part, TimePoint now, std::vector<ComponentEvent>& events) {
  if (const Result<void> started = part.component->start(); !started) return failed(part, now, started.error().message, events);
  part.state = State::starting;
  part.since = now;
  events.push_back({now, ComponentEvent::Kind::restarted, part.component->name(), part.component->name() + " started again"});
}

void Supervisor::ask(Part& part, TimePoint now, std::vector<ComponentEvent>& events) {
  const Result<Readiness> readiness = part.component->ready();
  if (!readiness) return failed(part, now, readiness.error().message, events);
  if (*readiness == Readiness::ready) {
    events.push_back({now, ComponentEvent::Kind::ready, part.component->name(),
                      fmt::format("{} ready after {:.1f} s", part.component->name(), seconds(now - part.since))});
    part.state = State::up;
    part.since = now;
  } else if (now - part.since > ready_within) {
    failed(part, now, fmt::format("{}: not ready after {:.0f} s", part.component->name(), seconds(ready_within)), events);
  }
}

void Supervisor::failed(Part& part, TimePoint now, const std::string& why, std::vector<ComponentEvent>& events) {
  std::string text = why;
  if (const Result<void> stopped = part.component->stop(stop_within); !stopped) text += "\n" + stopped.error().message;
  part.state = State::down;
  part.retry = now + delay_after(++part.failures);
  text += fmt::format("\n{}: tried again in {:.0f} s", part.component->name(), seconds(part.retry - now));
  events.push_back({now, ComponentEvent::Kind::failed, part.component->name(), std::move(text)});
}

}  // namespace plimsoll::local
