#pragma once
// Named signals from a JSON page of the instances.

#include <memory>

#include "collect/pages.h"

namespace plimsoll::collect {

/// The numbers at these pointers (RFC 6901). Of a ratio, a figure whose key ends in "_percent" is a hundredth of what is written.
/// empty: null there; malformed: no JSON, no such place, no number, no pointer. Pure.
std::vector<Figure> read_json(std::string_view page, std::span<const PageQuery> queries);

/// Null if no policy of the plan reads such a signal. `plan` was compiled from `stack`; both are read here only.
std::unique_ptr<Collector> json_collector(const Plan& plan, const Stack& stack);

}  // namespace plimsoll::collect
