// What decides a tier's count: its HPA or ScaledObject, in the spec's words and within its limits.

#include <fmt/format.h>

#include <algorithm>

#include "import/assembly.h"
#include "import/match.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

class ScaleOf {
 public:
  ScaleOf(Assembly& of, const Part& part, const Autoscaler& scaler, Tier& tier)
      : of_(of), part_(part), scaler_(scaler), tier_(tier), path_("tiers." + tier.name) {}

  void apply() {
    tier_.scale = scaler_.scale;
    metrics();
    for (const auto& [below, origin] : scaler_.origins)
      if (std::string path = path_of(below); !path.empty()) of_.out.origins.add(std::move(path), origin);
    of_.note(path_ + ".scale", scaler_.at);
    of_.infer(path_ + ".scale", scaler_.at,
              fmt::format("{} {} decides how many there are of {}",
                          scaler_.kind == Autoscaler::Kind::hpa ? "HPA" : "ScaledObject", scaler_.name, tier_.name));
    for (const Inference& one : scaler_.inferences) of_.infer(path_ + "." + one.path, one.spot, one.text);
    queues();
    signals();
    limits();
  }

 private:
  void queues() {
    if (tier_.kind == TierKind::service && !scaler_.queues.empty())
      return of_.infer(path_ + ".consumes", scaler_.at,
                       fmt::format("the list {} is left out: {} is a service, and those take no jobs",
                                   scaler_.queues.front().list, tier_.name));
    for (std::size_t i = 0; i < scaler_.queues.size(); ++i) {
      const QueueTarget& queue = scaler_.queues[i];
      const std::string cache = cache_of(scaler_.queue_addresses[i]);
      if (cache.empty()) {
        of_.ask(path_ + ".consumes." + queue.list, fmt::format("in which Redis is the list {} of {}?", queue.list, tier_.name),
                "uses: {REDIS: {}}");
        of_.infer(path_ + ".consumes", scaler_.at,
                  fmt::format("the list {} is left out: nothing says in which Redis it is", queue.list));
        continue;
      }
      if (!holder_.empty() && holder_ != cache) {
        of_.infer(path_ + ".consumes", scaler_.at,
                  fmt::format("the list {} is left out: {} has lists in {} already", queue.list, tier_.name, holder_));
        continue;
      }
      holder_ = cache;
      use(cache);
      tier_.consumes.push_back(queue);
    }
  }

  /// The cache a trigger's address means; the only one there is where the address is not written out.
  std::string cache_of(const std::string& address) {
    auto& caches = of_.out.stack.caches;
    std::string written = address;
    if (written.starts_with('$')) {
      const std::string variable = written.substr(1);
      written.clear();
      for (const Variable& one : part_.main->environment)
        if (one.name == variable) written = one.value;
    }
    for (const Endpointish& one : endpoints_in(written)) {
      const std::string_view space = scaler_.space.empty() ? std::string_view(part_.workload->space) : scaler_.space;
      if (const Part* part = part_at(of_, one.host, space)) {
        if (part->role == Role::cache || part->role == Role::sentinel) return part->name;
        continue;
      }
      if (const auto known = of_.elsewhere.find(one.host); known != of_.elsewhere.end()) return known->second;
      Cache made;
      made.name = of_.names.fresh(one.host.substr(0, one.host.find('.')), "");
      of_.elsewhere[one.host] = made.name;
      of_.note("caches." + made.name, scaler_.at);
      of_.infer("caches." + made.name, scaler_.at, fmt::format("{} is a Redis that is not in these files", one.host));
      caches.push_back(made);
      return made.name;
    }
    return caches.size() == 1 ? caches.front().name : std::string();
  }

  void use(const std::string& cache) {
    for (Cache& one : of_.out.stack.caches) {
      if (one.name != cache || one.holds(CacheUse::queue)) continue;
      one.used_for.push_back(CacheUse::queue);
      of_.note("caches." + cache + ".used_for", scaler_.at);
    }
    for (const Use& one : tier_.uses)
      if (one.component == cache) return;
    Use made;
    made.component = cache;
    of_.note(path_ + ".uses." + cache, scaler_.at);
    tier_.uses.push_back(std::move(made));
  }

  void signals() {
    for (const auto& entry : scaler_.signals) {
      const std::string& name = entry.first;
      const NamedSignal& signal = entry.second;
      if (of_.out.stack.signal(name)) continue;
      NamedSignal made = signal;
      // Without a page of the tier's own, /metrics is where such a figure usually is.
      if (made.from == NamedSignal::From::metrics && tier_.run.metrics.empty()) made.url = "/metrics";
      of_.note("signals." + name, scaler_.at);
      of_.out.stack.signals.push_back(std::move(made));
      const auto asked =
          std::find_if(scaler_.asked.begin(), scaler_.asked.end(), [&](const auto& one) { return one.signal == name; });
      if (asked != scaler_.asked.end())
        of_.ask("signals." + name,
                fmt::format("{} is scaled on {}: which query of Prometheus gives its figure?", tier_.name, asked->type),
                name + ": {from: prometheus, url: …, query: …}");
      else if (signal.from == NamedSignal::From::metrics && !signal.per_instance)
        of_.ask("signals." + name, fmt::format("which query of Prometheus gives {}?", name),
                name + ": {from: prometheus, url: …, query: …}");
    }
  }

  /// Figures that the spec can't have are left out, and said. Must come before the origins are written: they go by place.
  void metrics() {
    std::vector<MetricTarget> kept;
    for (const MetricTarget& one : scaler_.scale.metrics) {
      if (one.signal == SignalKind::memory && one.type != TargetType::average && !tier_.instance.memory) {
        of_.infer(path_ + ".scale", scaler_.at,
                  fmt::format("the target on memory of {} is left out: it has no request to measure against", tier_.name));
        place_.emplace_back();
        continue;
      }
      place_.push_back(kept.size());
      kept.push_back(one);
    }
    tier_.scale.metrics = std::move(kept);
  }

  /// Below the tier, as the autoscaler's reader has it: "scale.metrics[2].cpu". The targets behind one that was left out stand
  /// one place earlier; empty for what was left out.
  [[nodiscard]] std::string path_of(const std::string& below) const {
    constexpr std::string_view list = "scale.metrics[";
    if (!below.starts_with(list)) return path_ + "." + below;
    const std::size_t close = below.find(']', list.size());
    const std::size_t index = std::stoul(below.substr(list.size(), close - list.size()));
    if (index >= place_.size() || !place_[index]) return {};
    return fmt::format("{}.{}{}{}", path_, list, *place_[index], below.substr(close));
  }

  void limits() {
    Scale& scale = tier_.scale;
    if (scale.idle && *scale.idle >= tier_.replicas.min) scale.idle.reset();
    if (scale.fallback && !tier_.replicas.contains(scale.fallback->replicas)) {
      of_.infer(path_ + ".scale.fallback", scaler_.at,
                fmt::format("a fallback of {} is outside the bounds and left out", scale.fallback->replicas));
      scale.fallback.reset();
    }
    if (scaler_.kind == Autoscaler::Kind::keda) {
      scale.behavior.up.tolerance.reset();
      scale.behavior.down.tolerance.reset();
    }
    if (scale.formula && !scaler_.unknown.empty()) {
      of_.infer(path_ + ".scale.formula", scaler_.at,
                fmt::format("the formula of {} is left out: it may name a trigger that is", tier_.name));
      scale.formula.reset();
    }
    std::size_t room = most_policies - (scale.formula ? 1 : 0);
    const auto cut = [&](auto& list, const char* what) {
      if (list.size() > room) {
        of_.infer(path_ + ".scale", scaler_.at,
                  fmt::format("{} has more than {} policies; its last {} are left out", tier_.name, most_policies, what));
        list.resize(room);
      }
      room -= list.size();
    };
    cut(tier_.consumes, "lists");
    cut(scale.metrics, "metrics");
    cut(scale.schedule, "schedules");
  }

  Assembly& of_;
  const Part& part_;
  const Autoscaler& scaler_;
  Tier& tier_;
  const std::string path_;
  std::string holder_;                             // the cache its lists are in
  std::vector<std::optional<std::size_t>> place_;  // of each of the autoscaler's metrics among the tier's
};

}  // namespace

void assemble_scale(Assembly& of) {
  std::map<std::string_view, Tier*> tiers;
  for (Tier& tier : of.out.stack.tiers) tiers.emplace(tier.name, &tier);
  for (const Part& part : of.parts) {
    if (part.role != Role::tier) continue;
    const Autoscaler* scaler = of.autoscaler_of(*part.workload);
    if (!scaler) continue;
    ScaleOf(of, part, *scaler, *tiers.at(part.name)).apply();
  }
}

}  // namespace plimsoll::import
