// Any text is a program or has one fault with its place; and a program gives a finite number, nil or a reason, never a crash.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "core/assert.h"
#include "decide/keda/formula.h"

using namespace plimsoll;
using namespace plimsoll::keda;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 3> names{"a", "b", "trig_one"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed<Program> parsed = compile(text, names);
  PLIMSOLL_ASSERT(parsed.value.has_value() == parsed.diagnostics.empty());
  for (const Diagnostic& d : parsed.diagnostics) PLIMSOLL_ASSERT(d.at.column >= 1 && d.at.column <= static_cast<int>(size) + 1);
  if (!parsed.value) return 0;
  constexpr double inf = std::numeric_limits<double>::infinity();
  using Values = std::array<std::optional<double>, 3>;
  for (const Values& values : {Values{10, 3, 0}, Values{std::nullopt, 1e308, -7}, Values{}, Values{inf, -inf, -0.0}}) {
    const Outcome outcome = evaluate(*parsed.value, values);
    if (outcome.kind == Outcome::Kind::number) PLIMSOLL_ASSERT(std::isfinite(outcome.number));
  }
  return 0;
}
