#include "spec/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/quantity.h"
#include "core/suggest.h"
#include "spec/checks.h"

namespace plimsoll::spec {

/// What there is to refer to: all of it, or enough to see what is meant.
std::string choice(std::span<const std::string_view> names, std::string_view if_none) {
  constexpr std::size_t most = 12;
  if (names.empty()) return std::string(if_none);
  return fmt::format("{}{}{}", names.size() > 1 ? "one of " : "", fmt::join(names.first(std::min(names.size(), most)), ", "),
                     names.size() > most ? ", …" : "");
}

/// Nothing for files of a size no person wrote, where comparing every name with every other would take minutes.
std::string_view suggestion_for(std::string_view word, std::span<const std::string_view> names) {
  return word.size() <= 64 && names.size() <= 1000 ? nearest(word, names) : std::string_view();
}

namespace {

/// The checks of one stack. Each says what is wrong once, where its owner can mend it.
class Validation : Checks {
 public:
  Validation(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics)
      : Checks(stack, places, diagnostics) {}

  void run() {
    unique_names();
    objectives("objectives", stack_.objectives);
    balancer();
    for (const Tier& tier : stack_.tiers) {
      const std::string path = "tiers." + tier.name;
      if (tier.objectives) objectives(path + ".objectives", *tier.objectives);
      command(tier, path);
      uses(tier, path);
      if (tier.baseline) excludes(tier, path);
      queues(tier, path);
      validate_scale(stack_, tier, places_, diagnostics_);
    }
    for (const Database& database : stack_.databases) check(database);
    for (const Pooler& pooler : stack_.poolers) check(pooler);
    validate_sizes(stack_, places_, diagnostics_);
  }

 private:
  /// Every component that was written down is known by name.
  [[nodiscard]] bool components_known() const {
    return sound({"", "tiers", "databases", "poolers", "caches", "externals", "vector_stores"});
  }

  void unique_names() {
    std::map<std::string, std::string> taken;  // name → section
    const auto claim = [&](const char* section, const auto& components) {
      for (const auto& component : components) {
        const auto [first, is_new] = taken.emplace(component.name, section);
        const std::string path = fmt::format("{}.{}", section, component.name);
        if (!is_new)
          complain(places_.key(path), path, fmt::format("the name '{}' is taken in '{}'", component.name, first->second),
                   "a name of its own for every tier, database, pooler, cache, external and vector store");
      }
    };
    claim("tiers", stack_.tiers);
    claim("databases", stack_.databases);
    claim("poolers", stack_.poolers);
    claim("caches", stack_.caches);
    claim("externals", stack_.externals);
    claim("vector_stores", stack_.vector_stores);
  }

  void objectives(const std::string& path, const Objectives& owed) {
    const std::string latency = path + ".latency";
    const auto rises = [&](const char* low, const std::optional<Duration>& lower, const char* high,
                           const std::optional<Duration>& higher) {
      if (!lower || !higher || *lower <= *higher) return false;
      const std::string at = latency + "." + high;
      if (!sound({latency + "." + low, at})) return false;
      complain(places_.value(at), at, fmt::format("{} {} is below {} {}", high, to_text(*higher), low, to_text(*lower)),
               fmt::format("at least {}", to_text(*lower)));
      return true;
    };
    if (!rises("p50", owed.p50, "p95", owed.p95) && !rises("p95", owed.p95, "p99", owed.p99) && !owed.p95)
      rises("p50", owed.p50, "p99", owed.p99);
  }

  void balancer() {
    if (!sound({"", "tiers", "balancer"})) return;
    bool has_service = false;
    for (const Tier& tier : stack_.tiers) {
      const std::string path = "tiers." + tier.name;
      if (!sound({path, path + ".kind"})) return;
      if (tier.kind != TierKind::service) continue;
      if (!stack_.balancer)
        complain(places_.key(path), path, fmt::format("'{}' is a service, but no balancer brings it requests", tier.name),
                 "balancer: {listen: 8080} at the top, or kind: worker");
      has_service = true;
    }
    if (stack_.balancer && !has_service)
      complain(places_.key("balancer"), "balancer", "the balancer has nobody to send requests to", "a tier of kind service");
  }

  void command(const Tier& tier, const std::string& path) {
    const std::string at = path + ".run.command[0]";
    if (!tier.run.command.empty() && tier.run.command[0].empty() && sound({at}))
      complain(places_.value(at), at, "the program has no name", "a program, such as plimsoll-app");
  }

  void uses(const Tier& tier, const std::string& tier_path) {
    if (!components_known()) return;
    for (const Use& use : tier.uses) {
      const std::string path = fmt::format("{}.uses.{}", tier_path, use.component);
      if (stack_.database(use.component))
        use_of_database(use, path);
      else if (stack_.cache(use.component))
        use_of_cache(use, path);
      else if (stack_.external(use.component))
        use_of_external(use, path);
      else if (stack_.vector_store(use.component))
        use_of_vector_store(use, path);
      else
        use_of_nothing(use, path);
    }
  }

  /// Keys that mean nothing for a component of this kind.
  void refuse(const Use& use, const std::string& path, std::initializer_list<const char*> keys, const char* is,
              const char* whose) {
    for (const char* key : keys) {
      const std::string at = fmt::format("{}.{}", path, key);
      if (places_.has(at))
        complain(places_.key(at), at, fmt::format("'{}' is {}; '{}' is for {}", use.component, is, key, whose),
                 fmt::format("{}: {{}}", use.component));
    }
  }

  void use_of_database(const Use& use, const std::string& path) {
    refuse(use, path, {"calls", "rate"}, "a database", "externals");
    const std::string through = path + ".through";
    if (use.through.empty() || !sound({path, through})) return;
    const Pooler* pooler = stack_.pooler(use.through);
    if (pooler && !stack_.database(pooler->database)) return;  // complained of at the pooler
    std::vector<std::string_view> names;
    add_names(names, stack_.poolers);
    if (!pooler)
      complain(places_.value(through), through, fmt::format("there is no pooler '{}'", use.through),
               choice(names, "a pooler under poolers:"), suggestion_for(use.through, names));
    else if (sound({"poolers." + pooler->name + ".for"}) && pooler->database != use.component)
      complain(places_.value(through), through,
               fmt::format("the pooler '{}' is for '{}', not for '{}'", pooler->name, pooler->database, use.component),
               fmt::format("a pooler with for: {}", use.component));
  }

  void use_of_cache(const Use& use, const std::string& path) {
    refuse(use, path, {"through", "overflow", "reads", "session_features"}, "a cache", "databases");
    refuse(use, path, {"calls", "rate"}, "a cache", "externals");
  }

  void use_of_external(const Use& use, const std::string& path) {
    refuse(use, path, {"through", "overflow", "reads", "session_features"}, "an external", "databases");
    refuse(use, path, {"connections"}, "an external", "databases and caches");
  }

  void use_of_vector_store(const Use& use, const std::string& path) {
    refuse(use, path, {"through", "overflow", "reads", "session_features"}, "a vector store", "databases");
    refuse(use, path, {"connections"}, "a vector store", "databases and caches");
    refuse(use, path, {"calls", "rate"}, "a vector store", "externals");
  }

  /// What is excluded from a measurement is an external that was called, or nothing was excluded.
  void excludes(const Tier& tier, const std::string& tier_path) {
    const std::string path = tier_path + ".baseline.excludes";
    if (!components_known() || !sound({tier_path, tier_path + ".uses", path})) return;
    std::vector<std::string_view> called;
    for (const Use& use : tier.uses) {
      if (stack_.external(use.component)) called.push_back(use.component);
      if (!known(use.component)) return;  // complained of already
    }
    for (std::size_t i = 0; i < tier.baseline->excludes.size(); ++i) {
      const std::string& name = tier.baseline->excludes[i];
      const std::string at = fmt::format("{}[{}]", path, i);
      if (std::ranges::find(called, name) != called.end() || !sound({at})) continue;
      complain(places_.value(at), at, fmt::format("'{}' uses no external '{}'", tier.name, name),
               choice(called, "an external among the tier's uses"), suggestion_for(name, called));
    }
  }

  [[nodiscard]] bool known(const std::string& name) const {
    return stack_.database(name) || stack_.cache(name) || stack_.external(name) || stack_.vector_store(name);
  }

  void use_of_nothing(const Use& use, const std::string& path) {
    std::vector<std::string_view> names;
    add_names(names, stack_.databases);
    add_names(names, stack_.caches);
    add_names(names, stack_.externals);
    add_names(names, stack_.vector_stores);
    if (const Pooler* pooler = stack_.pooler(use.component)) {
      complain(use.at, path, fmt::format("'{}' is a pooler; what is used is the database behind it", use.component),
               fmt::format("{}: {{through: {}}}", pooler->database.empty() ? "DATABASE" : pooler->database, pooler->name));
      return;
    }
    const char* what = stack_.tier(use.component) ? "'{}' is a tier, and tiers are not used"
                                                  : "there is no database, cache, external or vector store '{}'";
    complain(use.at, path, fmt::format(fmt::runtime(what), use.component),
             choice(names, "a component under databases:, caches:, externals: or vector_stores:"),
             suggestion_for(use.component, names));
  }

  /// Lists live in exactly one of the caches a tier uses; otherwise nobody could say in which.
  void queues(const Tier& tier, const std::string& path) {
    const bool kind_known = sound({path, path + ".kind"});
    if (kind_known && tier.kind == TierKind::service && !tier.consumes.empty())
      complain(places_.key(path + ".consumes"), path + ".consumes", "a service does not consume lists", "kind: worker");
    if (!components_known() || !sound({path, path + ".uses"})) return;
    const char* key = !tier.publishes.empty() ? "publishes" : !tier.consumes.empty() ? "consumes" : nullptr;
    if (!key) return;
    std::vector<std::string_view> holders;
    for (const Use& use : tier.uses) {
      const Cache* cache = stack_.cache(use.component);
      if (!known(use.component)) return;  // complained of already
      if (cache && !sound({"caches." + cache->name, "caches." + cache->name + ".used_for"})) return;
      if (cache && cache->holds(CacheUse::queue)) holders.push_back(cache->name);
    }
    if (holders.size() == 1) return;
    const std::string at = fmt::format("{}.{}", path, key);
    complain(places_.key(at), at,
             holders.empty() ? fmt::format("'{}' uses no cache that holds lists", tier.name)
                             : fmt::format("'{}' uses several caches for lists: {}", tier.name, fmt::join(holders, ", ")),
             "exactly one cache with used_for: [queue] among the tier's uses");
  }

  void check(const Database& database) {
    const std::string path = "databases." + database.name;
    if (!sound({path, path + ".reserve", path + ".max_connections"})) return;
    for (const char* part : {".superuser", ".monitoring", ".replication", ".admin"})
      if (places_.is_broken(path + ".reserve" + part)) return;
    if (database.reserve.sum() >= database.max_connections)
      complain(places_.key(path + ".reserve"), path + ".reserve",
               fmt::format("{} reserved connections leave none of {}", database.reserve.sum(), database.max_connections),
               fmt::format("a sum below max_connections {}", database.max_connections));
  }

  void check(const Pooler& pooler) {
    const std::string path = "poolers." + pooler.name;
    if (!sound({path})) return;
    const std::string target = path + ".for";
    if (!components_known() || !sound({target})) return;
    const Database* database = stack_.database(pooler.database);
    if (!database) {
      std::vector<std::string_view> names;
      add_names(names, stack_.databases);
      complain(places_.value(target), target, fmt::format("there is no database '{}'", pooler.database),
               choice(names, "a database under databases:"), suggestion_for(pooler.database, names));
    }
  }
};

}  // namespace

void validate(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics) {
  Validation(stack, places, diagnostics).run();
}

}  // namespace plimsoll::spec
