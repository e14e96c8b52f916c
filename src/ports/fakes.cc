#include "ports/fakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace plimsoll {

FakeDriver::FakeDriver(std::vector<std::string> tiers, Duration start_time) : names_(std::move(tiers)), start_time_(start_time) {
  fleet_.tiers.resize(names_.size());
}

std::vector<Outcome> FakeDriver::carry_out(const Decision& decision, TimePoint now) {
  std::vector<Outcome> outcomes;
  for (std::uint32_t i = 0; i < decision.tiers.size(); ++i) {
    TierFleet& tier = fleet_.tiers[i];
    const int to = decision.tiers[i].asked;
    if (to == tier.asked) continue;
    Outcome outcome{TierId{i}, Outcome::Kind::accepted, decision.tiers[i].before, to};
    if (std::exchange(refuse_next_, false))
      outcome.kind = Outcome::Kind::refused;
    else
      tier.asked = to;
    outcomes.push_back(outcome);
    if (tier.asked >= 0) converge(TierId{i}, now);
  }
  return outcomes;
}

void FakeDriver::start_one(TierId tier, TimePoint now) {
  std::uint32_t number = 1;
  const auto taken = [&] {
    return std::ranges::any_of(fleet_.instances, [&](const Instance& i) { return i.tier == tier && i.number == number; });
  };
  while (taken()) ++number;
  Instance instance;
  instance.tier = tier;
  instance.number = number;
  instance.name = fmt::format("{}-{}", names_[tier.index], number);
  instance.started = now;
  fleet_.instances.push_back(instance);
  events_.push_back({now, InstanceEvent::Kind::started, tier, instance.name, instance.name + " started"});
}

void FakeDriver::converge(TierId tier, TimePoint now) {
  const auto mine = [&](const Instance& i) { return i.tier == tier; };
  auto have = std::ranges::count_if(fleet_.instances, mine);
  for (; have < fleet_.tiers[tier.index].asked; ++have) start_one(tier, now);
  for (; have > fleet_.tiers[tier.index].asked; --have) {
    auto last = std::ranges::find_if(fleet_.instances.rbegin(), fleet_.instances.rend(), mine);
    events_.push_back({now, InstanceEvent::Kind::stopped, tier, last->name, last->name + " stopped"});
    fleet_.instances.erase(std::next(last).base());
  }
}

std::vector<InstanceEvent> FakeDriver::advance(TimePoint now) {
  for (std::uint32_t i = 0; i < fleet_.tiers.size(); ++i)
    if (fleet_.tiers[i].asked >= 0) converge(TierId{i}, now);
  for (Instance& instance : fleet_.instances) {
    if (instance.phase != Phase::starting || now - instance.started < start_time_) continue;
    instance.phase = Phase::ready;
    instance.ready_since = now;
    events_.push_back({now, InstanceEvent::Kind::ready, instance.tier, instance.name, instance.name + " ready"});
  }
  return std::exchange(events_, {});
}

void FakeDriver::kill(TierId tier, std::uint32_t number) {
  std::erase_if(fleet_.instances, [&](const Instance& i) { return i.tier == tier && i.number == number; });
}

std::optional<Error> FakeStore::take_failure() {
  if (!fail_next_) return std::nullopt;
  return Error{*std::exchange(fail_next_, std::nullopt), "store: failed as told"};
}

Result<std::int64_t> FakeStore::begin(const Action& action) {
  if (auto error = take_failure()) return fail(*error);
  Action kept = action;
  kept.id = next_++;
  open_[kept.id] = kept;
  return kept.id;
}

Result<void> FakeStore::finish(std::int64_t action, ActionResult result, std::string_view, TimePoint) {
  if (auto error = take_failure()) return fail(*error);
  if (open_.erase(action) == 0) return fail(Errc::not_found, fmt::format("store: action {} is not open", action));
  finished_[action] = result;
  return {};
}

Result<std::vector<Action>> FakeStore::open_actions() {
  if (auto error = take_failure()) return fail(*error);
  std::vector<Action> all;
  for (const auto& [id, action] : open_) all.push_back(action);
  return all;
}

namespace {

StoredTick kept_of(const TickRecord& tick, std::int64_t id) {
  StoredTick kept;
  kept.id = id;
  kept.at = tick.at;
  kept.keyframe = tick.keyframe;
  if (tick.keyframe) {
    kept.state.assign(tick.state.begin(), tick.state.end());
    kept.observation.assign(tick.observation.begin(), tick.observation.end());
  }
  kept.explanations.assign(tick.explanations.begin(), tick.explanations.end());
  kept.sentences = tick.sentences;
  kept.engine = tick.engine;
  kept.pending = tick.pending;
  return kept;
}

}  // namespace

Result<void> FakeStore::record(const TickRecord& tick) {
  if (auto error = take_failure()) return fail(*error);
  ticks_.push_back(kept_of(tick, next_++));
  return {};
}

Result<void> FakeStore::save_latest(const TickRecord& tick) {
  if (auto error = take_failure()) return fail(*error);
  latest_ = kept_of(tick, 0);
  return {};
}

Result<std::optional<StoredTick>> FakeStore::latest() {
  if (auto error = take_failure()) return fail(*error);
  return latest_;
}

Result<std::vector<StoredTick>> FakeStore::ticks(TimePoint from, std::size_t limit) {
  if (auto error = take_failure()) return fail(*error);
  std::vector<StoredTick> found;
  for (const StoredTick& tick : ticks_)
    if (tick.at >= from && found.size() < limit) found.push_back(tick);
  return found;
}

Result<std::vector<StoredTick>> FakeStore::ticks_back(TimePoint to, std::size_t limit) {
  if (auto error = take_failure()) return fail(*error);
  std::vector<StoredTick> found;
  for (auto tick = ticks_.rbegin(); tick != ticks_.rend(); ++tick)
    if (tick->at <= to && found.size() < limit) found.push_back(*tick);
  return found;
}

Result<void> FakeStore::save_state(std::span<const std::uint8_t> state, TimePoint) {
  if (auto error = take_failure()) return fail(*error);
  state_.emplace(state.begin(), state.end());
  return {};
}

Result<std::optional<ByteVector>> FakeStore::latest_state() {
  if (auto error = take_failure()) return fail(*error);
  return state_;
}

Result<std::int64_t> FakeStore::give(const NamedOrder& order) {
  if (auto error = take_failure()) return fail(*error);
  orders_.push_back(order);
  orders_.back().order.id = next_++;
  return orders_.back().order.id;
}

Result<int> FakeStore::withdraw(std::string_view tier, std::string_view, TimePoint) {
  if (auto error = take_failure()) return fail(*error);
  return static_cast<int>(std::erase_if(orders_, [&](const NamedOrder& o) { return o.tier == tier; }));
}

Result<std::vector<Store::NamedOrder>> FakeStore::orders(TimePoint now) {
  if (auto error = take_failure()) return fail(*error);
  std::vector<NamedOrder> in_force;
  for (const NamedOrder& order : orders_)
    if (!order.order.until || *order.order.until > now) in_force.push_back(order);
  return in_force;
}

std::optional<ActionResult> FakeStore::result_of(std::int64_t action) const {
  const auto found = finished_.find(action);
  return found == finished_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace plimsoll
