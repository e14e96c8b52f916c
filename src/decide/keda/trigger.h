#pragma once
// A KEDA trigger is, whatever its source, a number or a failure. Pure and free of allocation.

#include <cstddef>
#include <cstdint>
#include <optional>

namespace plimsoll::keda {

inline constexpr std::size_t most_triggers = 16;  // of one scaled object

enum class Source : std::uint8_t {
  redis_list,  // jobs in a list
  postgres,    // first column of the query's first row
  prometheus,  // the query's one element
  workload,    // pods that match a selector
  cron,        // desired replicas inside the window, 0 outside
  resource,    // cpu or memory: the HPA's own business; active only if there is no other trigger
};

enum class MetricType : std::uint8_t {
  average_value,  // wanted = ceil(value / threshold)
  value,          // wanted = ceil(ready * value / threshold)
};

struct Trigger {
  Source source = Source::redis_list;
  MetricType type = MetricType::average_value;
  double threshold = 5;             // in the source's unit, > 0
  double activation = 0;            // active if the value, as the source gave it, is above this, strictly
  bool use_cached_metrics = false;  // the HPA is served the last poll's value instead of a fresh one
  bool ignore_null = true;          // prometheus: an empty, NaN or infinite answer is 0 instead of an error (KEDA's default)
};

/// What a source answered.
struct Reading {
  enum class Kind : std::uint8_t { value, empty, failed };  // empty: the query worked and had no element
  Kind kind = Kind::failed;
  double value = 0;  // any double, as the source gave it

  static Reading of(double v) { return {Kind::value, v}; }
  static Reading empty() { return {Kind::empty, 0}; }
  static Reading failed() { return {}; }
};

/// The value KEDA goes on with; absent is its error. `ignore_null` turns an empty, NaN or infinite Prometheus answer into 0: so a
/// broken query looks like an idle service. An empty answer of any other source is an error.
std::optional<double> keda_value(const Trigger&, const Reading&);

/// Above the activation threshold, strictly.
bool is_active(const Trigger&, double value);

/// What reaches the HPA and the formula: the nearest thousandth; negative, NaN and infinite become 0; above int64 the largest.
std::int64_t milli(double value);

/// Thousandths that KEDA computes itself (fallback, formula): cut towards zero, negative ones kept, saturated within int64.
/// @param thousandths  not NaN
std::int64_t cut(double thousandths);

}  // namespace plimsoll::keda
