// Databases and vector stores among the workloads, and databases elsewhere that variables name.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/quantity.h"
#include "import/assembly.h"
#include "import/hosts.h"
#include "import/match.h"
#include "spec/pattern.h"

namespace plimsoll::import {
namespace {

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view one) { return name.ends_with(one); });
}

/// A workload of its own for the copies, as charts make it: postgresql-primary and postgresql-read.
bool is_copies(std::string_view name) {
  return ends_with_any(name, {"-read", "-readonly", "-replica", "-replicas", "-slave", "-secondary", "-standby", "-ro"});
}
std::string_view without_role(std::string_view name) {
  for (const std::string_view ending :
       {"-primary", "-master", "-read", "-readonly", "-replicas", "-replica", "-slave", "-secondary", "-standby", "-ro"})
    if (name.size() > ending.size() && name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

/// Copies of one program that replicate by themselves.
bool replicates(std::string_view program) {
  return program.starts_with("spilo") || program == "postgresql-repmgr" || program.starts_with("crunchy") ||
         program == "timescaledb-ha" || program == "postgres-ha";
}

/// Settings that say how a server performs. All others stay where they are: commands, files and connection strings hold
/// passwords, and a spec is passed around.
bool fits_setting(std::string_view name) {
  constexpr std::array<std::string_view, 15> families = {
      "autovacuum_", "vacuum_",   "enable_", "jit_", "max_parallel_", "max_wal_",  "min_wal_",          "wal_buffers",
      "checkpoint_", "bgwriter_", "geqo",    "cpu_", "parallel_",     "deadlock_", "max_worker_process"};
  constexpr std::array<std::string_view, 34> single = {"shared_buffers",
                                                       "effective_cache_size",
                                                       "work_mem",
                                                       "hash_mem_multiplier",
                                                       "maintenance_work_mem",
                                                       "autovacuum",
                                                       "temp_buffers",
                                                       "huge_pages",
                                                       "jit",
                                                       "wal_level",
                                                       "wal_compression",
                                                       "wal_keep_size",
                                                       "wal_writer_delay",
                                                       "wal_sender_timeout",
                                                       "max_replication_slots",
                                                       "max_prepared_transactions",
                                                       "max_locks_per_transaction",
                                                       "max_standby_streaming_delay",
                                                       "random_page_cost",
                                                       "seq_page_cost",
                                                       "effective_io_concurrency",
                                                       "maintenance_io_concurrency",
                                                       "default_statistics_target",
                                                       "synchronous_commit",
                                                       "full_page_writes",
                                                       "fsync",
                                                       "commit_delay",
                                                       "statement_timeout",
                                                       "lock_timeout",
                                                       "idle_in_transaction_session_timeout",
                                                       "idle_session_timeout",
                                                       "log_min_duration_statement",
                                                       "hot_standby",
                                                       "tcp_keepalives_idle"};
  const bool known = std::find(single.begin(), single.end(), name) != single.end() ||
                     std::any_of(families.begin(), families.end(), [&](std::string_view one) { return name.starts_with(one); });
  return known && spec::setting_name.matches(name);
}

/// No reference to a variable either: a spec would ask its reader's environment for it.
bool fits_value(std::string_view value) { return value.find("${") == std::string_view::npos && spec::one_line.matches(value); }

void reserves(Assembly& of, const std::string& path, const Found<std::string>& value, int& into) {
  const auto count = parse_integer(value.value);
  if (!count || *count < 0 || *count > 1000) return;
  into = static_cast<int>(*count);
  of.note(path, value);
}

/// Settings from files, later ones over earlier ones.
void settings(Assembly& of, const Part& part, Database& made, const std::string& path) {
  bool elsewhere = false;
  for (const SettingsFile* file : settings_of(of, part, SettingsFile::Of::postgres))
    for (const auto& [name, value] : file->settings) {
      if (name == "config_file") elsewhere = true;
      if (name == "max_connections") {
        const auto count = parse_integer(value.value);
        if (!count || *count < 10 || *count > 10000) continue;
        made.max_connections = static_cast<int>(*count);
        made.max_connections_given = true;
        of.note(path + ".max_connections", value);
      } else if (name == "superuser_reserved_connections") {
        reserves(of, path + ".reserve.superuser", value, made.reserve.superuser);
      } else if (fits_setting(name) && fits_value(value.value)) {
        made.settings[name] = value.value;
        of.note(path + ".settings." + name, value);
      }
    }
  if (made.max_connections_given || elsewhere) return;
  of.note(path + ".max_connections", part.main->image_at);
  of.infer(path + ".max_connections", part.main->image_at,
           fmt::format("{} has {} connections: Postgres' own default, nothing here sets it", made.name, made.max_connections));
}

template <class T>
std::optional<T> limit_of(const Maybe<T>& request, const Maybe<T>& limit) {
  if (limit) return in_range(limit->value);
  return request ? std::optional(in_range(request->value)) : std::nullopt;
}

void database(Assembly& of, Part& part) {
  Database made;
  made.name = part.name;
  const std::string path = "databases." + part.name;
  of.note(path, part.workload->at);
  of.infer(path, part.workload->at,
           fmt::format("{} {} is a database: {}", part.workload->api_kind, part.workload->name,
                       part.main->image.empty() ? "by its port" : "image " + part.main->image));
  settings(of, part, made, path);
  made.cpu = limit_of(part.main->cpu_request, part.main->cpu_limit);
  made.memory = limit_of(part.main->memory_request, part.main->memory_limit);
  if (part.main->memory_limit) of.note(path + ".memory", *part.main->memory_limit);
  if (part.workload->storage) {
    made.storage.size = in_range(part.workload->storage->value);
    of.note(path + ".storage.size", *part.workload->storage);
  }
  if (replicates(program_of(part.main->image)) && part.workload->replicas) {
    made.read_replicas = std::clamp(part.workload->replicas->value - 1, 0, 8);
    of.note(path + ".read_replicas", *part.workload->replicas);
  }
  of.out.stack.databases.push_back(std::move(made));
}

void vector_store(Assembly& of, Part& part) {
  VectorStore made;
  part.name = made.name = of.names.fresh(part.workload->name, part.workload->space);
  const std::string path = "vector_stores." + part.name;
  of.note(path, part.workload->at);
  made.nodes = std::clamp(part.workload->replicas ? part.workload->replicas->value : 1, 1, 1000);
  if (part.workload->replicas) of.note(path + ".nodes", *part.workload->replicas);
  const Container& main = *part.main;
  if (main.cpu_request) made.cpu = {in_range(main.cpu_request->value), std::nullopt};
  if (main.cpu_request && main.cpu_limit && main.cpu_limit->value >= main.cpu_request->value)
    made.cpu.limit = in_range(main.cpu_limit->value);
  if (main.memory_request) {
    made.memory = RequestLimit<Bytes>{in_range(main.memory_request->value), std::nullopt};
    if (main.memory_limit && main.memory_limit->value >= main.memory_request->value)
      made.memory->limit = in_range(main.memory_limit->value);
  }
  of.out.stack.vector_stores.push_back(std::move(made));
}

}  // namespace

void assemble_databases(Assembly& of) {
  for (Part& part : of.parts)
    if (part.role == Role::database && !is_copies(part.workload->name)) {
      part.name = of.names.fresh(without_role(part.workload->name), part.workload->space);
      database(of, part);
    }
  for (Part& part : of.parts) {
    if (part.role == Role::vector_store) vector_store(of, part);
    if (part.role == Role::external) {
      part.name = of.names.fresh(part.workload->name, part.workload->space);
      of.note("externals." + part.name, part.workload->at);
      of.infer("externals." + part.name, part.workload->at,
               fmt::format("{} is kept as an external: the model has nothing of its own for {}", part.name, part.engine));
      of.out.stack.externals.push_back({part.name, {}, {}, {}, {}});
    }
    if (part.role != Role::database || !part.name.empty()) continue;
    const std::string_view base = without_role(part.workload->name);
    Part* primary = nullptr;
    for (Part& other : of.parts)
      if (other.role == Role::database && !is_copies(other.workload->name) && without_role(other.workload->name) == base &&
          same_space(other.workload->space, part.workload->space))
        primary = &other;
    if (!primary) {
      part.name = of.names.fresh(part.workload->name, part.workload->space);
      database(of, part);
      continue;
    }
    part.name = primary->name;
    for (Database& one : of.out.stack.databases)
      if (one.name == part.name) {
        one.read_replicas = std::clamp(part.workload->replicas ? part.workload->replicas->value : 1, 0, 8);
        const std::string path = "databases." + one.name + ".read_replicas";
        if (part.workload->replicas) of.note(path, *part.workload->replicas);
        of.infer(path, part.workload->at,
                 fmt::format("{} {} are read replicas of {}", part.workload->api_kind, part.workload->name, one.name));
      }
  }
}

std::string database_at(Assembly& of, std::string_view host, std::string_view space, std::string_view wanted, const Spot& spot) {
  if (const Part* part = part_at(of, host, space)) return part->role == Role::database ? part->name : std::string();
  const std::string key = plain_host(host);
  if (const auto known = of.elsewhere.find(key); known != of.elsewhere.end()) return known->second;
  const std::string label(wanted.empty() ? host.substr(0, host.find('.')) : wanted);
  Database made;
  made.name = of.names.fresh(label, "");
  of.elsewhere[key] = made.name;
  of.note("databases." + made.name, spot);
  of.infer("databases." + made.name, spot,
           host.empty() ? fmt::format("a database that is not in these files, called {} here", made.name)
                        : fmt::format("{} is a database that is not in these files", host));
  of.out.stack.databases.push_back(made);
  return made.name;
}

}  // namespace plimsoll::import
