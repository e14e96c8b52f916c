#pragma once

#include "core/time.h"
#include "store/sqlite.h"
#include "store/sqlite_store.h"

namespace plimsoll::store {

/// Deletes what Retention no longer keeps, in one transaction; see there for what always stays.
Result<void> prune(Database& database, const Retention& retention, TimePoint now);

}  // namespace plimsoll::store
