#include "spec/descriptor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/quantity.h"

namespace plimsoll::spec {
namespace {

std::string bound_text(Kind kind, double value) {
  switch (kind) {
    case Kind::duration:
      return to_text(from_seconds(value));
    case Kind::bytes:
    case Kind::bytes_range:
      return to_text(Bytes{static_cast<std::int64_t>(value)});
    case Kind::cores:
    case Kind::cores_range:
      return to_text(Cores{value});
    case Kind::ratio:
      return to_text(Ratio{value});
    case Kind::money:
      return to_text(Money{value});
    default:
      return fmt::format("{:.10g}", value);
  }
}

/// ", from 1 to 65535"; nothing where the kind itself says it.
std::string range_text(Kind kind, const Range& range) {
  const bool has_most = range.most < std::numeric_limits<double>::infinity();
  std::string text;
  if (range.above)
    text = fmt::format(", more than {}", range.least == 0 ? "0" : bound_text(kind, range.least));
  else if (range.least > 0 && has_most)
    return fmt::format(", {} to {}", bound_text(kind, range.least), bound_text(kind, range.most));
  else if (range.least > 0)
    text = fmt::format(", at least {}", bound_text(kind, range.least));
  if (has_most) text += fmt::format("{} at most {}", text.empty() ? "," : " and", bound_text(kind, range.most));
  return text;
}

std::string names_of(std::span<const Variant> variants) {
  std::string names;
  for (const Variant& variant : variants) names += (names.empty() ? "" : ", ") + std::string(variant.name);
  return names;
}

std::string kind_text(Kind kind, const Field& field) {
  switch (kind) {
    case Kind::string:
      return std::string(field.pattern ? field.pattern->says : "a text");
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::duration:
      return "a duration such as 500ms, 30s or 5m";
    case Kind::bytes:
      return "a size such as 512Mi or 2Gi";
    case Kind::cores:
      return "cores such as 500m or 2";
    case Kind::ratio:
      return "a share such as 70%";
    case Kind::rate:
      return "a rate such as 100, 50rps or 3000/min";
    case Kind::bounds:
      return "a number or a range such as 3..20";
    case Kind::cores_range:
      return "cores such as 500m, or request..limit such as 500m..2";
    case Kind::bytes_range:
      return "a size such as 512Mi, or request..limit such as 512Mi..2Gi";
    case Kind::enumeration:
      return field.names.size() == 1 ? std::string(field.names[0]) : fmt::format("one of {}", fmt::join(field.names, ", "));
    case Kind::address:
      return "a port such as 8080, or an address such as 127.0.0.1:8080";
    case Kind::money:
      return "a price such as $30/month or $0.04/hour";
    case Kind::time:
      return "a time with its zone such as 2026-11-27T08:30Z";
    case Kind::cron:
      return "minute hour day month weekday, such as \"0 20 * * *\"";
    case Kind::change:
      return "a whole number of instances or a share of them such as 50%";
    case Kind::cpu_target:
      return "a share of the request such as 70%, or cores such as 500m";
    case Kind::memory_target:
      return "a share of the request such as 80%, or a size such as 600Mi";
    case Kind::kubernetes:
      return "a quantity such as 100, 500m or 64Mi";
    case Kind::signal:
      return "a signal: a built-in one or a name under signals";
    case Kind::quantity:
      return "a quantity in the signal's unit, such as 100, 50rps, 70% or 500ms";
    case Kind::condition:
      return "a condition such as cpu > 70%";
    case Kind::object:
      return field.of ? std::string(field.of->title) : fmt::format("the keys of one of {}", names_of(field.variants));
    case Kind::list:
    case Kind::map:
      break;
  }
  return {};
}

}  // namespace

const Field* Object::field(std::string_view key) const {
  for (const Field& candidate : fields)
    if (candidate.key == key) return &candidate;
  return nullptr;
}

std::string item_expectation(const Field& field) { return kind_text(field.element, field); }

std::string expectation(const Field& field) {
  const std::string example = field.example.empty() ? std::string() : fmt::format(", such as {}", field.example);
  switch (field.kind) {
    case Kind::list:
      return fmt::format("a list, each item {}{}", item_expectation(field), example);
    case Kind::map:
      return fmt::format("name: value pairs, each value {}{}", item_expectation(field), example);
    case Kind::integer:
    case Kind::number:
      return fmt::format("{}{}{}", kind_text(field.kind, field), field.unit.empty() ? "" : fmt::format(" of {}", field.unit),
                         range_text(field.kind, field.range));
    case Kind::cpu_target:
    case Kind::memory_target:
      return kind_text(field.kind, field) + ", more than 0";
    case Kind::change:
      return kind_text(field.kind, field) + (field.range.least > 0 ? ", more than 0" : "");
    case Kind::object:
      return kind_text(field.kind, field) + example;
    default:
      return kind_text(field.kind, field) + range_text(field.kind, field.range);
  }
}

}  // namespace plimsoll::spec
