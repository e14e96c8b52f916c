#include "decide/keda/trigger.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/assert.h"

namespace plimsoll::keda {
namespace {

constexpr double furthest = 9.2e15;  // thousandths of more don't fit into int64

}  // namespace

std::optional<double> keda_value(const Trigger& trigger, const Reading& reading) {
  if (reading.kind == Reading::Kind::failed) return std::nullopt;
  const bool null =
      reading.kind == Reading::Kind::empty || (trigger.source == Source::prometheus && !std::isfinite(reading.value));
  if (!null) return reading.value;
  return trigger.source == Source::prometheus && trigger.ignore_null ? std::optional(0.0) : std::nullopt;
}

bool is_active(const Trigger& trigger, double value) { return value > trigger.activation; }

std::int64_t milli(double value) {
  if (!std::isfinite(value) || value <= 0) return 0;
  if (value >= furthest) return std::numeric_limits<std::int64_t>::max();
  // Through decimal text as upstream's "%.3f": value * 1000 would round once more, and lift 0.0004999… to 0.001.
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3);
  PLIMSOLL_ASSERT(error == std::errc());
  std::int64_t thousandths = 0;
  for (const char* c = text.data(); c != end; ++c)
    if (*c != '.') thousandths = thousandths * 10 + (*c - '0');
  return thousandths;
}

std::int64_t cut(double thousandths) {
  if (thousandths >= furthest * 1000) return std::numeric_limits<std::int64_t>::max();
  if (thousandths <= -furthest * 1000) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(thousandths);
}

}  // namespace plimsoll::keda
