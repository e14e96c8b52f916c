// The spec, key by key: a metric block of autoscaling/v2, as it stands in a HorizontalPodAutoscaler.

#include <fmt/format.h>

#include "core/assert.h"
#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Names, 2> resources = {"cpu", "memory"};

void average_utilization(Reader& reader, const Field& field, const Node& node, void* owner) {
  int percent = 0;
  reader.read(field, node, percent);
  static_cast<MetricTarget*>(owner)->target = percent / 100.0;
}

constexpr std::array<Names, 3> target_choice = {"averageUtilization", "averageValue", "value"};  // in the order of TargetType
constexpr std::array<Field, 4> target_fields = {{
    {.key = "type",
     .kind = Kind::enumeration,
     .doc = "how the metric is read",
     .required = true,
     .names = target_types,
     .set = value<&MetricTarget::type>},
    {.key = "averageUtilization",
     .kind = Kind::integer,
     .unit = "percent",
     .doc = "of the request, mean over the instances",
     .range = {.least = 1, .most = 10000},
     .set = average_utilization},
    {.key = "averageValue",
     .kind = Kind::kubernetes,
     .doc = "what one instance should have",
     .range = positive,
     .set = value<&MetricTarget::target>},
    {.key = "value",
     .kind = Kind::kubernetes,
     .doc = "what the whole should be",
     .range = positive,
     .set = value<&MetricTarget::target>},
}};

void finish_target(Reader& reader, const Node& node, void* owner) {
  const MetricTarget& target = *static_cast<MetricTarget*>(owner);
  const std::string path = reader.path();
  if (reader.places().is_broken(path) || reader.places().is_broken(path + ".type") || !node.find("type")) return;
  const std::size_t type = static_cast<std::size_t>(target.type);
  if (!node.find(target_choice[type]))
    reader.complain(node.find("type")->value.at,
                    fmt::format("a target of type {} needs '{}'", target_types[type], target_choice[type]),
                    std::string(target_choice[type]));
}

constexpr Object target{
    .title = "a metric target", .fields = target_fields, .exactly_one = target_choice, .finish = finish_target};

void metric_name(Reader& reader, const Field& field, const Node& node, void* owner) {
  SignalName name;
  if (!reader.read_signal(field, node, name)) return;
  static_cast<MetricTarget*>(owner)->signal = name.kind;
  static_cast<MetricTarget*>(owner)->list = name.list;
}

/// What only says where a cluster finds the figure; plimsoll's own signal of the name knows where.
void texts(Reader& reader, const Field& field, const Node& node, void*) {
  std::map<std::string, std::string> unused;
  reader.read(field, node, unused);
}
void text(Reader& reader, const Field& field, const Node& node, void*) {
  std::string unused;
  reader.read(field, node, unused);
}

constexpr std::array<Field, 1> selector_fields = {{
    {.key = "matchLabels",
     .kind = Kind::map,
     .doc = "labels",
     .example = "{queue: jobs}",
     .pattern = &one_line,
     .element = Kind::string,
     .keys = &one_line,
     .set = texts},
}};
constexpr Object selector{.title = "a selector", .fields = selector_fields};

constexpr std::array<Field, 2> identifier_fields = {{
    {.key = "name", .kind = Kind::signal, .doc = "the signal", .required = true, .set = metric_name},
    {.key = "selector",
     .kind = Kind::object,
     .doc = "which series the cluster takes; here the signal's own query says so",
     .of = &selector,
     .set = same_owner},
}};
constexpr Object identifier{.title = "a metric", .fields = identifier_fields};

constexpr Field resource_name = {.key = "name",
                                 .kind = Kind::enumeration,
                                 .doc = "the resource",
                                 .required = true,
                                 .names = resources,
                                 .set = value<&MetricTarget::signal>};
constexpr Field target_field = {
    .key = "target", .kind = Kind::object, .doc = "what it should be", .required = true, .of = &target, .set = same_owner};
constexpr Field identifier_field = {
    .key = "metric", .kind = Kind::object, .doc = "which figure", .required = true, .of = &identifier, .set = same_owner};

constexpr std::array<Field, 2> resource_fields = {{resource_name, target_field}};
constexpr Object resource{.title = "a resource", .fields = resource_fields};

constexpr std::array<Field, 3> container_fields = {{
    resource_name,
    {.key = "container",
     .doc = "which container; an instance is one here",
     .required = true,
     .pattern = &one_line,
     .set = value<&MetricTarget::container>},
    target_field,
}};
constexpr Object container{.title = "a container's resource", .fields = container_fields};

constexpr std::array<Field, 2> figure_fields = {{identifier_field, target_field}};
constexpr Object figure{.title = "a figure", .fields = figure_fields};

constexpr std::array<Field, 3> reference_fields = {{
    {.key = "apiVersion", .doc = "of the object", .pattern = &one_line, .set = text},
    {.key = "kind", .doc = "of the object", .required = true, .pattern = &one_line, .set = text},
    {.key = "name", .doc = "of the object", .required = true, .pattern = &one_line, .set = text},
}};
constexpr Object reference{.title = "an object of the cluster", .fields = reference_fields};

constexpr std::array<Field, 3> object_fields = {{
    {.key = "describedObject",
     .kind = Kind::object,
     .doc = "what the cluster measures; here the signal's own query says so",
     .of = &reference,
     .set = same_owner},
    identifier_field,
    target_field,
}};
constexpr Object object_metric{.title = "an object's figure", .fields = object_fields};

constexpr std::array<Names, 5> sources = {"Resource", "ContainerResource", "Pods", "Object", "External"};
constexpr std::array<Names, 5> source_keys = {"resource", "containerResource", "pods", "object", "external"};
/// Of each source, by TargetType.
constexpr bool takes[5][3] = {
    {true, true, false}, {true, true, false}, {false, true, false}, {false, true, true}, {false, true, true}};

constexpr std::array<Field, 6> block_fields = {{
    {.key = "type",
     .kind = Kind::enumeration,
     .doc = "which of the other keys stands beside it",
     .required = true,
     .names = sources,
     .set = fixed},
    {.key = "resource", .kind = Kind::object, .doc = "type Resource: CPU or memory", .of = &resource, .set = same_owner},
    {.key = "containerResource",
     .kind = Kind::object,
     .doc = "type ContainerResource: CPU or memory of one container",
     .of = &container,
     .set = same_owner},
    {.key = "pods", .kind = Kind::object, .doc = "type Pods: a figure of each instance", .of = &figure, .set = same_owner},
    {.key = "object",
     .kind = Kind::object,
     .doc = "type Object: a figure of one object",
     .of = &object_metric,
     .set = same_owner},
    {.key = "external",
     .kind = Kind::object,
     .doc = "type External: a figure from outside the cluster",
     .of = &figure,
     .set = same_owner},
}};

void finish_block(Reader& reader, const Node& node, void* owner) {
  const MetricTarget& metric = *static_cast<MetricTarget*>(owner);
  Places& places = reader.places();
  const std::string path = reader.path();
  const Node::Entry* type = node.find("type");
  if (places.is_broken(path) || places.is_broken(path + ".type") || !type) return;
  std::size_t source = 0;
  while (source < sources.size() && sources[source] != type->value.text) ++source;
  PLIMSOLL_ASSERT(source < sources.size());
  const std::string key(source_keys[source]);
  if (!node.find(key))
    return reader.complain(type->value.at, fmt::format("a metric of type {} needs '{}'", sources[source], key), key);
  const std::string target_type = fmt::format("{}.{}.target.type", path, key);
  const std::string name = fmt::format("{}.{}.metric.name", path, key);
  for (const std::string& part : {fmt::format("{}.{}", path, key), fmt::format("{}.{}.target", path, key), target_type, name})
    if (places.is_broken(part)) return;
  if (!takes[source][static_cast<std::size_t>(metric.type)]) {
    std::string possible;
    for (std::size_t i = 0; i < target_types.size(); ++i)
      if (takes[source][i]) possible += (possible.empty() ? "" : " or ") + std::string(target_types[i]);
    return reader.complain(
        places.value(target_type),
        fmt::format("a metric of type {} has no {}", sources[source], target_types[static_cast<std::size_t>(metric.type)]),
        possible);
  }
  if (source > 1) check_target(reader, places.value(name), reader.signal_of(metric.signal, metric.list), metric.type);
}

}  // namespace

constinit const Object metric_block{
    .title = "a metric block of Kubernetes", .fields = block_fields, .exactly_one = source_keys, .finish = finish_block};

}  // namespace plimsoll::spec::tables
