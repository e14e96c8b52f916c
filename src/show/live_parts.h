#pragma once
// The blocks the live view is laid out from. Private to src/show; each is at most `width` (>= 1) wide.

#include <string>
#include <vector>

#include "show/live.h"
#include "show/plot.h"
#include "show/text.h"

namespace plimsoll::show {

/// One figure with its history.
struct Metric {
  std::string label;
  std::string value;
  bool value_stands_out = false;
  Line detail;  // beside a sparkline
  Line more;    // after it where there is room for a plot
  const std::vector<double>* history;
  Pick pick;
  std::string (*axis_text)(double);  // of a value on the axis
};

std::vector<Metric> request_metrics(const LiveFrame&, Style);  // rate and latency
std::vector<Metric> queue_metrics(const LiveFrame&, Style);

/// Name of the stack, phase, time; below it a rule that fills as the run goes on.
Block title_block(const LiveFrame&, Style, int width);
/// One line each: label, value, sparkline, detail, aligned with one another.
Block metric_lines(const std::vector<Metric>&, const LiveFrame&, Style, int width);
/// A heading and an area plot of `rows` (>= 1).
Block metric_plot(const Metric&, const LiveFrame&, int rows, Style, int width);
Block tier_block(const LiveFrame&, Style, int width);
/// Steps of every tier's replicas over time, side by side, `rows` high each under its heading; empty if there is no tier.
Block replica_plots(const LiveFrame&, int rows, Style, int width);
/// What listens where, versions and names left out.
Line component_brief(const LiveFrame&, Style, int width);
/// Heading, beside it what holds tiers back, and the last decisions, newest on top, in at most `rows` lines. Where there are few
/// only the newest one's reason may take two lines.
Block decision_block(const LiveFrame&, int rows, Style, int width);
Block event_block(const LiveFrame&, int rows, Style, int width);
/// Legend and hint.
Line bottom_line(const LiveFrame&, Style, int width);

}  // namespace plimsoll::show
