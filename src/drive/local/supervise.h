#pragma once
// Components that die while the stack runs are started again.

#include <span>
#include <string>
#include <vector>

#include "core/time.h"
#include "drive/local/component.h"

namespace plimsoll::local {

/// Something that happened to a component, for the people who watch.
struct ComponentEvent {
  enum class Kind { died, restarted, ready, failed };
  TimePoint at{};
  Kind kind = Kind::died;
  std::string component;
  std::string text;  // complete: "redis died; started again". With the last lines of its log if it failed.
};

/// Borrows the components, all of which are ready when it begins. One thread.
class Supervisor {
 public:
  explicit Supervisor(std::span<Component* const> components);

  /// To be called about every second. Starts what has died: at once, then after 1, 2, 4 .. 30 s if it fails again and again; what
  /// it needs must be ready first. A start may block for some seconds (component.h). One that has run for a minute begins anew.
  std::vector<ComponentEvent> advance(TimePoint now);

 private:
  enum class State { up, down, starting };
  struct Part {
    Component* component;
    State state = State::up;
    int failures = 0;
    TimePoint since{};  // up: ready since; starting: begun
    TimePoint retry{};  // down: not before
  };
  void watch(Part&, TimePoint now, std::vector<ComponentEvent>&);
  void start(Part&, TimePoint now, std::vector<ComponentEvent>&);
  void ask(Part&, TimePoint now, std::vector<ComponentEvent>&);
  static void failed(Part&, TimePoint now, const std::string& why, std::vector<ComponentEvent>&);
  [[nodiscard]] bool needs_are_up(const Component&) const;

  std::vector<Part> parts_;
};

}  // namespace plimsoll::local
