// KEDA's triggers become what plimsoll has for each of them.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/tables.h"

namespace plimsoll::spec {
namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The triggers' names in a formula, by what plimsoll calls them.
std::string renamed(std::string_view formula, const std::vector<std::pair<std::string, std::string>>& names) {
  std::string out;
  while (!formula.empty()) {
    std::size_t length = 0;
    while (length < formula.size() && in_word(formula[length])) ++length;
    const std::string_view word = formula.substr(0, std::max<std::size_t>(length, 1));
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& pair) { return pair.first == word; });
    out += found == names.end() ? std::string(word) : found->second;
    formula.remove_prefix(word.size());
  }
  return out;
}

class Triggers {
 public:
  Triggers(Reader& reader, Tier& tier) : reader_(reader), places_(reader.places()), path_(reader.path()), tier_(tier) {}

  void apply(const Trigger& trigger, std::size_t index) {
    if (!trigger.type || places_.is_broken(trigger.path) || places_.is_broken(trigger.path + ".metadata")) return;
    switch (*trigger.type) {
      case Trigger::Type::redis:
        return list(trigger);
      case Trigger::Type::cron:
        note(fmt::format("{}.scale.schedule[{}]", path_, tier_.scale.schedule.size()), trigger);
        tier_.scale.schedule.push_back({ScheduleRule::Kind::floor, trigger.when, trigger.replicas, {}});
        return;
      case Trigger::Type::prometheus:
        return query(trigger, index);
      case Trigger::Type::cpu:
        return resource(trigger, SignalKind::cpu);
      case Trigger::Type::memory:
        return resource(trigger, SignalKind::memory);
    }
  }

  void rename_in_formula() {
    if (tier_.scale.formula) tier_.scale.formula->text = renamed(tier_.scale.formula->text, names_);
  }

 private:
  void note(const std::string& path, const Trigger& trigger) { places_.at.insert({path, places_.at.at(trigger.path)}); }

  void list(const Trigger& trigger) {
    if (trigger.list.empty()) return;
    const std::string at = fmt::format("{}.consumes.{}", path_, trigger.list);
    if (!trigger.name.empty()) names_.emplace_back(trigger.name, formula_word(trigger.list));
    const auto known = std::find_if(tier_.consumes.begin(), tier_.consumes.end(),
                                    [&](const QueueTarget& one) { return one.list == trigger.list; });
    if (known == tier_.consumes.end()) {
      note(path_ + ".consumes", trigger);
      note(at, trigger);
      tier_.consumes.push_back({trigger.list, trigger.target, trigger.activation});
      by_trigger_.push_back(trigger.list);
      return;
    }
    if (places_.is_broken(at) || places_.is_broken(at + ".per_instance")) return;
    const bool again = std::find(by_trigger_.begin(), by_trigger_.end(), trigger.list) != by_trigger_.end();
    if (again)
      reader_.wrong_value_at(trigger.path + ".metadata.listName", fmt::format("'{}' has a trigger already", trigger.list),
                             "one trigger for each list");
    else if (known->per_instance > 0)
      reader_.given_twice(
          at + ".per_instance",
          trigger.path + (places_.has(trigger.path + ".metadata.listLength") ? ".metadata.listLength" : ".metadata.listName"));
    else
      *known = {trigger.list, trigger.target, std::max(known->activation, trigger.activation)};
    by_trigger_.push_back(trigger.list);
  }

  void query(const Trigger& trigger, std::size_t index) {
    NamedSignal signal;
    signal.name = fmt::format("{}_prometheus_{}", tier_.name, index);
    std::replace(signal.name.begin(), signal.name.end(), '-', '_');  // formulas know no '-' within a name
    signal.from = NamedSignal::From::prometheus;
    signal.url = trigger.server;
    signal.query = trigger.query;
    if (reader_.stack().signal(signal.name))
      return reader_.wrong_value_at(trigger.path, fmt::format("the signal '{}' is there already", signal.name),
                                    "another name for it under signals:");
    note("signals." + signal.name, trigger);
    if (!trigger.name.empty()) names_.emplace_back(trigger.name, signal.name);
    add({SignalKind::named,
         signal.name,
         trigger.metric_type.value_or(TargetType::average),
         trigger.target,
         trigger.activation,
         {}},
        trigger);
    reader_.stack().signals.push_back(std::move(signal));
  }

  void resource(const Trigger& trigger, SignalKind signal) {
    for (std::size_t i = 0; i < tier_.scale.metrics.size(); ++i)
      if (tier_.scale.metrics[i].signal == signal && !places_.is_broken(fmt::format("{}.scale.metrics[{}]", path_, i)))
        return twice(fmt::format("{}.scale.metrics[{}]", path_, i), trigger, signal);
    add({signal, {}, trigger.metric_type.value_or(TargetType::utilization), trigger.target, 0, trigger.container}, trigger);
  }

  void twice(const std::string& metric, const Trigger& trigger, SignalKind signal) {
    Position first = places_.key(metric), second = places_.key(trigger.path);
    if (second.line < first.line || (second.line == first.line && second.column < first.column)) std::swap(first, second);
    reader_.complain(second, fmt::format("{} has a target already", signal_names[static_cast<std::size_t>(signal)]),
                     fmt::format("one target for it; the other stands on line {}", first.line));
  }

  void add(MetricTarget target, const Trigger& trigger) {
    note(fmt::format("{}.scale.metrics[{}]", path_, tier_.scale.metrics.size()), trigger);
    tier_.scale.metrics.push_back(std::move(target));
  }

  Reader& reader_;
  Places& places_;
  const ModelPath path_;
  Tier& tier_;
  std::vector<std::string> by_trigger_;                     // lists
  std::vector<std::pair<std::string, std::string>> names_;  // of triggers → of signals and lists
};

}  // namespace

void apply_triggers(Reader& reader, std::span<const Trigger> triggers, Tier& tier) {
  Triggers all(reader, tier);
  for (std::size_t i = 0; i < triggers.size(); ++i) all.apply(triggers[i], i);
  all.rename_in_formula();
}

}  // namespace plimsoll::spec
