#pragma once
// One pass of the HorizontalPodAutoscaler, as the controller of Kubernetes makes it (main branch after 1.36; scaling from zero
// as released, unless Config::scale_to_zero is on). Pure: what is seen and what is remembered go in, an outcome comes out.
//
//   Outcome o = reconcile(config, state, seen, now, lines);     // records the recommendation, as upstream does in the pass
//   if (o.rescale) … write o.replicas to the target …
//     written: record_rescaled(config, state, o, now);          // only what happened becomes an event
//     refused: record_refused(o);

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/time.h"
#include "decide/hpa/calculator.h"
#include "decide/hpa/combine.h"
#include "decide/hpa/defaults.h"
#include "decide/hpa/history.h"
#include "decide/hpa/rate_limit.h"

namespace plimsoll::hpa {

enum class Source : std::uint8_t { resource, container_resource, pods, object, external, unknown };
enum class Target : std::uint8_t { none, utilization, average, value };

/// KEP-5679: an external metric that has failed for so long proposes a fixed count instead of an error.
struct Fallback {
  Duration after{};           // > 0; Kubernetes demands 180 s at least
  std::int32_t replicas = 1;  // > 0
};

struct MetricSpec {
  Source source = Source::resource;
  bool cpu = true;  // resource and container_resource: of the processor
  Target type = Target::utilization;
  Milli target = default_cpu_percent;  // percent for a utilization, else thousandths; > 0
  std::optional<Fallback> fallback;    // external only
};

/// An autoscaler and the flags of its controller. Plain values: made once, read by every pass.
struct Config {
  std::int32_t min = 1;  // 0 only with scaling to zero
  std::int32_t max = 1;
  std::vector<MetricSpec> metrics = std::vector<MetricSpec>(1);  // one that says nothing: CPU at 80 %
  std::optional<Behavior> behavior;                              // with both directions filled in: defaults.h
  Tolerance tolerance;
  Timing timing;
  Duration downscale_stabilization = default_downscale_stabilization;
  ScaleUpLimit scale_up_limit;  // holds where there is no behavior
  /// KEP-2021: a target that we scaled to zero wakes up again, one that somebody else did stays. Off: with min 0 a target at
  /// zero is always looked at, else never.
  bool scale_to_zero = false;
};

/// Whether the target's selector can be used.
enum class Selector : std::uint8_t { usable, missing, invalid, ambiguous };

/// What was measured for one metric; the fields that its source has no use for stay empty.
struct MetricSeen {
  PodSamples samples;  // resource, container_resource, pods
  Requests requests;   // with a utilization target
  Values values;       // object, external
};

struct Seen {
  std::int32_t spec_replicas = 0;    // the count asked for
  std::int32_t status_replicas = 0;  // the count the target says it has
  std::span<const Pod> pods;
  std::span<const MetricSeen> metrics;  // as many as Config::metrics (asserted where they are looked at)
  Selector selector = Selector::usable;
};

/// The part of the memory that isn't a list. A value, to be stored with the slots it counts.
struct Kept {
  std::uint32_t recommendations = 0, ups = 0, downs = 0;  // slots in use
  bool started = false;                                   // there was a pass before
  bool scaled_to_zero = false;                            // it was we who scaled to zero
  bool operator==(const Kept&) const = default;
};

/// A view of what is remembered; borrows everything. An empty list of slots is allowed where slots() says 0.
struct State {
  std::span<Recommendation> recommendation_slots;
  std::span<ScaleEvent> up_slots, down_slots;
  std::span<TimePoint> failing_since;  // one a metric if any has a fallback, else it may be empty; not_failing: it works
  Kept* kept = nullptr;

  [[nodiscard]] History<Recommendation> recommendations() const { return {recommendation_slots, kept->recommendations}; }
  [[nodiscard]] std::span<const ScaleEvent> ups() const { return up_slots.first(kept->ups); }
  [[nodiscard]] std::span<const ScaleEvent> downs() const { return down_slots.first(kept->downs); }
};
inline constexpr TimePoint not_failing = TimePoint::min();

/// How many slots a configuration can ever need.
struct Slots {
  std::uint32_t recommendations = 0, ups = 0, downs = 0, failing_since = 0;
};
/// @param sync_period  the least time between two passes, > 0 (asserted); passes that come faster make the oldest give way
Slots slots(const Config&, Duration sync_period);

/// One metric of a pass, for explaining it.
struct MetricLine {
  Measured<Proposal> proposal = fail(MetricError::metrics_unavailable);
  bool fallback = false;  // the count is the fallback's: nothing was measured
};

struct Outcome {
  std::int32_t replicas = 0;    // asked for after the pass
  std::int32_t current = 0;     // asked for before
  std::int32_t wanted = 0;      // by the metrics, before anything was applied; the current count if they were not looked at
  std::int32_t stabilized = 0;  // after the windows, before limits
  bool rescale = false;         // the target is to be written
  bool error = false;           // the pass reports an error, even if it scales on the metrics that work
  bool metrics_read = false;    // the lines are filled
  int winner = -1;              // the metric that is named as the reason
  Conditions conditions;        // those that this pass set
};

/// One pass. @param lines  at least as many as there are metrics (asserted); untouched unless Outcome::metrics_read
Outcome reconcile(const Config&, State&, const Seen&, TimePoint now, std::span<MetricLine> lines);

/// The same where the metrics have been combined already; they are ignored where a pass would not look at them.
Outcome reconcile_combined(const Config&, State&, std::int32_t spec_replicas, const Combined&, TimePoint now);

/// What one metric proposes. @param spec  `current` is taken from `seen` as the metric's kind demands
Measured<Proposal> propose(const MetricSpec& spec, const Config&, const Seen&, const MetricSeen&);

/// The target was written: the scaling becomes an event, and the conditions say so.
void record_rescaled(const Config&, State&, Outcome&, TimePoint now);
/// The target could not be written: the count stays.
void record_refused(Outcome&);
/// The pass that could not even read the target's count; the state is not touched.
Outcome scale_unreadable(std::int32_t last_known);

/// Both steps after the metrics: windows, then limits. Sets able_to_scale and scaling_limited.
struct Normalized {
  std::int32_t replicas = 0;
  std::int32_t stabilized = 0;
  std::size_t slot = 0;  // for the recommendation, which is not recorded here
  Condition able_to_scale, scaling_limited;
};
Normalized normalize(const Config&, std::int32_t current, std::int32_t desired, std::span<const Recommendation>,
                     std::span<const ScaleEvent> ups, std::span<const ScaleEvent> downs, TimePoint now);

}  // namespace plimsoll::hpa
