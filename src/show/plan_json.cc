#include <cmath>
#include <nlohmann/json.hpp>

#include "core/quantity.h"
#include "show/plan.h"
#include "show/plan_parts.h"

namespace plimsoll::show {
namespace {

using Json = nlohmann::ordered_json;
using capacity::CapacityPlan;

Json number(std::optional<double> value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json json_of(const capacity::Load& load) {
  return {{"users", number(load.users)},
          {"rate_per_s", load.rate ? number(load.rate->per_second) : Json(nullptr)},
          {"data_bytes", load.data ? Json(load.data->count) : Json(nullptr)}};
}

Json lines_of(const std::vector<capacity::Line>& lines) {
  Json out = Json::array();
  for (const capacity::Line& line : lines)
    out.push_back({{"component", line.component},
                   {"figure", line.what},
                   {"today", line.today},
                   {"then", line.then},
                   {"changed", line.changed},
                   {"formula", line.formula},
                   {"note", line.note}});
  return out;
}

Json json_of(const capacity::Cost& cost) {
  Json lines = Json::array();
  for (const capacity::CostLine& line : cost.lines)
    lines.push_back({{"component", line.component},
                     {"what", line.what},
                     {"count", number(line.count)},
                     {"each_usd_month", number(per_month(line.each))},
                     {"total_usd_month", number(per_month(line.total))}});
  return {{"total_usd_month", number(cost.per_month())}, {"without_price", cost.unknown}, {"lines", lines}};
}

Json months_of(const CapacityPlan& plan) {
  Json out = Json::array();
  for (const capacity::Month& month : plan.months) {
    Json one = {{"month", month.month}, {"at", to_text(month.at)}};
    one.update(json_of(month.load));
    one["event_factor"] = number(month.event);
    one["instances"] = month.instances;
    one["connections"] = month.connections;
    one["connections_room"] = month.connections_room;
    one["cost_usd_month"] = number(month.cost);
    one["gives_way"] = month.gives_way.empty() ? Json(nullptr) : Json(month.gives_way);
    out.push_back(std::move(one));
  }
  return out;
}

Json bands_of(const CapacityPlan& plan) {
  Json out = Json::array();
  for (const capacity::BandLine& band : plan.bands)
    out.push_back({{"from_users", number(band.from)},
                   {"to_users", number(band.to)},
                   {"instances", band.instances},
                   {"components", band.components},
                   {"cost", band.cost},
                   {"own_instances", band.own_instances},
                   {"own_cost", band.own_cost},
                   {"note", band.note}});
  return out;
}

/// Reasons for what is null.
Json absences(const CapacityPlan& plan) {
  Json absent = Json::object();
  if (!plan.binding) absent["/binding"] = "nothing that plimsoll knows of gives way before that load";
  const std::pair<const char*, const capacity::Load*> loads[] = {{"/today", &plan.today}, {"/then", &plan.then}};
  for (const auto& [where, load] : loads) {
    const std::string at = where;
    if (!load->users) absent[at + "/users"] = "growth.users is not stated";
    if (!load->rate) absent[at + "/rate_per_s"] = "growth.rate is not stated";
    if (!load->data) absent[at + "/data_bytes"] = "growth.data is not stated";
  }
  if (!plan.cost_per_user_today) absent["/cost_per_user_today_usd_month"] = "users or prices are not known";
  if (!plan.cost_per_user_then) absent["/cost_per_user_then_usd_month"] = "users or prices are not known";
  return absent;
}

}  // namespace

std::string plan_json(const CapacityPlan& plan, const PlanView& view) {
  Json body = {{"schema", "plimsoll/plan/v1"}, {"stack", view.stack}, {"asked", view.asked}, {"catalog", view.catalog}};
  body["today"] = json_of(plan.today);
  body["then"] = json_of(plan.then);
  body["lines"] = lines_of(plan.lines);
  body["binding"] = nullptr;
  if (plan.binding)
    body["binding"] = {{"component", plan.binding->component},
                       {"constraint", plan.binding->constraint},
                       {"sum", plan.binding->sum},
                       {"at_users", number(plan.binding->at_users)},
                       {"at_rate_per_s", number(plan.binding->at_rate)},
                       {"at_month", number(plan.binding->at_month)}};
  body["cost_today"] = json_of(plan.cost_today);
  body["cost_then"] = json_of(plan.cost_then);
  body["cost_per_user_today_usd_month"] = number(plan.cost_per_user_today);
  body["cost_per_user_then_usd_month"] = number(plan.cost_per_user_then);
  Json& levers = body["levers"] = Json::array();
  for (const capacity::Lever& lever : plan.levers)
    levers.push_back({{"name", lever.name},
                      {"saves_least_usd_month", number(lever.saves_least)},
                      {"saves_most_usd_month", number(lever.saves_most)},
                      {"formula", lever.formula},
                      {"caution", lever.caution}});
  body["months"] = months_of(plan);
  body["bands"] = bands_of(plan);
  body["database_settings"] = lines_of(plan.database_settings);
  Json& advice = body["advice"] = Json::array();
  for (const capacity::Advice& one : plan.advice)
    advice.push_back({{"topic", one.topic}, {"text", one.text}, {"because", one.because}});
  body["unknown"] = plan.unknown;
  Json& changes = body["changes"] = Json::array();
  for (const capacity::Change& change : plan.changes)
    changes.push_back({{"path", change.path}, {"value", change.value}, {"why", change.why}});
  body["diff"] = view.diff;
  body["absent"] = absences(plan);
  return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plimsoll::show
