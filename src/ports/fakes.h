#pragma once
// One honest fake per port: it behaves as the real one must, and fails when told to.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/driver.h"
#include "ports/store.h"

namespace plimsoll {

class FakeClock : public Clock {
 public:
  explicit FakeClock(TimePoint start = TimePoint(std::chrono::hours(24 * 365 * 56))) : now_(start) {}
  TimePoint now() override { return now_; }
  void advance(Duration d) { now_ += d; }

 private:
  TimePoint now_;
};

/// Instances that become ready `start_time` after they were asked for and go at once. No processes.
class FakeDriver : public Driver {
 public:
  explicit FakeDriver(std::vector<std::string> tiers, Duration start_time = std::chrono::seconds(2));

  std::vector<Outcome> carry_out(const Decision&, TimePoint now) override;
  std::vector<InstanceEvent> advance(TimePoint now) override;
  const Fleet& fleet() const override { return fleet_; }

  /// The next changed count of any tier is refused.
  void refuse_next() { refuse_next_ = true; }
  /// An instance dies, as if killed; advance() starts another.
  void kill(TierId, std::uint32_t number);

 private:
  void start_one(TierId, TimePoint now);
  void converge(TierId, TimePoint now);

  std::vector<std::string> names_;
  Duration start_time_;
  Fleet fleet_;
  std::vector<InstanceEvent> events_;
  bool refuse_next_ = false;
};

/// Keeps everything in memory; survives as long as the object, as a file would survive its process.
class FakeStore : public Store {
 public:
  Result<std::int64_t> begin(const Action&) override;
  Result<void> finish(std::int64_t action, ActionResult, std::string_view detail, TimePoint now) override;
  Result<std::vector<Action>> open_actions() override;
  Result<void> record(const TickRecord&) override;
  Result<std::vector<StoredTick>> ticks(TimePoint from, std::size_t limit) override;
  Result<std::vector<StoredTick>> ticks_back(TimePoint to, std::size_t limit) override;
  Result<void> save_latest(const TickRecord&) override;
  Result<std::optional<StoredTick>> latest() override;
  Result<void> save_state(std::span<const std::uint8_t>, TimePoint now) override;
  Result<std::optional<ByteVector>> latest_state() override;
  Result<std::int64_t> give(const NamedOrder&) override;
  Result<int> withdraw(std::string_view tier, std::string_view who, TimePoint now) override;
  Result<std::vector<NamedOrder>> orders(TimePoint now) override;

  /// The next call fails with this code, and has no effect.
  void fail_next(Errc code) { fail_next_ = code; }
  [[nodiscard]] std::optional<ActionResult> result_of(std::int64_t action) const;

 private:
  std::optional<Error> take_failure();

  std::map<std::int64_t, Action> open_;
  std::map<std::int64_t, ActionResult> finished_;
  std::vector<StoredTick> ticks_;
  std::optional<StoredTick> latest_;
  std::optional<ByteVector> state_;
  std::vector<NamedOrder> orders_;
  std::int64_t next_ = 1;
  std::optional<Errc> fail_next_;
};

}  // namespace plimsoll
