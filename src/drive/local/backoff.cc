#include "drive/local/backoff.h"

#include <algorithm>
#include <chrono>

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

constexpr Duration steady = 60s;
constexpr int longest_exponent = 5;

/// 1 s for the first, doubling up to 30 s.
Duration delay(int failures) { return std::min<Duration>(1s * (1 << std::min(failures - 1, longest_exponent)), 30s); }

}  // namespace

void Backoff::start_failed(TimePoint now) { retry_ = now + delay(++start_failures_); }

void Backoff::died(std::uint32_t number, Duration ready_for, TimePoint now) {
  Deaths& deaths = deaths_[number];
  if (ready_for >= steady) deaths.count = 0;
  ++deaths.count;
  deaths.retry = deaths.count == 1 ? now : now + delay(deaths.count - 1);
}

TimePoint Backoff::not_before(std::uint32_t number) const {
  const TimePoint tier = start_failures_ > 0 ? retry_ : TimePoint{};
  const auto found = deaths_.find(number);
  return found == deaths_.end() ? tier : std::max(tier, found->second.retry);
}

}  // namespace plimsoll::local
