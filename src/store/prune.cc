#include "store/prune.h"

#include <fmt/format.h>

namespace plimsoll::store {
namespace {

/// Ticks may go up to the newest that is too old or too many; they do go up to the last keyframe before what is kept. A keyframe
/// so far back that it would more than double what is kept is given up.
Result<void> prune_ticks(Database& database, const Retention& retention, std::int64_t oldest) {
  auto last_to_go =
      database.integer(fmt::format("select max(ifnull((select id from tick where at < {} order by at desc, id desc limit 1), 0),"
                                   " ifnull((select id from tick order by id desc limit 1 offset {}), 0))",
                                   oldest, retention.ticks));
  if (!last_to_go) return fail(last_to_go.error());
  if (*last_to_go == 0) return {};
  auto first_to_stay =
      database.integer(fmt::format("select ifnull(max(id), {0} + 1) from tick where keyframe = 1"
                                   " and id <= ifnull((select min(id) from tick where id > {0}), {0})"
                                   " and id > ifnull((select id from tick order by id desc limit 1 offset {1}), 0)",
                                   *last_to_go, 2 * retention.ticks));
  if (!first_to_stay) return fail(first_to_stay.error());
  return database.exec(fmt::format("delete from tick where id < {}", *first_to_stay));
}

Result<void> prune_rest(Database& database, const Retention& retention, std::int64_t oldest) {
  return database.exec(
      fmt::format("delete from action where ended is not null and (ended < {0} or id <="
                  " (select id from action order by id desc limit 1 offset {1}));"
                  "delete from given_order where withdrawn < {0} or until < {0};",
                  oldest, retention.actions));
}

}  // namespace

Result<void> prune(Database& database, const Retention& retention, TimePoint now) {
  const std::int64_t oldest = (now - retention.age).time_since_epoch().count();
  if (auto begun = database.exec("begin immediate"); !begun) return begun;
  auto pruned = prune_ticks(database, retention, oldest);
  if (pruned) pruned = prune_rest(database, retention, oldest);
  if (pruned) return database.exec("commit");
  (void)database.exec("rollback");  // the first error is the one to tell
  return pruned;
}

}  // namespace plimsoll::store
