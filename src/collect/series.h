#pragma once
// Named signals from the instances' Prometheus text.

#include <memory>

#include "collect/pages.h"

namespace plimsoll::collect {

/// The series of these names, each summed over its label sets. A counter's figure is a total: one that the page declares to be a
/// counter (# TYPE), or whose name ends in _total. empty: no such series, or NaN; malformed: a page that is not Prometheus'.
/// Pure.
std::vector<Figure> read_series(std::string_view page, std::span<const PageQuery> queries);

/// Null if no policy of the plan reads such a signal. `plan` was compiled from `stack`; both are read here only.
std::unique_ptr<Collector> series_collector(const Plan& plan, const Stack& stack);

}  // namespace plimsoll::collect
