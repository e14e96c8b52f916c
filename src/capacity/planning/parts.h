#pragma once
// What the files of this folder share. The load is scaled once, every component is sized for it on a copy of the stack, and each
// change is said twice: on that copy and as an edit of the spec.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capacity/planning/planning.h"

namespace plimsoll::capacity::planning {

/// Whole bytes of an amount that growth may have made larger than any disk.
inline Bytes bytes_of(double amount) { return Bytes{static_cast<std::int64_t>(amount < 9e18 ? amount : 9e18)}; }

/// Nobody has half a user: a growing number of them is rounded up, as what it is divided into is.
std::string whole_users(double users);

/// The load on one standing of the stack: with regions the largest one's share.
struct Demand {
  Load load;
  std::optional<double> factor;        // over today's; absent: today's is not known
  double event = 1;                    // how much of it is an event's: what always runs is not sized for that
  double data_factor = 1;              // growth alone: what is stored does not follow a day's peak
  std::map<std::string, double> work;  // by kind, in the kind's unit
};

/// Where the load goes: today's, each month's, and the peak that is planned for.
struct Course {
  Load today, then;
  Demand now, peak;
  int months = 0;     // of growth asked for, or until the last event
  double growth = 1;  // a month
  double share = 1;   // of the whole load, in the largest region
  struct Step {
    TimePoint at{};
    Load load;
    Demand demand;
    double event = 1;
  };
  std::vector<Step> steps;  // 0..months
  std::vector<std::string> unknown;
};
Course course_of(const Stack& stack, const Ask& ask);

/// The same demand, `scale` times as large; what is stored stays.
Demand scaled(const Demand& demand, double scale);

/// Instances a tier needs.
struct TierNeed {
  std::optional<int> instances;  // absent: nothing says what one carries, or what comes
  std::string formula;           // "ceil(569.5 / 50 requests/s)"
  std::string note;
};
TierNeed need_of(const Stack& stack, const Tier& tier, const Demand& demand);
/// Instances that run at that load: the need or, where it is unknown, the minimum in step with the load; never below the minimum.
/// Not held by the maximum.
int running(const Stack& stack, const Tier& tier, const Demand& demand);

/// A plan as it is being made.
struct Draft {
  const Stack& before;
  const Catalog& catalog;
  const Demand& now;
  const Demand& then;
  Stack after{};
  std::map<std::string, int> counts_now{}, counts_then{};  // instances by tier that the load needs, within the new bounds
  std::vector<Line> lines{}, settings{};
  std::vector<Change> changes{};
  std::vector<std::string> unknown{};
  std::vector<Advice> advice{};

  /// A path that is changed twice has its last value.
  void change(ModelPath path, std::string value, std::string why);
  void line(std::string component, std::string what, std::string today, std::string then_text, std::string formula,
            std::string note = {});
};

/// Each sizes its part of draft.after; in this order: connections follow from replicas.
void size_tiers(Draft& draft);
void size_databases(Draft& draft);
void size_poolers(Draft& draft, Database& database);
void size_caches(Draft& draft);
void size_vector_stores(Draft& draft);
void size_externals(Draft& draft);
/// All of them, then filled in.
void size_all(Draft& draft);

/// postgresql.conf for a memory size (V8).
std::vector<Line> settings_for(const Database& before, const Database& after);

/// The row that carries so many users: the first whose `users` is not below, the last beyond it. Null: there are no rows.
const SizeStep* step_for(const std::vector<SizeStep>& steps, double users);

/// Connections of one database, with `counts` instances a tier.
struct Wiring {
  double direct = 0;       // of tiers that connect directly
  double through = 0;      // of tiers to poolers
  double pooled_most = 0;  // that poolers may open
  double room = 0;         // max_connections less the reserve
  std::string direct_sum;  // "12 × 30"
  std::string pooled_sum;  // "pooler 3 × 100"
  [[nodiscard]] double servers() const { return direct + pooled_most; }
};
Wiring wiring_of(const Stack& stack, const Database& database, const std::map<std::string, int>& counts);
std::map<std::string, int> most_counts(const Stack& stack);  // maximum and surge
/// The owner's rule of thumb (V12); it is about the first database.
std::optional<double> connections_by_users(const Stack& stack, const Database& database, const Demand& demand);

/// A limit of the present stack and how much of it a load takes.
struct Check {
  std::string component, constraint;
  double used = 0, room = 0;
  std::string sum;
  bool stored = false;  // follows the growth of data, not the load
  [[nodiscard]] bool over() const { return used > room * (1 + 1e-9); }
};
/// Always the same limits in the same order for one stack, whatever the amounts.
std::vector<Check> checks(const Stack& stack, const Catalog& catalog, const Demand& demand);
std::optional<Binding> binding_of(const Stack& stack, const Catalog& catalog, const Course& course);

std::vector<Month> months_of(const Stack& stack, const Catalog& catalog, const Course& course);
std::vector<BandLine> bands_of(const Stack& stack, const Catalog& catalog);
std::vector<Advice> advice_of(const Draft& draft, const Ask& ask, const Course& course, const Cost& then);

}  // namespace plimsoll::capacity::planning
