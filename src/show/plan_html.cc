// The report of `plan`: the same as on screen, with charts over the months.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "show/format.h"
#include "show/html.h"
#include "show/money.h"
#include "show/plan.h"
#include "show/plan_parts.h"
#include "show/svg.h"

namespace plimsoll::show {
namespace {

using capacity::CapacityPlan;
using Rows = std::vector<std::vector<std::string>>;

std::string heading(std::string_view text) { return fmt::format("<h2>{}</h2>\n", escaped(text)); }
std::string paragraph(std::string_view text, std::string_view look = {}) {
  return look.empty() ? fmt::format("<p>{}</p>\n", escaped(text)) : fmt::format("<p class=\"{}\">{}</p>\n", look, escaped(text));
}

std::string figures(const CapacityPlan& plan) {
  Rows rows;
  std::string last;
  for (const capacity::Line& line : by_component(plan.lines)) {
    const bool first = line.component != last;
    last = line.component;
    const std::optional<double> cost = first ? cost_of_component(plan.cost_then, line.component) : std::nullopt;
    rows.push_back({line.component, line.what, line.today.empty() ? absent : line.today, line.then.empty() ? absent : line.then,
                    line.formula + (line.note.empty() ? "" : (line.formula.empty() ? "" : " · ") + ("note: " + line.note)),
                    cost ? money_text(cost) : ""});
  }
  if (rows.empty()) return "";
  return heading("Figures") +
         html_table("Every figure with its formula; the cost is a component's a month, then.",
                    {{"component"}, {"figure"}, {"today", true}, {"then", true}, {"formula"}, {"cost", true}}, rows);
}

std::string binding(const CapacityPlan& plan) {
  if (!plan.binding) return "";
  const capacity::Binding& one = *plan.binding;
  const std::string where = where_text(one);
  return fmt::format("<div class=\"binding\"><strong>First to give way: {}, {}{}</strong><br>{}</div>\n", escaped(one.component),
                     escaped(one.constraint), where.empty() ? "" : " " + escaped(where), escaped(one.sum));
}

std::vector<ChartMark> marks_of(const CapacityPlan& plan) {
  std::vector<ChartMark> marks;
  for (std::size_t i = 0; i < plan.months.size(); ++i)
    if (const std::string text = remark_text(plan.months[i]); !text.empty()) marks.push_back({i, text});
  return marks;
}

template <class Of>
std::vector<double> values_of(const CapacityPlan& plan, Of of) {
  std::vector<double> values;
  for (const capacity::Month& month : plan.months) values.push_back(of(month));
  return values;
}

/// "api: 4 in 2026-11, 12 in 2027-05".
std::string said(const CapacityPlan& plan, const std::string& name, const std::vector<double>& values, bool money) {
  const auto text = [&](double v) { return money ? money_text(v) : number_text(v); };
  return fmt::format("{}: {} in {}, {} in {}. ", name, text(values.front()), month_text(plan.months.front().at),
                     text(values.back()), month_text(plan.months.back().at));
}

Chart chart_of(const CapacityPlan& plan, std::string id, std::string title, bool money, std::vector<ChartSeries> series) {
  Chart chart{std::move(id), std::move(title), "", {}, std::move(series), marks_of(plan), money_tick};
  chart.whole = !money;
  if (!money) chart.tick = [](double v) { return number_text(v); };
  for (const capacity::Month& month : plan.months) chart.labels.push_back(month_text(month.at));
  for (const ChartSeries& one : chart.series) chart.description += said(plan, one.name, one.values, money);
  chart.description += "The figures are in the table below.";
  return chart;
}

std::string charts(const CapacityPlan& plan) {
  std::string out;
  const std::vector<double> cost = values_of(plan, [](const auto& month) { return month.cost; });
  if (std::any_of(cost.begin(), cost.end(), [](double v) { return v > 0; })) {
    std::vector<ChartSeries> series = {{"cost a month", cost}};
    if (plan.recommended.budget)
      series.push_back(
          {"budget", std::vector<double>(cost.size(), plan.recommended.budget->per_hour * hours_a_month), false, true});
    out += chart_html(chart_of(plan, "cost", "Cost a month", true, std::move(series)));
  }
  std::vector<ChartSeries> counts;
  for (const std::string& tier : tiers_of(plan))
    counts.push_back({tier,
                      values_of(plan,
                                [&](const auto& month) {
                                  const auto found = month.instances.find(tier);
                                  return found == month.instances.end() ? NAN : static_cast<double>(found->second);
                                }),
                      true});
  if (!counts.empty()) out += chart_html(chart_of(plan, "instances", "Instances", false, std::move(counts)));
  const std::vector<double> room = values_of(plan, [](const auto& month) { return static_cast<double>(month.connections_room); });
  if (std::any_of(room.begin(), room.end(), [](double v) { return v > 0; }))
    out += chart_html(
        chart_of(plan, "connections", "Connections of the tightest database", false,
                 {{"used", values_of(plan, [](const auto& month) { return static_cast<double>(month.connections); }), true},
                  {"room", room, true, true}}));
  return out;
}

std::string months(const CapacityPlan& plan) {
  if (plan.months.size() < 2) return "";
  const std::vector<std::string> tiers = tiers_of(plan);
  std::vector<HtmlColumn> columns = {{"month"}, {"users", true}, {"rate", true}};
  for (const std::string& tier : tiers) columns.push_back({tier, true});
  columns.insert(columns.end(), {{"connections", true}, {"cost", true}, {""}});
  Rows rows;
  for (const capacity::Month& month : plan.months) {
    std::vector<std::string> row = {month_text(month.at), users_text(month.load.users),
                                    month.load.rate ? rate_text(month.load.rate->per_second) : absent};
    for (const std::string& tier : tiers) {
      const auto found = month.instances.find(tier);
      row.push_back(found == month.instances.end() ? absent : number_text(found->second));
    }
    row.push_back(month.connections_room > 0
                      ? fmt::format("{} of {}", number_text(month.connections), number_text(month.connections_room))
                      : absent);
    row.push_back(month.cost > 0 ? money_text(month.cost) : absent);
    row.push_back(remark_text(month));
    rows.push_back(std::move(row));
  }
  return heading("Month by month") + charts(plan) + html_table("", columns, rows);
}

std::string cost(const CapacityPlan& plan, const PlanView& view) {
  if (plan.cost_then.lines.empty()) return "";
  if (!is_priced(plan.cost_then)) return heading("Cost") + paragraph("Not known: nothing has a price.");
  Rows rows;
  for (const capacity::CostLine& line : plan.cost_then.lines)
    rows.push_back({line.component, line.what, line.count == 0 ? "" : number_text(line.count),
                    line.each ? money_text(per_month(line.each)) : "no price", money_text(per_month(line.total))});
  rows.push_back({"total", "", "", "", money_text(plan.cost_then.per_month())});
  std::string text =
      fmt::format("{} a month today, {} then", money_text(plan.cost_today.per_month()), money_text(plan.cost_then.per_month()));
  if (plan.cost_per_user_today || plan.cost_per_user_then)
    text +=
        fmt::format("; per user {} today, {} then", money_text(plan.cost_per_user_today), money_text(plan.cost_per_user_then));
  if (!plan.cost_then.unknown.empty()) text += fmt::format("; without {}: no price", fmt::join(plan.cost_then.unknown, ", "));
  std::string out = heading("Cost") + paragraph(text) +
                    html_table(view.catalog, {{"component"}, {"what"}, {"count", true}, {"each", true}, {"total", true}}, rows);
  if (plan.levers.empty()) return out;
  Rows levers;
  for (const capacity::Lever& lever : plan.levers)
    levers.push_back({lever.name, money_text(lever.saves_least), money_text(lever.saves_most), lever.formula, lever.caution});
  return out + heading("Ways to pay less") +
         html_table("Dollars a month", {{"lever"}, {"at least", true}, {"at most", true}, {"formula"}, {"mind"}}, levers);
}

std::string bands(const CapacityPlan& plan) {
  if (plan.bands.empty()) return "";
  Rows rows;
  for (const capacity::BandLine& band : plan.bands)
    rows.push_back({number_text(band.from) + (std::isfinite(band.to) ? "–" + number_text(band.to) : "+"), band.instances,
                    band.cost, band.own_instances, band.own_cost, band.components, band.note});
  return heading("By users") +
         html_table("", {{"users"}, {"instances"}, {"cost"}, {"owner: instances"}, {"owner: cost"}, {"takes"}, {"note"}}, rows);
}

std::string settings(const CapacityPlan& plan) {
  if (plan.database_settings.empty()) return "";
  Rows rows;
  for (const capacity::Line& line : plan.database_settings) rows.push_back({line.component, line.what, line.then, line.formula});
  return heading("postgresql.conf for the memory planned") +
         html_table("", {{"component"}, {"setting"}, {"value", true}, {"formula"}}, rows);
}

std::string rest(const CapacityPlan& plan) {
  std::string out;
  if (!plan.advice.empty()) {
    out += heading("Advice") + "<dl>\n";
    for (const capacity::Advice& one : plan.advice)
      out += fmt::format("<dt><strong>{}</strong></dt><dd>{}{}</dd>\n", escaped(one.topic), escaped(one.text),
                         one.because.empty() ? "" : fmt::format("<br><span class=\"dim\">{}</span>", escaped(one.because)));
    out += "</dl>\n";
  }
  if (!plan.unknown.empty()) {
    out += heading("What could not be said") + "<ul>\n";
    for (const std::string& one : plan.unknown) out += fmt::format("<li>{}</li>\n", escaped(one));
    out += "</ul>\n";
  }
  return out;
}

std::string diff_html(std::string_view diff) {
  std::string out;
  while (!diff.empty()) {
    const std::size_t end = diff.find('\n');
    const std::string_view line = diff.substr(0, end);
    diff.remove_prefix(end == std::string_view::npos ? diff.size() : end + 1);
    const char* tag = line.starts_with("+") ? "ins" : line.starts_with("-") ? "del" : "span";
    out += fmt::format("<{0}>{1}</{0}>\n", tag, escaped(line));
  }
  return out;
}

std::string changes(const CapacityPlan& plan, const PlanView& view) {
  if (plan.changes.empty()) return heading("Changes to the spec") + paragraph("None: the spec carries this load as it is.");
  Rows rows;
  for (const capacity::Change& change : plan.changes) rows.push_back({change.path, change.value, change.why});
  std::string out = heading("Changes to the spec") + html_table("", {{"key"}, {"value"}, {"why"}}, rows);
  return view.diff.empty() ? out : out + "<pre>" + diff_html(view.diff) + "</pre>\n";
}

}  // namespace

std::string plan_html(const CapacityPlan& plan, const PlanView& view) {
  const std::string title = view.stack + ": " + (view.asked.empty() ? "today's load" : view.asked);
  return html_page(title, fmt::format("<h1>{}</h1>\n{}", escaped(title),
                                      paragraph(load_text(plan.today) + " today → " + load_text(plan.then) + " then", "dim")) +
                              binding(plan) + figures(plan) + cost(plan, view) + months(plan) + bands(plan) + settings(plan) +
                              rest(plan) + changes(plan, view));
}

}  // namespace plimsoll::show
