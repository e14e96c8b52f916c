#include "show/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "show/plot.h"
#include "show/text.h"

namespace plimsoll::show {
namespace {

constexpr double width = 760, height = 280;
constexpr double left = 70, right = 34, top = 14, bottom = 34;

struct Frame {
  std::size_t count;
  double highest;
  [[nodiscard]] double x(std::size_t i) const {
    const double room = width - left - right;
    return count < 2 ? left + room / 2 : left + room * static_cast<double>(i) / static_cast<double>(count - 1);
  }
  [[nodiscard]] double y(double value) const {
    return height - bottom - (height - top - bottom) * std::clamp(value / highest, 0.0, 1.0);
  }
};

Frame frame_of(const Chart& chart) {
  double most = 0;
  for (const ChartSeries& one : chart.series) most = std::max(most, highest(one.values));
  return {chart.labels.size(), round_top(most)};
}

/// Lines of the grid above zero: so many that each stands at a tidy number, a whole one where counts are drawn.
int grid_lines(const Frame& frame, bool whole) {
  for (const int lines : {5, 4, 3, 2}) {
    const double step = frame.highest / lines;
    const double first_digit = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    if (std::abs(first_digit - std::round(first_digit)) < 1e-6 && (!whole || std::abs(step - std::round(step)) < 1e-6))
      return lines;
  }
  return 1;
}

std::string grid(const Chart& chart, const Frame& frame) {
  std::string out;
  const int lines = grid_lines(frame, chart.whole);
  for (int i = 0; i <= lines; ++i) {
    const double value = frame.highest * i / lines;
    const double y = frame.y(value);
    out += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", i == 0 ? "axis" : "grid",
                       left, y, width - right, y);
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 8, y + 4,
                       escaped(chart.tick ? chart.tick(value) : fmt::format("{:g}", value)));
  }
  // As many labels as have room; each takes about 70 units.
  const std::size_t every = std::max<std::size_t>(1, (frame.count + 8) / 9);
  for (std::size_t i = 0; i < frame.count; i += every)
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", frame.x(i), height - bottom + 20,
                       escaped(chart.labels[i]));
  return out;
}

std::string path_of(const ChartSeries& series, const Frame& frame) {
  std::string path;
  bool drawing = false;
  for (std::size_t i = 0; i < std::min(series.values.size(), frame.count); ++i) {
    if (!std::isfinite(series.values[i])) {
      drawing = false;
      continue;
    }
    const double x = frame.x(i), y = frame.y(series.values[i]);
    if (drawing && series.steps) path += fmt::format("H{:.1f}", x);
    path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", x, y);
    drawing = true;
  }
  return path;
}

int ink_of(std::size_t i) { return static_cast<int>(std::min<std::size_t>(i, chart_inks - 1)); }

std::string drawing(const Chart& chart, const Frame& frame) {
  std::string out;
  int row = 0;  // one below the other, so that neighbours do not cover each other
  for (const ChartMark& mark : chart.marks) {
    if (mark.at >= frame.count) continue;
    const double y = top + 12 + 15 * (row++ % 5);
    const double x = frame.x(mark.at);
    const bool before = x > width * 0.7;
    out +=
        fmt::format("<line class=\"mark\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", x, top, x, height - bottom);
    out += fmt::format("<text class=\"marked\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x + (before ? -5 : 5),
                       y, before ? "end" : "start", escaped(mark.text));
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const ChartSeries& series = chart.series[s];
    const std::string path = path_of(series, frame);
    if (path.empty()) continue;
    out += fmt::format("<path class=\"s{}{}\" d=\"{}\"/>\n", ink_of(s), series.limit ? " limit" : "", path);
    if (frame.count <= 24 && !series.limit)
      for (std::size_t i = 0; i < std::min(series.values.size(), frame.count); ++i)
        if (std::isfinite(series.values[i]))
          out += fmt::format("<circle class=\"p{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"/>", ink_of(s), frame.x(i),
                             frame.y(series.values[i]));
    out += "\n";
  }
  return out;
}

std::string legend(const Chart& chart) {
  if (chart.series.size() < 2) return "";
  std::string out = "<ul class=\"legend\">";
  for (std::size_t s = 0; s < chart.series.size(); ++s)
    out += fmt::format(
        "<li><svg class=\"swatch\" viewBox=\"0 0 28 10\" aria-hidden=\"true\"><path class=\"s{}{}\" d=\"M1 5H27\"/></svg>{}</li>",
        ink_of(s), chart.series[s].limit ? " limit" : "", escaped(chart.series[s].name));
  return out + "</ul>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  // A Line cleans what it is given; without its wrapping and inks that is exactly what is needed here. It drops spaces at the
  // end, which HTML does not show either.
  const std::string clean = Line(Style{.color = false, .unicode = true}, text).str();
  std::string out;
  out.reserve(clean.size());
  for (const char c : clean) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

std::string chart_html(const Chart& chart) {
  const Frame frame = frame_of(chart);
  return fmt::format(
      "<figure>\n<figcaption>{1}</figcaption>\n{5}"
      "<svg class=\"chart\" viewBox=\"0 0 {2:g} {3:g}\" role=\"img\" aria-labelledby=\"{0}-title {0}-text\">\n"
      "<title id=\"{0}-title\">{1}</title>\n<desc id=\"{0}-text\">{4}</desc>\n{6}{7}</svg>\n</figure>\n",
      escaped(chart.id), escaped(chart.title), width, height, escaped(chart.description), legend(chart), grid(chart, frame),
      drawing(chart, frame));
}

std::string chart_css() {
  struct Hue {
    const char* light;
    const char* dark;
    const char* dash;
  };
  // Okabe and Ito's colours, which people who see colours differently can tell apart; lighter ones on dark ground.
  constexpr std::array<Hue, chart_inks> inks = {{{"#0072b2", "#56b4e9", "none"},
                                                 {"#b34700", "#f5884a", "none"},
                                                 {"#007a58", "#2fc79a", "8 3"},
                                                 {"#a3457e", "#e29bc4", "2 3"},
                                                 {"#8a6100", "#e6b03c", "12 3 2 3"},
                                                 {"#555555", "#bbbbbb", "5 2"}}};
  std::string light, dark, rules;
  for (std::size_t i = 0; i < inks.size(); ++i) {
    light += fmt::format("--s{}:{};", i, inks[i].light);
    dark += fmt::format("--s{}:{};", i, inks[i].dark);
    rules += fmt::format(".s{0}{{stroke:var(--s{0});stroke-dasharray:{1}}}.p{0}{{fill:var(--s{0})}}\n", i, inks[i].dash);
  }
  return fmt::format(":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n", light, dark) +
         ".chart{width:100%;height:auto;max-width:60rem}\n"
         ".chart text{fill:var(--dim);font:12px system-ui,sans-serif}\n.chart text.marked{fill:var(--text)}\n"
         ".chart path,.swatch path{fill:none;stroke-width:2;stroke-linejoin:round}\n"
         ".grid{stroke:var(--line)}.axis{stroke:var(--dim)}.mark{stroke:var(--dim);stroke-dasharray:3 3}\n" +
         rules +
         ".chart path.limit,.swatch path.limit{stroke-dasharray:6 4;stroke-width:1.5}\n"
         ".legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.2rem 0}\n"
         ".swatch{width:28px;height:10px;margin-right:.4rem}\n";
}

}  // namespace plimsoll::show
