// The spec, key by key: how fast and how calmly the count follows, in plimsoll's and in Kubernetes' words.

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

template <RatePolicy::Unit Unit>
void policy_amount(Reader& reader, const Field& field, const Node& node, void* owner) {
  RatePolicy& policy = *static_cast<RatePolicy*>(owner);
  policy.unit = Unit;
  reader.read(field, node, policy.amount);
}

void policy_instances(Reader& reader, const Field& field, const Node& node, void* owner) {
  int amount = 0;
  reader.read(field, node, amount);
  RatePolicy& policy = *static_cast<RatePolicy*>(owner);
  policy.unit = RatePolicy::Unit::instances;
  policy.amount = static_cast<double>(amount);
}

/// Kubernetes knows whole numbers only.
void policy_value(Reader& reader, const Field& field, const Node& node, void* owner) {
  int amount = 0;
  reader.read(field, node, amount);
  static_cast<RatePolicy*>(owner)->amount = amount;
}

void policies(Reader& reader, const Field& field, const Node& node, void* owner) {
  objects<&BehaviorRules::policies>(reader, field, node, owner);
  static_cast<BehaviorRules*>(owner)->policies_given = true;
}

void window_seconds(Reader& reader, const Field& field, const Node& node, void* owner) {
  whole_seconds<&BehaviorRules::window>(reader, field, node, owner);
  static_cast<BehaviorRules*>(owner)->window_given = true;
}

constexpr std::array<Names, 2> policy_choice = {"instances", "percent"};
constexpr std::array<Field, 3> policy_fields = {{
    {.key = "instances",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "largest change within the period",
     .range = {.least = 1, .most = 10000},
     .set = policy_instances},
    {.key = "percent",
     .kind = Kind::number,
     .unit = "percent",
     .doc = "largest change within the period, of the replicas at its start",
     .range = {.least = 0, .most = 10000, .above = true},
     .set = policy_amount<RatePolicy::Unit::percent>},
    {.key = "every",
     .kind = Kind::duration,
     .doc = "length of the sliding period",
     .required = true,
     .range = positive,
     .set = value<&RatePolicy::every>},
}};
constexpr Object policy{.title = "a rate policy", .fields = policy_fields, .exactly_one = policy_choice};

constexpr std::array<Names, 3> selections = {"most", "least", "disabled"};

/// What both directions share; only the window differs.
constexpr Field policies_field = {.key = "policies",
                                  .kind = Kind::list,
                                  .doc = "how fast the count may change; none: as fast as wanted",
                                  .example = "[{instances: 2, every: 30s}]",
                                  .element = Kind::object,
                                  .of = &policy,
                                  .set = policies};
constexpr Field select_field = {
    .key = "select",
    .kind = Kind::enumeration,
    .fallback = "most",
    .doc = "which of several policies counts: the one that allows most or least; disabled: no change this way",
    .names = selections,
    .set = value<&BehaviorRules::select>};
constexpr Field tolerance_field = {.key = "tolerance",
                                   .kind = Kind::ratio,
                                   .doc = "in this direction, in place of scale.tolerance",
                                   .range = share,
                                   .set = value<&BehaviorRules::tolerance>};

constexpr std::array<Field, 4> up_fields = {{
    {.key = "window",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "the lowest proposal of this time is followed",
     .set = given<&BehaviorRules::window, &BehaviorRules::window_given>},
    policies_field,
    select_field,
    tolerance_field,
}};
constexpr std::array<Field, 4> down_fields = {{
    {.key = "window",
     .kind = Kind::duration,
     .fallback = "1m",
     .doc = "the highest proposal of this time is followed",
     .set = given<&BehaviorRules::window, &BehaviorRules::window_given>},
    policies_field,
    select_field,
    tolerance_field,
}};
constexpr Object up{.title = "the behavior upwards", .fields = up_fields};
constexpr Object down{.title = "the behavior downwards", .fields = down_fields};

// --- Kubernetes' words (autoscaling/v2) ------------------------------------------------------------------------------

constexpr std::array<Names, 2> policy_types = {"Pods", "Percent"};
constexpr std::array<Names, 3> select_policies = {"Max", "Min", "Disabled"};

constexpr std::array<Field, 3> policy_block_fields = {{
    {.key = "type",
     .kind = Kind::enumeration,
     .doc = "what value counts: instances, or percent of the replicas at the period's start",
     .required = true,
     .names = policy_types,
     .set = value<&RatePolicy::unit>},
    {.key = "value",
     .kind = Kind::integer,
     .doc = "largest change within the period",
     .required = true,
     .range = {.least = 1, .most = 10000},
     .set = policy_value},
    {.key = "periodSeconds",
     .kind = Kind::integer,
     .unit = "seconds",
     .doc = "length of the sliding period",
     .required = true,
     .range = {.least = 1, .most = 1800},
     .set = whole_seconds<&RatePolicy::every>},
}};
constexpr Object policy_block{.title = "a scaling policy", .fields = policy_block_fields};

constexpr std::array<Field, 4> direction_fields = {{
    {.key = "stabilizationWindowSeconds",
     .kind = Kind::integer,
     .unit = "seconds",
     .doc = "window",
     .range = {.least = 0, .most = 3600},
     .set = window_seconds},
    {.key = "selectPolicy",
     .kind = Kind::enumeration,
     .doc = "select",
     .names = select_policies,
     .set = value<&BehaviorRules::select>},
    {.key = "tolerance",
     .kind = Kind::kubernetes,
     .doc = "tolerance, as a quantity: 0.05 or 50m",
     .range = share,
     .set = [](Reader& reader, const Field& field, const Node& node,
               void* owner) { reader.read(field, node, static_cast<BehaviorRules*>(owner)->tolerance.emplace().value); }},
    {.key = "policies",
     .kind = Kind::list,
     .doc = "policies",
     .example = "[{type: Pods, value: 2, periodSeconds: 30}]",
     .element = Kind::object,
     .of = &policy_block,
     .not_empty = true,
     .set = policies},
}};
constexpr Object direction{.title = "scaling rules", .fields = direction_fields};

constexpr std::array<Field, 4> behavior_fields = {{
    {.key = "up", .kind = Kind::object, .doc = "adding instances", .of = &up, .set = object<&Behavior::up>},
    {.key = "down", .kind = Kind::object, .doc = "removing instances", .of = &down, .set = object<&Behavior::down>},
    {.key = "scaleUp",
     .kind = Kind::object,
     .doc = "up, as in Kubernetes",
     .of = &direction,
     .instead_of = "up",
     .borrowed = true,
     .set = object<&Behavior::up>},
    {.key = "scaleDown",
     .kind = Kind::object,
     .doc = "down, as in Kubernetes",
     .of = &direction,
     .instead_of = "down",
     .borrowed = true,
     .set = object<&Behavior::down>},
}};

}  // namespace

constinit const Object behavior{.title = "a behavior", .fields = behavior_fields};

}  // namespace plimsoll::spec::tables
