#pragma once
// Where a falling function passes zero.

#include <cmath>

namespace plimsoll::capacity {

struct Bracket {
  double above = 0;  // the function is > 0 here,
  double below = 0;  // and <= 0 here
  double middle() const { return above + (below - above) / 2; }
};

/// Narrows a bracket until its width is at most `relative` of the larger end: Illinois steps (superlinear where the function is
/// smooth), and a halving whenever two of them have not halved the width (so a jump costs no more than bisection's steps).
/// @param excess  monotone, excess(above) > 0 >= excess(below); infinite values are fine. above may lie on either side of below.
template <class Function>
Bracket narrow(Function&& excess, Bracket at, double relative) {
  double high = excess(at.above);
  double low = excess(at.below);
  double width = std::abs(at.below - at.above);
  int steps = 0;
  int same_side = 0;  // > 0: `above` moved last, < 0: `below`
  while (std::abs(at.below - at.above) > relative * std::fmax(std::abs(at.above), std::abs(at.below))) {
    double x = at.above + (at.below - at.above) * (high / (high - low));
    const bool inside = (x - at.above) * (at.below - x) > 0;
    if (!inside || steps == 2) x = at.middle();
    if (x == at.above || x == at.below) break;
    if (steps == 2) {
      steps = 0;
      width = std::abs(at.below - at.above) / 2;
    } else if (std::abs(at.below - at.above) <= width / 2) {
      steps = 0;
      width = std::abs(at.below - at.above);
    }
    ++steps;
    const double value = excess(x);
    if (value > 0) {
      at.above = x;
      high = value;
      if (same_side > 0) low /= 2;
      same_side = 1;
    } else {
      at.below = x;
      low = value;
      if (same_side < 0) high /= 2;
      same_side = -1;
    }
  }
  return at;
}

}  // namespace plimsoll::capacity
