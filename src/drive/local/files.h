#pragma once
// Small files of a place: read whole, written so that a crash leaves the old text or the new.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace plimsoll::local {

/// Of the user some components run as when plimsoll is root.
struct UserIds {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all of them, the primary one included
};
Result<UserIds> find_user(const std::string& name);

struct FileAccess {
  mode_t mode = 0644;                // 0600 for what has a secret in it
  std::optional<std::string> owner;  // absent: plimsoll's own user
};

/// not_found if there is no such file.
Result<std::string> read_file(const std::string& path);

/// Durable when it returns; access is set before the text is in it.
Result<void> write_file(const std::string& path, std::string_view text, const FileAccess& access = {});

/// The same unless the file has this text already; true if it was written.
Result<bool> write_if_changed(const std::string& path, std::string_view text, const FileAccess& access = {});

/// Makes renames and new names within a folder durable.
Result<void> sync_folder(const std::string& path);

/// 0 if there is none.
std::uint64_t file_size(const std::string& path);

/// The last lines of a log written at or after `from` bytes, each indented by two blanks, with a heading that names the file; for
/// the end of an error's message. At most the last 64 KiB are looked at; empty if nothing was written.
std::string log_tail(const std::string& path, std::uint64_t from, int lines = 8);

}  // namespace plimsoll::local
