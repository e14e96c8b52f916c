#pragma once
// Files as people name them on the command line, and files written so that nothing half-written or unasked for is left.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/origin.h"
#include "core/result.h"

namespace plimsoll::cli {

struct Inputs {
  std::vector<SourceFile> files;                            // sorted by name within each folder, named as the user named them
  std::vector<std::pair<std::string, std::string>> passed;  // name and why, of what a folder has and can't be read
  [[nodiscard]] bool complete() const { return passed.empty(); }
};

/// Reads files, folders and stdin ("-", named "stdin"). Of a folder: *.yaml, *.yml, *.json, *.ini, *.conf, also in folders below;
/// hidden ones and node_modules are left out, each folder is entered once whatever links lead to it. A path that is not there or
/// can't be read is an Error, as are files of more than 16 MiB, more than 10,000 files and more than 256 MiB in all. A folder
/// without any such file is not_found.
Result<Inputs> read_inputs(std::span<const std::string> paths);

enum class Existing { refuse, replace };

/// Writes beside it and renames, so that a crash or Ctrl-C leaves the old text or the new one and nothing else. A file that is
/// there is an Error (refused) with Existing::refuse; replaced it keeps its mode, a link still points to it, and one that nobody
/// may write to is refused even to root.
Result<void> write_whole(const std::string& path, std::string_view text, Existing);

enum class Report { html, sarif };

/// Whether a report may be written there: where nothing is, or an earlier report of ours of that kind, or an empty file. Anything
/// else, the spec above all, is an Error (refused). Asked before anything else is done.
Result<void> may_hold(const std::string& path, Report);

}  // namespace plimsoll::cli
