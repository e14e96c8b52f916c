#include "show/live_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "show/format.h"
#include "show/table.h"

namespace plimsoll::show {
namespace {

constexpr int kGap = 4;     // between blocks side by side
constexpr int kGutter = 9;  // of plots: labels up to seven wide
constexpr int kLongestBar = 40;

std::string rate_axis(double v) { return rate_text(v); }
std::string latency_axis(double v) { return latency_text(from_seconds(std::clamp(v, 0.0, 1e6))); }
std::string count_axis(double v) { return count_text(static_cast<std::uint64_t>(std::clamp(v, 0.0, 1e15) + 0.5)); }

/// The history as `columns` values: the whole run where its end is known, otherwise one sample a column, newest at the right.
std::vector<double> columns_of(const std::vector<double>& history, const LiveFrame& frame, int columns, Pick pick) {
  std::size_t across = static_cast<std::size_t>(columns);
  if (frame.total && frame.sample_period > Duration::zero()) {
    const double samples = std::clamp(seconds(*frame.total) / seconds(frame.sample_period), 1.0, 1e7);
    across = std::max(history.size(), static_cast<std::size_t>(std::ceil(samples)));
  }
  return resample(history, across, columns, pick);
}

std::string_view repeat(std::string& buffer, std::string_view glyph, int count) {
  buffer.clear();
  for (int i = 0; i < count; ++i) buffer += glyph;
  return buffer;
}

}  // namespace

std::vector<Metric> request_metrics(const LiveFrame& f, Style style) {
  Line answered(style, counted(f.requests, "request"));
  answered.add(", ");
  answered.add(fmt::format("{} failed", count_text(f.failed)), f.failed > 0 ? Ink::bad : Ink::plain);
  Line others(style, fmt::format("p50 {}  p99 {}", latency_text(f.p50), latency_text(f.p99)));
  Line objective(style);
  const bool over = f.p95 && f.p95_objective && *f.p95 > *f.p95_objective;
  if (over)
    others.add("  over " + latency_text(f.p95_objective), Ink::bold);
  else if (f.p95_objective)
    objective.add("  objective " + latency_text(f.p95_objective), Ink::dim);
  return {{"requests", rate_text(f.rate_per_s), false, answered, Line(style), &f.rate_history_per_s, Pick::mean, rate_axis},
          {"p95", latency_text(f.p95), over, others, objective, &f.p95_history_s, Pick::highest, latency_axis}};
}

std::vector<Metric> queue_metrics(const LiveFrame& f, Style style) {
  std::vector<Metric> metrics;
  for (const QueueRow& q : f.queues)
    metrics.push_back({q.name, count_text(q.depth), false, Line(style, "jobs waiting", Ink::dim), Line(style), &q.depth_history,
                       Pick::highest, count_axis});
  return metrics;
}

Block title_block(const LiveFrame& f, Style style, int width) {
  Line right(style, f.clock_at_start ? clock_text(*f.clock_at_start + f.elapsed) + "  up " : "", Ink::dim);
  right.add(offset_text(f.elapsed), Ink::bold);
  if (f.total) right.add(" of " + offset_text(*f.total), Ink::dim);
  Line title(style, "plimsoll", Ink::accent);
  title.add("  ").add(f.stack, Ink::bold).add("  ").add(f.phase);
  title.cut_to(std::max(0, width - right.width() - 2)).pad_to(width - right.width()).add(right).cut_to(width);

  const double share = f.total && *f.total > Duration::zero() ? std::clamp(seconds(f.elapsed) / seconds(*f.total), 0.0, 1.0) : 0;
  const int done = static_cast<int>(share * width);
  std::string buffer;
  Line rule(style);
  rule.add(repeat(buffer, "━", done), Ink::accent).add(repeat(buffer, "─", width - done), Ink::dim);
  return {title, rule};
}

Block metric_lines(const std::vector<Metric>& metrics, const LiveFrame& f, Style style, int width) {
  int label_width = 8, value_width = 7, detail_width = 26;  // room to grow, so that plots keep their place
  for (const Metric& m : metrics) {
    label_width = std::max(label_width, std::min(16, Line(style, m.label).width()));
    value_width = std::max(value_width, Line(style, m.value).width());
    detail_width = std::max(detail_width, m.detail.width());
  }
  const int begin = label_width + 2 + value_width + 2;
  const int spark = std::min(width - begin - detail_width - 2, 120);
  constexpr int least_spark = 8;
  Block block;
  for (const Metric& m : metrics) {
    Line line(style), label(style, m.label, Ink::dim), value(style, m.value, m.value_stands_out ? Ink::bold : Ink::plain);
    line.add(label.cut_to(label_width)).pad_to(begin - 2 - value.width()).add(value).pad_to(begin);
    if (spark >= least_spark) {
      const std::vector<double> columns = columns_of(*m.history, f, spark, m.pick);
      line.add(sparkline(columns, round_top(highest(columns))), Ink::accent).pad_to(begin + spark + 2);
    }
    block.push_back(line.add(m.detail).cut_to(width));
  }
  return block;
}

Block metric_plot(const Metric& m, const LiveFrame& f, int rows, Style style, int width) {
  Line heading(style, m.label, Ink::dim);
  heading.pad_to(kGutter).add(m.value, Ink::bold).add("   ").add(m.detail).add(m.more);
  Block block = {heading.cut_to(width)};
  const int columns = width - kGutter;
  if (columns < 1) return block;
  const std::vector<double> values = columns_of(*m.history, f, columns, m.pick);
  const double top = round_top(highest(values));
  for (Line& line : with_axis(area(values, rows, top), m.axis_text(top), "0", kGutter, Ink::accent, style))
    block.push_back(std::move(line));
  return block;
}

namespace {

Line replica_bar(const TierRow& t, Style style, int width) {
  const double there = std::max(0, t.ready) + std::max(0, t.starting) + std::max(0, t.draining);
  const double slots = std::max<double>(there, std::max(1, t.max));
  const double scale = std::min(1.0, width / slots);
  Line bar(style);
  std::string buffer;
  double upto = 0;
  for (const auto& [count, glyph, ink] : {std::tuple{std::max(0, t.ready) * 1.0, "█", Ink::accent},
                                          {std::max(0, t.starting) * 1.0, "▒", Ink::accent},
                                          {std::max(0, t.draining) * 1.0, "░", Ink::accent},
                                          {slots - there, "·", Ink::dim}}) {
    upto += count;
    bar.add(repeat(buffer, glyph, static_cast<int>(std::lround(upto * scale)) - bar.width()), ink);
  }
  return bar;
}

Cell count_cell(int count) { return count == 0 ? Cell{"·", Ink::dim} : Cell{std::to_string(count), Ink::plain}; }

}  // namespace

Block tier_block(const LiveFrame& f, Style style, int width) {
  if (f.tiers.empty()) return {};
  Table table({{.header = "tier", .least = 6, .most = 16},
               {.header = "ready", .align = Align::right},
               {.header = "starting", .align = Align::right},
               {.header = "draining", .align = Align::right},
               {.header = "asked", .align = Align::right},
               {.header = "bounds", .align = Align::right},
               {.header = "cpu", .align = Align::right}});
  for (const TierRow& t : f.tiers)
    table.add({{t.name, Ink::bold},
               {std::to_string(t.ready)},
               count_cell(t.starting),
               count_cell(t.draining),
               {t.asked ? std::to_string(*t.asked) : absent, t.asked.value_or(t.ready) == t.ready ? Ink::plain : Ink::bold},
               {fmt::format("{}..{}", t.min, t.max), Ink::dim},
               {percent_text(t.cpu)}});
  Block block = table.lines(style, width);
  int begin = 0;
  for (const Line& line : block) begin = std::max(begin, line.width());
  begin += 3;
  const int bar = std::min(width - begin, kLongestBar);
  constexpr int least_bar = 8;
  if (bar < least_bar) return block;
  block[0].pad_to(begin).add("replicas", Ink::dim);
  for (std::size_t i = 0; i < f.tiers.size(); ++i) block[i + 1].pad_to(begin).add(replica_bar(f.tiers[i], style, bar));
  return block;
}

Block replica_plots(const LiveFrame& f, int rows, Style style, int width) {
  constexpr int least_width = 32;
  const int per_line = std::clamp((width + kGap) / (least_width + kGap), 1, 3);
  const int count = std::min(per_line, static_cast<int>(f.tiers.size()));
  Block all;
  if (count == 0) return all;
  const int each = (width - kGap * (count - 1)) / count;
  const int columns = each - kGutter;
  if (columns < 1) return all;
  for (int i = 0; i < count; ++i) {
    const TierRow& t = f.tiers[static_cast<std::size_t>(i)];
    Line heading(style, t.name, Ink::dim);
    Block one = {heading.cut_to(kGutter - 1).pad_to(kGutter).add("replicas over time", Ink::dim).cut_to(each)};
    const std::vector<double> values = columns_of(t.replicas_history, f, columns, Pick::last);
    const double top = std::max({highest(values), static_cast<double>(t.min), 1.0});
    const double bottom = std::min(static_cast<double>(std::max(0, t.min)), lowest(values));
    for (Line& line :
         with_axis(steps(values, rows, bottom, top), count_axis(top), count_axis(bottom), kGutter, Ink::accent, style))
      one.push_back(std::move(line));
    all = i == 0 ? one : beside(std::move(all), i * (each + kGap) - kGap, kGap, one, style);
  }
  return all;
}

Line component_brief(const LiveFrame& f, Style style, int width) {
  Line line(style);
  for (const ComponentRow& row : f.components) {
    if (!line.empty()) line.add("  ");
    const bool failed = row.state == ComponentState::failed;
    line.add(row.kind, failed ? Ink::bad : Ink::bold);
    if (!row.address.empty()) line.add(" " + row.address);
    if (row.state != ComponentState::ready) line.add(" ").add(to_text(row.state), failed ? Ink::bad : Ink::bold);
  }
  return line.cut_to(width);
}

Block decision_block(const LiveFrame& f, int rows, Style style, int width) {
  constexpr int few_rows = 10;
  if (rows < 1) return {};
  Line heading(style, "scaling decisions", Ink::dim);
  for (const TierRow& t : f.tiers)
    if (!t.held.empty()) heading.add("   ").add(t.name, Ink::bold).add(" stays: " + t.held);
  Block block = {heading.cut_to(width)};
  if (f.decisions.empty() && rows > 1) block.push_back(Line(style, "none yet", Ink::plain).cut_to(width));
  const std::size_t count = std::min(f.decisions.size(), static_cast<std::size_t>(rows));
  const std::vector<Decision> newest(f.decisions.rbegin(), f.decisions.rbegin() + static_cast<std::ptrdiff_t>(count));
  const LineLimits limits = {.first = 2, .others = rows < few_rows ? 1 : 2, .total = rows - 1};
  Block lines = decision_lines(newest, f.clock_at_start, limits, style, width);
  std::move(lines.begin(), lines.end(), std::back_inserter(block));
  return block;
}

Block event_block(const LiveFrame& f, int rows, Style style, int width) {
  Block block;
  if (f.events.empty() || rows < 2) return block;
  block.push_back(Line(style, "events", Ink::dim).cut_to(width));
  const std::size_t count = std::min(f.events.size(), static_cast<std::size_t>(rows - 1));
  const std::vector<Event> newest(f.events.rbegin(), f.events.rbegin() + static_cast<std::ptrdiff_t>(count));
  for (Line& line : event_lines(newest, f.clock_at_start, style, width)) block.push_back(std::move(line));
  return block;
}

Line bottom_line(const LiveFrame& f, Style style, int width) {
  Line legend(style), hint(style, f.hint, Ink::dim);
  if (!f.tiers.empty())
    legend.add("█", Ink::accent)
        .add(" ready  ", Ink::dim)
        .add("▒", Ink::accent)
        .add(" starting  ", Ink::dim)
        .add("░", Ink::accent)
        .add(" draining", Ink::dim);
  if (legend.width() + 2 + hint.width() > width) return hint.empty() ? legend.cut_to(width) : hint.cut_to(width);
  return legend.pad_to(width - hint.width()).add(hint);
}

}  // namespace plimsoll::show
