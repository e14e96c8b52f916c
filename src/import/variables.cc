#include "import/variables.h"

#include <algorithm>
#include <array>

#include "core/quantity.h"

namespace plimsoll::import {
namespace {

template <std::size_t N>
bool has_any(const std::vector<std::string>& words, const std::array<std::string_view, N>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](std::string_view one) { return has_word(words, one); });
}

constexpr std::array<std::string_view, 19> other_stores = {
    "MYSQL",      "MARIADB",   "MONGO", "MONGODB", "RABBITMQ", "KAFKA",  "ELASTICSEARCH", "ELASTIC", "INFLUX", "INFLUXDB",
    "CLICKHOUSE", "CASSANDRA", "NEO4J", "COUCHDB", "DYNAMODB", "VECTOR", "QDRANT",        "MSSQL",   "SQLITE"};

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (char c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool fits = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (fits)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Meaning meaning_of(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 8> caches = {"REDIS", "VALKEY", "CACHE", "BROKER", "CELERY", "SIDEKIQ", "KEYDB", "RQ"};
  constexpr std::array<std::string_view, 13> databases = {"DATABASE", "DB",        "POSTGRES",   "POSTGRESQL", "PG",
                                                          "PGHOST",   "PGBOUNCER", "DATASOURCE", "SQLALCHEMY", "JDBC",
                                                          "SQL",      "PRISMA",    "PGURL"};
  if (has_any(words, other_stores)) return Meaning::nothing;
  if (has_any(words, caches)) return Meaning::cache;
  if (has_any(words, databases)) return Meaning::database;
  return Meaning::nothing;
}

bool is_address(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 13> last = {"URL",     "URI",      "DSN",    "HOST",   "HOSTNAME", "SERVER",   "ADDR",
                                                     "ADDRESS", "ENDPOINT", "BROKER", "PGHOST", "SERVERS",  "ADDRESSES"};
  return !words.empty() && std::find(last.begin(), last.end(), words.back()) != last.end();
}

bool is_second_way(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 7> ways = {"DIRECT", "MIGRATION", "MIGRATIONS", "MIGRATE", "ADMIN", "SHADOW", "TEST"};
  return has_any(words, ways);
}

bool is_of_replica(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 6> of = {"REPLICA", "REPLICAS", "READ", "READONLY", "READER", "RO"};
  return has_any(words, of);
}

CacheHint cache_hint(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 9> queue = {"BROKER", "QUEUE", "QUEUES", "SIDEKIQ", "JOBS",
                                                     "JOB",    "BULL",  "BULLMQ", "RQ"};
  constexpr std::array<std::string_view, 2> cache = {"CACHE", "CACHES"};
  constexpr std::array<std::string_view, 2> session = {"SESSION", "SESSIONS"};
  if (has_word(words, "RESULT") || has_word(words, "RESULTS")) return CacheHint::result;
  if (has_any(words, queue)) return CacheHint::queue;
  if (has_any(words, session)) return CacheHint::session;
  if (has_any(words, cache)) return CacheHint::cache;
  return CacheHint::nothing;
}

PoolSize pool_size_of(const std::string& name, const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 11> not_connections = {"THREAD",  "THREADS", "WORKER",  "WORKERS", "HTTP",  "MIN",
                                                                "MINIMUM", "IDLE",    "TIMEOUT", "BUFFER",  "CLIENT"};
  // RAILS_MAX_THREADS is what Rails sizes its pool by.
  if (name == "RAILS_MAX_THREADS") return PoolSize::database;
  if (has_any(words, not_connections) || has_any(words, other_stores)) return PoolSize::none;
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : "_") + word;
  if (joined.ends_with("MAX_OVERFLOW")) return PoolSize::overflow;
  constexpr std::array<std::string_view, 12> endings = {
      "POOL_SIZE",  "POOL_MAX",       "POOL_MAX_SIZE",        "MAX_POOL_SIZE",  "MAXIMUM_POOL_SIZE", "MAXIMUMPOOLSIZE",
      "PGPOOL_MAX", "MAX_OPEN_CONNS", "MAX_OPEN_CONNECTIONS", "POOL_MAX_CONNS", "DB_POOL",           "DATABASE_POOL"};
  const bool is_pool = joined == "MAX_CONNECTIONS" || joined == "DB_MAX_CONNECTIONS" || joined == "DATABASE_MAX_CONNECTIONS" ||
                       joined == "REDIS_MAX_CONNECTIONS" || joined == "CONNECTION_LIMIT" ||
                       std::any_of(endings.begin(), endings.end(), [&](std::string_view one) { return joined.ends_with(one); });
  if (!is_pool) return PoolSize::none;
  return meaning_of(words) == Meaning::cache ? PoolSize::cache : PoolSize::database;
}

bool is_pool_parameter(std::string_view key) {
  constexpr std::array<std::string_view, 7> keys = {
      "pool_size", "connection_limit", "pool_max_conns", "max_pool_size", "maxPoolSize", "maximumPoolSize", "pool"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

int processes_of(const Container& container) {
  constexpr std::int64_t most = 1000;
  std::string all;
  for (const std::string& word : container.command) all += word + " ";
  const bool forks = all.find("gunicorn") != std::string::npos || all.find("uvicorn") != std::string::npos ||
                     all.find("puma") != std::string::npos || all.find("hypercorn") != std::string::npos ||
                     all.find("unicorn") != std::string::npos || all.find("daphne") != std::string::npos;
  if (forks)
    for (const std::string_view flag : {" -w ", " --workers ", " --workers="}) {
      const std::size_t at = all.find(flag);
      if (at == std::string::npos) continue;
      const std::size_t begin = at + flag.size();
      const auto count = parse_integer(std::string_view(all).substr(begin, all.find(' ', begin) - begin));
      if (count && *count >= 1 && *count <= most) return static_cast<int>(*count);
    }
  // A container with the variable and another program (one image for web and workers) has one process for all it says.
  if (!forks && !container.command.empty() && all.find("rails s") == std::string::npos) return 1;
  for (const Variable& one : container.environment)
    if (one.name == "WEB_CONCURRENCY")
      if (const auto count = parse_integer(one.value); count && *count >= 1 && *count <= most) return static_cast<int>(*count);
  return 1;
}

}  // namespace plimsoll::import
