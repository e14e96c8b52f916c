#pragma once
// What runs where: the table `up` prints once everything is ready, and part of the live view.

#include <string>
#include <vector>

#include "show/text.h"

namespace plimsoll::show {

enum class ComponentState { waiting, starting, ready, draining, stopped, failed };

const char* to_text(ComponentState);

struct ComponentRow {
  std::string kind;     // "postgres", "haproxy"; for instances the tier: "api"
  std::string version;  // "15.20"; may be empty
  std::string name;     // "main", "api-3"; may be empty where the kind says it all
  std::string address;  // ":5601", or a URL; may be empty
  ComponentState state = ComponentState::ready;
  std::string note;  // a word more, such as "read replica", "adopted", "→ api (2)" or what failed; may be empty
};

/// A table with a header, one line per component, at most `columns` wide.
Block component_table(const std::vector<ComponentRow>&, Style, int columns);
/// The same in running text, " · " between: for where a table has no room. Only states that are not `ready` are said.
Block component_flow(const std::vector<ComponentRow>&, Style, int columns);

/// component_table as text, each line with its break.
std::string render_components(const std::vector<ComponentRow>&, Style, int columns);

}  // namespace plimsoll::show
