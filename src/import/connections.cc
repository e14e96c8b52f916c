// Who uses whom: variables and arguments whose values are addresses.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/quantity.h"
#include "import/assembly.h"
#include "import/hosts.h"
#include "import/match.h"
#include "import/url.h"
#include "import/variables.h"

namespace plimsoll::import {
namespace {

class ConnectionsOf {
 public:
  ConnectionsOf(Assembly& of, const Part& part, Tier& tier)
      : of_(of), part_(part), workload_(*part.workload), main_(*part.main), tier_(tier), path_("tiers." + tier.name) {}

  void find() {
    // Written-out values first: what a Secret holds is then told by what there is.
    for (const Variable& one : main_.environment)
      if (!one.secret && !one.value.empty()) written(one);
    arguments();
    for (const Variable& one : main_.environment)
      if (one.secret || (one.from_config && one.value.empty())) hidden(one);
    for (const std::string& name : workload_.depends_on) depended_on(name);
    pools();
  }

 private:
  /// "$(DB_HOST)" of Kubernetes, with the values that are known.
  [[nodiscard]] std::string expanded(const std::string& value) const {
    std::string out;
    const std::size_t last_close = value.rfind(')');  // behind it nothing closes, and nothing is looked for
    for (std::size_t i = 0; i < value.size();) {
      const bool opens = value.compare(i, 2, "$(") == 0 && last_close != std::string::npos && i < last_close;
      const std::size_t close = opens ? value.find(')', i) : std::string::npos;
      if (close == std::string::npos) {
        out += value[i++];
        continue;
      }
      const std::string name = value.substr(i + 2, close - i - 2);
      const auto known =
          std::find_if(main_.environment.begin(), main_.environment.end(), [&](const Variable& one) { return one.name == name; });
      // What stays hidden is most often a user or a password: a word that is neither a host nor a port.
      out += known != main_.environment.end() && !known->secret && known->value.find("$(") == std::string::npos ? known->value
                                                                                                                : "hidden";
      i = close + 1;
    }
    return out;
  }

  void written(const Variable& variable) {
    const std::vector<std::string> words = words_of(variable.name);
    const std::vector<Endpointish> endpoints = endpoints_in(expanded(variable.value));
    if (endpoints.empty() && variable.value.find("${") != std::string::npos) return hidden(variable);
    for (const Endpointish& one : endpoints) {
      if (one.host == "hidden") {
        if (is_address(words)) hidden(variable);
        continue;
      }
      address(renamed(one), variable, words);
    }
  }

  /// An ExternalName stands for another host.
  [[nodiscard]] Endpointish renamed(Endpointish one) const {
    for (const Endpoint& endpoint : of_.facts.endpoints)
      if (!endpoint.external_name.empty() && endpoint.name == one.host.substr(0, one.host.find('.')) &&
          same_space(endpoint.space, workload_.space))
        one.host = endpoint.external_name;
    return one;
  }

  /// What an argument is called where it is shown. Anything that is no plain flag may hold a password.
  static std::string flag_of(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    const bool plain = name.starts_with("-") && name.size() <= 40 && name.find_first_of(":/@ \t\n") == std::string_view::npos;
    return plain && !names_secret(name) ? std::string(name) : "an argument";
  }

  void arguments() {
    for (std::size_t i = 0; i < main_.command.size(); ++i) {
      const std::string& word = main_.command[i];
      if (word.find("://") == std::string::npos) continue;
      Variable made;
      made.name = flag_of(word.starts_with("-") ? word : i > 0 ? main_.command[i - 1] : "");
      made.value = word;
      made.at = i < main_.command_at.size() ? main_.command_at[i] : main_.at;
      for (const Endpointish& one : endpoints_in(expanded(word)))
        if (one.form == Endpointish::Form::url &&
            (one.scheme == "postgres" || is_redis(one.scheme) || is_other_store(one.scheme)))
          address(one, made, words_of(made.name));
    }
  }

  void address(const Endpointish& one, const Variable& variable, const std::vector<std::string>& words) {
    if (is_here(one.host)) return beside(one, variable, words);
    if (one.form == Endpointish::Form::host && !is_address(words)) return;
    if (const Part* part = part_at(of_, one.host, workload_.space)) return to_part(*part, one, variable, words);
    if (one.scheme == "postgres" || (one.scheme.empty() && is_address(words) && elsewhere_is(one, words, Meaning::database)))
      return to_database(elsewhere_database(one, variable, words), "", one, variable, words);
    if (is_redis(one.scheme) || (one.scheme.empty() && is_address(words) && elsewhere_is(one, words, Meaning::cache)))
      return to_cache(elsewhere_cache(one, variable), variable, words);
    if (is_other_store(one.scheme)) return to_external(elsewhere_external(one.host, variable), variable);
    if ((one.scheme == "https" || one.scheme == "http") && is_api(one.host, words))
      to_external(elsewhere_external(one.host, variable), variable);
  }

  /// A host of no part of these files: what the cloud's name, or else the variable's, says it is.
  static bool elsewhere_is(const Endpointish& one, const std::vector<std::string>& words, Meaning wanted) {
    const Meaning by_host = managed(one.host);
    if (by_host != Meaning::nothing) return by_host == wanted;
    return meaning_of(words) == wanted;
  }

  /// A service on the web that instances call: OPENAI_API_BASE, PAYMENT_API_URL.
  static bool is_api(std::string_view host, const std::vector<std::string>& words) {
    if (host.find('.') == std::string_view::npos || host.ends_with(".local") || host.ends_with(".internal") ||
        host.ends_with(".svc"))
      return false;
    return has_word(words, "API") && !has_word(words, "PUBLIC") && words.size() > 2 &&
           (words.back() == "URL" || words.back() == "BASE" || words.back() == "ENDPOINT" || words.back() == "HOST");
  }

  /// localhost: the pooler, or a cloud's proxy, that runs beside.
  void beside(const Endpointish& one, const Variable& variable, const std::vector<std::string>& words) {
    if (one.scheme != "postgres" && meaning_of(words) != Meaning::database) return;
    if (const Pooler* pooler = of_.out.stack.pooler(part_.pooler); pooler && !part_.pooler.empty())
      return to_database(pooler->database, pooler->name, one, variable, words);
    const bool proxy = std::any_of(workload_.containers.begin(), workload_.containers.end(), [](const Container& other) {
      const std::string program = program_of(other.image);
      return program.find("sql-proxy") != std::string::npos || program.find("sql_proxy") != std::string::npos ||
             program == "gce-proxy";
    });
    if (proxy) to_database(database_at(of_, "cloud-sql", workload_.space, "main", variable.at), "", one, variable, words);
  }

  void to_part(const Part& part, const Endpointish& one, const Variable& variable, const std::vector<std::string>& words) {
    switch (part.role) {
      case Role::database:
        if (one.scheme.empty() && !is_address(words) && one.form != Endpointish::Form::dsn) return;
        return to_database(part.name, "", one, variable, words);
      case Role::pooler:
        if (const Pooler* pooler = pooler_for(part.name, one.database))
          to_database(pooler->database, pooler->name, one, variable, words);
        return;
      case Role::cache:
      case Role::sentinel:
        return to_cache(part.name, variable, words);
      case Role::external:
      case Role::vector_store:
        return to_external(part.name, variable);
      default:
        return;  // tiers call one another; the model has no word for it
    }
  }

  /// Of a pooler before several servers: the one that the URL's database is on; where only its name is a variable, by that.
  [[nodiscard]] const Pooler* pooler_for(const std::string& pooler, std::string database) const {
    if (database.empty())
      for (const Variable& one : main_.environment)
        if (one.name == "PGDATABASE" || one.name == "DB_NAME" || one.name == "POSTGRES_DB" || one.name == "DATABASE_NAME")
          database = one.value;
    const auto known = of_.pools.find({pooler, database});
    return of_.out.stack.pooler(known == of_.pools.end() ? pooler : known->second);
  }

  std::string elsewhere_database(const Endpointish& one, const Variable& variable, const std::vector<std::string>& words) {
    // A reader's address of the database that the tier uses already.
    if (is_of_replica(words) || one.host.find(".cluster-ro-") != std::string::npos)
      for (const Use& use : tier_.uses)
        for (Database& known : of_.out.stack.databases)
          if (known.name == use.component) {
            known.read_replicas = std::max(known.read_replicas, 1);
            of_.elsewhere.emplace(plain_host(one.host), known.name);
            of_.infer("databases." + known.name + ".read_replicas", variable.at,
                      fmt::format("{} names a read replica of {}", variable.name, known.name));
            return known.name;
          }
    return database_at(of_, one.host, workload_.space, "", variable.at);
  }

  std::string elsewhere_cache(const Endpointish& one, const Variable& variable) {
    if (const auto known = of_.elsewhere.find(plain_host(one.host)); known != of_.elsewhere.end()) return known->second;
    return new_cache(one.host, one.host.substr(0, one.host.find('.')), variable.at);
  }

  std::string new_cache(const std::string& host, const std::string& wanted, const Spot& spot) {
    Cache made;
    made.name = of_.names.fresh(wanted, "");
    of_.elsewhere[plain_host(host)] = made.name;
    of_.note("caches." + made.name, spot);
    of_.infer("caches." + made.name, spot,
              host.empty() ? fmt::format("a Redis that is not in these files, called {} here", made.name)
                           : fmt::format("{} is a Redis that is not in these files", host));
    of_.out.stack.caches.push_back(made);
    return made.name;
  }

  std::string elsewhere_external(const std::string& host, const Variable& variable) {
    if (const auto known = of_.elsewhere.find(plain_host(host)); known != of_.elsewhere.end()) return known->second;
    // api.stripe.com is Stripe's, not "api".
    std::string_view label = host;
    if (label.starts_with("api.") || label.starts_with("www.")) label.remove_prefix(4);
    const std::string name = of_.names.fresh(label.substr(0, label.find('.')), "");
    of_.elsewhere[plain_host(host)] = name;
    of_.note("externals." + name, variable.at);
    of_.out.stack.externals.push_back({name, {}, {}, {}, {}});
    return name;
  }

  Use* use_of(const std::string& component) {
    for (Use& one : tier_.uses)
      if (one.component == component) return &one;
    return nullptr;
  }

  Use& use(const std::string& component, const Variable& variable) {
    if (Use* known = use_of(component)) return *known;
    Use made;
    made.component = component;
    of_.out.origins.add(path_ + ".uses." + component, {variable.at, variable.at, {}});
    tier_.uses.push_back(std::move(made));
    return tier_.uses.back();
  }

  void to_database(const std::string& database, const std::string& pooler, const Endpointish& one, const Variable& variable,
                   const std::vector<std::string>& words) {
    if (database.empty()) return;
    const bool is_new = !use_of(database);
    if (!is_new && is_second_way(words)) return;
    Use& made = use(database, variable);
    if (is_new || (made.through.empty() && !pooler.empty())) {
      made.through = pooler;
      if (!pooler.empty()) of_.out.origins.add(path_ + ".uses." + database + ".through", {variable.at, variable.at, {}});
      of_.infer(path_ + ".uses." + database, variable.at,
                pooler.empty() ? fmt::format("{} uses {}: {}", tier_.name, database, variable.name)
                               : fmt::format("{} uses {} through {}: {}", tier_.name, database, pooler, variable.name));
    }
    for (const auto& [key, value] : one.parameters) {
      const auto count = parse_integer(value);
      if (!count || *count < 0 || *count > 10'000) continue;
      const Found<std::string> found{value, variable.at, variable.at, {}};
      if (is_pool_parameter(key) && *count > 0) connections(made, static_cast<int>(*count), found, key);
      if (key == "max_overflow") overflow(made, static_cast<int>(*count), found);
    }
  }

  void to_cache(const std::string& cache, const Variable& variable, const std::vector<std::string>& words) {
    if (cache.empty()) return;
    if (!use_of(cache))
      of_.infer(path_ + ".uses." + cache, variable.at, fmt::format("{} uses {}: {}", tier_.name, cache, variable.name));
    use(cache, variable);
    CacheHint hint = cache_hint(words);
    if (hint == CacheHint::nothing && !job_runner(main_).empty() && !says_where_jobs_are()) hint = CacheHint::queue;
    if (hint == CacheHint::nothing || hint == CacheHint::result) return;
    const CacheUse means = hint == CacheHint::queue     ? CacheUse::queue
                           : hint == CacheHint::session ? CacheUse::session
                                                        : CacheUse::cache;
    for (Cache& one : of_.out.stack.caches)
      if (one.name == cache && !one.holds(means)) {
        one.used_for.push_back(means);
        constexpr std::array words_for = {"a cache", "a queue", "sessions"};
        if (!of_.out.origins.exact("caches." + cache + ".used_for")) of_.note("caches." + cache + ".used_for", variable.at);
        of_.infer("caches." + cache + ".used_for", variable.at,
                  fmt::format("{} is used for {}: {}{}", cache, words_for[static_cast<std::size_t>(means)], variable.name,
                              job_runner(main_).empty() || cache_hint(words) != CacheHint::nothing
                                  ? std::string()
                                  : fmt::format(" of {}, which runs {}", tier_.name, job_runner(main_))));
      }
  }

  /// A variable of its own names the queue: the others are not it.
  [[nodiscard]] bool says_where_jobs_are() const {
    return std::any_of(main_.environment.begin(), main_.environment.end(), [](const Variable& one) {
      const std::vector<std::string> words = words_of(one.name);
      return cache_hint(words) == CacheHint::queue && is_address(words);
    });
  }

  void to_external(const std::string& external, const Variable& variable) {
    if (!of_.out.stack.external(external) && !of_.out.stack.vector_store(external)) return;
    if (!use_of(external))
      of_.infer(path_ + ".uses." + external, variable.at, fmt::format("{} uses {}: {}", tier_.name, external, variable.name));
    use(external, variable);
  }

  /// A value nobody sees: by the variable's name, if there is only one it can mean.
  void hidden(const Variable& variable) {
    const std::vector<std::string> words = words_of(variable.name);
    if (!is_address(words)) return;
    const Meaning meaning = meaning_of(words);
    const std::string source = variable.from.empty() ? "a value that is not here" : variable.from;
    Endpointish nothing;
    if (meaning == Meaning::database) {
      const auto& databases = of_.out.stack.databases;
      for (const Use& one : tier_.uses)
        if (of_.out.stack.database(one.component)) return;  // known already
      if (is_second_way(words)) return;
      if (databases.size() > 1) {
        of_.ask(path_ + ".uses", fmt::format("which database does {} use? {} is in {}", tier_.name, variable.name, source),
                "uses: {DATABASE: {}}");
        return;
      }
      const std::string name = databases.empty() ? database_at(of_, "", "", "main", variable.at) : databases.front().name;
      to_database(name, only_pooler_of(name), nothing, variable, words);
    } else if (meaning == Meaning::cache) {
      const auto& caches = of_.out.stack.caches;
      if (caches.size() > 1) {
        for (const Use& one : tier_.uses)
          if (of_.out.stack.cache(one.component)) return;
        of_.ask(path_ + ".uses", fmt::format("which Redis does {} use? {} is in {}", tier_.name, variable.name, source),
                "uses: {REDIS: {}}");
        return;
      }
      to_cache(caches.empty() ? new_cache("", "redis", variable.at) : caches.front().name, variable, words);
    }
  }

  [[nodiscard]] std::string only_pooler_of(const std::string& database) {
    std::string found;
    for (const Pooler& one : of_.out.stack.poolers) {
      if (one.database != database) continue;
      const bool beside_another = std::any_of(of_.parts.begin(), of_.parts.end(),
                                              [&](const Part& part) { return part.pooler == one.name && &part != &part_; });
      if (beside_another) continue;
      if (!found.empty()) return {};
      found = one.name;
    }
    if (!found.empty())
      of_.ask(path_ + ".uses." + database + ".through",
              fmt::format("does {} reach {} through {}? Its address is in a Secret", tier_.name, database, found),
              fmt::format("through: {}", found));
    return found;
  }

  /// Compose: waits for it, and no variable says more.
  void depended_on(const std::string& name) {
    for (const Part& part : of_.parts) {
      if (part.workload->name != name || part.workload->space != workload_.space || part.name.empty()) continue;
      Variable made;
      made.name = "depends_on";
      made.at = workload_.at;
      const Pooler* pooler = part.role == Role::pooler ? of_.out.stack.pooler(part.name) : nullptr;
      if (use_of(pooler ? pooler->database : part.name)) continue;
      to_part(part, Endpointish{Endpointish::Form::url, "depends_on", name, 0, false, {}, {}}, made, {});
    }
  }

  void connections(Use& use, int count, const Found<std::string>& found, std::string_view said_by) {
    const int processes = processes_of(main_);
    const std::string path = path_ + ".uses." + use.component + ".connections";
    use.connections = std::min(count * processes, 10'000);
    if (processes == 1) return of_.note(path, found);
    Found<std::string> each = found;
    each.prefix.clear();
    of_.note(path, each);
    of_.infer(path, found.at,
              fmt::format("{} has {} connections: {} {} in each of {} processes", tier_.name, use.connections, said_by, count,
                          processes));
  }

  void overflow(Use& use, int count, Found<std::string> found) {
    const int processes = processes_of(main_);
    use.overflow = std::min(count * processes, 10'000);
    if (processes > 1) found.prefix.clear();
    of_.note(path_ + ".uses." + use.component + ".overflow", found);
  }

  void pools() {
    std::vector<Use*> databases, caches;
    for (Use& one : tier_.uses) {
      if (of_.out.stack.database(one.component)) databases.push_back(&one);
      if (of_.out.stack.cache(one.component)) caches.push_back(&one);
    }
    for (const Variable& one : main_.environment) {
      const PoolSize size = pool_size_of(one.name, words_of(one.name));
      const auto count = parse_integer(one.value);
      if (size == PoolSize::none || !count || *count < 0 || *count > 10'000) continue;
      const std::vector<Use*>& uses = size == PoolSize::cache ? caches : databases;
      if (uses.size() != 1) continue;
      const Found<std::string> found{one.value, one.at, one.at, one.prefix};
      if (size == PoolSize::overflow) {
        overflow(*uses.front(), static_cast<int>(*count), found);
        continue;
      }
      // Rails' threads size the pool only where nothing else does.
      const bool known = of_.out.origins.exact(path_ + ".uses." + uses.front()->component + ".connections");
      if (*count > 0 && !(known && one.name == "RAILS_MAX_THREADS"))
        connections(*uses.front(), static_cast<int>(*count), found, one.name);
    }
  }

  Assembly& of_;
  const Part& part_;
  const Workload& workload_;
  const Container& main_;
  Tier& tier_;
  const std::string path_;
};

}  // namespace

void assemble_connections(Assembly& of) {
  for (const Part& part : of.parts) {
    if (part.role != Role::tier) continue;
    for (Tier& tier : of.out.stack.tiers)
      if (tier.name == part.name) ConnectionsOf(of, part, tier).find();
  }
}

}  // namespace plimsoll::import
