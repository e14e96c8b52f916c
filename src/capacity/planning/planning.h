#pragma once
// What a stack needs for so many users, so much load, so many months of growth: figures with the formula beside each.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capacity/cost.h"
#include "core/catalog.h"
#include "core/stack.h"
#include "core/time.h"

namespace plimsoll::capacity {

/// What is asked. With none of users, rate, months and events: today's load.
struct Ask {
  std::optional<double> users;  // concurrent
  std::optional<Rate> rate;
  std::optional<double> growth;  // factor a month, in place of the spec's
  int months = 0;                // 0..120
  struct Event {                 // "3x@2026-11-27"
    double factor = 1;
    TimePoint at{};
  };
  std::vector<Event> events;
  std::map<std::string, double> work;  // demand by kind (T6), in place of the spec's
  TimePoint now{};                     // what "today" is
};

/// The load a plan is for. What is not known stays unknown.
struct Load {
  std::optional<double> users;
  std::optional<Rate> rate;
  std::optional<Bytes> data;
};

/// One figure of one component.
struct Line {
  std::string component;  // "api", "pooler", "main", "redis"
  std::string what;       // "instances", "max_db_connections", "memory"
  std::string today, then;
  std::string formula;  // "ceil(570 / 50)": with the numbers in it
  std::string note;     // where the owner's or the reference's own figure differs, and why; may be empty
  bool changed = false;
};

/// A change of the spec that the plan asks for; `value` is written as in a spec.
struct Change {
  ModelPath path;     // "tiers.api.replicas"
  std::string value;  // "12..40"
  std::string why;
};

struct Month {
  int month = 0;  // 0 is today
  TimePoint at{};
  Load load;
  double event = 1;  // factor of an event in this month, in load already
  std::map<std::string, int> instances;
  int connections = 0;  // server connections the present wiring would open to the tightest database
  int connections_room = 0;
  double cost = 0;        // dollars a month, of what has a price
  std::string gives_way;  // the constraint that is first crossed in this month; may be empty
};

/// What stops the present stack first on the way.
struct Binding {
  std::string component, constraint;        // "main", "max_connections"
  std::string sum;                          // "30 × 5 + 40 × 3 + 23 reserved = 293 of 200"
  std::optional<double> at_users, at_rate;  // where it does
  std::optional<double> at_month;           // when, with growth
};

struct Advice {
  std::string topic;  // "redis", "balancing", "sharding"
  std::string text;
  std::string because;  // the figures it rests on
};

/// One range of users with what it takes (H7, H21); `own` is the owner's estimate in words where the spec has one.
struct BandLine {
  double from = 0, to = 0;  // to infinite: no end
  std::string instances, components, cost;
  std::string own_instances, own_cost, note;
};

struct CapacityPlan {
  Load today, then;
  std::vector<Line> lines;
  std::vector<Change> changes;
  Stack recommended;  // the stack with the changes made, filled in
  std::optional<Binding> binding;
  Cost cost_today, cost_then;
  std::optional<double> cost_per_user_today, cost_per_user_then;  // dollars a month
  std::vector<Lever> levers;
  std::vector<Month> months;  // 0..months, where there is growth or an event
  std::vector<BandLine> bands;
  std::vector<Line> database_settings;  // postgresql.conf for the memory planned (V8)
  std::vector<Advice> advice;
  /// Whether of any tier is known what it carries and what comes. If not, no changes do not mean that the spec carries the load.
  bool known = false;
  std::vector<std::string> unknown;  // what the plan could not say and the line that would help
};

/// Pure and total. The stack must have been filled in (capacity/catalog.h). A tier is sized by everything that is known of it
/// (capacity by queueing; baseline by users, rate, kinds of work), the largest count wins; a tier of which nothing is known is
/// shown in step with the load but not changed, and `unknown` has the line that would help. Nothing ever gets smaller than it is.
/// Limits are held at the most replicas a tier may have, as `check` does; what an event adds raises the most, never the least.
/// With regions the load is the whole stack's, counts and sizes are those of one region, the one with the largest share. Cost:
/// some 50 us and, for each month, as much again.
CapacityPlan plan_for(const Stack& stack, const Catalog& catalog, const Ask& ask);

}  // namespace plimsoll::capacity
