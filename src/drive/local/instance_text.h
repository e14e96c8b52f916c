#pragma once
// What people are told about an instance that ended.

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"

namespace plimsoll::local {

/// "exited with 1", "was killed by signal 9", "ended" for one whose code nobody knows.
std::string fate(const std::optional<int>& exit_code);

/// "0.8 s", "42 s", "3 min".
std::string span_text(Duration);

/// The last line that is not blank among those written to a log at or after `from` bytes; shortened to 200 characters, control
/// characters left out. Empty if there is none. At most the last 4 KiB are looked at.
std::string last_log_line(const std::string& path, std::uint64_t from);

}  // namespace plimsoll::local
