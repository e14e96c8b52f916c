#pragma once

#include <string_view>

#include "core/result.h"
#include "store/sqlite.h"

namespace plimsoll::store {

/// The number of the schema this program writes.
int schema_version();

/// Makes a connection fit for use: WAL mode and pragmas, a fresh schema in an empty file, an older one brought up to date in one
/// transaction. Errors: malformed for a file of some other program, refused for a schema that is too new.
Result<void> set_up(Database& database);

/// The same without writing: not_found for an empty file, refused for a schema that is too new or, as nothing may be changed, too
/// old.
Result<void> check_schema(Database& database);

}  // namespace plimsoll::store
