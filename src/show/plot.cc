#include "show/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/assert.h"
#include "show/format.h"

namespace plimsoll::show {
namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 9> kEighths = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double pick_of(std::span<const double> samples, Pick pick) {
  double sum = 0;
  double best = kNotMeasured;
  int count = 0;
  for (const double v : samples) {
    if (!std::isfinite(v)) continue;
    sum += v;
    ++count;
    best = pick == Pick::highest && count > 1 ? std::max(best, v) : v;
  }
  if (count == 0) return kNotMeasured;
  return pick == Pick::mean ? sum / count : best;
}

}  // namespace

std::vector<double> resample(std::span<const double> samples, std::size_t across, int columns, Pick pick) {
  PLIMSOLL_ASSERT(across >= 1 && columns >= 1);
  const auto width = static_cast<std::size_t>(columns);
  if (samples.size() > across) samples = samples.last(across);
  std::vector<double> out(width, kNotMeasured);
  for (std::size_t c = 0; c < width; ++c) {
    const std::size_t from = c * across / width;
    const std::size_t to = std::min(std::max(from + 1, (c + 1) * across / width), samples.size());
    if (from < to) out[c] = pick_of(samples.subspan(from, to - from), pick);
  }
  return out;
}

double highest(std::span<const double> values) {
  double best = kNotMeasured;
  for (const double v : values)
    if (std::isfinite(v) && !(v <= best)) best = v;
  return std::isfinite(best) ? best : 0;
}

double lowest(std::span<const double> values) {
  double best = kNotMeasured;
  for (const double v : values)
    if (std::isfinite(v) && !(v >= best)) best = v;
  return std::isfinite(best) ? best : 0;
}

double round_top(double highest) {
  if (!(highest > 0) || !std::isfinite(highest)) return 1;
  const double power = std::pow(10, std::floor(std::log10(highest)));
  for (const double step : {1., 1.2, 1.5, 2., 2.5, 3., 4., 5., 6., 8., 10.})
    if (step * power >= highest * (1 - 1e-9)) return step * power;
  return 10 * power;
}

std::vector<std::string> area(std::span<const double> columns, int rows, double top) {
  PLIMSOLL_ASSERT(rows >= 1 && top > 0);
  std::vector<std::string> out(static_cast<std::size_t>(rows));
  for (const double v : columns) {
    const bool known = std::isfinite(v);
    const double share = known ? std::clamp(v / top, 0.0, 1.0) : 0;
    const int level = known ? std::max(1, static_cast<int>(std::lround(share * rows * 8))) : 0;
    for (int r = 0; r < rows; ++r)
      out[static_cast<std::size_t>(rows - 1 - r)] += kEighths[static_cast<std::size_t>(std::clamp(level - 8 * r, 0, 8))];
  }
  return out;
}

std::string sparkline(std::span<const double> columns, double top) { return area(columns, 1, top).front(); }

std::vector<std::string> steps(std::span<const double> columns, int rows, double bottom, double top) {
  PLIMSOLL_ASSERT(rows >= 1 && top >= bottom);
  std::vector<std::string> out(static_cast<std::size_t>(rows));
  int before = -1;  // row of the column to the left, 0 is the lowest; -1: nothing there
  for (const double v : columns) {
    int now = -1;
    if (std::isfinite(v))
      now = top > bottom ? static_cast<int>(std::lround(std::clamp((v - bottom) / (top - bottom), 0.0, 1.0) * (rows - 1))) : 0;
    for (int r = 0; r < rows; ++r) {
      std::string_view cell = " ";
      if (now < 0) {
      } else if (before < 0 || before == now) {
        if (r == now) cell = "─";
      } else if (r == now) {
        cell = now > before ? "╭" : "╰";
      } else if (r == before) {
        cell = now > before ? "╯" : "╮";
      } else if (r > std::min(before, now) && r < std::max(before, now)) {
        cell = "│";
      }
      out[static_cast<std::size_t>(rows - 1 - r)] += cell;
    }
    before = now;
  }
  return out;
}

Block with_axis(const std::vector<std::string>& rows, std::string_view top, std::string_view bottom, int gutter, Ink ink,
                Style style) {
  Block block;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::string_view label = r == 0 ? top : r + 1 == rows.size() ? bottom : "";
    Line text(style, label, Ink::dim);
    text.cut_to(std::max(0, gutter - 2));
    Line line(style);
    line.pad_to(gutter - 2 - text.width()).add(text).add(label.empty() ? " │" : " ┤", Ink::dim).add(rows[r], ink);
    block.push_back(std::move(line));
  }
  return block;
}

namespace {

/// The least tidy distance of ticks in seconds that leaves their labels room.
std::int64_t tick_of(double whole_s, int columns) {
  constexpr int room = 10;
  for (const std::int64_t s : {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14'400, 21'600, 43'200, 86'400})
    if (static_cast<double>(s) * columns >= whole_s * room) return s;
  return 86'400 * (1 + static_cast<std::int64_t>(whole_s * room / columns / 86'400));
}

}  // namespace

Block time_axis(Duration whole, int gutter, int columns, Style style) {
  PLIMSOLL_ASSERT(columns >= 1);
  const double whole_s = std::max(1e-3, seconds(whole));
  const std::int64_t tick = tick_of(whole_s, columns);
  Line axis(style), labels(style);
  axis.pad_to(gutter - 1).add("└", Ink::dim);
  for (std::int64_t s = 0;; s += tick) {
    const int at = static_cast<int>(static_cast<double>(s) / whole_s * columns);
    if (at >= columns) break;
    for (int c = axis.width() - gutter; c < at; ++c) axis.add("─", Ink::dim);
    axis.add("┬", Ink::dim);
    const std::string label = offset_text(std::chrono::seconds(s));
    if (at + static_cast<int>(label.size()) <= columns) labels.pad_to(gutter + at).add(label, Ink::dim);
  }
  for (int c = axis.width() - gutter; c < columns; ++c) axis.add("─", Ink::dim);
  return {axis, labels};
}

}  // namespace plimsoll::show
