#include "show/components.h"

#include <algorithm>
#include <utility>

#include "show/table.h"

namespace plimsoll::show {
namespace {

Ink ink_of(ComponentState state) {
  switch (state) {
    case ComponentState::failed:
      return Ink::bad;
    case ComponentState::starting:
    case ComponentState::draining:
      return Ink::bold;
    case ComponentState::waiting:
    case ComponentState::stopped:
      return Ink::dim;
    case ComponentState::ready:
      return Ink::plain;
  }
  return Ink::plain;
}

}  // namespace

const char* to_text(ComponentState state) {
  switch (state) {
    case ComponentState::waiting:
      return "waiting";
    case ComponentState::starting:
      return "starting";
    case ComponentState::ready:
      return "ready";
    case ComponentState::draining:
      return "draining";
    case ComponentState::stopped:
      return "stopped";
    case ComponentState::failed:
      return "failed";
  }
  return "?";
}

Block component_table(const std::vector<ComponentRow>& rows, Style style, int columns) {
  Table table({{.header = "component", .least = 8},
               {.header = "version"},
               {.header = "name"},
               {.header = "address", .least = 5},
               {.header = "state", .least = 8},
               {.header = ""}});
  for (const ComponentRow& row : rows)
    table.add({{row.kind, Ink::bold},
               {row.version, Ink::dim},
               {row.name},
               {row.address},
               {to_text(row.state), ink_of(row.state)},
               {row.note, row.state == ComponentState::failed ? Ink::bad : Ink::dim}});
  return table.lines(style, columns);
}

Block component_flow(const std::vector<ComponentRow>& rows, Style style, int columns) {
  Block block;
  Line line(style);
  for (const ComponentRow& row : rows) {
    Line item(style, row.kind, Ink::bold);
    for (const std::string* part : {&row.version, &row.name, &row.address})
      if (!part->empty()) item.add(" ").add(*part, part == &row.version ? Ink::dim : Ink::plain);
    if (row.state != ComponentState::ready) item.add(" ").add(to_text(row.state), ink_of(row.state));
    if (!line.empty() && line.width() + 3 + item.width() > columns) block.push_back(std::exchange(line, Line(style)));
    if (!line.empty()) line.add(" · ", Ink::dim);
    line.add(item);
  }
  if (!line.empty()) block.push_back(line);
  for (Line& one : block) one.cut_to(std::max(0, columns));
  return block;
}

std::string render_components(const std::vector<ComponentRow>& rows, Style style, int columns) {
  return joined(component_table(rows, style, columns));
}

}  // namespace plimsoll::show
