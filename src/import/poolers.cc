// Poolers among the workloads, and those that run beside a tier's own container.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/quantity.h"
#include "import/assembly.h"
#include "import/match.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

/// Is the owner of a text one that nothing here mounts: a file by itself, or a ConfigMap whose user is not in these files?
bool is_nobodys(const Assembly& of, std::string_view owner) {
  return std::none_of(of.parts.begin(), of.parts.end(),
                      [&](const Part& part) { return part.workload->name == owner || mounts(*part.workload, owner); });
}

template <class File>
std::vector<const File*> files_of(const Assembly& of, const Part& part, const std::vector<const File*>& files) {
  std::vector<const File*> found;
  const auto alike = std::count_if(of.parts.begin(), of.parts.end(), [&](const Part& one) { return one.role == part.role; });
  for (const File* file : files) {
    const bool own = file->owner == part.workload->name && same_space(file->space, part.workload->space);
    const bool mounted = mounts(*part.workload, file->owner) && same_space(file->space, part.workload->space);
    if (own || mounted || (alike == 1 && is_nobodys(of, file->owner))) found.push_back(file);
  }
  // A container's own arguments have the last word.
  std::stable_sort(found.begin(), found.end(), [&](const File* a, const File* b) {
    return (a->owner == part.workload->name) < (b->owner == part.workload->name);
  });
  return found;
}

class PoolerOf {
 public:
  PoolerOf(Assembly& of, std::string name, const Part& part) : of_(of), part_(part) {
    made_.name = std::move(name);
    path_ = "poolers." + made_.name;
  }

  Pooler make(const std::vector<const PoolerFile*>& files) {
    for (const PoolerFile* file : files) {
      for (const auto& [key, value] : file->settings) setting(key, value);
      if (file->databases.size() == 1)
        for (const auto& [key, value] : file->databases.front().settings)
          if (key == "pool_size") number("default_pool_size", value, 1, 10'000, made_.default_pool_size);
    }
    defaults(files);
    made_.database = database(files);
    return std::move(made_);
  }

 private:
  void number(const char* key, const Found<std::string>& value, std::int64_t least, std::int64_t most, int& into) {
    const auto count = parse_integer(value.value);
    if (!count || *count < least || *count > most) return;
    into = static_cast<int>(*count);
    of_.note(path_ + "." + key, value);
  }

  void setting(const std::string& key, const Found<std::string>& value) {
    if (key == "pool_mode") {
      if (value.value == "session")
        made_.mode = PoolMode::session;
      else if (value.value == "transaction")
        made_.mode = PoolMode::transaction;
      else if (value.value == "statement")
        made_.mode = PoolMode::statement;
      else
        return;
      mode_given_ = true;
      of_.note(path_ + ".mode", value);
    }
    if (key == "default_pool_size") number("default_pool_size", value, 1, 10'000, made_.default_pool_size);
    if (key == "max_client_conn") number("max_client_conn", value, 1, 100'000, made_.max_client_conn);
    if (key == "max_db_connections") number("max_db_connections", value, 0, 10'000, made_.max_db_connections);
    if (key == "min_pool_size") number("min_pool_size", value, 0, 10'000, made_.min_pool_size);
    if (key == "reserve_pool_size") number("reserve_pool_size", value, 0, 10'000, made_.reserve_pool_size);
    if (key == "server_idle_timeout")
      if (const auto whole = parse_integer(value.value); whole && *whole >= 0 && *whole <= 86'400) {
        made_.server_idle_timeout = std::chrono::seconds(*whole);
        of_.note(path_ + ".server_idle_timeout", value);
      }
  }

  /// Where its configuration is here, what it leaves out is PgBouncer's default; else nothing is known of it.
  void defaults(const std::vector<const PoolerFile*>& files) {
    const bool configured =
        std::any_of(files.begin(), files.end(), [](const PoolerFile* file) { return !file->settings.empty(); });
    if (!configured) {
      of_.ask(path_, fmt::format("how many connections does {} open and take?", made_.name),
              fmt::format("{}: {{for: …, mode: …, default_pool_size: …, max_client_conn: …}}", made_.name));
      return;
    }
    if (!mode_given_) {
      made_.mode = PoolMode::session;  // PgBouncer's own
      of_.note(path_ + ".mode", files.front()->at);
    }
    for (const char* key : {"default_pool_size", "max_client_conn", "max_db_connections"})
      if (!of_.out.origins.exact(path_ + "." + key)) of_.note(path_ + "." + key, files.front()->at);
  }

  std::string database(const std::vector<const PoolerFile*>& files) {
    const Spot spot = part_.workload->at;
    for (const PoolerFile* file : files)
      for (const PoolerFile::Target& target : file->databases) {
        if (target.host.empty() || target.host.find('$') != std::string::npos) continue;
        std::string name = database_at(of_, target.host, part_.workload->space, "", target.at);
        if (name.empty()) continue;
        of_.note(path_ + ".for", target.at);
        of_.infer(path_ + ".for", target.at, fmt::format("{} pools for {}: its host is {}", made_.name, name, target.host));
        return name;
      }
    const auto& databases = of_.out.stack.databases;
    if (databases.size() == 1) {
      of_.infer(path_ + ".for", spot, fmt::format("{} pools for {}, the only database here", made_.name, databases.front().name));
      return databases.front().name;
    }
    if (databases.size() > 1) of_.ask(path_ + ".for", fmt::format("which database is behind {}?", made_.name), "for: …");
    return databases.empty() ? database_at(of_, "", "", "main", spot) : databases.front().name;
  }

  Assembly& of_;
  const Part& part_;
  std::string path_;
  Pooler made_;
  bool mode_given_ = false;
};

/// One pooler before several servers is one for each of them: the model knows one database behind a pooler.
void other_servers(Assembly& of, const Part& part, const Pooler& first, const std::vector<const PoolerFile*>& files) {
  std::map<std::string, std::string> poolers = {{first.database, first.name}};
  for (const PoolerFile* file : files)
    for (const PoolerFile::Target& target : file->databases) {
      if (target.host.empty() || target.host.find('$') != std::string::npos) continue;
      const std::string database = database_at(of, target.host, part.workload->space, "", target.at);
      if (database.empty()) continue;
      const auto [known, is_new] = poolers.emplace(database, "");
      if (is_new) {
        Pooler copy = first;
        copy.database = database;
        known->second = copy.name = of.names.fresh(first.name + "-" + database, part.workload->space);
        const std::string path = "poolers." + first.name, copied = "poolers." + copy.name;
        const Origins before = of.out.origins;
        for (const auto& [one, origin] : before.all())
          if (one == path || one.starts_with(path + ".")) of.out.origins.add(copied + one.substr(path.size()), origin);
        of.note(copied + ".for", target.at);
        of.infer(copied, target.at, fmt::format("{} is before {} too, which is {} here", first.name, database, copy.name));
        of.out.stack.poolers.push_back(std::move(copy));
      }
      of.pools[{first.name, target.name}] = known->second;
    }
}

}  // namespace

std::vector<const SettingsFile*> settings_of(const Assembly& of, const Part& part, SettingsFile::Of kind) {
  std::vector<const SettingsFile*> files;
  for (const SettingsFile& one : of.facts.settings)
    if (one.of == kind) files.push_back(&one);
  return files_of(of, part, files);
}

std::vector<const PoolerFile*> pooler_files_of(const Assembly& of, const Part& part) {
  std::vector<const PoolerFile*> files;
  for (const PoolerFile& one : of.facts.poolers) files.push_back(&one);
  return files_of(of, part, files);
}

void assemble_poolers(Assembly& of) {
  for (Part& part : of.parts) {
    const Container* beside = pooler_beside(part);
    if (part.role != Role::pooler && !beside) continue;
    const bool own = part.role == Role::pooler;
    const std::string name = own ? of.names.fresh(part.workload->name, part.workload->space)
                                 : of.names.fresh(part.name + "-pgbouncer", part.workload->space);
    (own ? part.name : part.pooler) = name;
    const std::string path = "poolers." + name;
    of.note(path, own ? part.workload->at : beside->at);
    if (!own)
      of.infer(path, beside->at, fmt::format("a pooler runs beside every instance of {}: as many of it as of them", part.name));
    if (own && part.engine != "pgbouncer")
      of.infer(path, part.workload->at, fmt::format("{} is {}; its settings are not read", name, part.engine));
    const std::vector<const PoolerFile*> files = pooler_files_of(of, part);
    Pooler made = PoolerOf(of, name, part).make(files);
    made.replicas = of.bounds_of(*part.workload, path + ".replicas");
    made.replicas.min = std::clamp(made.replicas.min, 1, 100);
    made.replicas.max = std::clamp(made.replicas.max, made.replicas.min, 100);
    of.out.stack.poolers.push_back(made);
    other_servers(of, part, made, files);
  }
}

}  // namespace plimsoll::import
