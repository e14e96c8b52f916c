// The spec, key by key: KEDA's triggers and `advanced`, as they stand in a ScaledObject.

#include <fmt/format.h>

#include "core/quantity.h"
#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

using Type = Trigger::Type;

constexpr std::array<Names, 2> booleans = {"true", "false"};
constexpr std::array<Names, 1> first_database = {"0"};

/// Where KEDA finds Redis, and as whom; plimsoll looks in the cache the tier uses for lists.
void text(Reader& reader, const Field& field, const Node& node, void*) {
  std::string unused;
  reader.read(field, node, unused);
}
constexpr Field elsewhere(std::string_view key) {
  return {.key = key, .doc = "KEDA's way to Redis; here the cache the tier uses for lists", .pattern = &one_line, .set = text};
}

constexpr std::array<Field, 12> redis_fields = {{
    {.key = "listName", .doc = "the list", .required = true, .pattern = &list_name, .set = value<&Trigger::list>},
    {.key = "listLength",
     .kind = Kind::number,
     .unit = "jobs",
     .doc = "per_instance of the list; 5 if it says nothing",
     .range = positive,
     .set = value<&Trigger::target>},
    {.key = "activationListLength",
     .kind = Kind::number,
     .unit = "jobs",
     .doc = "activation of the list",
     .range = {},
     .set = value<&Trigger::activation>},
    {.key = "databaseIndex",
     .kind = Kind::enumeration,
     .doc = "the lists are in database 0",
     .names = first_database,
     .set = fixed},
    {.key = "enableTLS", .kind = Kind::enumeration, .doc = "KEDA's way to Redis", .names = booleans, .set = fixed},
    elsewhere("address"),
    elsewhere("addressFromEnv"),
    elsewhere("host"),
    elsewhere("hostFromEnv"),
    elsewhere("port"),
    elsewhere("usernameFromEnv"),
    elsewhere("passwordFromEnv"),
}};
constexpr Object redis{.title = "a redis trigger", .fields = redis_fields};

template <auto Member>
void cron(Reader& reader, const Field& field, const Node& node, void* owner) {
  reader.read_cron(field, node, static_cast<Trigger*>(owner)->when.*Member);
}
constexpr std::array<Field, 4> cron_fields = {{
    {.key = "timezone",
     .doc = "whose clocks start and end go by",
     .required = true,
     .pattern = &zone_name,
     .set = inner<&Trigger::when, &When::zone>},
    {.key = "start", .kind = Kind::cron, .doc = "when it begins", .required = true, .set = cron<&When::start>},
    {.key = "end", .kind = Kind::cron, .doc = "when it is over", .required = true, .set = cron<&When::end>},
    {.key = "desiredReplicas",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "the floor meanwhile",
     .required = true,
     .range = {.least = 0, .most = 10000},
     .set = value<&Trigger::replicas>},
}};
constexpr Object cron_trigger{.title = "a cron trigger", .fields = cron_fields};

constexpr std::array<Field, 5> prometheus_fields = {{
    {.key = "serverAddress", .doc = "of the server", .required = true, .pattern = &http_url, .set = value<&Trigger::server>},
    {.key = "query", .doc = "what to ask (PromQL)", .required = true, .pattern = &expression, .set = value<&Trigger::query>},
    {.key = "threshold",
     .kind = Kind::number,
     .doc = "what one instance should have; with metricType Value the whole",
     .required = true,
     .range = positive,
     .set = value<&Trigger::target>},
    {.key = "activationThreshold",
     .kind = Kind::number,
     .doc = "the tier is active while the value is above this",
     .set = value<&Trigger::activation>},
    {.key = "ignoreNullValues",
     .kind = Kind::enumeration,
     .doc = "an empty answer is a gap here, never 0",
     .names = booleans,
     .set = fixed},
}};
constexpr Object prometheus{.title = "a prometheus trigger", .fields = prometheus_fields};

constexpr std::array<Field, 2> resource_fields = {{
    {.key = "value",
     .doc = "percent of the request, with metricType AverageValue a quantity",
     .required = true,
     .pattern = &one_line,
     .set = value<&Trigger::quantity>},
    {.key = "containerName",
     .doc = "which container; an instance is one here",
     .pattern = &one_line,
     .set = value<&Trigger::container>},
}};
constexpr Object resource{.title = "a cpu or memory trigger", .fields = resource_fields};

constexpr std::array<Names, 5> types = {"redis", "cron", "prometheus", "cpu", "memory"};
constexpr std::array<Variant, 5> metadata_of = {{
    {"redis", &redis},
    {"cron", &cron_trigger},
    {"prometheus", &prometheus},
    {"cpu", &resource},
    {"memory", &resource},
}};

void type(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) static_cast<Trigger*>(owner)->type = static_cast<Type>(*index);
}

/// Which keys there are depends on the type; of an unknown one nothing can be said.
void metadata(Reader& reader, const Field& field, const Node& node, void* owner) {
  const Trigger& trigger = *static_cast<Trigger*>(owner);
  if (trigger.type) reader.object(*field.variants[static_cast<std::size_t>(*trigger.type)].of, node, owner);
}

void metric_type(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node))
    static_cast<Trigger*>(owner)->metric_type = static_cast<TargetType>(*index);
}

constexpr std::array<Field, 2> authentication_fields = {{
    {.key = "name", .doc = "of the TriggerAuthentication", .required = true, .pattern = &one_line, .set = text},
    {.key = "kind", .doc = "of it", .pattern = &one_line, .set = text},
}};
constexpr Object authentication{.title = "a reference", .fields = authentication_fields};

constexpr std::array<Field, 6> trigger_fields = {{
    {.key = "type", .kind = Kind::enumeration, .doc = "what it looks at", .required = true, .names = types, .set = type},
    {.key = "metricType",
     .kind = Kind::enumeration,
     .doc = "how it is read: redis AverageValue; prometheus AverageValue or Value; cpu and memory Utilization or AverageValue",
     .names = target_types,
     .set = metric_type},
    {.key = "metadata",
     .kind = Kind::object,
     .doc = "what it looks at, and what that should be",
     .required = true,
     .variants = metadata_of,
     .set = metadata},
    {.key = "name", .doc = "in advanced.scalingModifiers.formula", .pattern = &signal_name, .set = value<&Trigger::name>},
    {.key = "useCachedMetrics",
     .kind = Kind::enumeration,
     .doc = "every source is read once for all here",
     .names = booleans,
     .set = fixed},
    {.key = "authenticationRef",
     .kind = Kind::object,
     .doc = "KEDA's credentials; plimsoll has its own",
     .of = &authentication,
     .set = same_owner},
}};

/// percent or quantity of a cpu or memory trigger
void read_resource(Reader& reader, Trigger& trigger) {
  const std::string at = reader.path() + ".metadata.value";
  if (reader.places().is_broken(at) || trigger.quantity.empty()) return;
  const bool by_share = trigger.metric_type.value_or(TargetType::utilization) == TargetType::utilization;
  const auto number = by_share ? parse_number(trigger.quantity) : parse_kubernetes_quantity(trigger.quantity);
  if (!number || !(*number > 0) || (by_share && *number > 10000))
    reader.wrong_value_at(at, fmt::format("{} is not {}", quote(trigger.quantity), by_share ? "a percentage" : "a quantity"),
                          by_share ? "percent of the request such as \"70\"" : "a quantity such as 500m or 600Mi");
  else
    trigger.target = by_share ? *number / 100 : *number;
}

void finish_trigger(Reader& reader, const Node& node, void* owner) {
  Trigger& trigger = *static_cast<Trigger*>(owner);
  const std::string path = reader.path();
  if (!trigger.type || reader.places().is_broken(path) || reader.places().is_broken(path + ".metricType")) return;
  const Type is = *trigger.type;
  const bool resource_type = is == Type::cpu || is == Type::memory;
  if (trigger.metric_type) {
    const TargetType type = *trigger.metric_type;
    const bool fits = resource_type            ? type != TargetType::value
                      : is == Type::prometheus ? type != TargetType::utilization
                                               : type == TargetType::average;
    if (!fits)
      return reader.complain(node.find("metricType")->value.at,
                             fmt::format("a {} trigger has no {}", types[static_cast<std::size_t>(is)],
                                         target_types[static_cast<std::size_t>(type)]),
                             resource_type            ? "Utilization or AverageValue"
                             : is == Type::prometheus ? "AverageValue or Value"
                                                      : "AverageValue");
  }
  if (resource_type) read_resource(reader, trigger);
  if (is == Type::redis && trigger.target == 0) trigger.target = 5;  // KEDA's default
}

// --- advanced --------------------------------------------------------------------------------------------------------

constexpr std::array<Names, 2> modifier_types = {"AverageValue", "Value"};
void modifier_type(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node))
    static_cast<Formula*>(owner)->type = *index == 0 ? TargetType::average : TargetType::value;
}

constexpr std::array<Field, 4> modifiers_fields = {{
    {.key = "formula", .doc = "formula.value", .required = true, .pattern = &expression, .set = value<&Formula::text>},
    {.key = "target",
     .kind = Kind::number,
     .doc = "formula.target",
     .required = true,
     .range = positive,
     .set = value<&Formula::target>},
    {.key = "activationTarget", .kind = Kind::number, .doc = "formula.activation", .set = value<&Formula::activation>},
    {.key = "metricType", .kind = Kind::enumeration, .doc = "formula.type", .names = modifier_types, .set = modifier_type},
}};
constexpr Object modifiers{.title = "scaling modifiers", .fields = modifiers_fields};

void autoscaler_behavior(Reader& reader, const Field& field, const Node& node, void* owner) {
  object<&Scale::behavior>(reader, field, node, owner);
  static_cast<Scale*>(owner)->behavior.given = true;
}

constexpr std::array<Field, 1> autoscaler_fields = {{
    {.key = "behavior", .kind = Kind::object, .doc = "behavior", .of = &behavior, .set = autoscaler_behavior},
}};
constexpr Object autoscaler{.title = "the autoscaler KEDA makes", .fields = autoscaler_fields};

constexpr std::array<Field, 2> advanced_fields = {{
    {.key = "scalingModifiers",
     .kind = Kind::object,
     .doc = "formula, as in KEDA",
     .of = &modifiers,
     .set = object<&Scale::formula>},
    {.key = "horizontalPodAutoscalerConfig",
     .kind = Kind::object,
     .doc = "behavior, where KEDA has it",
     .of = &autoscaler,
     .set = same_owner},
}};

}  // namespace

constinit const Object trigger{.title = "a trigger of KEDA", .fields = trigger_fields, .finish = finish_trigger};
constinit const Object advanced{.title = "advanced settings of KEDA", .fields = advanced_fields};

}  // namespace plimsoll::spec::tables
