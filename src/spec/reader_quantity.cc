// Reader: quantities with their units and ranges.

#include <fmt/format.h>

#include <cctype>
#include <limits>

#include "core/cron.h"
#include "core/quantity.h"
#include "spec/reader.h"

namespace plimsoll::spec {
namespace {

double base_value(double value) { return value; }
double base_value(std::int64_t value) { return static_cast<double>(value); }
double base_value(Duration value) { return seconds(value); }
double base_value(Bytes value) { return static_cast<double>(value.count); }
double base_value(Cores value) { return value.count; }
double base_value(Ratio value) { return value.value; }
double base_value(Rate value) { return value.per_second; }
double base_value(Money value) { return value.per_hour; }

bool within(const Range& range, double value) {
  return (range.above ? value > range.least : value >= range.least) && value <= range.most;
}

/// The unit that was most likely meant: 30 → 30s, 70 → 70%, 512m → 512Mi. Empty if there is no likely one.
std::string with_likely_unit(Kind kind, std::string_view text) {
  const bool bare = parse_number(text).has_value() && !text.starts_with('-');
  if (bare && kind == Kind::duration) return std::string(text) + "s";
  const bool is_share = kind == Kind::ratio || kind == Kind::cpu_target || kind == Kind::memory_target;
  if (bare && is_share) return std::string(text) + "%";
  if (kind == Kind::money && parse_money("$" + std::string(text))) return "$" + std::string(text);
  if (kind == Kind::money && (bare || text.starts_with('$')) && parse_number(text.substr(bare ? 0 : 1)))
    return (bare ? "$" : "") + std::string(text) + "/month";
  const bool thousandths = text.ends_with('m') && parse_cores(text).has_value();
  if (thousandths && (kind == Kind::bytes || kind == Kind::bytes_range))
    return std::string(text.substr(0, text.size() - 1)) + "Mi";
  return {};
}

std::optional<Ratio> parse_share(std::string_view text) {
  const std::optional<Ratio> share = parse_ratio(text);
  if (share && !text.ends_with('%') && share->value > 1) return std::nullopt;
  return share;
}

}  // namespace

void Reader::wrong_value(const Field& field, const Node& node, std::string_view what, std::string nearest_value) {
  complain(node.at, fmt::format("{} is not {}", quote(node.text), what), expectation(field), std::move(nearest_value));
}

template <class T, class Parse>
std::optional<T> Reader::quantity(const Field& field, const Node& node, std::string_view text, std::string_view what,
                                  Parse parse) {
  const std::optional<T> value = parse(text);
  if (!value) {
    wrong_value(field, node, what, with_likely_unit(field.kind, text));
    return std::nullopt;
  }
  if (!within(field.range, base_value(*value))) {
    complain(node.at, quote(text) + " is out of range", expectation(field));
    return std::nullopt;
  }
  return value;
}

void Reader::read(const Field& field, const Node& node, int& target) {
  if (!is_scalar(field, node)) return;
  const auto value = quantity<std::int64_t>(field, node, node.text, "a whole number", parse_integer);
  if (value && *value >= std::numeric_limits<int>::min() && *value <= std::numeric_limits<int>::max())
    target = static_cast<int>(*value);
  else if (value)
    complain(node.at, quote(node.text) + " is out of range", expectation(field));
}

void Reader::read(const Field& field, const Node& node, double& target) {
  if (!is_scalar(field, node)) return;
  if (field.kind == Kind::rate) {
    if (const auto rate = quantity<Rate>(field, node, node.text, "a rate", parse_rate)) target = rate->per_second;
  } else if (field.kind == Kind::ratio) {
    if (const auto share = quantity<Ratio>(field, node, node.text, "a share", parse_share)) target = share->value;
  } else if (field.kind == Kind::duration) {
    if (const auto time = quantity<Duration>(field, node, node.text, "a duration", parse_duration)) target = seconds(*time);
  } else if (field.kind == Kind::bytes) {
    if (const auto size = quantity<Bytes>(field, node, node.text, "a size", parse_bytes))
      target = static_cast<double>(size->count);
  } else if (field.kind == Kind::kubernetes) {
    if (const auto amount = quantity<double>(field, node, node.text, "a quantity", parse_kubernetes_quantity)) target = *amount;
  } else {
    if (const auto number = quantity<double>(field, node, node.text, "a number", parse_number)) target = *number;
  }
}

void Reader::read(const Field& field, const Node& node, Duration& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = quantity<Duration>(field, node, node.text, "a duration", parse_duration)) target = *value;
}

void Reader::read(const Field& field, const Node& node, Bytes& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = quantity<Bytes>(field, node, node.text, "a size", parse_bytes)) target = *value;
}

void Reader::read(const Field& field, const Node& node, Ratio& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = quantity<Ratio>(field, node, node.text, "a share", parse_share)) target = *value;
}

void Reader::read(const Field& field, const Node& node, Bounds& target) {
  if (!is_scalar(field, node)) return;
  const std::string_view text = node.text;
  const std::size_t dots = text.find("..");
  const std::string_view low = text.substr(0, dots);
  const std::string_view high = dots == std::string_view::npos ? low : text.substr(dots + 2);
  const auto min = quantity<std::int64_t>(field, node, low, "a number or a range", parse_integer);
  if (!min) return;
  const auto max = quantity<std::int64_t>(field, node, high, "a number or a range", parse_integer);
  if (!max) return;
  if (*min > *max)
    complain(node.at, fmt::format("the minimum {} is above the maximum {}", *min, *max), fmt::format("{}..{}", *max, *min));
  else if (*max == 0)
    complain(node.at, "nothing could ever run", "a maximum of at least 1");
  else
    target = {static_cast<int>(*min), static_cast<int>(*max)};
}

template <class T, class Parse>
void Reader::request_limit(const Field& field, const Node& node, std::string_view what, Parse parse, RequestLimit<T>& target) {
  if (!is_scalar(field, node)) return;
  const std::string_view text = node.text;
  const std::size_t dots = text.find("..");
  const auto request = quantity<T>(field, node, text.substr(0, dots), what, parse);
  if (!request) return;
  if (dots == std::string_view::npos) {
    target = {*request, std::nullopt};
    return;
  }
  const auto limit = quantity<T>(field, node, text.substr(dots + 2), what, parse);
  if (!limit) return;
  if (*request > *limit)
    complain(node.at, fmt::format("the request {} is above the limit {}", to_text(*request), to_text(*limit)),
             fmt::format("{}..{}", to_text(*limit), to_text(*request)));
  else
    target = {*request, limit};
}

void Reader::read(const Field& field, const Node& node, RequestLimit<Cores>& target) {
  request_limit(field, node, "an amount of CPU", parse_cores, target);
}

void Reader::read(const Field& field, const Node& node, RequestLimit<Bytes>& target) {
  request_limit(field, node, "a size", parse_bytes, target);
}

void Reader::read(const Field& field, const Node& node, Rate& target) { read(field, node, target.per_second); }

void Reader::read(const Field& field, const Node& node, Cores& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = quantity<Cores>(field, node, node.text, "an amount of CPU", parse_cores)) target = *value;
}

void Reader::read(const Field& field, const Node& node, Money& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = quantity<Money>(field, node, node.text, "a price", parse_money)) target = *value;
}

void Reader::read(const Field& field, const Node& node, TimePoint& target) {
  if (!is_scalar(field, node)) return;
  if (const auto value = parse_time(node.text))
    target = *value;
  else
    wrong_value(field, node, "a time", parse_time(node.text + "Z") ? node.text + "Z" : std::string());
}

void Reader::read_change(const Field& field, const Node& node, int& count, double& percent) {
  if (!is_scalar(field, node)) return;
  if (!node.text.ends_with('%')) return read(field, node, count);
  const auto share = parse_ratio(node.text);
  if (!share)
    wrong_value(field, node, "a number or a share");
  else if (share->value <= 0 || share->value > 100)
    complain(node.at, quote(node.text) + " is out of range", "more than 0% and at most 10000%");
  else
    percent = share->value * 100;
}

bool Reader::read_target(const Field& field, const Node& node, double& target) {
  if (!is_scalar(field, node)) return true;
  // What can only be an amount: a share has no letters, and a bare number is none.
  const bool is_amount = !node.text.empty() && std::isalpha(static_cast<unsigned char>(node.text.back())) != 0;
  if (!is_amount) {
    if (const auto share = quantity<Ratio>(field, node, node.text, "a share", parse_share)) target = share->value;
    return true;
  }
  if (field.kind == Kind::cpu_target) {
    if (const auto cores = quantity<Cores>(field, node, node.text, "a share or an amount of CPU", parse_cores))
      target = cores->count;
  } else {
    const auto size = parse_bytes(node.text);
    if (size && size->count > 0)
      target = static_cast<double>(size->count);
    else
      wrong_value(field, node, "a share or a size", with_likely_unit(Kind::bytes, node.text));
  }
  return false;
}

void Reader::read_cron(const Field& field, const Node& node, std::string& target) {
  if (!is_scalar(field, node)) return;
  const Parsed<Cron> parsed = parse_cron(node.text);
  for (const Diagnostic& d : parsed.diagnostics) {
    const Position at = node.part(static_cast<std::size_t>(d.at.column - 1), static_cast<std::size_t>(d.at.length));
    if (d.severity == Severity::error)
      complain(at, d.message, d.expected, d.nearest);
    else
      diagnostics_.push_back({d.severity, at, path_, d.message, d.expected, d.nearest});
  }
  if (parsed.ok()) target = node.text;
}

}  // namespace plimsoll::spec
