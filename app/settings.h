#pragma once
// What plimsoll-app is told by its environment. Every setting is one line of one table, from which --help is printed too.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace plimsoll::app {

enum class Role { api, worker };

struct Settings {
  Role role = Role::api;
  // The instance contract
  int port = 0;
  std::string instance;
  std::string database_url;
  std::string database_read_url;  // empty: no read replica
  std::string redis_url;
  std::vector<std::string> queues;
  // Settings
  std::string address;
  Duration cpu{}, outside{};          // per request
  Duration job_cpu{}, job_outside{};  // per job
  int pool_size = 0;
  int concurrency = 0;
  Duration lame_duck{}, drain_deadline{}, start_delay{}, request_deadline{}, ready_grace{};
  Duration reclaim_after{}, cache_ttl{}, session_ttl{}, own_writes_for{};
};

struct ReadSettings {
  std::optional<Settings> value;      // absent if there are problems
  std::vector<std::string> problems;  // one line each, all of them: "POOL_SIZE: 'many' is not a whole number of 1..1000"
};

/// @param lookup  the environment: a value, or nothing where it is not set
ReadSettings read_settings(Role role, const std::function<std::optional<std::string>(std::string_view)>& lookup);

/// The text of --help.
std::string help();

}  // namespace plimsoll::app
