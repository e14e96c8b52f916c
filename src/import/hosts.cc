#include "import/hosts.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "import/assembly.h"
#include "import/match.h"
#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

/// "pg-0.pg-headless.prod.svc.cluster.local": names that may be an endpoint's, and the namespace said.
struct Host {
  std::vector<std::string> names;
  std::string space;
};
Host parts_of(std::string_view host) {
  for (const std::string_view suffix : {".svc.cluster.local", ".svc.cluster.local.", ".svc"})
    if (host.ends_with(suffix)) {
      host.remove_suffix(suffix.size());
      const std::size_t dot = host.rfind('.');
      Host made;
      if (dot == std::string_view::npos) return {{std::string(host)}, {}};
      made.space = host.substr(dot + 1);
      host = host.substr(0, dot);
      made.names.emplace_back(host.substr(host.rfind('.') + 1));  // behind an instance's own name
      return made;
    }
  Host made;
  const std::size_t dot = host.find('.');
  made.names.emplace_back(host.substr(0, dot));
  if (dot != std::string_view::npos) made.space = host.substr(dot + 1);
  return made;
}

}  // namespace

std::string plain_host(std::string_view host) {
  std::string out = lower(host);
  while (out.ends_with('.')) out.pop_back();
  for (const std::string_view suffix : {".svc.cluster.local", ".svc"})
    if (out.size() > suffix.size() && out.ends_with(suffix)) {
      out.resize(out.size() - suffix.size());
      break;
    }
  return out;
}

bool is_here(std::string_view host) { return host == "localhost" || host == "127.0.0.1" || host == "::1"; }

Meaning managed(std::string_view host) {
  constexpr std::array<std::string_view, 5> databases = {".rds.amazonaws.com", ".postgres.database.azure.com", ".neon.tech",
                                                         ".supabase.co", ".db.ondigitalocean.com"};
  constexpr std::array<std::string_view, 4> caches = {".cache.amazonaws.com", ".redis.cache.windows.net", ".upstash.io",
                                                      ".redislabs.com"};
  const auto ends = [&](std::string_view suffix) { return host.ends_with(suffix); };
  if (std::any_of(databases.begin(), databases.end(), ends)) return Meaning::database;
  if (std::any_of(caches.begin(), caches.end(), ends)) return Meaning::cache;
  return Meaning::nothing;
}

bool is_redis(std::string_view scheme) {
  return scheme == "redis" || scheme == "rediss" || scheme == "redis-sentinel" || scheme == "redis-cluster";
}

bool is_other_store(std::string_view scheme) {
  constexpr std::array<std::string_view, 9> schemes = {"mysql", "mongodb",    "amqp",      "amqps",   "kafka",
                                                       "nats",  "clickhouse", "memcached", "memcache"};
  return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

const Part* part_at(const Assembly& of, std::string_view host, std::string_view space) {
  if (host.empty()) return nullptr;
  const Host parts = parts_of(host);
  const auto find = [&](std::string_view name, std::string_view in) -> const Part* {
    for (const Endpoint* endpoint : of.matches.endpoints_called(name)) {
      if (!same_space(endpoint->space, in)) continue;
      for (const Workload* workload : of.matches.behind(*endpoint))
        if (const Part* part = of.part_of(*workload)) return part;
    }
    return nullptr;
  };
  if (const Part* whole = find(host, space)) return whole;  // Compose's names may hold dots
  if (const std::string_view in = parts.space.empty() ? space : std::string_view(parts.space);
      in.find('.') == std::string_view::npos)
    for (const std::string& name : parts.names)
      if (const Part* part = find(name, in)) return part;
  // StatefulSet instance behind a headless service: "redis-0.redis".
  if (!parts.space.empty() && parts.space.find('.') == std::string::npos)
    if (const Part* part = find(parts.space, space)) return part;
  // The Service is not in the files, and what it leads to has its name, as is usual.
  if (host.find('.') != std::string_view::npos) return nullptr;
  for (const Workload* workload : of.matches.workloads_called(parts.names.front()))
    if (const Part* part = of.part_of(*workload);
        part && same_space(workload->space, parts.space.empty() ? space : std::string_view(parts.space)))
      return part;
  return nullptr;
}

}  // namespace plimsoll::import
