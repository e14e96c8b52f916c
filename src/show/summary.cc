#include "show/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/assert.h"
#include "show/format.h"
#include "show/plot.h"
#include "show/table.h"

namespace plimsoll::show {
namespace {

constexpr int kGutter = 10;
constexpr int kGap = 5;  // between the tables of figures
constexpr int kWidestPlot = 110;

Table figures(std::string heading) {
  return Table({{.header = std::move(heading), .least = 6}, {.header = "", .align = Align::right}});
}

Ink bad_if(std::uint64_t count) { return count > 0 ? Ink::bad : Ink::plain; }

Table request_figures(const Summary& s) {
  Table table = figures("requests");
  table.add({{"sent"}, {count_text(s.requests)}});
  table.add({{"ok"}, {count_text(s.ok)}});
  table.add({{"failed", bad_if(s.failed())}, {count_text(s.failed()), bad_if(s.failed())}});
  for (const FailureCount& f : s.failures)
    if (f.count > 0) table.add({{"  " + f.kind}, {count_text(f.count), Ink::bad}});
  if (s.unanswered() > 0) table.add({{"unanswered", Ink::bad}, {count_text(s.unanswered()), Ink::bad}});
  return table;
}

Table latency_figures(const Summary& s) {
  Table table = figures("latency");
  const bool over = s.p95 && s.p95_objective && *s.p95 > *s.p95_objective;
  table.add({{"p50"}, {latency_text(s.p50)}});
  table.add({{"p95"}, {latency_text(s.p95), over ? Ink::bold : Ink::plain}});
  if (s.p95_objective) {
    const Ink ink = over ? Ink::bold : Ink::dim;
    table.add({{over ? "  over" : "  within", ink}, {latency_text(s.p95_objective), ink}});
  }
  table.add({{"p99"}, {latency_text(s.p99)}});
  table.add({{"max"}, {latency_text(s.max)}});
  return table;
}

Table job_figures(const JobCounts& jobs) {
  Table table = figures("jobs");
  table.add({{"in"}, {count_text(jobs.in)}});
  table.add({{"done"}, {count_text(jobs.done)}});
  table.add({{"done twice", bad_if(jobs.duplicate)}, {count_text(jobs.duplicate), bad_if(jobs.duplicate)}});
  table.add({{"lost", bad_if(jobs.lost)}, {count_text(jobs.lost), bad_if(jobs.lost)}});
  if (jobs.unfinished() > 0) table.add({{"unfinished", Ink::bad}, {count_text(jobs.unfinished()), Ink::bad}});
  return table;
}

int width_of(const Block& block) {
  int width = 0;
  for (const Line& line : block) width = std::max(width, line.width());
  return width;
}

/// Side by side where they fit, else one below the other.
Block figure_block(const Summary& s, Style style, int width) {
  std::vector<Block> tables = {request_figures(s).lines(style, width), latency_figures(s).lines(style, width)};
  if (s.jobs) tables.push_back(job_figures(*s.jobs).lines(style, width));
  Block all;
  int used = 0;
  for (Block& table : tables) {
    const int wide = width_of(table);
    if (all.empty()) {
      all = std::move(table);
      used = wide;
    } else if (used + kGap + wide <= width) {
      all = beside(std::move(all), used, kGap, table, style);
      used += kGap + wide;
    } else {
      all.emplace_back(style);
      std::move(table.begin(), table.end(), std::back_inserter(all));
      used = width;  // the next one goes below, too
    }
  }
  return all;
}

void append(Block& block, Block more) { std::move(more.begin(), more.end(), std::back_inserter(block)); }

Line plot_heading(std::string_view label, std::string_view detail, Style style, int width) {
  return Line(style).pad_to(kGutter).add(label, Ink::bold).add("  ").add(detail, Ink::dim).cut_to(width);
}

/// Rate, p95 and replicas over one axis of time; nothing for a run without samples.
Block plot_block(const Summary& s, Style style, int width) {
  std::size_t samples = std::max(s.rate_per_s.size(), s.p95_s.size());
  for (const TierHistory& t : s.tiers) samples = std::max(samples, t.replicas.size());
  const int columns = std::min(width - kGutter, kWidestPlot);
  constexpr int least_columns = 16;
  if (samples == 0 || columns < least_columns) return {};

  Block block;
  const std::vector<double> rate = resample(s.rate_per_s, samples, columns, Pick::mean);
  const double rate_top = round_top(highest(rate));
  block.push_back(plot_heading(
      "requests", fmt::format("peak {}", s.rate_per_s.empty() ? absent : rate_text(highest(s.rate_per_s))), style, width));
  append(block, with_axis(area(rate, 4, rate_top), rate_text(rate_top), "0", kGutter, Ink::accent, style));

  const std::vector<double> p95 = resample(s.p95_s, samples, columns, Pick::highest);
  const double p95_top = std::min(1e6, round_top(highest(p95)));
  block.push_back(plot_heading(
      "p95",
      fmt::format("peak {}", s.p95_s.empty() ? absent : latency_text(from_seconds(std::clamp(highest(s.p95_s), 0.0, 1e6)))),
      style, width));
  append(block, with_axis(area(p95, 3, p95_top), latency_text(from_seconds(p95_top)), "0", kGutter, Ink::accent, style));

  for (const TierHistory& t : s.tiers) {
    const std::vector<double> replicas = resample(t.replicas, samples, columns, Pick::last);
    const double top = highest(replicas), bottom = lowest(replicas);
    const auto text = [](double n) { return count_text(static_cast<std::uint64_t>(std::clamp(n, 0.0, 1e9) + 0.5)); };
    block.push_back(plot_heading(t.tier, "replicas", style, width));
    const int rows = static_cast<int>(std::clamp(top - bottom + 1, 2.0, 6.0));
    append(block, with_axis(steps(replicas, rows, bottom, std::max(top, bottom + 1)), text(std::max(top, bottom + 1)),
                            text(bottom), kGutter, Ink::accent, style));
  }
  append(block, time_axis(s.sample_period * static_cast<std::int64_t>(samples), kGutter, columns, style));
  return block;
}

Block decisions_of(const Summary& s, Style style, int width) {
  const auto out = static_cast<std::uint64_t>(
      std::count_if(s.decisions.begin(), s.decisions.end(), [](const Decision& d) { return d.to > d.from; }));
  const auto in = static_cast<std::uint64_t>(
      std::count_if(s.decisions.begin(), s.decisions.end(), [](const Decision& d) { return d.to < d.from; }));
  Line heading(style, "scaling decisions", Ink::bold);
  heading.add("  ").add(s.decisions.empty() ? "none" : fmt::format("{} out, {} in", count_text(out), count_text(in)), Ink::dim);
  Block block = {heading.cut_to(width)};
  constexpr int all = std::numeric_limits<int>::max();
  append(block, decision_lines(s.decisions, std::nullopt, {.first = all, .others = all, .total = all}, style, width));
  return block;
}

}  // namespace

bool went_well(const Summary& s) {
  const bool jobs = !s.jobs || (s.jobs->duplicate == 0 && s.jobs->lost == 0 && s.jobs->unfinished() == 0);
  return s.requests > 0 && s.failed() == 0 && s.unanswered() == 0 && jobs;
}

std::string verdict_text(const Summary& s) {
  if (s.requests == 0) return "no request was sent";
  std::string text;
  if (s.failed() == 0 && s.unanswered() == 0) {
    text = counted(s.requests, "request") + " answered, none failed";
  } else {
    text = fmt::format("{} of {} failed", count_text(s.failed()), counted(s.requests, "request"));
    if (s.unanswered() > 0) text += fmt::format(", {} unanswered", count_text(s.unanswered()));
  }
  if (!s.jobs) return text;
  const JobCounts& jobs = *s.jobs;
  text += fmt::format("; {} of {} done", count_text(jobs.done), counted(jobs.in, "job"));
  if (jobs.lost > 0) text += fmt::format(", {} lost", count_text(jobs.lost));
  if (jobs.unfinished() > 0) text += fmt::format(", {} unfinished", count_text(jobs.unfinished()));
  text += jobs.duplicate > 0 ? fmt::format(", {} twice", count_text(jobs.duplicate)) : ", none twice";
  return text;
}

std::string render_summary(const Summary& s, Style style, int columns) {
  PLIMSOLL_ASSERT(columns >= 1);
  const int margin = columns >= 40 ? 2 : 0;
  const int width = columns - 2 * margin;
  Line title(style, "plimsoll", Ink::accent);
  title.add("  ").add(s.stack, Ink::bold).add("  ").add(span_text(s.elapsed), Ink::dim);
  Block body = {title};
  const auto part = [&](Block block) {
    if (block.empty()) return;
    body.emplace_back(style);
    append(body, std::move(block));
  };
  part(figure_block(s, style, width));
  part(plot_block(s, style, width));
  part(decisions_of(s, style, width));
  Block end;
  for (const std::string& note : s.notes)
    for (const std::string& line : wrap("note: " + note, width, style)) end.emplace_back(style, line);
  if (!s.report_path.empty()) end.push_back(Line(style, "report: ", Ink::dim).add(s.report_path));
  part(std::move(end));

  const bool well = went_well(s);
  const std::string word = well ? "HELD" : "FAILED";
  const int indent = static_cast<int>(word.size()) + 2;
  Block verdict;
  for (const std::string& text : wrap(verdict_text(s), std::max(1, width - indent), style)) {
    Line line(style, verdict.empty() ? word : "", well ? Ink::accent : Ink::bad);
    verdict.push_back(line.pad_to(indent).add(text, Ink::bold));
  }
  part(std::move(verdict));

  Block all;
  for (const Line& line : body) all.push_back(Line(style).pad_to(margin).add(line).cut_to(columns));
  return joined(all);
}

}  // namespace plimsoll::show
