#include "show/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "show/format.h"
#include "show/table.h"

namespace plimsoll::show {
namespace {

bool settled(const BringUpRow& row) {
  return row.component.state == ComponentState::ready || row.component.state == ComponentState::failed;
}

Cell state_cell(const BringUpRow& row) {
  std::string text = to_text(row.component.state);
  if (row.took) text += " " + span_text(*row.took);
  switch (row.component.state) {
    case ComponentState::failed:
      return {text, Ink::bad};
    case ComponentState::ready:
      return {text, Ink::plain};
    case ComponentState::starting:
      return {text, Ink::bold};
    default:
      return {text, Ink::dim};
  }
}

}  // namespace

Block bring_up_lines(const std::vector<BringUpRow>& rows, Style style, int columns) {
  Table table(
      {{.header = "", .least = 10}, {.header = ""}, {.header = "", .least = 5}, {.header = "", .least = 14}, {.header = ""}});
  for (const BringUpRow& row : rows) {
    const ComponentRow& c = row.component;
    table.add({{c.version.empty() ? c.kind : c.kind + " " + c.version, Ink::bold},
               {c.name},
               {c.address},
               state_cell(row),
               {c.note, c.state == ComponentState::failed ? Ink::bad : Ink::dim}});
  }
  constexpr int margin = 2;
  Block block;
  for (const Line& line : table.lines(style, std::max(0, columns - margin)))
    block.push_back(Line(style).pad_to(margin).add(line).cut_to(std::max(0, columns)));
  return block;
}

std::string BringUp::update(const std::vector<BringUpRow>& all, int columns, int rows) {
  PLIMSOLL_ASSERT(columns >= 1 && rows >= 1);
  const Block lines = bring_up_lines(all, style_, columns);
  std::string out;
  if (!is_tty_) {
    printed_.resize(all.size(), false);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (printed_[i] || !settled(all[i])) continue;
      out += lines[i].str() + "\n";
      printed_[i] = true;
    }
    return out;
  }
  const std::size_t room = static_cast<std::size_t>(std::max(1, rows - 1));
  // A terminal made smaller has scrolled some of the lines away: only those still there can be reached.
  if (drawn_ > 0) out += fmt::format("\x1b[{}A", std::min(drawn_, room));
  const std::size_t first = lines.size() > room ? lines.size() - room : 0;
  for (std::size_t i = first; i < lines.size(); ++i) out += "\r\x1b[K" + lines[i].str() + "\n";
  drawn_ = lines.size() - first;
  return out;
}

std::string bar_line(const Bar& bar, Style style, int columns) {
  const double share = std::isfinite(bar.share) ? std::clamp(bar.share, 0.0, 1.0) : 0;
  std::string tail = fmt::format("{:3.0f}%", std::floor(share * 100));
  if (share >= 1) {
    tail += "  " + span_text(bar.elapsed);
  } else if (bar.elapsed >= std::chrono::seconds(2) && share >= 0.02) {
    tail += "  " + span_text(from_seconds(std::min(1e8, seconds(bar.elapsed) * (1 - share) / share))) + " left";
  }
  Line line(style, "  ");
  line.add(bar.what);
  constexpr int least = 6, most = 30, tail_room = 22;
  const int room = std::min(most, columns - line.width() - 5 - tail_room);
  if (room >= least) {
    const int eighths = static_cast<int>(share * room * 8);
    std::string done;
    for (int i = 0; i < eighths / 8; ++i) done += "█";
    line.add(" ▕", Ink::dim).add(done, Ink::accent).pad_to(line.width() + room - eighths / 8).add("▏", Ink::dim);
  }
  return line.add("  " + tail).cut_to(std::max(0, columns)).str();
}

}  // namespace plimsoll::show
