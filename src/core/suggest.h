#pragma once

#include <span>
#include <string_view>

namespace plimsoll {

/// The candidate nearest to `word` if it is near enough to be what was meant (at most a third of the letters differ,
/// swapped neighbours count once, case does not count); empty if none is. Ties go to the first candidate.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace plimsoll
