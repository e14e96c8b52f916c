#include "render/grafana_panels.h"

#include <algorithm>
#include <cstddef>

namespace plimsoll::render::dashboard {
namespace {

constexpr int columns = 24;  // Grafana's own
constexpr int height = 8;    // of a panel, in Grafana's 30 pixels

Yaml datasource() {
  Yaml source;
  source["type"] = "prometheus";
  source["uid"] = "${DS_PROMETHEUS}";
  return source;
}

Yaml place(int x, int y, int w, int h) {
  Yaml at;
  at["x"] = x;
  at["y"] = y;
  at["w"] = w;
  at["h"] = h;
  return at;
}

Yaml field_config(const Panel& panel) {
  Yaml config;
  Yaml& defaults = config["defaults"];
  defaults["unit"] = panel.unit;
  defaults["min"] = 0;
  Yaml& custom = defaults["custom"];
  custom["lineWidth"] = 2;
  custom["fillOpacity"] = 10;
  custom["thresholdsStyle"]["mode"] = panel.thresholds.empty() ? "off" : "dashed";
  Yaml& thresholds = defaults["thresholds"];
  thresholds["mode"] = "absolute";
  Yaml& base = thresholds["steps"].add();
  base["color"] = "green";
  base["value"] = 0;
  for (const Threshold& one : panel.thresholds) {
    Yaml& step = thresholds["steps"].add();
    step["color"] = one.color;
    step["value"] = one.value;
  }
  config["overrides"] = Yaml::list();
  return config;
}

Yaml drawn(const Panel& panel, int id, Yaml at) {
  Yaml out;
  out["id"] = id;
  out["type"] = "timeseries";
  out["title"] = panel.title;
  if (!panel.says.empty()) out["description"] = panel.says;
  out["datasource"] = datasource();
  out["gridPos"] = std::move(at);
  out["fieldConfig"] = field_config(panel);
  Yaml& options = out["options"];
  options["legend"]["displayMode"] = "list";
  options["legend"]["placement"] = "bottom";
  options["tooltip"]["mode"] = "multi";
  Yaml& targets = out["targets"];
  char ref = 'A';
  for (const auto& [legend, query] : panel.queries) {
    Yaml& target = targets.add();
    target["refId"] = std::string(1, ref++);
    target["datasource"] = datasource();
    target["expr"] = query;
    target["legendFormat"] = legend;
  }
  return out;
}

Yaml heading(const Row& row, int id, int y) {
  Yaml out;
  out["id"] = id;
  out["type"] = "row";
  out["title"] = row.title;
  out["collapsed"] = false;
  out["gridPos"] = place(0, y, columns, 1);
  out["panels"] = Yaml::list();
  return out;
}

}  // namespace

Yaml laid_out(const std::vector<Row>& rows) {
  Yaml all = Yaml::list();
  int id = 0, y = 0;
  for (const Row& row : rows) {
    if (row.panels.empty()) continue;
    all.add(heading(row, ++id, y++));
    // Four are two and two, not three and one.
    const std::size_t lines = (row.panels.size() + 2) / 3;
    const std::size_t abreast = (row.panels.size() + lines - 1) / lines;
    for (std::size_t i = 0; i < row.panels.size(); ++i) {
      const std::size_t in_line = std::min(abreast, row.panels.size() - i / abreast * abreast);
      const int w = columns / static_cast<int>(in_line);
      all.add(drawn(row.panels[i], ++id, place(static_cast<int>(i % abreast) * w, y, w, height)));
      if (i % abreast == abreast - 1 || i + 1 == row.panels.size()) y += height;
    }
  }
  return all;
}

}  // namespace plimsoll::render::dashboard
