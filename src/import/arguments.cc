// What a container's command line and variables say of the database, cache or pooler in it.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "core/quantity.h"
#include "import/readers.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

/// A word of a command line and where it stands.
struct Argument {
  std::string text;
  Spot at;
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// All words; a script ("sh -c 'exec redis-server --maxmemory 1gb'") and "--maxmemory 1gb" written as one are taken apart.
std::vector<Argument> arguments_of(const Container& container) {
  std::vector<Argument> words;
  for (std::size_t i = 0; i < container.command.size(); ++i) {
    const std::string& word = container.command[i];
    const Spot at = i < container.command_at.size() ? container.command_at[i] : container.at;
    const bool several = std::any_of(word.begin(), word.end(), is_blank);
    // "-c" and "work_mem = 4MB": one argument of Postgres'.
    const bool setting = !words.empty() && words.back().text == "-c" && has(word, "=") && !has(word, " -");
    if (!several || setting) {
      words.push_back({word, at});
      continue;
    }
    for (Word& part : shell_words(word)) words.push_back({std::move(part.text), at});
  }
  return words;
}

Found<std::string> found(std::string value, Spot at, std::string prefix = {}) {
  return {std::move(value), at, at, std::move(prefix)};
}

SettingsFile settings_of(const Workload& workload, SettingsFile::Of of) {
  SettingsFile file;
  file.of = of;
  file.owner = workload.name;
  file.space = workload.space;
  file.at = workload.at;
  return file;
}

const Variable* variable(const Container& container, std::string_view name) {
  for (const Variable& one : container.environment)
    if (one.name == name) return &one;
  return nullptr;
}

// ---- Redis

/// "--maxmemory 1gb --save 900 1": a name and what follows up to the next name.
void read_redis_flags(const std::vector<Argument>& words, SettingsFile& file) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].text.starts_with("--") || words[i].text.size() < 3) continue;
    std::string name = lower(std::string_view(words[i].text).substr(2));
    std::optional<std::string> value;
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {  // read so by other servers of the protocol
      value = words[i].text.substr(equals + 3);
      name.resize(equals);
    }
    const std::size_t first = i + 1;
    for (; i + 1 < words.size() && !words[i + 1].text.starts_with("--") && words[i + 1].text != "&&"; ++i)
      value = (value ? *value + " " : std::string()) + words[i + 1].text;
    if (name == "slaveof") name = "replicaof";
    if (name == "sentinel") file.of = SettingsFile::Of::sentinel;
    if (names_secret(name) || !value) continue;
    file.settings[name] = {*value, words[first - 1].at, first < words.size() ? words[first].at : words[first - 1].at, {}};
  }
}

struct Named {
  std::string_view variable, setting;
};

/// Variables of the bitnami images.
constexpr std::array redis_variables = {
    Named{"REDIS_AOF_ENABLED", "appendonly"},
    Named{"REDIS_MAXMEMORY", "maxmemory"},
    Named{"REDIS_MAXMEMORY_POLICY", "maxmemory-policy"},
    Named{"REDIS_SENTINEL_QUORUM", "sentinel quorum"},
    Named{"REDIS_SENTINEL_DOWN_AFTER_MILLISECONDS", "sentinel down-after-milliseconds"},
    Named{"REDIS_SENTINEL_FAILOVER_TIMEOUT", "sentinel failover-timeout"},
    Named{"REDIS_CLUSTER_REPLICAS", "cluster-replicas"},
};

void read_redis_variables(const Container& container, SettingsFile& file) {
  for (const Named& named : redis_variables)
    if (const Variable* one = variable(container, named.variable); one && !one->value.empty())
      file.settings[std::string(named.setting)] = found(one->value, one->at, one->prefix);
  const Variable* mode = variable(container, "REDIS_REPLICATION_MODE");
  const Variable* master = variable(container, "REDIS_MASTER_HOST");
  if (mode && master && !master->value.empty() && (mode->value == "slave" || mode->value == "replica"))
    file.settings["replicaof"] = found(master->value, master->at);
  if (const Variable* nodes = variable(container, "REDIS_NODES")) file.settings["cluster-enabled"] = found("yes", nodes->at);
}

void read_redis(const Workload& workload, const Container& container, const std::vector<Argument>& words, Facts& facts) {
  const std::string image = image_name(container.image);
  const auto program = std::find_if(words.begin(), words.end(), [](const Argument& word) {
    const std::string name = base_name(word.text);
    return name == "redis-server" || name == "redis-sentinel" || name == "valkey-server" || name == "valkey-sentinel" ||
           name == "keydb-server" || name == "dragonfly";
  });
  const bool runs = program != words.end();
  // The image's own entry point takes flags without the program's name; redis-cli, an exporter or a browser are other programs.
  const bool flags = words.empty() || words.front().text.starts_with("--") || words.front().text.ends_with(".conf");
  const bool image_is = image == "redis" || image == "valkey" || image == "keydb" || image == "redis-stack" ||
                        image == "redis-stack-server" || image == "redis-sentinel" || image == "redis-cluster" ||
                        image == "dragonfly" || image == "valkey-cluster" || image == "valkey-sentinel";
  if (!runs && !(image_is && flags)) return;
  SettingsFile file = settings_of(workload, SettingsFile::Of::redis);
  if (has(image, "sentinel") || (runs && has(program->text, "sentinel"))) file.of = SettingsFile::Of::sentinel;
  for (const std::string_view name : {"REDIS_ARGS", "REDIS_EXTRA_FLAGS", "VALKEY_EXTRA_FLAGS", "DFLY_ARGS"})
    if (const Variable* one = variable(container, name)) {
      std::vector<Argument> more;
      for (Word& word : shell_words(one->value)) more.push_back({std::move(word.text), one->at});
      read_redis_flags(more, file);
    }
  read_redis_variables(container, file);
  read_redis_flags({runs ? program : words.begin(), words.end()}, file);
  if (!file.settings.empty() || file.of == SettingsFile::Of::sentinel) facts.settings.push_back(std::move(file));
}

// ---- Postgres

void set_postgres(std::string_view pair, Spot at, SettingsFile& file) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return;
  std::string name = lower(trim(pair.substr(0, equals)));
  std::replace(name.begin(), name.end(), '-', '_');  // --max-connections is --max_connections
  std::string_view value = trim(pair.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') value = value.substr(1, value.size() - 2);
  if (name.empty() || names_secret(name)) return;
  file.settings[name] = found(name.ends_with("conninfo") ? without_credentials(value) : std::string(value), at);
}

/// -c name=value, -cname=value, --name=value, -N connections, -B buffers.
void read_postgres_flags(const std::vector<Argument>& words, SettingsFile& file) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const Argument* next = i + 1 < words.size() ? &words[i + 1] : nullptr;
    if (word == "-c" && next) {
      set_postgres(next->text, next->at, file);
      ++i;
    } else if (word.starts_with("--")) {
      set_postgres(std::string_view(word).substr(2), words[i].at, file);
    } else if (word.starts_with("-c")) {
      set_postgres(std::string_view(word).substr(2), words[i].at, file);
    } else if ((word == "-N" || word == "-B") && next) {
      set_postgres((word == "-N" ? "max_connections=" : "shared_buffers=") + next->text, next->at, file);
      ++i;
    }
  }
}

constexpr std::array postgres_variables = {
    Named{"POSTGRESQL_MAX_CONNECTIONS", "max_connections"},
    Named{"POSTGRES_MAX_CONNECTIONS", "max_connections"},
    Named{"POSTGRESQL_SHARED_BUFFERS", "shared_buffers"},
    Named{"TS_TUNE_MAX_CONNS", "max_connections"},
    Named{"POSTGRESQL_EFFECTIVE_CACHE_SIZE", "effective_cache_size"},
    Named{"POSTGRESQL_STATEMENT_TIMEOUT", "statement_timeout"},
};

void read_postgres(const Workload& workload, const Container& container, const std::vector<Argument>& words, Facts& facts) {
  const std::string image = image_name(container.image);
  const auto program = std::find_if(words.begin(), words.end(), [](const Argument& word) {
    const std::string name = base_name(word.text);
    return name == "postgres" || name == "postmaster" || name == "postgresql";
  });
  const bool flags = words.empty() || words.front().text.starts_with("-");
  const bool image_is = image == "postgres" || image == "postgresql" || image == "postgis" || image == "pgvector" ||
                        image == "timescaledb" || image == "timescaledb-ha" || image == "postgresql-repmgr" ||
                        image == "postgresql-postgis" || image == "supabase-postgres" || image == "pgvecto-rs";
  // A word "postgres" may be a user's name in another program's command.
  const bool runs = program != words.end() && (program == words.begin() || image_is || has(image, "postgres"));
  if (!runs && !(image_is && flags)) return;
  SettingsFile file = settings_of(workload, SettingsFile::Of::postgres);
  for (const Named& named : postgres_variables)
    if (const Variable* one = variable(container, named.variable); one && !one->value.empty())
      file.settings[std::string(named.setting)] = found(one->value, one->at, one->prefix);
  read_postgres_flags({runs ? program + 1 : words.begin(), words.end()}, file);
  if (!file.settings.empty()) facts.settings.push_back(std::move(file));
}

// ---- PgBouncer

/// Those the images write into [pgbouncer], by its own names in capitals, with or without PGBOUNCER_ in front.
constexpr std::array pooler_settings = {
    "pool_mode",
    "max_client_conn",
    "default_pool_size",
    "min_pool_size",
    "reserve_pool_size",
    "reserve_pool_timeout",
    "max_db_connections",
    "max_user_connections",
    "server_idle_timeout",
    "server_lifetime",
    "query_wait_timeout",
    "client_idle_timeout",
    "max_prepared_statements",
    "listen_port",
    "server_connect_timeout",
    "idle_transaction_timeout",
    "query_timeout",
    "server_reset_query",
    "ignore_startup_parameters",
};

/// Zalando's operator and others that have names of their own.
constexpr std::array pooler_variables = {
    Named{"CONNECTION_POOLER_MODE", "pool_mode"},
    Named{"CONNECTION_POOLER_DEFAULT_SIZE", "default_pool_size"},
    Named{"CONNECTION_POOLER_MIN_SIZE", "min_pool_size"},
    Named{"CONNECTION_POOLER_RESERVE_SIZE", "reserve_pool_size"},
    Named{"CONNECTION_POOLER_MAX_DB_CONN", "max_db_connections"},
    Named{"CONNECTION_POOLER_MAX_CLIENT_CONN", "max_client_conn"},
    Named{"CONNECTION_POOLER_PORT", "listen_port"},
    Named{"PGBOUNCER_PORT", "listen_port"},
};

void read_pooler_setting(const Variable& one, PoolerFile& file) {
  std::string name = lower(one.name);
  if (name.starts_with("pgbouncer_")) name.erase(0, 10);
  for (const char* setting : pooler_settings)
    if (name == setting) file.settings[name] = found(one.value, one.at, one.prefix);
  for (const Named& named : pooler_variables)
    if (one.name == named.variable) file.settings[std::string(named.setting)] = found(one.value, one.at, one.prefix);
}

const Variable* first_of(const Container& container, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const Variable* one = variable(container, name); one && !one->value.empty()) return one;
  return nullptr;
}

void add_target(const Endpointish& to, Spot at, PoolerFile& file) {
  PoolerFile::Target target;
  target.host = to.host;
  target.port = to.port_given ? to.port : 5432;
  target.name = target.dbname = to.database;
  target.at = at;
  if (const auto size = to.parameters.find("pool_size"); size != to.parameters.end())
    if (const auto count = parse_integer(size->second); count && *count > 0 && *count < 1'000'000)
      target.pool_size = static_cast<int>(*count);
  file.databases.push_back(std::move(target));
}

void read_targets(const Container& container, PoolerFile& file) {
  // One host in variables of its own.
  const Variable* host = first_of(container, {"DATABASES_HOST", "DB_HOST", "POSTGRESQL_HOST", "PGHOST", "POSTGRES_HOST"});
  if (host != nullptr) {
    std::vector<Endpointish> named = endpoints_in(host->value);
    const Variable* port = first_of(container, {"DATABASES_PORT", "DB_PORT", "POSTGRESQL_PORT", "PGPORT", "POSTGRES_PORT"});
    const Variable* database = first_of(
        container, {"DATABASES_DBNAME", "DB_NAME", "POSTGRESQL_DATABASE", "PGDATABASE", "POSTGRES_DB", "PGBOUNCER_DATABASE"});
    for (Endpointish& one : named) {
      if (const auto number = port ? parse_integer(port->value) : std::nullopt; number && *number > 0 && *number < 65536) {
        one.port = static_cast<int>(*number);
        one.port_given = true;
      }
      if (database) one.database = database->value;
      add_target(one, host->at, file);
    }
    return;
  }
  // Or URLs: DATABASE_URL, DATABASE_URLS, PGBOUNCER_DSN_0 ("shop=host=db port=5432 dbname=shop").
  for (const Variable& one : container.environment) {
    std::string_view value = one.value;
    const bool dsn = one.name.starts_with("PGBOUNCER_DSN_");
    if (!dsn && one.name != "DATABASE_URL" && one.name != "DATABASE_URLS" && one.name != "DB_URL") continue;
    if (const std::size_t inner = value.find("=host="); dsn && inner != std::string_view::npos) value.remove_prefix(inner + 1);
    for (const Endpointish& to : endpoints_in(value)) add_target(to, one.at, file);
  }
}

void read_pooler(const Workload& workload, const Container& container, const std::vector<Argument>& words, Facts& facts) {
  const bool runs =
      std::any_of(words.begin(), words.end(), [](const Argument& word) { return base_name(word.text) == "pgbouncer"; });
  const std::string image = image_name(container.image);
  const bool image_is = has(image, "pgbouncer") && !has(image, "exporter");
  if (!runs && !image_is) return;
  PoolerFile file;
  file.owner = workload.name;
  file.space = workload.space;
  file.at = workload.at;
  for (const Variable& one : container.environment)
    if (!one.value.empty()) read_pooler_setting(one, file);
  read_targets(container, file);
  if (!file.settings.empty() || !file.databases.empty()) facts.poolers.push_back(std::move(file));
}

}  // namespace

void read_arguments(const Workload& workload, Facts& facts) {
  for (const Container& container : workload.containers) {
    const std::vector<Argument> words = arguments_of(container);
    read_redis(workload, container, words, facts);
    read_postgres(workload, container, words, facts);
    read_pooler(workload, container, words, facts);
  }
}

}  // namespace plimsoll::import
