#pragma once
// What the steps of assemble() share.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/assemble.h"
#include "import/match.h"
#include "import/roles.h"

namespace plimsoll::import {

/// Names of components: as the files have them, where the spec allows that; shorter where a release's name stands before all.
class Names {
 public:
  /// Finds what stands before all of them ("shop-" of shop-api and shop-db).
  void release_of(const std::vector<const Workload*>& workloads);
  /// Without the release, in the spec's letters, and not taken yet; `hint` (a namespace) is put behind one that is.
  std::string fresh(std::string_view original, std::string_view hint);
  /// What fresh() makes of it, taken or not.
  [[nodiscard]] std::string plain(std::string_view original) const;

 private:
  std::set<std::string> prefixes_;
  std::set<std::string> taken_;
};

struct Assembly {
  const Facts& facts;
  const Options& options;
  Imported& out;
  std::vector<Part> parts;  // in the order of the facts' workloads
  Names names;
  std::map<std::string, std::string> elsewhere;  // hosts that are not in these files → the components made for them

  /// A pooler and a database's name as its clients say it → the pooler of the model, where one pooler is before several servers.
  std::map<std::pair<std::string, std::string>, std::string> pools;
  Matches matches{facts};
  std::map<const Workload*, std::size_t> place;  // of their parts

  /// Null for workloads that are not read: repeated ones, patches.
  [[nodiscard]] const Part* part_of(const Workload& workload) const {
    const auto found = place.find(&workload);
    return found == place.end() ? nullptr : &parts[found->second];
  }

  void infer(ModelPath path, std::optional<Spot> spot, std::string text) {
    out.inferences.push_back({std::move(path), spot, std::move(text)});
  }
  void ask(ModelPath path, std::string text, std::string line) {
    out.questions.push_back({std::move(path), std::move(text), std::move(line)});
  }
  template <class T>
  void note(const std::string& path, const Found<T>& value) {
    out.origins.add(path, {value.key, value.at, value.prefix});
  }
  void note(const std::string& path, const Spot& spot) { out.origins.add(path, {spot, spot, {}}); }

  [[nodiscard]] Part* part(std::string_view name, Role role) {
    for (Part& one : parts)
      if (one.role == role && one.name == name) return &one;
    return nullptr;
  }
  /// The autoscaler that is in charge of the workload: the first; null if there is none.
  [[nodiscard]] const Autoscaler* autoscaler_of(const Workload& workload) const;
  /// Copies the workload may have: of its autoscaler, else its own count, else one.
  [[nodiscard]] Bounds bounds_of(const Workload& workload, const std::string& path);
  /// Endpoints that lead to the workload, those only for monitoring left out.
  [[nodiscard]] std::vector<const Endpoint*> endpoints_of(const Workload& workload) const;
};

void assemble_tiers(Assembly& of);        // tiers.cc
void assemble_databases(Assembly& of);    // databases.cc: databases, vector stores
void assemble_caches(Assembly& of);       // caches.cc
void assemble_poolers(Assembly& of);      // poolers.cc; needs the databases
void assemble_balancer(Assembly& of);     // balancer.cc; needs the tiers
void assemble_connections(Assembly& of);  // connections.cc; needs all of them
void assemble_scale(Assembly& of);        // scale.cc; needs the connections, which say where lists are
void assemble_questions(Assembly& of);    // questions.cc; last

/// Within what a spec can say: 10 thousandths of a core to 1024, a megabyte to a petabyte.
inline Cores in_range(Cores cores) { return Cores{std::clamp(cores.count, 0.01, 1024.0)}; }
inline Bytes in_range(Bytes bytes) { return Bytes{std::clamp<std::int64_t>(bytes.count, 1 << 20, std::int64_t{1} << 50)}; }

/// The settings that are the workload's: of its arguments, its ConfigMaps, or a file of the kind's own name where there is only
/// one such workload.
std::vector<const SettingsFile*> settings_of(const Assembly& of, const Part& part, SettingsFile::Of kind);
std::vector<const PoolerFile*> pooler_files_of(const Assembly& of, const Part& part);

/// The component that a host means to a workload in `space`: a part of these files; null if it is none of them.
const Part* part_at(const Assembly& of, std::string_view host, std::string_view space);
/// Its database, cache or external, made if nothing of the host is here yet. Empty: not to be told.
std::string database_at(Assembly& of, std::string_view host, std::string_view space, std::string_view wanted, const Spot& spot);

}  // namespace plimsoll::import
