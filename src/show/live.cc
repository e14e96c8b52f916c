#include "show/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/assert.h"
#include "show/format.h"
#include "show/live_parts.h"

namespace plimsoll::show {
namespace {

constexpr int kGap = 4;         // between two columns of blocks
constexpr int kWideFrom = 108;  // columns from which blocks stand side by side

/// How much is shown. Levels are tried from the richest on; the first that leaves the lower part its lines is taken.
struct Level {
  int plot_rows;     // of rate and p95; 1: a sparkline
  int replica_rows;  // of replicas over time; 0: none
  enum { none, brief, flow, table } components;
  bool airy;  // blank lines between parts
  int lower;  // lines decisions and events need
};

constexpr std::array kLevels = {
    Level{8, 6, Level::table, true, 16}, Level{6, 5, Level::table, true, 14}, Level{5, 4, Level::table, true, 12},
    Level{4, 4, Level::table, true, 10}, Level{3, 3, Level::table, true, 10}, Level{3, 0, Level::table, true, 10},
    Level{3, 0, Level::flow, true, 10},  Level{2, 0, Level::flow, true, 10},  Level{1, 0, Level::flow, true, 12},
    Level{1, 0, Level::brief, true, 7},  Level{1, 0, Level::none, true, 4},   Level{1, 0, Level::none, false, 0},
};

class Sheet {
 public:
  Sheet(Style style, bool airy) : style_(style), airy_(airy) {}
  void part(Block block) {
    if (block.empty()) return;
    if (!lines_.empty() && airy_) lines_.emplace_back(style_);
    append(std::move(block));
  }
  void append(Block block) { std::move(block.begin(), block.end(), std::back_inserter(lines_)); }
  Block take() { return std::move(lines_); }

 private:
  Style style_;
  bool airy_;
  Block lines_;
};

Block component_block(const LiveFrame& f, const Level& level, Style style, int width) {
  switch (level.components) {
    case Level::none:
      break;
    case Level::brief:
      return f.components.empty() ? Block{} : Block{component_brief(f, style, width)};
    case Level::flow:
      return component_flow(f.components, style, width);
    case Level::table:
      return component_table(f.components, style, width);
  }
  return {};
}

/// Everything above decisions and events.
Block upper(const LiveFrame& f, const Level& level, Style style, int width) {
  const bool wide = width >= kWideFrom;
  const int half = (width - kGap) / 2;
  Sheet sheet(style, level.airy);
  sheet.part(title_block(f, style, width));

  std::vector<Metric> metrics = request_metrics(f, style);
  std::vector<Metric> queues = queue_metrics(f, style);
  if (level.plot_rows > 1) {
    if (wide) {
      sheet.part(beside(metric_plot(metrics[0], f, level.plot_rows, style, half), half, kGap,
                        metric_plot(metrics[1], f, level.plot_rows, style, width - half - kGap), style));
    } else {
      for (const Metric& m : metrics) sheet.part(metric_plot(m, f, level.plot_rows, style, width));
    }
    metrics.clear();
  }
  std::move(queues.begin(), queues.end(), std::back_inserter(metrics));
  // A sparkline can stand right below the title, an axis needs air.
  if (level.plot_rows > 1)
    sheet.part(metric_lines(metrics, f, style, width));
  else
    sheet.append(metric_lines(metrics, f, style, width));

  const Block components = component_block(f, level, style, wide ? half : width);
  if (wide) {
    sheet.part(beside(tier_block(f, style, half), half, kGap, components, style));
  } else {
    sheet.part(tier_block(f, style, width));
    sheet.part(components);
  }
  if (level.replica_rows > 0) sheet.part(replica_plots(f, level.replica_rows, style, width));
  return sheet.take();
}

/// Decisions and events in at most `rows` lines.
Block lower(const LiveFrame& f, int rows, Style style, int width) {
  if (width >= kWideFrom && !f.events.empty()) {
    const int left = (width - kGap) * 3 / 5;
    return beside(decision_block(f, rows, style, left), left, kGap, event_block(f, rows, style, width - left - kGap), style);
  }
  // Events take a third of the room, once decisions have theirs.
  constexpr int both_from = 8;
  const int wanted = static_cast<int>(std::min<std::size_t>(f.events.size(), 50)) + 1;
  const int events = rows >= both_from && !f.events.empty() ? std::min(wanted, std::max(3, rows / 3)) : 0;
  Block block = decision_block(f, rows - events - (events > 0 ? 1 : 0), style, width);
  if (events > 0) block.emplace_back(style);
  Block last = event_block(f, events, style, width);
  std::move(last.begin(), last.end(), std::back_inserter(block));
  return block;
}

}  // namespace

std::string render_live(const LiveFrame& f, Size size, Style style) {
  PLIMSOLL_ASSERT(size.columns >= 1 && size.rows >= 1);
  const int margin = size.columns >= 40 ? 2 : 0;
  const int width = size.columns - 2 * margin;
  const auto rows = static_cast<std::size_t>(size.rows);

  Block screen;
  for (const Level& level : kLevels) {
    screen = upper(f, level, style, width);
    const int left =
        size.rows - static_cast<int>(screen.size()) - (level.airy ? 2 : 1);  // but for a blank line and the bottom line
    if (left < level.lower && &level != &kLevels.back()) continue;
    if (left > 0) {
      if (level.airy) screen.emplace_back(style);
      for (Line& line : lower(f, left, style, width)) screen.push_back(std::move(line));
    }
    break;
  }
  if (screen.size() < rows) {
    screen.resize(rows - 1, Line(style));
    screen.push_back(bottom_line(f, style, width));
  }
  screen.resize(rows, Line(style));

  std::string out;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i > 0) out += '\n';
    out += Line(style).pad_to(margin).add(screen[i]).cut_to(size.columns).str();
  }
  return out;
}

std::string render_line(const LiveFrame& f, Style style) {
  Line line(style, when_text(f.elapsed, f.clock_at_start), Ink::dim);
  if (!f.phase.empty()) line.add("  " + f.phase);
  line.add(fmt::format("  {}  p95 {}  ", rate_text(f.rate_per_s), latency_text(f.p95)));
  line.add(fmt::format("{} failed", count_text(f.failed)), f.failed > 0 ? Ink::bad : Ink::plain);
  line.add(" of " + count_text(f.requests));
  for (const TierRow& t : f.tiers) {
    line.add(fmt::format("  {} {}", t.name, t.ready));
    if (t.asked && *t.asked != t.ready) line.add(fmt::format("→{}", *t.asked));
  }
  for (const QueueRow& q : f.queues) line.add(fmt::format("  {} {}", q.name, count_text(q.depth)));
  return line.str();
}

}  // namespace plimsoll::show
