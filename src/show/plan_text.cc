#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "show/diff.h"
#include "show/format.h"
#include "show/money.h"
#include "show/plan.h"
#include "show/plan_parts.h"
#include "show/table.h"

namespace plimsoll::show {
namespace {

constexpr int gap = 2;
constexpr int no_limit = 4000;

/// A page in the making: everything is added at its width.
class Page {
 public:
  Page(Style style, int columns) : style_(style), width_(std::max(1, columns)) {}

  void heading(const std::string& text) {
    if (!block_.empty()) block_.emplace_back(style_);
    block_.push_back(Line(style_, text, Ink::bold).cut_to(width_));
  }
  /// Wrapped; the first line `indent` columns in, the others two more.
  void paragraph(const std::string& text, int indent = 2, Ink ink = Ink::plain) {
    int at = indent;
    for (const std::string& part : wrap(text, std::max(1, width_ - indent - 2), style_)) {
      Line line(style_);
      line.pad_to(at).add(part, ink);
      block_.push_back(std::move(line.cut_to(width_)));
      at = indent + 2;
    }
  }
  void table(const Table& table, int indent = 2) {
    for (const Line& row : table.wrapped_lines(style_, std::max(1, width_ - indent))) {
      Line line(style_);
      line.pad_to(indent).add(row);
      block_.push_back(std::move(line.cut_to(width_)));
    }
  }
  void line(Line one) { block_.push_back(std::move(one.cut_to(width_))); }

  [[nodiscard]] Style style() const { return style_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] std::string text() const { return joined(block_); }

 private:
  Style style_;
  int width_;
  Block block_;
};

/// Columns a formula needs to stand beside its figures; with less it goes under them.
constexpr int least_formula = 26;
constexpr int most_component = 16;

std::vector<Cell> figure_cells(const capacity::CapacityPlan& plan, std::size_t i) {
  const capacity::Line& line = plan.lines[i];
  const bool first = i == 0 || plan.lines[i - 1].component != line.component;
  const std::optional<double> dollars = first ? cost_of_component(plan.cost_then, line.component) : std::nullopt;
  return {{first ? line.component : "", Ink::bold},
          {line.what},
          {line.today.empty() ? absent : line.today},
          {line.then.empty() ? absent : line.then, line.changed ? Ink::accent : Ink::plain},
          {dollars ? money_text(dollars) : ""}};
}

Table figures_of(const capacity::CapacityPlan& plan, int most_figure, int most_value) {
  Table figures({{.header = "component", .least = 8, .most = most_component},
                 {.header = "figure", .least = 10, .most = most_figure},
                 {.header = "today", .least = 8, .most = most_value},
                 {.header = "then", .least = 8, .most = most_value},
                 {.header = "cost", .align = Align::right, .least = 6}});
  for (std::size_t i = 0; i < plan.lines.size(); ++i) figures.add(figure_cells(plan, i));
  return figures;
}

int width_of(const Table& table, Style style) {
  int widest = 0;
  for (const Line& line : table.wrapped_lines(style, no_limit)) widest = std::max(widest, line.width());
  return widest;
}

/// The column in which figures begin.
int under_figures(const capacity::CapacityPlan& plan) {
  int widest = display_width("component");
  for (const capacity::Line& line : plan.lines) widest = std::max(widest, display_width(line.component));
  return 2 + std::min(widest, most_component) + gap;
}

/// Figures with their formulas beside them, or in lines of their own where the page is narrow. Rows are laid out as one table,
/// and notes and formulas stand between them.
void add_figures(Page& page, const capacity::CapacityPlan& plan) {
  if (plan.lines.empty()) return;
  const Style style = page.style();
  const int room = page.width() - 2;
  Table figures = figures_of(plan, 24, 19);
  int natural = width_of(figures, style);
  const bool beside = room - natural - gap >= least_formula;
  if (!beside) {
    figures = figures_of(plan, 28, 26);
    natural = width_of(figures, style);
  }
  const std::vector<Block> rows = figures.wrapped_rows(style, room);
  const int under = std::min(under_figures(plan), page.width() / 4);
  const auto indented = [&](const Line& row) { return std::move(Line(style).pad_to(2).add(row)); };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0) {
      Line head = indented(rows[0].front());
      page.line(beside ? std::move(head.pad_to(2 + natural + gap).add("formula", Ink::dim)) : std::move(head));
      continue;
    }
    const capacity::Line& line = plan.lines[i - 1];
    Block block = rows[i];
    if (beside && !line.formula.empty()) {
      Block formula;
      for (const std::string& part : wrap(line.formula, room - natural - gap, style)) formula.emplace_back(style, part, Ink::dim);
      block = show::beside(std::move(block), natural, gap, formula, style);
    }
    for (const Line& row : block) page.line(indented(row));
    if (!beside && !line.formula.empty()) page.paragraph("= " + line.formula, under, Ink::dim);
    if (!line.note.empty()) page.paragraph("note: " + line.note, under);
  }
}

void add_binding(Page& page, const capacity::CapacityPlan& plan) {
  if (!plan.binding) return;
  const capacity::Binding& binding = *plan.binding;
  const std::string where = where_text(binding);
  page.heading("First to give way");
  page.paragraph(fmt::format("{}: {}{}", binding.component, binding.constraint, where.empty() ? "" : " " + where));
  if (!binding.sum.empty()) page.paragraph(binding.sum, 4);
}

std::string count_cell(double count) { return count == 0 ? "" : number_text(count); }

void add_cost(Page& page, const capacity::CapacityPlan& plan, const PlanView& view) {
  const capacity::Cost& then = plan.cost_then;
  if (then.lines.empty()) return;
  if (!is_priced(then)) {
    page.heading("Cost");
    return page.paragraph("not known: nothing has a price. Name a catalog and classes (catalog: aws-2026, class: …), or prices");
  }
  page.heading("Cost a month");
  Table table({{.header = "component"},
               {.header = "what"},
               {.header = "count", .align = Align::right},
               {.header = "each", .align = Align::right},
               {.header = "total", .align = Align::right}});
  for (const capacity::CostLine& line : then.lines)
    table.add({{line.component},
               {line.what},
               {count_cell(line.count)},
               {line.each ? money_text(per_month(line.each)) : "no price", line.each ? Ink::plain : Ink::dim},
               {money_text(per_month(line.total))}});
  table.add({{"total", Ink::bold}, {}, {}, {}, {money_text(then.per_month()), Ink::bold}});
  page.table(table);
  if (!view.catalog.empty()) page.paragraph("prices: " + view.catalog, 2, Ink::dim);
  std::string text = fmt::format("{} today, {} then", money_text(plan.cost_today.per_month()), money_text(then.per_month()));
  if (plan.cost_per_user_today || plan.cost_per_user_then)
    text +=
        fmt::format("; per user {} today, {} then", money_text(plan.cost_per_user_today), money_text(plan.cost_per_user_then));
  if (!then.unknown.empty()) text += fmt::format("; without {}: no price", fmt::join(then.unknown, ", "));
  page.paragraph(text);
}

std::string saves_text(const capacity::Lever& lever) {
  const std::string least = money_text(lever.saves_least), most = money_text(lever.saves_most);
  return least == most ? least : least + ".." + most;
}

void add_levers(Page& page, const capacity::CapacityPlan& plan) {
  if (plan.levers.empty()) return;
  page.heading("Ways to pay less");
  for (const capacity::Lever& lever : plan.levers) {
    page.paragraph(fmt::format("{}: saves {} a month = {}", lever.name, saves_text(lever), lever.formula));
    if (!lever.caution.empty()) page.paragraph(lever.caution, 6, Ink::dim);
  }
}

std::string band_text(const capacity::BandLine& band) {
  return std::isfinite(band.to) ? fmt::format("{}–{}", number_text(band.from), number_text(band.to))
                                : number_text(band.from) + "+";
}

void add_bands(Page& page, const capacity::CapacityPlan& plan) {
  if (plan.bands.empty()) return;
  page.heading("By users");
  Table table({{.header = "users"},
               {.header = "instances"},
               {.header = "cost"},
               {.header = "owner: instances"},
               {.header = "owner: cost"},
               {.header = "takes", .least = 10}});
  for (const capacity::BandLine& band : plan.bands)
    table.add({{band_text(band)}, {band.instances}, {band.cost}, {band.own_instances}, {band.own_cost}, {band.components}});
  page.table(table);
  for (const capacity::BandLine& band : plan.bands)
    if (!band.note.empty()) page.paragraph(band_text(band) + ": " + band.note);
}

void add_settings(Page& page, const capacity::CapacityPlan& plan) {
  if (plan.database_settings.empty()) return;
  page.heading("postgresql.conf for the memory planned");
  Table table({{.header = "component"}, {.header = "setting"}, {.header = "value"}, {.header = "formula", .least = 12}});
  for (const capacity::Line& line : plan.database_settings)
    table.add({{line.component}, {line.what}, {line.then}, {line.formula, Ink::dim}});
  page.table(table);
}

void add_rest(Page& page, const capacity::CapacityPlan& plan) {
  if (!plan.advice.empty()) page.heading("Advice");
  for (const capacity::Advice& one : plan.advice) {
    page.paragraph(one.topic + ": " + one.text);
    if (!one.because.empty()) page.paragraph(one.because, 6, Ink::dim);
  }
  if (!plan.unknown.empty()) page.heading("What could not be said");
  for (const std::string& one : plan.unknown) page.paragraph(one);
}

void add_changes(Page& page, const capacity::CapacityPlan& plan) {
  page.heading("Changes to the spec");
  if (plan.changes.empty())
    return page.paragraph(plan.known
                              ? "none: the spec carries this load as it is"
                              : "none, but it is not known whether the spec carries this load: no tier says what it carries");
  for (const capacity::Change& change : plan.changes)
    page.paragraph(fmt::format("{}: {}{}", change.path, change.value, change.why.empty() ? "" : "  (" + change.why + ")"));
}

}  // namespace

std::string render_plan(const capacity::CapacityPlan& given, const PlanView& view, Style style, int columns) {
  capacity::CapacityPlan plan = given;
  plan.lines = by_component(given.lines);
  Page page(style, columns);
  page.heading(fmt::format("{}: {}", view.stack, view.asked.empty() ? "today's load" : view.asked));
  page.paragraph(fmt::format("{} today → {} then", load_text(plan.today), load_text(plan.then)));
  page.line(Line(style));
  add_figures(page, plan);
  add_binding(page, plan);
  add_cost(page, plan, view);
  add_levers(page, plan);
  if (const Block months = months_block(plan, style, page.width() - 2); !months.empty()) {
    page.heading("Month by month");
    for (const Line& month : months) {
      Line line(style);
      line.pad_to(2).add(month);
      page.line(std::move(line));
    }
  }
  add_bands(page, plan);
  add_settings(page, plan);
  add_rest(page, plan);
  add_changes(page, plan);
  return page.text() + (view.diff.empty() ? "" : "\n" + render_diff(view.diff, style));
}

}  // namespace plimsoll::show
