// Names that are known: of schemes and their ports, and of what holds a secret.

#include <array>
#include <utility>

#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

struct Scheme {
  std::string_view name;
  int port;
};
constexpr std::array schemes = {
    Scheme{"postgres", 5432}, Scheme{"redis", 6379}, Scheme{"rediss", 6379},     Scheme{"redis-sentinel", 26379},
    Scheme{"mysql", 3306},    Scheme{"amqp", 5672},  Scheme{"amqps", 5671},      Scheme{"redis-cluster", 6379},
    Scheme{"http", 80},       Scheme{"https", 443},  Scheme{"mongodb", 27017},   Scheme{"elasticsearch", 9200},
    Scheme{"ws", 80},         Scheme{"wss", 443},    Scheme{"memcached", 11211}, Scheme{"nats", 4222},
    Scheme{"kafka", 9092},    Scheme{"smtp", 25},    Scheme{"sqlserver", 1433},  Scheme{"clickhouse", 9000},
};
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> spellings = {{
    {"postgresql", "postgres"},
    {"pgsql", "postgres"},
    {"psql", "postgres"},
    {"postgis", "postgres"},
    {"mariadb", "mysql"},
    {"mysql2", "mysql"},
    {"valkey", "redis"},
    {"valkeys", "rediss"},
    {"sentinel", "redis-sentinel"},
    {"pyamqp", "amqp"},
    {"mssql", "sqlserver"},
    {"mongo", "mongodb"},
    {"memcache", "memcached"},
}};

}  // namespace

std::string known_scheme(std::string_view written) {
  std::string scheme = lower(written);
  if (const std::size_t plus = scheme.find('+'); plus != std::string::npos) {
    const std::string driver = scheme.substr(plus + 1);
    scheme.resize(plus);
    if ((scheme == "redis" || scheme == "rediss") && (driver == "sentinel" || driver == "cluster")) scheme = "redis-" + driver;
  }
  for (const auto& [spelling, name] : spellings)
    if (scheme == spelling) return std::string(name);
  return scheme;
}

int default_port(std::string_view scheme) {
  for (const Scheme& one : schemes)
    if (one.name == scheme) return one.port;
  return 0;
}

bool names_secret(std::string_view name) {
  std::string key = lower(name);
  for (const std::string_view tail : {"_file", "_base64", "_base"})
    if (key.ends_with(tail)) key.resize(key.size() - tail.size());
  for (const std::string_view word : {"password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "apikey", "auth",
                                      "credential", "credentials", "_key", "-key", ".key", "accesskey"})
    if (key.ends_with(word)) return true;
  return key == "sslkey" || key == "key";
}

}  // namespace plimsoll::import
