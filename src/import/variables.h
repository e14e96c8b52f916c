#pragma once
// What the name of a variable says about its value.

#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"

namespace plimsoll::import {

/// "spring.datasource-url" → SPRING, DATASOURCE, URL.
std::vector<std::string> words_of(std::string_view name);
bool has_word(const std::vector<std::string>& words, std::string_view word);

enum class Meaning { nothing, database, cache };

/// By its words: DATABASE_URL, PGHOST, REDIS_HOST. MYSQL_HOST and MONGO_URL mean nothing here.
Meaning meaning_of(const std::vector<std::string>& words);
/// Its value is an address: …_URL, …_HOST, …_DSN.
bool is_address(const std::vector<std::string>& words);
/// A second way to the same database, for migrations: DIRECT_URL.
bool is_second_way(const std::vector<std::string>& words);
/// Of a read replica: DATABASE_REPLICA_URL.
bool is_of_replica(const std::vector<std::string>& words);

enum class CacheHint { nothing, cache, queue, session, result };
CacheHint cache_hint(const std::vector<std::string>& words);

/// Sizes of connection pools.
enum class PoolSize { none, database, overflow, cache };
PoolSize pool_size_of(const std::string& name, const std::vector<std::string>& words);
/// The same among a URL's parameters, for databases: "pool_size", "connection_limit".
bool is_pool_parameter(std::string_view key);

/// Processes of one instance, each with a pool of its own: WEB_CONCURRENCY, gunicorn -w 4. 1 where nothing says so.
int processes_of(const Container& container);

}  // namespace plimsoll::import
