#include "drive/local/environment.h"

#include <algorithm>
#include <cstdlib>

#include "render/names.h"

namespace plimsoll::local {

Environment inherited_environment() {
  Environment kept;
  for (const char* name : {"PATH", "HOME", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr) kept[name] = value;
  return kept;
}

Environment instance_environment(const Environment& inherited, const Stack& stack, const Tier& tier, const std::string& name,
                                 std::uint16_t port, const Endpoints& endpoints, const std::string& place_root) {
  Environment made = inherited;
  const auto set = [&](const char* variable, const std::string& value) {
    if (!value.empty()) made[variable] = value;
  };
  set("DATABASE_URL", endpoints.database_url);
  set("DATABASE_READ_URL", endpoints.database_read_url);
  set("REDIS_URL", endpoints.redis_url);
  set("QUEUES", render::queues_of(tier));
  const auto database = std::ranges::find_if(tier.uses, [&](const Use& use) { return stack.database(use.component) != nullptr; });
  if (database != tier.uses.end()) made["POOL_SIZE"] = std::to_string(database->connections);
  for (const auto& [variable, value] : tier.run.env) made[variable] = value;
  made["PORT"] = std::to_string(port);
  made["INSTANCE"] = name;
  made[stack_marker] = place_root;
  return made;
}

}  // namespace plimsoll::local
