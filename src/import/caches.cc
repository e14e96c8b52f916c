// Redis among the workloads: one cache for a master with its copies, sentinels and shards.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/quantity.h"
#include "import/assembly.h"
#include "import/match.h"
#include "import/redis_conf.h"

namespace plimsoll::import {
namespace {

constexpr std::array<std::string_view, 9> role_endings = {"-master",   "-primary", "-replicas", "-replica", "-slave",
                                                          "-sentinel", "-node",    "-server",   "-cluster"};

std::string_view base_of(std::string_view name) {
  for (const std::string_view ending : role_endings)
    if (name.size() > ending.size() && name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

bool is_copies(std::string_view name) {
  return name.ends_with("-replicas") || name.ends_with("-replica") || name.ends_with("-slave");
}

bool fits_policy(std::string_view policy) {
  constexpr std::array<std::string_view, 8> policies = {"noeviction",   "allkeys-lru",  "allkeys-lfu",     "allkeys-random",
                                                        "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"};
  return std::find(policies.begin(), policies.end(), policy) != policies.end();
}

class CacheOf {
 public:
  CacheOf(Assembly& of, Part& part) : of_(of), part_(part), workload_(*part.workload) {}

  Cache make() {
    part_.name = made_.name = of_.names.fresh(base_of(workload_.name), workload_.space);
    path_ = "caches." + part_.name;
    of_.note(path_, workload_.at);
    settings();
    const Container& main = *part_.main;
    if (main.memory_limit) {
      made_.memory = in_range(main.memory_limit->value);
      of_.note(path_ + ".memory", *main.memory_limit);
    }
    architecture();
    return std::move(made_);
  }

 private:
  void settings() {
    for (const SettingsFile* file : settings_of(of_, part_, SettingsFile::Of::redis))
      for (const auto& [name, value] : file->settings) setting(name, value);
    // Whoever sets a limit and no policy has Redis' own.
    if (made_.maxmemory && !of_.out.origins.exact(path_ + ".policy")) of_.note(path_ + ".policy", part_.main->image_at);
  }

  void setting(const std::string& name, const Found<std::string>& value) {
    if (name == "maxmemory") {
      const auto bytes = redis_bytes(value.value);
      if (!bytes || bytes->count < (1 << 20)) return;  // 0: no limit
      made_.maxmemory = in_range(*bytes);
      of_.note(path_ + ".maxmemory", value);
    } else if (name == "maxmemory-policy" && fits_policy(value.value)) {
      made_.policy = value.value;
      of_.note(path_ + ".policy", value);
    } else if (name == "maxclients") {
      const auto count = parse_integer(value.value);
      if (!count || *count < 1 || *count > 1'000'000) return;
      made_.max_clients = static_cast<int>(*count);
      of_.note(path_ + ".max_clients", value);
    } else if (name == "appendonly" && value.value == "yes") {
      persistence("aof", value);
    } else if (name == "save" && made_.persistence != "aof") {
      persistence(value.value.empty() || value.value == "\"\"" ? "none" : "rdb", value);
    } else if (name == "cluster-enabled" && value.value == "yes") {
      cluster_ = true;
    } else if (name == "cluster-node-timeout") {
      const auto milliseconds = parse_integer(value.value);
      if (!milliseconds || *milliseconds < 1 || *milliseconds > 86'400'000) return;
      node_timeout_ = std::chrono::milliseconds(*milliseconds);
    }
  }

  void persistence(const char* kind, const Found<std::string>& value) {
    made_.persistence = kind;
    of_.note(path_ + ".persistence", value);
  }

  [[nodiscard]] bool belongs(const Workload& other) const {
    return base_of(other.name) == base_of(workload_.name) && same_space(other.space, workload_.space);
  }

  void architecture() {
    const std::string program = program_of(part_.main->image);
    const int copies = workload_.replicas ? workload_.replicas->value : 1;
    if ((cluster_ || program == "redis-cluster" || program == "valkey-cluster") && copies >= 3) {
      made_.architecture = CacheArchitecture::cluster;
      made_.replicas = copies >= 6 ? 1 : 0;  // what redis-cli --cluster-replicas makes of so many in the usual charts
      made_.shards = copies / (1 + made_.replicas);
      if (node_timeout_) made_.node_timeout = *node_timeout_;
      of_.note(path_ + ".architecture", part_.main->image_at);
      of_.infer(path_ + ".architecture", workload_.at,
                fmt::format("{} nodes: {} shards with {} cop{} each", copies, made_.shards, made_.replicas,
                            made_.replicas == 1 ? "y" : "ies"));
      return;
    }
    sentinels();
    for (Part& other : of_.parts) {
      if (&other == &part_ || other.role != Role::cache || !is_copies(other.workload->name) || !belongs(*other.workload))
        continue;
      other.name = part_.name;
      made_.replicas = std::clamp(other.workload->replicas ? other.workload->replicas->value : 1, 0, 100);
      if (made_.replicas > 0 && made_.architecture == CacheArchitecture::standalone)
        made_.architecture = CacheArchitecture::replication;
      of_.infer(path_ + ".replicas", other.workload->at,
                fmt::format("{} {} are copies of {}", other.workload->api_kind, other.workload->name, part_.name));
    }
  }

  void sentinels() {
    int count = 0;
    const Workload* where = nullptr;
    for (const Container& one : workload_.containers)
      if (&one != part_.main && program_of(one.image).find("sentinel") != std::string::npos) {
        count = workload_.replicas ? workload_.replicas->value : 1;
        made_.replicas = std::max(count - 1, 0);
        where = &workload_;
      }
    for (Part& other : of_.parts)
      if (other.role == Role::sentinel && belongs(*other.workload)) {
        other.name = part_.name;
        count = other.workload->replicas ? other.workload->replicas->value : 1;
        where = other.workload;
        sentinel_settings(other);
      }
    if (count < 1) return;
    made_.architecture = CacheArchitecture::sentinel;
    made_.sentinels = std::min(count, 100);
    made_.quorum = std::min(made_.quorum, made_.sentinels);
    if (where->replicas) of_.note(path_ + ".sentinels", *where->replicas);
  }

  void sentinel_settings(const Part& sentinel) {
    for (const SettingsFile* file : settings_of(of_, sentinel, SettingsFile::Of::sentinel))
      for (const auto& [name, value] : file->settings) {
        const auto count = parse_integer(value.value);
        if (!count || *count < 1 || *count > 86'400'000) continue;
        if (name == "sentinel quorum" && *count <= 100) {
          made_.quorum = static_cast<int>(*count);
          of_.note(path_ + ".quorum", value);
        } else if (name == "sentinel down-after-milliseconds") {
          made_.down_after = std::chrono::milliseconds(*count);
          of_.note(path_ + ".down_after", value);
        } else if (name == "sentinel failover-timeout") {
          made_.failover_timeout = std::chrono::milliseconds(*count);
          of_.note(path_ + ".failover_timeout", value);
        }
      }
  }

  Assembly& of_;
  Part& part_;
  const Workload& workload_;
  std::string path_;
  Cache made_;
  bool cluster_ = false;
  std::optional<Duration> node_timeout_;
};

/// Is another of the caches the master whose copies these are?
bool has_master(const Assembly& of, const Part& part) {
  return is_copies(part.workload->name) && std::any_of(of.parts.begin(), of.parts.end(), [&](const Part& other) {
           return other.role == Role::cache && !is_copies(other.workload->name) &&
                  base_of(other.workload->name) == base_of(part.workload->name) &&
                  same_space(other.workload->space, part.workload->space);
         });
}

}  // namespace

void assemble_caches(Assembly& of) {
  for (Part& part : of.parts) {
    if (part.role != Role::cache || !part.name.empty() || has_master(of, part)) continue;
    Cache made = CacheOf(of, part).make();
    of.out.stack.caches.push_back(std::move(made));
  }
}

}  // namespace plimsoll::import
