#include "decide/hpa/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "decide/hpa/big_natural.h"

namespace plimsoll::hpa {
namespace {

constexpr int nano = -9;  // quantities are kept down to this power of ten
constexpr int milli_scale = -3;
constexpr int most_digits = 18;  // that an int64 holds, whatever they are

bool digit(char c) { return c >= '0' && c <= '9'; }

/// The text taken apart; `sign`, `whole`, `fraction` are digits as written, without the whole's leading zeros.
struct Parts {
  bool negative = false;
  std::string_view number;  // up to the suffix, as written
  std::string_view whole = "0";
  std::string_view fraction;
  std::string_view suffix;
};

std::optional<Parts> take_apart(std::string_view text) {
  Parts parts;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    at = 1;
  }
  while (at < text.size() && text[at] == '0') ++at;
  if (at == text.size()) {
    parts.number = "0";
    return parts;
  }
  std::size_t from = at;
  while (at < text.size() && digit(text[at])) ++at;
  if (at > from) parts.whole = text.substr(from, at - from);
  if (at < text.size() && text[at] == '.') {
    from = ++at;
    while (at < text.size() && digit(text[at])) ++at;
    parts.fraction = text.substr(from, at - from);
  }
  parts.number = text.substr(0, at);
  parts.suffix = text.substr(at);
  while (at < text.size() && std::string_view("eEinumkKMGTP").find(text[at]) != std::string_view::npos) ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  while (at < text.size() && digit(text[at])) ++at;
  if (at < text.size()) return std::nullopt;
  return parts;
}

struct Unit {
  bool binary = false;
  std::int32_t exponent = 0;  // of 10, or of 2
};

std::optional<Unit> unit_of(std::string_view suffix) {
  struct Known {
    std::string_view suffix;
    Unit unit;
  };
  static constexpr std::array known{
      Known{"", {false, 0}},   Known{"n", {false, -9}}, Known{"u", {false, -6}}, Known{"m", {false, -3}},
      Known{"k", {false, 3}},  Known{"M", {false, 6}},  Known{"G", {false, 9}},  Known{"T", {false, 12}},
      Known{"P", {false, 15}}, Known{"E", {false, 18}}, Known{"Ki", {true, 10}}, Known{"Mi", {true, 20}},
      Known{"Gi", {true, 30}}, Known{"Ti", {true, 40}}, Known{"Pi", {true, 50}}, Known{"Ei", {true, 60}}};
  for (const Known& k : known)
    if (k.suffix == suffix) return k.unit;
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  std::string_view number = suffix.substr(1);
  if (number[0] == '+') {
    number.remove_prefix(1);
    if (!number.empty() && number[0] == '-') return std::nullopt;
  }
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), exponent);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return Unit{false, low_int32(exponent)};  // cut, not refused: an exponent of 2^32 is one of 0
}

/// value * 10^n. What overflows wraps where upstream multiplies at once, and is 0 where it goes digit by digit.
std::int64_t scale_up(std::int64_t value, std::int64_t n) {
  switch (n) {
    case 0:
      return value;
    case 1:
      return wrap_multiply(value, 10);
    case 2:
      return wrap_multiply(value, 100);
    case 3:
      return wrap_multiply(value, 1'000);
    case 6:
      return wrap_multiply(value, 1'000'000);
    case 9:
      return wrap_multiply(value, 1'000'000'000);
    default:
      break;
  }
  for (; n > 0 && value != 0; --n)
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return 0;
  return value;
}

/// value / 10^n, rounded away from zero.
std::int64_t scale_down(std::int64_t value, std::int64_t n) {
  const std::int64_t whole = value;
  bool rest = false;
  for (; n > 0 && value != 0; --n) {
    rest = rest || value % 10 != 0;
    value /= 10;
  }
  return rest ? value + (whole > 0 ? 1 : -1) : value;
}

/// 10^n as the two tables of Go's math.Pow10 give it: the product or quotient may be one bit off the nearest double.
double pow10(int n) {
  static constexpr std::array small{1e00, 1e01, 1e02, 1e03, 1e04, 1e05, 1e06, 1e07, 1e08, 1e09, 1e10,
                                    1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
                                    1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31};
  static constexpr std::array large{1e00, 1e32, 1e64, 1e96, 1e128, 1e160, 1e192, 1e224, 1e256, 1e288};
  static constexpr std::array inverse{1e-00, 1e-32, 1e-64, 1e-96, 1e-128, 1e-160, 1e-192, 1e-224, 1e-256, 1e-288, 1e-320};
  if (n > 308) return std::numeric_limits<double>::infinity();
  if (n < -323) return 0;
  const auto size = static_cast<std::size_t>(n < 0 ? -n : n);
  return n >= 0 ? large[size / 32] * small[size % 32] : inverse[size / 32] / small[size % 32];
}

double approximate(double base, int exponent) { return exponent == 0 ? base : base * pow10(exponent); }

/// value * 10^scale in 64 bits, the way nearly all quantities go; nothing if it has to be the long way.
std::optional<QuantityRead> read_short(const Parts& parts, const Unit& unit) {
  const auto digits = static_cast<std::int64_t>(parts.whole.size() + parts.fraction.size());
  std::int64_t factor = 1;
  std::int32_t scale = 0;
  if (unit.binary) {
    if (!parts.fraction.empty()) return std::nullopt;
    // A digit of the exponent in base two is three tenths of a decimal one.
    if (15 - static_cast<std::int64_t>(parts.whole.size()) - unit.exponent * 3 / 10 - 1 < 0) return std::nullopt;
    factor = std::int64_t{1} << unit.exponent;
  } else {
    if (digits > most_digits) return std::nullopt;
    scale = unit.exponent;
  }
  scale = wrap_subtract(scale, static_cast<std::int32_t>(parts.fraction.size()));
  if (scale < nano) return std::nullopt;
  std::int64_t value = 0;
  for (const std::string_view part : {parts.whole, parts.fraction})
    for (const char c : part) value = value * 10 + (c - '0');
  if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
  if (parts.negative) value = -value;
  QuantityRead read;
  read.approximate = approximate(static_cast<double>(value), scale);
  if (scale < milli_scale)
    read.milli = scale_down(value, milli_scale - scale);
  else
    read.milli = scale_up(value, static_cast<std::int64_t>(scale) - milli_scale);
  return read;
}

/// |value| as unscaled * 10^-scale, both as upstream's decimals hold them.
struct Decimal {
  BigNatural unscaled;
  std::int32_t scale = 0;
};

/// Rounds away from zero to nano. Shortcuts keep the size bounded where the exponent is huge: they give the same two numbers.
void round_to_nano(Decimal& d, std::size_t digits) {
  constexpr std::int64_t far = 400;  // beyond any double; the low 64 bits are 0 from 10^64 on
  const std::int64_t shift = -static_cast<std::int64_t>(nano) - d.scale;
  if (shift >= 0) {
    d.unscaled.multiply_pow10(static_cast<int>(std::min(shift, far)));
  } else if (-shift > static_cast<std::int64_t>(digits) + far) {
    d.unscaled = BigNatural(1);
  } else if (d.unscaled.divide_pow10(static_cast<int>(-shift))) {
    d.unscaled.add_one();
  }
  d.scale = -nano;
}

std::int64_t milli_of(const Decimal& d, bool negative) {
  const auto cut = [negative](std::uint64_t magnitude) {
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  };
  if (d.unscaled.zero()) return 0;
  if (d.scale == 0) return wrap_multiply(cut(d.unscaled.low64()), 1000);
  constexpr std::int64_t nanos_in_milli = 1'000'000;
  const BigNatural most(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (negative || d.unscaled.compare(most) < 0) {
    // Negative numbers come this way whatever their size, and are rounded towards zero, plus one.
    const std::int64_t low = cut(d.unscaled.low64());
    return low / nanos_in_milli + (low % nanos_in_milli != 0 ? 1 : 0);
  }
  BigNatural quotient = d.unscaled;
  if (quotient.divide_pow10(6)) quotient.add_one();
  return cut(quotient.low64());
}

QuantityRead read_long(const Parts& parts, const Unit& unit) {
  Decimal d;
  std::string digits(parts.whole);
  digits += parts.fraction;
  d.unscaled = BigNatural::of_digits(digits);
  d.scale = static_cast<std::int32_t>(parts.fraction.size());
  if (unit.binary)
    d.unscaled.shift_left(unit.exponent);
  else
    d.scale = wrap_subtract(d.scale, unit.exponent);
  if (!d.unscaled.zero()) round_to_nano(d, digits.size());
  if (unit.binary) {
    BigNatural most(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    BigNatural scaled = most;
    scaled.multiply_pow10(d.scale);
    if (d.unscaled.compare(scaled) > 0) d = {most, 0};
  }
  const double base = d.unscaled.nearest_double();
  const bool negative = parts.negative && !d.unscaled.zero();
  // The negation wraps at the least int32, where upstream's does too.
  const std::int32_t exponent = wrap_subtract(0, d.scale);
  return {milli_of(d, negative), approximate(negative ? -base : base, exponent)};
}

}  // namespace

std::optional<QuantityRead> parse_quantity(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::optional<Parts> parts = take_apart(text);
  if (!parts) return std::nullopt;
  const std::optional<Unit> unit = unit_of(parts->suffix);
  if (!unit) return std::nullopt;
  if (auto read = read_short(*parts, *unit)) return read;
  // A suffix alone passes the short way, as "u"; the long way asks for a digit.
  if (parts->number.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  return read_long(*parts, *unit);
}

}  // namespace plimsoll::hpa
