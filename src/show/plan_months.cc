// The months of a plan on a screen: what they cost and take as plots over one axis, and as figures.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "show/format.h"
#include "show/money.h"
#include "show/plan_parts.h"
#include "show/plot.h"
#include "show/table.h"

namespace plimsoll::show {
namespace {

constexpr int gutter = 9;
constexpr std::size_t most_tiers = 3;  // with a plot of their own
constexpr std::size_t most_rows = 13;  // of the table: a year and today

using Values = std::vector<double>;
using Month = capacity::Month;

Values values_of(const capacity::CapacityPlan& plan, const std::function<double(const Month&)>& of) {
  Values values;
  for (const Month& month : plan.months) values.push_back(of(month));
  return values;
}

void add_heading(Block& block, const std::string& text, const std::string& figures, Style style, int columns) {
  block.push_back(Line(style, text, Ink::accent).add("  ").add(figures, Ink::dim).cut_to(columns));
}

/// "$325 → $1,730".
std::string ends_text(const Values& values, const std::function<std::string(double)>& text) {
  const auto finite_value = [](double v) { return std::isfinite(v); };
  const auto first = std::find_if(values.begin(), values.end(), finite_value);
  const auto last = std::find_if(values.rbegin(), values.rend(), finite_value);
  return first == values.end() ? absent : text(*first) + " → " + text(*last);
}

void append(Block& block, Block more) {
  for (Line& line : more) block.push_back(std::move(line));
}

void add_cost(Block& block, const capacity::CapacityPlan& plan, Style style, int columns) {
  const Values cost = values_of(plan, [](const Month& m) { return m.cost; });
  if (highest(cost) <= 0) return;  // nothing has a price
  const double top = round_top(highest(cost));
  add_heading(block, "cost a month", ends_text(cost, [](double v) { return money_text(v); }), style, columns);
  append(block, with_axis(area(resample(cost, cost.size(), std::max(1, columns - gutter), Pick::last), 4, top), money_tick(top),
                          "$0", gutter, Ink::accent, style));
}

void add_counts(Block& block, const std::string& name, const Values& counts, Style style, int columns) {
  const double top = highest(counts), bottom = lowest(counts);
  add_heading(block, name, ends_text(counts, [](double v) { return number_text(v); }), style, columns);
  const int rows = static_cast<int>(std::clamp(top - bottom + 1, 2.0, 4.0));
  append(block, with_axis(steps(resample(counts, counts.size(), std::max(1, columns - gutter), Pick::last), rows, bottom,
                                std::max(top, bottom + 1)),
                          number_text(std::max(top, bottom + 1)), number_text(bottom), gutter, Ink::plain, style));
}

void add_axis(Block& block, const capacity::CapacityPlan& plan, Style style, int columns) {
  const int room = std::max(1, columns - gutter);
  Line axis(style), labels(style);
  axis.pad_to(gutter - 1).add("└");
  int taken = 0;
  const auto count = static_cast<int>(plan.months.size());
  for (int i = 0; i < count; ++i) {
    const int at = i * room / count;
    const std::string text = month_text(plan.months[static_cast<std::size_t>(i)].at);
    if (at < taken || at + static_cast<int>(text.size()) > room) continue;
    for (int c = axis.width() - gutter; c < at; ++c) axis.add("─");
    axis.add("┬");
    labels.pad_to(gutter + at).add(text, Ink::dim);
    taken = at + static_cast<int>(text.size()) + 2;
  }
  for (int c = axis.width() - gutter; c < room; ++c) axis.add("─");
  block.push_back(std::move(axis.cut_to(columns)));
  block.push_back(std::move(labels.cut_to(columns)));
}

/// All months of a year; of more, evenly spaced ones and those in which something happens.
std::vector<std::size_t> rows_of(const capacity::CapacityPlan& plan) {
  const std::size_t count = plan.months.size();
  const std::size_t every = count <= most_rows ? 1 : (count + most_rows - 2) / (most_rows - 1);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < count; ++i)
    if (i % every == 0 || i + 1 == count || !remark_text(plan.months[i]).empty()) rows.push_back(i);
  return rows;
}

Block table(const capacity::CapacityPlan& plan, Style style, int columns) {
  const std::vector<std::string> tiers = tiers_of(plan);
  std::vector<Column> heads = {
      {.header = "month"}, {.header = "users", .align = Align::right}, {.header = "rate", .align = Align::right}};
  for (const std::string& tier : tiers) heads.push_back({.header = tier, .align = Align::right, .most = 12});
  heads.push_back({.header = "connections", .align = Align::right});
  heads.push_back({.header = "cost", .align = Align::right});
  heads.push_back({.header = "", .least = 16});
  Table out(heads);
  for (const std::size_t i : rows_of(plan)) {
    const Month& month = plan.months[i];
    std::vector<Cell> row = {{month_text(month.at)},
                             {users_text(month.load.users)},
                             {month.load.rate ? rate_text(month.load.rate->per_second) : absent}};
    for (const std::string& tier : tiers) {
      const auto found = month.instances.find(tier);
      row.push_back({found == month.instances.end() ? absent : number_text(found->second)});
    }
    const bool over = month.connections_room > 0 && month.connections > month.connections_room;
    row.push_back({month.connections_room > 0
                       ? fmt::format("{} of {}", number_text(month.connections), number_text(month.connections_room))
                       : absent,
                   over ? Ink::bold : Ink::plain});
    row.push_back({month.cost > 0 ? money_text(month.cost) : absent});
    row.push_back({remark_text(month), Ink::bold});
    out.add(std::move(row));
  }
  return out.wrapped_lines(style, columns);
}

}  // namespace

Block months_block(const capacity::CapacityPlan& plan, Style style, int columns) {
  Block block;
  if (plan.months.size() < 2) return block;
  const int width = std::clamp(columns, 1, 120);
  add_cost(block, plan, style, width);
  std::size_t plotted = 0;
  for (const std::string& tier : tiers_of(plan)) {
    if (++plotted > most_tiers) break;
    const Values counts = values_of(plan, [&](const Month& month) {
      const auto found = month.instances.find(tier);
      return found == month.instances.end() ? NAN : static_cast<double>(found->second);
    });
    add_counts(block, tier + ", instances", counts, style, width);
  }
  if (!block.empty()) add_axis(block, plan, style, width);
  block.emplace_back(style);
  append(block, table(plan, style, columns));
  block.push_back(Line(style, "connections: to the tightest database, at today's sizes", Ink::dim));
  for (Line& line : block) line.cut_to(std::max(0, columns));
  return block;
}

}  // namespace plimsoll::show
