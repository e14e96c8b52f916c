#pragma once
// Compound growth, as plans and reviews state it ("x 1.5 a month").

namespace plimsoll::capacity {

/// now * factor^periods (V12: 1000 users, x 1.5 a month, 6 months: 11,390.6). now >= 0, factor > 0, periods any (asserted).
double grown(double now, double factor, double periods);

/// Periods until `now` reaches `threshold`: 0 if it has, infinite if it never will.
double periods_until(double now, double factor, double threshold);

/// Whole units that an amount needs at one unit per `per_unit`: ceil(amount / per_unit), at least 0. An amount within 1e-9 of a
/// whole number of units does not need one more. per_unit > 0 (asserted).
int units_for(double amount, double per_unit);

}  // namespace plimsoll::capacity
