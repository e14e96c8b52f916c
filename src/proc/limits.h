#pragma once
// Control groups, v1 and v2: where plimsoll can make its own, and how limits are written there.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "proc/process.h"

namespace plimsoll::proc {

enum class Controller { cpu, memory };

/// A controller's hierarchy of this machine, and the folders plimsoll's groups could be made in, best first.
struct Hierarchy {
  int version = 0;  // 1 or 2; 0: there is none
  std::vector<std::string> bases;
};

/// Pure: from the texts of /proc/self/mountinfo and /proc/self/cgroup. A v1 hierarchy goes before v2, since a controller is in
/// one only.
///   v1  below plimsoll's own group, whose limits (a container's, say) go on to hold; then the top
///   v2  the top; then beside plimsoll's own group (where a user's session has been given its part); never within it, for a
///       v2 group with processes can't have limited children
Hierarchy find_hierarchy(Controller, std::string_view mountinfo, std::string_view own_groups);

/// Where the groups of both controllers are made: "<base>/plimsoll". Empty folder: not possible, and why.
struct GroupFolder {
  int version = 0;
  std::string folder;
  std::string why_not;
};
/// Makes the folder in the first base that allows it. Leaves nothing where it fails.
GroupFolder prepare_folder(Controller, const Hierarchy&);

struct GroupFolders {
  GroupFolder cpu, memory;
};
/// Those of this machine, decided at the first call. Thread-safe.
const GroupFolders& group_folders();

/// Makes the groups a command's limits need; returns the files a process writes "0" to in order to join.
/// A limit without a folder is left out. An Error leaves no group behind.
Result<std::vector<std::string>> make_groups(const GroupFolders&, const std::string& name, const Limits&);

/// Kills what is still in the groups and removes them.
void remove_groups(const GroupFolders&, const std::string& name);

}  // namespace plimsoll::proc
