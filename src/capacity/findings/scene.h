#pragma once
// What a rule looks at, and the words rules share. Inside capacity/findings only.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capacity/findings/findings.h"
#include "core/finding.h"
#include "core/stack.h"

namespace plimsoll::capacity::rules {

/// Where a rule puts what it has to say; name and rows of the rule are added by findings().
using Out = std::vector<Finding>&;

/// Borrows both.
struct Scene {
  const Stack& stack;
  const FindingsContext& context;

  /// Somebody wrote it down.
  [[nodiscard]] bool written(std::string_view path) const { return !context.given || context.given(path); }
  /// It holds as it stands in the model: written down, or a default of a spec, which is what will run. What was imported has
  /// defaults of the model only because nobody knows better.
  [[nodiscard]] bool holds(std::string_view path) const { return !context.imported || written(path); }

  /// A time as the file writes it: a spec with its unit, other tools' files as whole seconds, rounded up.
  [[nodiscard]] std::string time(Duration d) const;
  /// A utilization as the file writes it: "70%" in a spec, "70" in an HPA.
  [[nodiscard]] std::string utilization(double ratio) const;
};

// Paths of the model.
ModelPath tier_path(const Tier& tier, std::string_view rest = {});  // "tiers.api", "tiers.api.replicas.max"
ModelPath use_path(const Tier& tier, const Use& use, std::string_view rest);
ModelPath database_path(const Database& database, std::string_view rest = {});
ModelPath pooler_path(const Pooler& pooler, std::string_view rest = {});
ModelPath cache_path(const Cache& cache, std::string_view rest = {});
/// "tiers.api.scale.metrics[1]", with the key a spec has there if that is known: ".cpu".
ModelPath metric_path(const Tier& tier, std::size_t index);

/// `replicas: 3..18`, as a line of a spec.
std::string replicas_line(int least, int most);
/// How few instances a fix may leave: the minimum; of a fixed count, which moves as a whole, one.
int least_of(const Tier& tier);
/// A fixed count that goes down takes its minimum with it.
Fix most_replicas(const Tier& tier, int most, std::string effect);

/// "cpu", "p95", "backlog(jobs)", or the signal's name.
std::string name_of(SignalKind kind, const std::string& list);
/// "a, b and c"; at most four by name, then how many more.
std::string listed(const std::vector<std::string>& names);
/// A number of instances, connections, jobs: whole, thousands set apart.
std::string count(double n);
/// For messages: "30 s", "1.5 min", "10 min".
std::string waited(Duration d);

/// Whether instances get requests that something in front hands out.
bool is_balanced(const Scene& scene, const Tier& tier);
/// The controllers of Kubernetes, which have a sync period and a tolerance on everything.
bool is_borrowed(const Tier& tier);
/// Whether the pooler's own file was read, so that what it leaves out has PgBouncer's defaults.
bool is_configured(const Scene& scene, const Pooler& pooler);
bool is_configured(const Scene& scene, const Cache& cache);
/// Whether what the cache is used for is a fact. An import that saw nothing to tell by takes it for a cache.
bool is_use_known(const Scene& scene, const Cache& cache);

/// max_connections, if it is known: written, of a class the catalog has, or a spec's default where no class is named.
std::optional<int> connections_of(const Scene& scene, const Database& database);
/// False where it is only Postgres' default: somebody's server may well have another.
bool are_connections_stated(const Scene& scene, const Database& database);

/// Largest n in [least, most] for which `fits(n)` holds, where it holds for smaller n too; absent if not even for `least`.
template <class Fits>
std::optional<int> largest(int least, int most, Fits&& fits) {
  if (least > most || !fits(least)) return std::nullopt;
  while (least < most) {
    const int middle = least + (most - least + 1) / 2;
    if (fits(middle))
      least = middle;
    else
      most = middle - 1;
  }
  return least;
}

}  // namespace plimsoll::capacity::rules
