#pragma once
// What holds of the readers for every text: shared by the fuzz targets and the tests that replay their corpora.

#include <string_view>

#include "core/assert.h"
#include "import/postgresql_conf.h"
#include "import/readers.h"
#include "import/redis_conf.h"

namespace plimsoll::import::testing {

inline void hold(const Spot& spot) { PLIMSOLL_ASSERT(spot.at.line >= 1 && spot.at.column >= 1 && spot.at.length >= 1); }

inline void hold(const std::map<std::string, Found<std::string>>& settings) {
  for (const auto& [name, found] : settings) {
    PLIMSOLL_ASSERT(!name.empty());
    hold(found.key);
    hold(found.at);
    if (const auto bytes = redis_bytes(found.value)) PLIMSOLL_ASSERT(bytes->count >= 0);
    if (const auto bytes = postgres_bytes(name, found.value)) PLIMSOLL_ASSERT(bytes->count >= 0);
  }
}

/// Places are places, and what has a range keeps to it.
inline void hold(const Facts& facts) {
  for (const auto& [file, d] : facts.diagnostics) {
    hold(Spot{file, d.at});
    PLIMSOLL_ASSERT(!d.message.empty());
  }
  for (const Note& note : facts.notes) hold(note.at);
  for (const PoolerFile& file : facts.poolers) {
    hold(file.settings);
    for (const PoolerFile::Target& target : file.databases) {
      PLIMSOLL_ASSERT(target.port > 0 && target.port < 65536);
      PLIMSOLL_ASSERT(!target.settings.contains("password"));
      hold(target.at);
      hold(target.settings);
    }
  }
  for (const SettingsFile& file : facts.settings) hold(file.settings);
  for (const NginxFile& file : facts.nginx) {
    for (const int port : file.listens) PLIMSOLL_ASSERT(port > 0 && port < 65536);
    if (file.client_rate) PLIMSOLL_ASSERT(file.client_rate->value > 0 && file.client_burst >= 0);
    for (const Upstream& upstream : file.upstreams)
      for (const Upstream::Server& server : upstream.servers) {
        PLIMSOLL_ASSERT(!server.host.empty() && server.port > 0 && server.port < 65536 && server.weight > 0);
        hold(server.at);
      }
  }
  for (const Workload& workload : facts.workloads) {
    PLIMSOLL_ASSERT(!workload.containers.empty());
    if (workload.replicas) PLIMSOLL_ASSERT(workload.replicas->value >= 0);
    for (const Container& container : workload.containers) {
      PLIMSOLL_ASSERT(container.command.size() == container.command_at.size());
      for (const int port : container.ports) PLIMSOLL_ASSERT(port > 0 && port < 65536);
      for (const Variable& variable : container.environment) hold(variable.at);
    }
  }
}

/// A reader of plain text, whole and as lines within another file.
inline void survives(void (*read)(const TextAt&, Facts&), std::string_view text) {
  Facts facts;
  read({text, {0, {1, 1, 1}}, "file", ""}, facts);
  hold(facts);
  Facts inner;
  read({text, {0, {7, 3, 1}}, "file", "", true, 4}, inner);
  read({text, {0, {7, 3, 1}}, "file", "", false, 0}, inner);
  hold(inner);
}

/// A Compose file, with what its services' arguments say.
inline void survives_compose(std::string_view text) {
  Facts facts;
  const spec::YamlDocuments parsed =
      spec::parse_yaml_documents(text, {.limits = {.bytes = 1U << 20U, .depth = 32, .nodes = 50'000}, .lenient = true});
  for (const spec::YamlDocument& document : parsed.documents) read_compose({0, &document.root}, "compose.yaml", facts);
  for (const Workload& workload : facts.workloads) read_arguments(workload, facts);
  hold(facts);
}

}  // namespace plimsoll::import::testing
