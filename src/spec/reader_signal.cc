// Reader: signals, and what is measured in their units.

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "spec/reader.h"

namespace plimsoll::spec {

void Reader::complain(const Node& node, const ConditionError& wrong) {
  // It may be one of the signals that could not be read: those have been complained of.
  if (wrong.unknown_signal && (places_.is_broken("") || places_.is_broken("signals")))
    places_.broken.insert(path_);
  else
    complain(node.part(wrong.offset, wrong.length), wrong.message, wrong.expected, wrong.nearest);
}

bool Reader::unit_known(const SignalName& signal) const {
  if (signal.kind != SignalKind::named) return true;
  const ModelPath path = "signals." + signal.list;
  return !places_.is_broken(path) && !places_.is_broken(path + ".unit");
}

void Reader::read(const Field& field, const Node& node, Condition& target) {
  if (!is_scalar(field, node)) return;
  auto result = parse_condition(node.text, stack_.signals);
  if (auto* wrong = std::get_if<ConditionError>(&result)) {
    const auto signal = parse_signal(node.text.substr(0, node.text.find_first_of(" <>=")), stack_.signals);
    if (const auto* name = std::get_if<SignalName>(&signal); name && !unit_known(*name))
      places_.broken.insert(path_);
    else
      complain(node, *wrong);
  } else {
    target = std::get<Condition>(std::move(result));
  }
}

SignalName Reader::signal_of(SignalKind kind, const std::string& name) const {
  const NamedSignal* own = kind == SignalKind::named ? stack_.signal(name) : nullptr;
  return {kind, name, own ? own->unit : unit_of(kind)};
}

bool Reader::read_signal(const Field& field, const Node& node, SignalName& target) {
  if (!is_scalar(field, node)) return false;
  auto result = parse_signal(node.text, stack_.signals);
  if (auto* wrong = std::get_if<ConditionError>(&result)) {
    complain(node, *wrong);
    return false;
  }
  target = std::get<SignalName>(std::move(result));
  return true;
}

void Reader::read_quantity(const Field& field, const Node& node, const SignalName& signal, double& target) {
  if (!unit_known(signal)) {
    places_.broken.insert(path_);
    return;
  }
  Field of_signal = field;
  switch (signal.unit) {
    case SignalUnit::number:
      of_signal.kind = Kind::number;
      break;
    case SignalUnit::ratio:
      of_signal.kind = Kind::ratio;
      break;
    case SignalUnit::seconds:
      of_signal.kind = Kind::duration;
      break;
    case SignalUnit::bytes:
      of_signal.kind = Kind::bytes;
      break;
    case SignalUnit::per_second:
      of_signal.kind = Kind::rate;
      break;
  }
  read(of_signal, node, target);
}

}  // namespace plimsoll::spec
