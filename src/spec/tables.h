#pragma once
// The tables of the spec (descriptor.h), a file for each part of it, and what they share. All are constant-initialised.

#include <array>
#include <span>
#include <string_view>

#include "spec/descriptor.h"
#include "spec/draft.h"
#include "spec/reader.h"

namespace plimsoll::spec::tables {

extern const Object objectives;                       // descriptors.cc
extern const Object balancer;                         // descriptors_balancer.cc
extern const Object tier;                             // descriptors_tier.cc
extern const Object baseline, placement, disruption;  // descriptors_tier_plan.cc
extern const Object leader, vertical;                 // descriptors_tier_plan.cc
extern const Object scale;                            // descriptors_scale.cc
extern const Object metric;                           // descriptors_metric.cc
extern const Object behavior;                         // descriptors_behavior.cc
extern const Object rule, schedule;                   // descriptors_rule.cc
extern const Object window;                           // two cron moments; descriptors_rule.cc
extern const Object trigger, advanced;                // descriptors_keda.cc: KEDA's
extern const Object metric_block;                     // descriptors_kubernetes.cc: autoscaling/v2's
extern const Object formula;                          // descriptors_scale.cc
extern const Object database, size_step;              // descriptors_database.cc
extern const Object cache;                            // descriptors_cache.cc
extern const Object pooler, external, limits;         // descriptors_component.cc
extern const Object vector_store;                     // descriptors_vector.cc
extern const Object growth, region;                   // descriptors_plan.cc
extern const Object catalog;                          // descriptors_catalog.cc: the whole of another file
extern const Object signal, profile;                  // descriptors_signal.cc

/// Kubernetes' Utilization, AverageValue, Value: the indices are those of TargetType.
inline constexpr std::array<std::string_view, 3> target_types = {"Utilization", "AverageValue", "Value"};

}  // namespace plimsoll::spec::tables

namespace plimsoll::spec {

/// KEDA's triggers become lists, schedules, targets and signals of the tier. Paths in `reader` are those of the tier.
void apply_triggers(Reader& reader, std::span<const Trigger> triggers, Tier& tier);

/// What a profile says and the tier does not.
void apply_profile(Reader& reader, const Profile& profile, Tier& tier);
/// The one of that name among the owner's own and those every stack has; null if there is none.
const Profile* find_profile(std::string_view name, std::span<const Profile> own);
/// Of those every stack has: normal, high-throughput, cost-sensitive, batch.
std::span<const Profile> built_in_profiles();

/// Complains if a target cannot read the signal so: cpu has its own key, a percentile is not shared out.
/// `at` is the place of the signal.
void check_target(Reader& reader, Position at, const SignalName& signal, TargetType type);

}  // namespace plimsoll::spec
