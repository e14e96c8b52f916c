#pragma once
// Dollars a month as people read them.

#include <optional>
#include <string>

namespace plimsoll::show {

/// "$62", "$1,730", "$0.87": cents below ten dollars, unless there are none. Absent or not finite: "–".
std::string money_text(std::optional<double> dollars);
/// "10,000", "12.5": a number of users, requests or instances, with at most one digit after the point.
std::string number_text(std::optional<double>);
/// "$" and the figure for an axis: "$1.5k".
std::string money_tick(double dollars);

}  // namespace plimsoll::show
