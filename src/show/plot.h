#pragma once
// Plots in a few lines of text. First resample() to the columns there are, then draw; NaN is "not measured" and stays blank.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "show/text.h"

namespace plimsoll::show {

/// How samples that share a column become one value: `mean` for rates, `highest` for latencies (a spike must not be averaged
/// away), `last` for counts that hold until they change.
enum class Pick { mean, highest, last };

/// One value per column, for evenly spaced samples of which `across` (>= 1) span all `columns` (>= 1). Fewer samples leave the
/// right end blank, so a plot fills as its run goes on and what is drawn stays where it is; of more the last `across` count.
std::vector<double> resample(std::span<const double> samples, std::size_t across, int columns, Pick);

/// The least of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is >= `highest`; 1 for what is not above 0.
double round_top(double highest);
/// Of what is finite; 0 if nothing is.
double highest(std::span<const double>);
double lowest(std::span<const double>);

/// One row of blocks, 0..top; top > 0.
std::string sparkline(std::span<const double> columns, double top);
/// The same over several rows (>= 1), topmost first: an area with eight steps to a row. A measured 0 shows as the lowest step.
std::vector<std::string> area(std::span<const double> columns, int rows, double top);
/// A line with right-angled steps, for counts: `bottom` is drawn on the lowest row, `top` on the topmost; rows >= 1, top >=
/// bottom.
std::vector<std::string> steps(std::span<const double> columns, int rows, double bottom, double top);

/// The plot's rows behind an axis `gutter` columns wide (labels right-aligned, then " ┤" and "│"): `top` labels the first row,
/// `bottom` the last one if there are two or more.
Block with_axis(const std::vector<std::string>& rows, std::string_view top, std::string_view bottom, int gutter, Ink, Style);
/// The axis of time under plots with that gutter and `columns`, which stand for `whole` from 0:00: ticks and their labels, two
/// lines.
Block time_axis(Duration whole, int gutter, int columns, Style);

}  // namespace plimsoll::show
