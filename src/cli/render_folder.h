#pragma once
// Rendered files and a folder that may have some of them already: what would change, and the writing of it.

#include <string>
#include <vector>

#include "core/result.h"
#include "render/render.h"

namespace plimsoll::cli {

struct FolderEntry {
  enum class Change { same, fresh, differs };  // fresh: not there yet
  std::string path;                            // below the folder
  std::string place;                           // with the folder
  std::string before;                          // what is there now
  std::string after;
  Change change = Change::fresh;
};

struct FolderView {
  std::vector<FolderEntry> entries;    // by path
  std::vector<std::string> left_over;  // places of files that an earlier rendering of the stack made and this one does not
  [[nodiscard]] int count(FolderEntry::Change) const;
};

/// Where files of an earlier rendering may be, below the folder, and which paths are none of those left over.
struct Expected {
  std::vector<std::string> folders;
  std::vector<std::string> paths;
};

/// Writes nothing. The folder need not be there. An Error if one of the files can't be read, is no file, has one in the way of
/// its folder, or is outside of the folder by a link.
Result<FolderView> look_into(const std::string& folder, const std::string& stack, const std::vector<render::File>&,
                             const Expected&);

/// Whether all that is not `same` could be written, as far as that can be told beforehand.
Result<void> may_write(const std::string& folder, const FolderView&);

/// Makes the folders, writes each file whole. What fails is an Error that says how many were written before it.
Result<void> write_files(const FolderView&);

/// What would change in one file, as `diff -u` shows it.
std::string diff_of(const FolderEntry&);

}  // namespace plimsoll::cli
