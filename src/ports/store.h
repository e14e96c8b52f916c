#pragma once
// What outlives the program: state, journal, orders. One writer (the controller), orders may be given by any process.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/time.h"
#include "decide/order.h"

namespace plimsoll {

/// Something about to be done to one instance. Begun before it is done, so that a crash in between is found at the next start.
struct Action {
  enum class Kind : std::uint8_t { start, stop };
  std::int64_t id = 0;  // the store's
  Kind kind = Kind::start;
  std::string tier;
  std::string instance;  // "api-3"
  std::string detail;    // "port 40123"; for people and for recovery by name
  TimePoint begun{};
};

enum class ActionResult : std::uint8_t {
  done,
  failed,
  abandoned
};  // abandoned: found open after a crash and undone or made void

/// One tick worth keeping.
struct TickRecord {
  TimePoint at{};
  bool keyframe = false;                      // state and observation are kept too, so that it can be decided again
  std::span<const std::uint8_t> state;        // before deciding; encode(StackState); keyframes only
  std::span<const std::uint8_t> observation;  // encode(Observation); keyframes only
  std::span<const std::uint8_t> explanations;
  std::string sentences;  // for people: a line for each tier of which there is news, and for what else is worth knowing
  std::string engine;     // version of the deciding program
  std::string pending;    // a line for each tier whose instances do not come, in the driver's words: "api: api-3 exited with 1"
};

struct StoredTick {
  std::int64_t id = 0;
  TimePoint at{};
  bool keyframe = false;
  ByteVector state, observation, explanations;
  std::string sentences, engine, pending;
  bool operator==(const StoredTick&) const = default;
};

class Store {
 public:
  virtual ~Store() = default;

  /// Durable when it returns: it survives kill -9 of this process (not of the machine).
  virtual Result<std::int64_t> begin(const Action&) = 0;
  virtual Result<void> finish(std::int64_t action, ActionResult, std::string_view detail, TimePoint now) = 0;
  virtual Result<std::vector<Action>> open_actions() = 0;

  virtual Result<void> record(const TickRecord&) = 0;
  /// Ticks that changed something or are keyframes, oldest first, at or after `from`.
  virtual Result<std::vector<StoredTick>> ticks(TimePoint from, std::size_t limit) = 0;
  /// The same at or before `to`, newest first.
  virtual Result<std::vector<StoredTick>> ticks_back(TimePoint to, std::size_t limit) = 0;

  /// The last tick, whether it is worth keeping or not: each takes the place of the one before.
  virtual Result<void> save_latest(const TickRecord&) = 0;
  virtual Result<std::optional<StoredTick>> latest() = 0;

  /// The state after the last tick; saved with every change.
  virtual Result<void> save_state(std::span<const std::uint8_t>, TimePoint now) = 0;
  virtual Result<std::optional<ByteVector>> latest_state() = 0;

  /// Orders name tiers by name here; those of unknown tiers are left out. Expired ones are not returned.
  struct NamedOrder {
    std::string tier;
    Order order;  // its tier id is not set
  };
  virtual Result<std::int64_t> give(const NamedOrder&) = 0;
  /// Withdraws every order in force for the tier; returns how many.
  virtual Result<int> withdraw(std::string_view tier, std::string_view who, TimePoint now) = 0;
  virtual Result<std::vector<NamedOrder>> orders(TimePoint now) = 0;
};

}  // namespace plimsoll
