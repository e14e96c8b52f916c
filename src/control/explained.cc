#include "control/explained.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "decide/decide.h"
#include "decide/say.h"
#include "decide/state_codec.h"

namespace plimsoll {
namespace {

/// Records looked through for one decision of a tier; keyframes and other tiers' news stand between them.
constexpr std::size_t records_back = 500;

/// The tier's part of a record; absent if it can't be read, or speaks of what this plan does not have.
std::optional<Explanation> part_of(const Plan& plan, TierId tier, const StoredTick& record) {
  if (const auto of = shape_of(record.state); of && *of != shape(plan)) return std::nullopt;  // its indices are another plan's
  const Result<std::vector<Explanation>> all = decode_explanations(record.explanations);
  if (!all) return std::nullopt;
  const auto found = std::ranges::find(*all, tier, &Explanation::tier);
  return found != all->end() && can_say(plan, *found) ? std::optional(*found) : std::nullopt;
}

bool same(const Explanation& a, const Explanation& b) { return encode(std::span(&a, 1)) == encode(std::span(&b, 1)); }

/// Whether decide() may be given it: sized as the plan wants it.
bool matches(const OwnedObservation& seen, const Plan& plan) {
  if (seen.tiers.size() != plan.tiers.size()) return false;
  if (!seen.components.empty() && seen.components.size() != plan.components.size()) return false;
  for (std::size_t i = 0; i < seen.tiers.size(); ++i) {
    const OwnedObservation::Tier& tier = seen.tiers[i];
    if (tier.samples.size() != plan.tiers[i].signals.size()) return false;
    if (!tier.own.empty() && tier.own.size() != plan.tiers[i].own_signals * tier.instances.size()) return false;
  }
  return true;
}

/// Of decide_again: indices in the record mean something else than those of the plan at hand.
constexpr Errc other_plan = Errc::refused;

struct Again {
  Decision decision;
  std::vector<Explanation> why;
  std::vector<Order> orders;
};

Result<Again> decide_again(const Plan& plan, const StoredTick& record) {
  if (!record.keyframe) return fail(Errc::not_found, "what it was decided from was not kept");
  Result<StackState> state = decode_state(record.state);
  if (!state) return fail(state.error());
  if (!fits(*state, plan)) return fail(other_plan, "the stack's tiers or policies are others now than they were then");
  Result<OwnedObservation> seen = decode_observation(record.observation);
  if (!seen) return fail(seen.error());
  take_up(plan, *state);
  if (!matches(*seen, plan)) return fail(Errc::malformed, "the stack's signals are others now than they were then");
  Again again;
  again.why.resize(plan.tiers.size());
  decide(plan, *state, seen->view(), record.at, again.decision, again.why);
  again.orders = std::move(seen->orders);
  return again;
}

/// The lines that begin with the tier's name.
std::vector<std::string> lines_about(const std::string& text, const std::string& tier) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(tier + " ") || line.starts_with(tier + ":")) found.push_back(line);
  return found;
}

std::string why_differs(const StoredTick& record, std::string_view version) {
  if (record.engine != version)
    return fmt::format("plimsoll {} decided it; this is {}, and decides otherwise", record.engine, version);
  return "the stack's file says something else now than it did then";
}

}  // namespace

Explained explained(const Plan& plan, TierId tier, const StoredTick& record, std::string_view version) {
  const std::string& name = plan.tiers[tier.index].name;
  Explained out;
  out.at = record.at;
  out.engine = record.engine;
  out.said = lines_about(record.sentences, name);
  const std::vector<std::string> pending = lines_about(record.pending, name);
  if (!pending.empty()) out.pending = pending.front().substr(std::min(name.size() + 2, pending.front().size()));

  const Result<Again> again = decide_again(plan, record);
  if (again || again.error().code != other_plan) out.stored = part_of(plan, tier, record);
  if (!again) {
    out.trouble = again.error().message;
    return out;
  }
  out.now = again->why[tier.index];
  out.enabling.assign(again->decision.enabling.begin(), again->decision.enabling.end());
  for (const Order& order : again->orders)
    if (order.tier == tier) out.orders.push_back(order);
  // A tick between two polls is stored with the evaluation its count stands for.
  if (out.stored && between_polls(*out.now) && out.stored->before == out.now->before &&
      out.stored->decision.asked == out.now->decision.asked)
    out.now = out.stored;
  out.again = out.stored && same(*out.stored, *out.now) ? Explained::Again::same : Explained::Again::differs;
  if (!out.stored)
    out.trouble = "what was decided then can't be read; this is what is decided again";
  else if (out.again == Explained::Again::differs)
    out.trouble = why_differs(record, version);
  return out;
}

Result<std::optional<StoredTick>> record_before(Store& store, TimePoint at) {
  Result<std::optional<StoredTick>> latest = store.latest();
  if (!latest) return fail(latest.error());
  Result<std::vector<StoredTick>> records = store.ticks_back(at, 1);
  if (!records) return fail(records.error());
  if (*latest && (*latest)->at <= at) records->insert(records->begin(), std::move(**latest));
  if (records->empty()) return std::nullopt;
  return std::optional(std::move(records->front()));
}

Result<std::vector<StoredTick>> news_before(Store& store, const Plan& plan, TierId tier, TimePoint at, std::size_t count) {
  // Keyframes and other tiers' news stand between the tier's own.
  constexpr std::size_t at_most = 20'000;
  Result<std::vector<StoredTick>> records = store.ticks_back(at, std::min(count * 50 + records_back, at_most));
  if (!records) return fail(records.error());
  std::ranges::reverse(*records);
  std::vector<StoredTick> news;
  bool known = false;  // of the record before: why the tier stood
  Reason reason = Reason::steady;
  for (StoredTick& record : *records) {
    const std::optional<Explanation> why = part_of(plan, tier, record);
    if (why && why->decision.reason == Reason::between_polls) continue;
    if (why && !why->decision.changes() && known && reason == why->decision.reason) continue;
    known = why.has_value();
    if (why) reason = why->decision.reason;
    news.push_back(std::move(record));
  }
  if (news.size() > count) news.erase(news.begin(), news.end() - static_cast<std::ptrdiff_t>(count));
  return news;
}

Result<Turns> turns_before(Store& store, const Plan& plan, TierId tier, TimePoint at) {
  constexpr std::size_t at_most = 3600;
  const Result<std::vector<StoredTick>> records = store.ticks_back(at, at_most);
  if (!records) return fail(records.error());
  Turns turns;
  int heading = 0;
  for (auto record = records->rbegin(); record != records->rend(); ++record) {
    if (at - record->at > turns_within) continue;
    const std::optional<Explanation> why = part_of(plan, tier, *record);
    if (!why || !why->decision.changes()) continue;
    const int now = why->decision.asked > why->decision.before ? 1 : -1;
    ++turns.changes;
    turns.reversals += heading == -now;
    heading = now;
  }
  return turns;
}

}  // namespace plimsoll
