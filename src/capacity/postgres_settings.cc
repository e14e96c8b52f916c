#include "capacity/postgres_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "capacity/wording.h"

namespace plimsoll::capacity {
namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;

/// Whole megabytes, as Postgres writes them: GB where that comes out even.
std::string postgres_size(std::int64_t bytes) {
  const std::int64_t whole = std::max<std::int64_t>(1, bytes / mib);
  return whole % 1024 == 0 ? fmt::format("{}GB", whole / 1024) : fmt::format("{}MB", whole);
}

}  // namespace

std::vector<PostgresSetting> postgres_settings(Bytes memory, int max_connections) {
  if (memory.count < 128 * mib) return {};
  const std::int64_t shared = memory.count / 4;
  const std::int64_t rest = memory.count - shared;
  const std::int64_t connections = std::max(1, max_connections);
  return {
      {"max_connections", std::to_string(max_connections), "", true},
      {"shared_buffers", postgres_size(shared), fmt::format("25 % of {}", size(memory)), true},
      {"effective_cache_size", postgres_size(rest), fmt::format("75 % of {}: what the planner may take as cached", size(memory))},
      {"maintenance_work_mem", postgres_size(std::min(memory.count / 16, std::int64_t{2} << 30)),
       "1/16 of the memory, at most 2 GB"},
      {"work_mem", postgres_size(rest / (connections * 3)),
       fmt::format("({} − {}) / ({} connections × 3 sorts)", size(memory), size(Bytes{shared}), connections)},
      {"wal_buffers", postgres_size(std::min(shared / 32, 16 * mib)), "1/32 of shared_buffers, at most 16 MB", true},
      {"min_wal_size", "1GB", "fixed: kept for reuse between checkpoints"},
      {"max_wal_size", "4GB", "fixed: fewer checkpoints forced by writes"},
      {"checkpoint_completion_target", "0.9", "fixed: writes spread over the interval"},
      {"default_statistics_target", "100", "fixed: Postgres' own"},
      {"random_page_cost", "1.1", "fixed: SSD"},
      {"effective_io_concurrency", "200", "fixed: SSD"}};
}

}  // namespace plimsoll::capacity
