#pragma once
// What the three forms of a plan share.

#include <map>
#include <string>
#include <vector>

#include "capacity/planning/planning.h"
#include "show/text.h"

namespace plimsoll::show {

/// Whole users; absent as in show/format.h.
std::string users_text(std::optional<double>);
/// "1,000 users, 50/s, 10 GB"; what is unknown is left out, "unknown load" if all is.
std::string load_text(const capacity::Load&);
/// "2026-11".
std::string month_text(TimePoint);
/// "main, max_connections: 293 of 200 … at 1,500 users, in 2.3 months".
std::string where_text(const capacity::Binding&);
/// Dollars a month of a component and its parts ("main", "main (read replica)"); absent: not priced.
std::optional<double> cost_of_component(const capacity::Cost&, const std::string& component);
/// Each component's lines together, components in the order in which they first come.
std::vector<capacity::Line> by_component(const std::vector<capacity::Line>&);
/// Whether anything of it has a price.
bool is_priced(const capacity::Cost&);
std::optional<double> per_month(const std::optional<Money>&);
/// Tiers in the order of the recommended stack that some month names.
std::vector<std::string> tiers_of(const capacity::CapacityPlan&);
/// "3x the load; main gives way: max_connections"; empty for most months.
std::string remark_text(const capacity::Month&);

/// Chart and table of the months (plan_months.cc).
Block months_block(const capacity::CapacityPlan&, Style, int columns);

}  // namespace plimsoll::show
