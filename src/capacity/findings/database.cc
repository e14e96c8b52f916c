// A database's own figures: what its class gives, its disk, its read replicas.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capacity/catalog.h"
#include "capacity/findings/rules.h"
#include "capacity/wording.h"

namespace plimsoll::capacity::rules {
namespace {

constexpr std::int64_t gigabyte = std::int64_t{1} << 30;

void judge_storage(const Database& database, Out out) {
  const Storage& disk = database.storage;
  if (!disk.size || !disk.used || disk.size->count <= 0 || disk.used->count < 0) return;
  const double size_now = static_cast<double>(disk.size->count), used = static_cast<double>(disk.used->count);
  const double share = used / size_now, act_at = disk.act_at.value;
  if (!(act_at > 0) || share < act_at) return;
  const double wanted = std::floor(used / act_at / gigabyte) * gigabyte + gigabyte;  // below the mark again, in whole GB
  const bool may = !disk.max || wanted <= static_cast<double>(disk.max->count);
  Finding finding;
  finding.level = share >= 0.95 ? Level::error : Level::warning;
  finding.path = database_path(database, "storage.used");
  finding.message = fmt::format("{}: {} of {} used = {}, to be acted on at {}", database.name, size(*disk.used), size(*disk.size),
                                percent(share), percent(act_at));
  if (disk.max && *disk.max <= *disk.size) finding.sum = {fmt::format("it cannot grow by itself: max is {}", size(*disk.max))};
  if (may && wanted < 0x1p50) {
    const Bytes to{static_cast<std::int64_t>(wanted)};
    finding.fixes.push_back({database_path(database, "storage.size"), spec_size(to), "size: " + spec_size(to),
                             fmt::format("{} used; a disk grows online and never shrinks", percent(used / wanted))});
  } else {
    finding.advice =
        disk.max ? fmt::format("more is needed than max {} allows: raise it, drop old partitions or archive", size(*disk.max))
                 : std::string("drop old partitions or archive");
  }
  out.push_back(std::move(finding));
}

}  // namespace

void max_connections_differs(const Scene& scene, Out out) {
  if (!scene.context.catalog) return;
  for (const Database& database : scene.stack.databases) {
    if (!scene.context.catalog->find(database.bought.instance_class) || database.bought.instance_class.empty()) continue;
    const ConnectionFigures figures = connection_figures(database, *scene.context.catalog);
    const std::optional<int> own = figures.configured ? figures.configured : figures.formula;
    if (!figures.given || !own || *figures.given == *own) continue;
    Finding finding;
    finding.level = Level::note;
    finding.path = database_path(database, "max_connections");
    finding.message = fmt::format("{}: max_connections {} is not the {} of {}; not in effect until a restart", database.name,
                                  *figures.given, count(*own), database.bought.instance_class);
    if (figures.configured && figures.formula && *figures.configured != *figures.formula)
      finding.sum = {fmt::format("the catalog configures {}; the engine's default for its memory is {}",
                                 count(*figures.configured), count(*figures.formula))};
    else if (!figures.configured)
      finding.sum = {fmt::format("LEAST(memory / 9531392, 5000) = {}", count(*own))};
    finding.advice = "after the restart SHOW max_connections tells which one holds";
    out.push_back(std::move(finding));
  }
}

void storage_full(const Scene& scene, Out out) {
  for (const Database& database : scene.stack.databases) judge_storage(database, out);
}

void reads_without_replica(const Scene& scene, Out out) {
  for (const Tier& tier : scene.stack.tiers)
    for (const Use& use : tier.uses) {
      const Database* database = scene.stack.database(use.component);
      // With a mark from which on read replicas are worth it, their absence today is a plan.
      if (!database || !use.reads || use.reads->value <= 0 || database->read_replicas > 0 || database->replicas_above_users ||
          database->connections_per_replica)
        continue;
      Finding finding;
      finding.level = Level::note;
      finding.path = use_path(tier, use, "reads");
      finding.message = fmt::format("{}: {} of its calls may go to a read replica of {}, and there is none", tier.name,
                                    percent(use.reads->value), database->name);
      finding.fixes.push_back({database_path(*database, "read_replicas"), "1", "read_replicas: 1", "reads leave the primary"});
      out.push_back(std::move(finding));
    }
}

}  // namespace plimsoll::capacity::rules
