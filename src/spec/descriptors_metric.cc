// The spec, key by key: targets.

#include <fmt/format.h>

#include <variant>

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

template <SignalKind Signal>
void resource(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  target.signal = Signal;
  target.type = reader.read_target(field, node, target.target) ? TargetType::utilization : TargetType::average;
}

void signal_of(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  target.type = TargetType::average;
  SignalName name;
  if (!reader.read_signal(field, node, name)) return;
  target.signal = name.kind;
  target.list = name.list;
}

/// A figure of the signal beside it; of an unknown signal it cannot be judged.
template <double MetricTarget::*Member>
void figure(Reader& reader, const Field& field, const Node& node, void* owner) {
  MetricTarget& target = *static_cast<MetricTarget*>(owner);
  const std::string beside = reader.path().substr(0, reader.path().rfind('.')) + ".signal";
  if (!reader.places().has(beside) || reader.places().is_broken(beside)) return;
  reader.read_quantity(field, node, reader.signal_of(target.signal, target.list), target.*Member);
}

void value_figure(Reader& reader, const Field& field, const Node& node, void* owner) {
  static_cast<MetricTarget*>(owner)->type = TargetType::value;
  figure<&MetricTarget::target>(reader, field, node, owner);
}

constexpr std::array<Names, 3> metric_choice = {"cpu", "memory", "signal"};
constexpr std::array<Field, 6> metric_fields = {{
    {.key = "cpu",
     .kind = Kind::cpu_target,
     .doc = "mean CPU of the ready instances, of their request; or in cores",
     .range = {.least = 0, .most = 100, .above = true},
     .set = resource<SignalKind::cpu>},
    {.key = "memory",
     .kind = Kind::memory_target,
     .doc = "mean memory of the ready instances, of their request; or as a size",
     .range = {.least = 0, .most = 100, .above = true},
     .set = resource<SignalKind::memory>},
    {.key = "signal", .kind = Kind::signal, .doc = "any other figure; with average or value", .set = signal_of},
    {.key = "average",
     .kind = Kind::quantity,
     .doc = "what one instance should have of the signal: of a whole tier's number its share",
     .range = positive,
     .with = "signal",
     .set = figure<&MetricTarget::target>},
    {.key = "value",
     .kind = Kind::quantity,
     .doc = "what the tier's number itself should be, however many share it",
     .range = positive,
     .with = "signal",
     .set = value_figure},
    {.key = "activation",
     .kind = Kind::quantity,
     .fallback = "0",
     .doc = "like: keda: the tier is active while the signal is above this",
     .with = "signal",
     .set = figure<&MetricTarget::activation>},
}};

void finish_metric(Reader& reader, const Node& node, void* owner) {
  const MetricTarget& target = *static_cast<MetricTarget*>(owner);
  const Node::Entry* signal = node.find("signal");
  if (!signal || reader.places().is_broken(reader.path()) || reader.places().is_broken(reader.path() + ".signal")) return;
  const Node::Entry* average = node.find("average");
  const Node::Entry* value = node.find("value");
  if (!average && !value)
    return reader.complain(signal->at, "'signal' needs 'average' or 'value' beside it",
                           "'average', what one instance should have, or 'value', what the whole should be");
  if (average && value)
    return reader.complain(value->at, "'average' and 'value' exclude each other", "exactly one of average, value");
  check_target(reader, signal->value.at, reader.signal_of(target.signal, target.list), target.type);
}

}  // namespace

constinit const Object metric{
    .title = "a target", .fields = metric_fields, .exactly_one = metric_choice, .finish = finish_metric};

}  // namespace plimsoll::spec::tables

namespace plimsoll::spec {

void check_target(Reader& reader, Position at, const SignalName& signal, TargetType type) {
  const std::string name = name_of(signal);
  switch (signal.kind) {
    case SignalKind::cpu:
      return reader.complain(at, "cpu has a key of its own", "cpu: 70% of the request, or cpu: 500m");
    case SignalKind::memory:
      return reader.complain(at, "memory has a key of its own", "memory: 80% of the request, or memory: 600Mi");
    case SignalKind::p95:
    case SignalKind::p99:
    case SignalKind::errors:
      if (type == TargetType::average)
        reader.complain(at, name + " cannot be shared out among instances", "'value' in place of 'average'");
      return;
    case SignalKind::named:
      if (const NamedSignal* own = reader.stack().signal(signal.list); own && own->per_instance && type == TargetType::value)
        reader.complain(at, name + " is a number of each instance, the tier has none", "'average' in place of 'value'");
      return;
    case SignalKind::requests_per_second:
    case SignalKind::queued_requests:
    case SignalKind::backlog:
      return;
  }
}

}  // namespace plimsoll::spec
