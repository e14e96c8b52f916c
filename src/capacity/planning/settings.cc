#include <fmt/format.h>

#include <algorithm>

#include "capacity/planning/parts.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::planning {
namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;

/// Whole megabytes, as Postgres writes them: GB where that comes out even.
std::string postgres_size(std::int64_t bytes) {
  const std::int64_t whole = std::max<std::int64_t>(1, bytes / mib);
  return whole % 1024 == 0 ? fmt::format("{}GB", whole / 1024) : fmt::format("{}MB", whole);
}

}  // namespace

std::vector<Line> settings_for(const Database& before, const Database& after) {
  std::vector<Line> lines;
  if (!after.memory || after.memory->count < 128 * mib) return lines;
  const std::int64_t memory = after.memory->count;
  const std::int64_t shared = memory / 4;
  const std::int64_t connections = std::max(1, after.max_connections);
  const auto add = [&](std::string name, std::string value, std::string formula) {
    Line line{before.name, std::move(name), "", std::move(value), std::move(formula), "", false};
    const auto own = before.settings.find(line.what);
    if (line.what == "max_connections")
      line.today = std::to_string(before.max_connections);
    else if (own != before.settings.end())
      line.today = own->second;
    line.changed = !line.today.empty() && line.today != line.then;
    lines.push_back(std::move(line));
  };
  add("max_connections", std::to_string(after.max_connections), "as planned; a restart");
  add("shared_buffers", postgres_size(shared), fmt::format("25 % of {}; a restart", size(*after.memory)));
  add("effective_cache_size", postgres_size(memory - shared),
      fmt::format("75 % of {}: what the planner may take as cached", size(*after.memory)));
  add("maintenance_work_mem", postgres_size(std::min(memory / 16, std::int64_t{2} << 30)), "1/16 of the memory, at most 2 GB");
  add("work_mem", postgres_size((memory - shared) / (connections * 3)),
      fmt::format("({} − {}) / ({} connections × 3 sorts)", size(*after.memory), size(Bytes{shared}), connections));
  add("wal_buffers", postgres_size(std::min(shared / 32, 16 * mib)), "1/32 of shared_buffers, at most 16 MB; a restart");
  add("min_wal_size", "1GB", "fixed: kept for reuse between checkpoints");
  add("max_wal_size", "4GB", "fixed: fewer checkpoints forced by writes");
  add("checkpoint_completion_target", "0.9", "fixed: writes spread over the interval");
  add("default_statistics_target", "100", "fixed: Postgres' own");
  add("random_page_cost", "1.1", "fixed: SSD");
  add("effective_io_concurrency", "200", "fixed: SSD");
  return lines;
}

}  // namespace plimsoll::capacity::planning
