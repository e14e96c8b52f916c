// The spec, key by key: what decides the count between the bounds.

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

/// plimsoll's own targets, and Kubernetes' blocks as they stand.
void metrics(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  std::size_t index = 0;
  for (const Node& item : node.items) {
    const Reader::Within within(reader, "[" + std::to_string(index++) + "]", item.at, item);
    const bool is_block = item.kind == Node::Kind::map && item.find("type") != nullptr;
    MetricTarget one;
    reader.object(is_block ? metric_block : *field.of, item, &one);
    static_cast<Scale*>(owner)->metrics.push_back(std::move(one));
  }
}

void behave(Reader& reader, const Field& field, const Node& node, void* owner) {
  object<&Scale::behavior>(reader, field, node, owner);
  static_cast<Scale*>(owner)->behavior.given = true;
}

constexpr std::array<Field, 3> step_fields = {{
    {.key = "out",
     .kind = Kind::ratio,
     .doc = "largest growth at once, of the count; the capacity policy may do more; without it as much as is wanted",
     .range = {.least = 0, .most = 100, .above = true},
     .set = value<&StepLimit::out>},
    {.key = "in",
     .kind = Kind::ratio,
     .doc = "largest reduction at once, of the count; half of it, unless behavior.down has policies",
     .range = {.least = 0, .most = 1, .above = true},
     .set = value<&StepLimit::in>},
    {.key = "observe",
     .kind = Kind::duration,
     .fallback = "1m",
     .doc = "time to watch what a step did before the next",
     .set = value<&StepLimit::observe>},
}};
constexpr Object step{.title = "a step limit", .fields = step_fields};

constexpr std::array<Names, 2> formula_types = {"average", "value"};
void formula_type(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node))
    static_cast<Formula*>(owner)->type = *index == 0 ? TargetType::average : TargetType::value;
}

constexpr std::array<Field, 4> formula_fields = {{
    {.key = "value",
     .doc = "arithmetic over signals and lists, such as max(decisions, pipelines * 2)",
     .required = true,
     .pattern = &expression,
     .set = value<&Formula::text>},
    {.key = "target",
     .kind = Kind::number,
     .doc = "what the result should be",
     .required = true,
     .range = positive,
     .set = value<&Formula::target>},
    {.key = "type",
     .kind = Kind::enumeration,
     .fallback = "average",
     .doc = "average: for one instance; value: as a whole",
     .names = formula_types,
     .set = formula_type},
    {.key = "activation",
     .kind = Kind::number,
     .fallback = "0",
     .doc = "the tier is active while the result is above this",
     .set = value<&Formula::activation>},
}};

constexpr std::array<Names, 8> fallback_behaviors = {
    "fixed",  "current",         "current_if_higher",       "current_if_lower",
    "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"};
void fallback_behavior(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node))
    static_cast<Fallback*>(owner)->behavior = static_cast<Fallback::Behavior>(*index % (fallback_behaviors.size() / 2));
}

constexpr Range failures{.least = 0, .most = 10000};
constexpr std::array<Field, 5> fallback_fields = {{
    {.key = "after",
     .kind = Kind::duration,
     .fallback = "3m",
     .doc = "how long a policy must have been without data",
     .set = value<&Fallback::after>},
    {.key = "failures",
     .kind = Kind::integer,
     .unit = "failures",
     .fallback = "3",
     .doc = "like: keda counts these in place of time: more than so many in a row",
     .range = failures,
     .set = value<&Fallback::failures>},
    {.key = "failureThreshold",
     .kind = Kind::integer,
     .unit = "failures",
     .doc = "failures, as in KEDA",
     .range = failures,
     .instead_of = "failures",
     .borrowed = true,
     .set = value<&Fallback::failures>},
    {.key = "replicas",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "what the policy then proposes",
     .required = true,
     .range = {.least = 0, .most = 10000},
     .set = value<&Fallback::replicas>},
    {.key = "behavior",
     .kind = Kind::enumeration,
     .fallback = "fixed",
     .doc = "fixed: replicas; current: the count there is; or the higher or lower of the two; the last four are KEDA's names of "
            "these",
     .names = fallback_behaviors,
     .set = fallback_behavior},
}};
constexpr Object fallback{.title = "a fallback", .fields = fallback_fields};

constexpr std::array<Field, 5> controller_fields = {{
    {.key = "sync",
     .kind = Kind::duration,
     .fallback = "15s",
     .doc = "time between two decisions",
     .range = positive,
     .set = value<&ControllerSettings::sync>},
    {.key = "downscale_stabilization",
     .kind = Kind::duration,
     .fallback = "5m",
     .doc = "behavior.down.window where none is given",
     .set = value<&ControllerSettings::downscale_stabilization>},
    {.key = "cpu_initialization",
     .kind = Kind::duration,
     .fallback = "5m",
     .doc = "an instance so young may be ready and its CPU still not count",
     .set = value<&ControllerSettings::cpu_initialization>},
    {.key = "initial_readiness",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an instance that turned unready within this time of its start was never ready",
     .set = value<&ControllerSettings::initial_readiness>},
    {.key = "initial_cooldown",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "like: keda: a tier never active yet goes to zero no sooner",
     .set = value<&ControllerSettings::initial_cooldown>},
}};
constexpr Object controller{.title = "a controller's settings", .fields = controller_fields};

void profile_name(Reader& reader, const Field& field, const Node& node, void*) {
  reader.read(field, node, reader.draft().profile);
}

// --- KEDA's words for the same ---------------------------------------------------------------------------------------

template <std::optional<int> Draft::*Member>
void drafted(Reader& reader, const Field& field, const Node& node, void*) {
  reader.read(field, node, (reader.draft().*Member).emplace());
}

void initial_cooldown(Reader& reader, const Field& field, const Node& node, void* owner) {
  whole_seconds<&ControllerSettings::initial_cooldown>(reader, field, node, &static_cast<Scale*>(owner)->controller);
}

void triggers(Reader& reader, const Field& field, const Node& node, void*) {
  if (!reader.is_list(field, node)) return;
  std::size_t index = 0;
  for (const Node& item : node.items) {
    const Reader::Within within(reader, "[" + std::to_string(index++) + "]", item.at, item);
    Trigger one;
    one.path = reader.path();
    reader.object(*field.of, item, &one);
    reader.draft().triggers.push_back(std::move(one));
  }
}

constexpr std::array<Names, 3> controllers = {"plimsoll", "hpa", "keda"};
constexpr std::array<Variant, 1> metric_variants = {{{"Kubernetes", &metric_block}}};
constexpr Range some_seconds{.least = 0, .most = 1e6};
constexpr std::array<Field, 22> scale_fields = {{
    {.key = "like",
     .kind = Kind::enumeration,
     .fallback = "plimsoll",
     .doc =
         "whose rules decide: plimsoll's, or another controller's, whole and exact; limits, orders and schedules come after it",
     .names = controllers,
     .set = value<&Scale::like>},
    {.key = "profile",
     .doc = "normal, high-throughput, cost-sensitive, batch or one of profiles: fills per_instance, poll, cooldown and the upper "
            "end of "
            "replicas where the tier says nothing",
     .pattern = &component_name,
     .set = profile_name},
    {.key = "tolerance",
     .kind = Kind::ratio,
     .fallback = "10%",
     .doc = "a target missed by less than this share changes nothing",
     .range = share,
     .set = value<&Scale::tolerance>},
    {.key = "metrics",
     .kind = Kind::list,
     .doc = "targets; the one that wants most instances wins; Kubernetes' own blocks are taken too",
     .example = "[{cpu: 70%}]",
     .element = Kind::object,
     .of = &metric,
     .variants = metric_variants,
     .set = metrics},
    {.key = "behavior",
     .kind = Kind::object,
     .doc = "how fast and how calmly the count follows; like: hpa and keda: what it leaves out is Kubernetes' default",
     .of = &behavior,
     .set = behave},
    {.key = "step", .kind = Kind::object, .doc = "the largest change at once", .of = &step, .set = object<&Scale::step>},
    {.key = "rules",
     .kind = Kind::list,
     .doc = "steps taken while a condition holds",
     .example = "[{when: cpu > 70%, every: 60s, add: 1}]",
     .element = Kind::object,
     .of = &rule,
     .set = objects<&Scale::rules>},
    {.key = "schedule",
     .kind = Kind::list,
     .doc = "counts at certain times",
     .example = "[{from: 2026-11-27T08:30Z, until: 2026-11-28T02:00Z, floor: 15}]",
     .element = Kind::object,
     .of = &schedule,
     .set = objects<&Scale::schedule>},
    {.key = "formula",
     .kind = Kind::object,
     .doc = "one target over several signals, in place of theirs",
     .of = &formula,
     .set = object<&Scale::formula>},
    {.key = "fallback",
     .kind = Kind::object,
     .doc = "what a policy without data proposes; without it the count stands or grows, but does not shrink",
     .of = &fallback,
     .set = object<&Scale::fallback>},
    {.key = "poll",
     .kind = Kind::duration,
     .fallback = "0s",
     .doc = "decisions are this far apart; 0s: at every tick (like: keda: 30s)",
     .set = value<&Scale::poll>},
    {.key = "cooldown",
     .kind = Kind::duration,
     .fallback = "5m",
     .doc = "from the last sign of work to zero (or idle)",
     .set = value<&Scale::cooldown>},
    {.key = "idle",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "of a tier without work, fewer than replicas allow; without it their lower end",
     .range = {.least = 0, .most = 10000},
     .set = value<&Scale::idle>},
    {.key = "controller",
     .kind = Kind::object,
     .doc = "like: hpa and keda: the settings Kubernetes has for all its targets",
     .of = &controller,
     .set = object<&Scale::controller>},
    {.key = "triggers",
     .kind = Kind::list,
     .doc = "KEDA's triggers as they stand: a list goes to consumes, cron to schedule, the others to metrics",
     .example = "[{type: redis, metadata: {listName: jobs, listLength: \"5\"}}]",
     .element = Kind::object,
     .of = &trigger,
     .borrowed = true,
     .set = triggers},
    {.key = "pollingInterval",
     .kind = Kind::integer,
     .unit = "seconds",
     .doc = "poll, as in KEDA",
     .range = {.least = 1, .most = 1e6},
     .instead_of = "poll",
     .borrowed = true,
     .set = whole_seconds<&Scale::poll>},
    {.key = "cooldownPeriod",
     .kind = Kind::integer,
     .unit = "seconds",
     .doc = "cooldown, as in KEDA",
     .range = some_seconds,
     .instead_of = "cooldown",
     .borrowed = true,
     .set = whole_seconds<&Scale::cooldown>},
    {.key = "initialCooldownPeriod",
     .kind = Kind::integer,
     .unit = "seconds",
     .doc = "controller.initial_cooldown, as in KEDA",
     .range = some_seconds,
     .borrowed = true,
     .set = initial_cooldown},
    {.key = "idleReplicaCount",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "idle, as in KEDA",
     .range = {.least = 0, .most = 10000},
     .instead_of = "idle",
     .borrowed = true,
     .set = value<&Scale::idle>},
    {.key = "minReplicaCount",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "the lower end of replicas, as in KEDA; 0 where a KEDA block and the tier say nothing",
     .range = {.least = 0, .most = 10000},
     .borrowed = true,
     .set = drafted<&Draft::min_replicas>},
    {.key = "maxReplicaCount",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "the upper end of replicas, as in KEDA; 100 where a KEDA block and the tier say nothing",
     .range = {.least = 1, .most = 10000},
     .borrowed = true,
     .set = drafted<&Draft::max_replicas>},
    {.key = "advanced",
     .kind = Kind::object,
     .doc = "formula and behavior, as in KEDA",
     .of = &advanced,
     .borrowed = true,
     .set = same_owner},
}};

void finish_scale(Reader& reader, const Node&, void*) {
  const ModelPath path = reader.path();
  reader.given_twice(path + ".controller.initial_cooldown", path + ".initialCooldownPeriod");
  reader.given_twice(path + ".formula", path + ".advanced.scalingModifiers");
  reader.given_twice(path + ".behavior", path + ".advanced.horizontalPodAutoscalerConfig.behavior");
}

}  // namespace

constinit const Object formula{.title = "a formula", .fields = formula_fields};
constinit const Object scale{.title = "scale", .fields = scale_fields, .finish = finish_scale};

}  // namespace plimsoll::spec::tables
