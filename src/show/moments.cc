#include "show/moments.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "show/format.h"

namespace plimsoll::show {
namespace {

std::string lead_of(const Decision& d) { return fmt::format("{} {}→{}", d.tier, d.from, d.to); }

/// Columns the times take, so that their ends align.
template <class Moments>
int when_width(const Moments& moments, std::optional<Duration> clock_at_start) {
  std::size_t width = 0;
  for (const auto& m : moments) width = std::max(width, when_text(m.at, clock_at_start).size());
  return static_cast<int>(width);
}

Line when_line(Duration at, std::optional<Duration> clock_at_start, int width, Style style) {
  const std::string when = when_text(at, clock_at_start);
  return Line(style).pad_to(width - static_cast<int>(when.size())).add(when, Ink::dim).add("  ");
}

}  // namespace

std::string_view reason_of(const Decision& d) {
  const std::string lead = lead_of(d) + ": ";
  std::string_view why = d.why;
  if (why.starts_with(lead)) why.remove_prefix(lead.size());
  return why;
}

std::string when_text(Duration at, std::optional<Duration> clock_at_start) {
  return clock_at_start ? clock_text(*clock_at_start + at) : offset_text(at);
}

Block decision_lines(std::span<const Decision> decisions, std::optional<Duration> clock_at_start, LineLimits limits, Style style,
                     int columns) {
  constexpr int longest_lead = 24;
  const int when = when_width(decisions, clock_at_start);
  int lead_width = 0;
  for (const Decision& d : decisions) lead_width = std::max(lead_width, Line(style, lead_of(d)).width());
  lead_width = std::min(lead_width, longest_lead);
  const int indent = when + 2 + lead_width + 2;
  Block block;
  for (const Decision& d : decisions) {
    Line lead(style, lead_of(d), Ink::bold);
    Line line = when_line(d.at, clock_at_start, when, style).add(lead.cut_to(lead_width)).pad_to(indent);
    const std::vector<std::string> why = wrap(reason_of(d), std::max(8, columns - indent), style);
    const int left = limits.total - static_cast<int>(block.size());
    if (left <= 0) break;
    const int most = std::min(left, &d == decisions.data() ? limits.first : limits.others);
    const std::size_t count = std::min(why.size(), static_cast<std::size_t>(most));
    for (std::size_t i = 0; i < count; ++i) {
      line.add(why[i]);
      if (i + 1 == count && count < why.size()) line.add(" " + why[i + 1]);  // so that the cut shows
      block.push_back(line.cut_to(std::max(0, columns)));
      line = Line(style).pad_to(indent);
    }
  }
  return block;
}

Block event_lines(std::span<const Event> events, std::optional<Duration> clock_at_start, Style style, int columns) {
  const int when = when_width(events, clock_at_start);
  Block block;
  for (const Event& e : events) {
    Line line = when_line(e.at, clock_at_start, when, style).add(e.text, e.failure ? Ink::bad : Ink::plain);
    block.push_back(line.cut_to(std::max(0, columns)));
  }
  return block;
}

}  // namespace plimsoll::show
