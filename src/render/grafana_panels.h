#pragma once
// Panels of a dashboard, laid out in rows. Contract: grafana.cc.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "render/yaml.h"

namespace plimsoll::render::dashboard {

/// A line at a figure; the panel is drawn in its colour above it.
struct Threshold {
  double value = 0;
  const char* color = "red";  // "orange" for what is a warning
};

struct Panel {
  std::string title;
  std::string unit;                                          // Grafana's: "s", "percentunit", "bytes", "reqps", "short"
  std::vector<std::pair<std::string, std::string>> queries;  // legend, PromQL
  std::vector<Threshold> thresholds = {};                    // rising
  std::string says = {};                                     // what to look for
};

/// A heading and the panels under it, three side by side at most.
struct Row {
  std::string title;
  std::vector<Panel> panels;
};

/// The list under "panels": ids and places follow from the order, so that the same stack keeps them.
Yaml laid_out(const std::vector<Row>& rows);

}  // namespace plimsoll::render::dashboard
