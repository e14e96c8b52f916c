#include "capacity/planning/parts.h"
#include "capacity/postgres_settings.h"

namespace plimsoll::capacity::planning {

std::vector<Line> settings_for(const Database& before, const Database& after) {
  std::vector<Line> lines;
  if (!after.memory) return lines;
  for (PostgresSetting& setting : postgres_settings(*after.memory, after.max_connections)) {
    const bool connections = setting.name == "max_connections";
    std::string formula = (connections ? "as planned" : std::move(setting.formula)) + (setting.restart ? "; a restart" : "");
    Line line{before.name, std::move(setting.name), "", std::move(setting.value), std::move(formula), "", false};
    if (const auto own = before.settings.find(line.what); connections)
      line.today = std::to_string(before.max_connections);
    else if (own != before.settings.end())
      line.today = own->second;
    line.changed = !line.today.empty() && line.today != line.then;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace plimsoll::capacity::planning
