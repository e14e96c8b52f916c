#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/explain_report.h"
#include "control/diagnosis.h"
#include "decide/say.h"

namespace plimsoll::cli {
namespace {

using Json = nlohmann::ordered_json;

/// "2026-11-22T03:05:10.250Z"
std::string utc(TimePoint at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
                     ms);
}

/// One tier's object, and why what is absent in it is.
class Body {
 public:
  Body(std::string pointer, Json& absent) : pointer_(std::move(pointer)), absent_(absent) {}
  Json json = Json::object();

  void absent(const std::string& key, const std::string& why) {
    json[Json::json_pointer("/" + key)] = nullptr;
    absent_[pointer_ + "/" + key] = why;
  }
  /// `value` if it is there, else null with the reason.
  void put_if(bool there, const char* key, Json value, const std::string& why) {
    if (there)
      json[key] = std::move(value);
    else
      absent(key, why);
  }
  [[nodiscard]] Body within(const std::string& key) const { return {pointer_ + "/" + key, absent_}; }

 private:
  std::string pointer_;
  Json& absent_;
};

const char* unit_of(const TierPlan& tier, const PolicyPlan& policy) {
  if (policy.signal == PolicyPlan::none) return "number";
  const SignalPlan& signal = tier.signals[policy.signal];
  switch (signal.kind) {
    case SignalKind::cpu:
    case SignalKind::memory:
    case SignalKind::errors:
      return "ratio";
    case SignalKind::requests_per_second:
      return "per_s";
    case SignalKind::p95:
    case SignalKind::p99:
      return "s";
    case SignalKind::queued_requests:
    case SignalKind::backlog:
      return "number";
    case SignalKind::named:
      break;
  }
  switch (signal.unit) {
    case SignalUnit::ratio:
      return "ratio";
    case SignalUnit::seconds:
      return "s";
    case SignalUnit::bytes:
      return "bytes";
    case SignalUnit::per_second:
      return "per_s";
    case SignalUnit::number:
      break;
  }
  return "number";
}

Json policies(const Plan& plan, const Explanation& why, const Body& body) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  Json all = Json::array();
  for (const PolicyLine& line : why.policies) {
    const PolicyPlan& policy = tier.policies[line.policy.index];
    Body one = body.within(fmt::format("policies/{}", all.size()));
    const bool measured = line.gap == Gap::none;
    one.json = {{"policy", policy.name}, {"unit", unit_of(tier, policy)}};
    one.put_if(measured, "value", line.value, to_text(line.gap));
    one.put_if(measured, "age_s", seconds(line.age), to_text(line.gap));
    one.json["target"] = line.target;
    one.put_if(line.proposal >= 0, "proposal", line.proposal, measured ? to_text(line.note) : to_text(line.gap));
    one.json["gap"] = to_text(line.gap);
    one.json["note"] = to_text(line.note);
    one.json["wins"] = why.has_winner && why.winner == line.policy;
    all.push_back(std::move(one.json));
  }
  return all;
}

Json steps(const Plan& plan, const Explanation& why, TimePoint at) {
  Json all = Json::array();
  for (const StepLine& step : why.steps) {
    Json one = {{"step", to_text(step.step)}, {"reason", to_text(step.reason)}, {"in", step.in}, {"out", step.out}};
    if (step.since > at)
      one["until"] = utc(step.since);
    else if (step.since != TimePoint{})
      one["since"] = utc(step.since);
    one["text"] = step_text(plan, why, step);
    all.push_back(std::move(one));
  }
  return all;
}

Json limits(const Plan& plan, const Explanation& why) {
  Json all = Json::array();
  for (const LimitLine& limit : why.limits)
    all.push_back({{"limit", plan.limits[limit.limit.index].name}, {"used", limit.used}, {"total", limit.total}});
  return all;
}

Json orders(const std::vector<Order>& given) {
  static constexpr const char* kinds[] = {"hold", "pause", "floor", "maintenance"};
  static constexpr const char* directions[] = {"both", "up", "down"};
  Json all = Json::array();
  for (const Order& order : given)
    all.push_back({{"id", order.id},
                   {"kind", kinds[static_cast<std::size_t>(order.kind)]},
                   {"direction", directions[static_cast<std::size_t>(order.direction)]},
                   {"replicas", order.value},
                   {"who", order.who},
                   {"why", order.why},
                   {"given", utc(order.given)},
                   {"until", order.until ? Json(utc(*order.until)) : Json("released")}});
  return all;
}

Json enabling(const Plan& plan, const std::vector<Enabling>& changes) {
  Json all = Json::array();
  for (const Enabling& change : changes) {
    const bool component = change.kind != Enabling::Kind::raise_limit;
    all.push_back({{"kind", to_text(change.kind)},
                   {"limit", plan.limits[change.limit.index].name},
                   {"component", component ? Json(plan.components[change.component.index].name) : Json("the stack's own limit")},
                   {"from", change.from},
                   {"to", change.to},
                   {"managed", change.managed},
                   {"needs_restart", change.waits},
                   {"sentence", sentence(plan, change)}});
  }
  return all;
}

void put_verify(const Plan& plan, const Explanation& why, Body& body) {
  const VerifyLine& line = why.verify;
  const TierPlan& tier = plan.tiers[why.tier.index];
  if (line.verdict == VerifyLine::Verdict::none || line.policy.index >= tier.policies.size())
    return body.absent("last_growth", "there was none, or it was judged before");
  const PolicyPlan& policy = tier.policies[line.policy.index];
  body.json["last_growth"] = {
      {"verdict", to_text(line.verdict)}, {"policy", policy.name}, {"unit", unit_of(tier, policy)}, {"before", line.before},
      {"target", line.expected},          {"now", line.seen},      {"due", utc(line.due)}};
}

/// The decision itself, the same for the stored one and for the one decided again.
void put_decision(const Plan& plan, const Explanation& why, TimePoint at, Body& body) {
  const TierPlan& tier = plan.tiers[why.tier.index];
  const TierDecision& decision = why.decision;
  Json& json = body.json;
  json["sentence"] = sentence(plan, why);
  json["reason"] = to_text(decision.reason);
  json["replicas"] = {
      {"before", decision.before}, {"wanted", decision.wanted}, {"granted", decision.granted}, {"asked", decision.asked}};
  json["instances"] = {{"ready", why.ready}, {"starting", why.starting}, {"draining", why.draining}};
  body.put_if(why.has_winner, "winner", why.has_winner ? tier.policies[why.winner.index].name : "", "no policy proposed a count");
  json["policies"] = policies(plan, why, body);
  json["steps"] = steps(plan, why, at);
  json["limits"] = limits(plan, why);
  put_verify(plan, why, body);
  const bool priced = tier.price_per_hour > 0;
  body.put_if(priced, "cost_before_usd_hour", why.cost_before, "the tier states no price");
  body.put_if(priced, "cost_after_usd_hour", why.cost_after, "the tier states no price");
}

void put_again(const ExplainReport& report, const Explained& what, Body& body) {
  static constexpr const char* outcomes[] = {"same", "differs", "impossible"};
  Body again = body.within("again");
  again.json["outcome"] = outcomes[static_cast<std::size_t>(what.again)];
  again.json["engine_then"] = what.engine;
  again.json["engine_now"] = report.engine;
  again.put_if(!what.trouble.empty(), "trouble", what.trouble, "there is none");
  if (what.again == Explained::Again::differs && what.now) {
    Body decision = again.within("decision");
    put_decision(*report.plan, *what.now, what.at, decision);
    again.json["decision"] = std::move(decision.json);
  } else {
    again.absent("decision", what.again == Explained::Again::same ? "the same as above" : what.trouble);
  }
  body.json["again"] = std::move(again.json);
}

void put_answers(const ExplainReport& report, const Explained& what, const Turns& turns, Body& body) {
  const Plan& plan = *report.plan;
  const Explanation& why = *what.decision();
  const auto answer = [](const Answer& one) { return Json{{"code", one.code}, {"text", one.text}}; };
  const Oscillation turning = does_oscillate(plan, why, turns);
  Body within = body.within("answers");
  within.json["why_not_more"] = answer(why_not_more(plan, why, what.orders));
  within.json["why_pending"] = answer(why_pending(plan, why, what.pending));
  Body oscillates = within.within("oscillates");
  oscillates.json = answer(turning.answer);
  oscillates.json["changes_last_hour"] = turns.changes;
  oscillates.json["reversals_last_hour"] = turns.reversals;
  oscillates.put_if(turning.damped_until.has_value(), "damped_until", turning.damped_until ? utc(*turning.damped_until) : "",
                    "no scale-in is held back");
  within.json["oscillates"] = std::move(oscillates.json);
  body.json["answers"] = std::move(within.json);
}

void put(const ExplainReport& report, const TierReport& tier, const Explained& what, Body& body) {
  body.json["at"] = utc(what.at);
  body.json["age_s"] = seconds(report.now - what.at);
  body.json["said"] = what.said;
  const Explanation* why = what.decision();
  if (!why) {
    body.absent("sentence", what.trouble);
  } else {
    put_decision(*report.plan, *why, what.at, body);
    body.json["orders"] = orders(what.orders);
    body.json["enabling"] = enabling(*report.plan, what.enabling);
    if (!report.history) put_answers(report, what, tier.turns, body);
  }
  put_again(report, what, body);
}

}  // namespace

std::string explain_json(const ExplainReport& report) {
  Json absent = Json::object();
  Json out = {{"schema", "plimsoll/explain/v1"},
              {"stack", report.plan->stack},
              {"asked_about", utc(report.at.value_or(report.now))},
              {"controlled", report.controlled}};
  Json tiers = Json::array();
  for (const TierReport& tier : report.tiers) {
    const std::string pointer = fmt::format("/tiers/{}", tiers.size());
    Body body(pointer, absent);
    body.json["tier"] = report.plan->tiers[tier.tier.index].name;
    Json decisions = Json::array();
    for (const Explained& what : tier.decisions) {
      Body one(fmt::format("{}/decisions/{}", pointer, decisions.size()), absent);
      put(report, tier, what, one);
      decisions.push_back(std::move(one.json));
    }
    body.put_if(!tier.decisions.empty(), "decisions", std::move(decisions),
                report.at ? "nothing is on record up to then" : "nothing was decided yet");
    tiers.push_back(std::move(body.json));
  }
  out["tiers"] = std::move(tiers);
  out["absent"] = std::move(absent);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plimsoll::cli
