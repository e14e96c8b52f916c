#include "spec/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "core/quantity.h"
#include "core/suggest.h"

namespace plimsoll::spec {
namespace {

double base_value(double value) { return value; }
double base_value(std::int64_t value) { return static_cast<double>(value); }
double base_value(Duration value) { return seconds(value); }
double base_value(Bytes value) { return static_cast<double>(value.count); }
double base_value(Cores value) { return value.count; }
double base_value(Ratio value) { return value.value; }
double base_value(Rate value) { return value.per_second; }

bool within(const Range& range, double value) {
  return (range.above ? value > range.least : value >= range.least) && value <= range.most;
}

std::string_view shape(const Node& node) {
  switch (node.kind) {
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      break;
  }
  return "a map of keys";
}

std::string closest(std::string_view word, std::span<const std::string_view> names) {
  return word.size() <= 64 ? std::string(nearest(word, names)) : std::string();
}

std::vector<std::string_view> keys_of(const Object& object) {
  std::vector<std::string_view> keys;
  for (const Field& field : object.fields) keys.push_back(field.key);
  return keys;
}

/// "an instance's resources: cpu, memory, or {} for the defaults"
std::string expectation_of(const Object& object) {
  const bool may_be_empty = object.exactly_one.empty() && std::none_of(object.fields.begin(), object.fields.end(),
                                                                       [](const Field& field) { return field.required; });
  return fmt::format("{}: {{{}: …}}{}", object.title, fmt::join(keys_of(object), ": …, "),
                     may_be_empty ? ", or {} for the defaults" : "");
}

/// The unit that was most likely meant: 30 → 30s, 70 → 70%, 512m → 512Mi. Empty if there is no likely one.
std::string with_likely_unit(Kind kind, std::string_view text) {
  const bool bare = parse_number(text).has_value() && !text.starts_with('-');
  if (bare && kind == Kind::duration) return std::string(text) + "s";
  if (bare && kind == Kind::ratio) return std::string(text) + "%";
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

const Place* nearest_place(const Places& places, std::string_view path) {
  while (true) {
    const auto found = places.at.find(path);
    if (found != places.at.end()) return &found->second;
    const std::size_t cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) return nullptr;
    path = path.substr(0, cut);
  }
}

}  // namespace

Position Places::value(std::string_view path) const {
  const Place* place = nearest_place(*this, path);
  return place ? place->value : Position{};
}

Position Places::key(std::string_view path) const {
  const Place* place = nearest_place(*this, path);
  return place ? place->key : Position{};
}

Reader::Within::Within(Reader& reader, std::string_view segment, Position key, const Node& value)
    : reader_(reader), length_(reader.path_.size()) {
  if (!reader.path_.empty() && !segment.starts_with('[')) reader.path_ += '.';
  reader.path_ += segment;
  reader.places_.at[reader.path_] = {key, value.at};
}

void Reader::complain(Position at, std::string message, std::string expected, std::string nearest_name) {
  diagnostics_.push_back({Severity::error, at, path_, std::move(message), std::move(expected), std::move(nearest_name)});
  places_.broken.insert(path_);
}

// --- objects -------------------------------------------------------------------------------------------------------

Position Reader::here(const Node& node) const {
  const auto found = places_.at.find(path_);
  return found == places_.at.end() ? node.at : found->second.key;
}

void Reader::object(const Object& object, const Node& node, void* owner) {
  if (node.is_null()) return complain(here(node), "there is no value", expectation_of(object));
  if (node.kind != Node::Kind::map)
    return complain(node.at, fmt::format("{} cannot stand here", shape(node)), expectation_of(object));
  const std::vector<std::string_view> meant = report_unknown(object, node);
  report_missing(object, node, meant);
  for (const Field& field : object.fields) {
    const Node::Entry* entry = node.find(field.key);
    if (!entry) continue;
    const Within within_key(*this, field.key, entry->at, entry->value);
    if (entry->value.is_null())
      complain(entry->at, fmt::format("'{}' has no value", field.key), expectation(field));
    else
      field.set(*this, field, entry->value, owner);
  }
}

/// Gives the keys the unknown ones were most likely meant to be: those are not missing, too.
std::vector<std::string_view> Reader::report_unknown(const Object& object, const Node& node) {
  std::vector<std::string_view> meant;
  const std::vector<std::string_view> keys = keys_of(object);
  for (const Node::Entry& entry : node.entries) {
    if (object.field(entry.key)) continue;
    const std::string guess = closest(entry.key, keys);
    if (const Field* field = object.field(guess)) meant.push_back(field->key);
    complain(entry.at, "unknown key " + quote(entry.key), fmt::format("one of {}", fmt::join(keys, ", ")), guess);
  }
  return meant;
}

void Reader::report_missing(const Object& object, const Node& node, const std::vector<std::string_view>& meant) {
  const Position blame = here(node);
  const auto given = [&](std::string_view key) {
    return node.find(key) || std::find(meant.begin(), meant.end(), key) != meant.end();
  };
  for (const Field& field : object.fields) {
    if (!field.required || given(field.key)) continue;
    // Only the missing value is unknown; the rest of the object can be judged.
    const ModelPath missing = path_.empty() ? std::string(field.key) : fmt::format("{}.{}", path_, field.key);
    diagnostics_.push_back(
        {Severity::error, blame, missing, fmt::format("{} needs '{}'", object.title, field.key), expectation(field), {}});
    places_.broken.insert(missing);
  }
  std::vector<std::string_view> chosen;
  for (const std::string_view key : object.exactly_one)
    if (given(key)) chosen.push_back(key);
  if (!object.exactly_one.empty() && chosen.empty())
    return complain(blame, fmt::format("{} is incomplete", object.title),
                    fmt::format("exactly one of {}", fmt::join(object.exactly_one, ", ")));
  if (chosen.size() > 1) {
    const Node::Entry* second = node.find(chosen[1]);
    return complain(second ? second->at : blame, fmt::format("'{}' and '{}' exclude each other", chosen[0], chosen[1]),
                    fmt::format("exactly one of {}", fmt::join(object.exactly_one, ", ")));
  }
  for (const Field& field : object.fields) {
    const Node::Entry* entry = node.find(field.key);
    if (entry && !field.with.empty() && !given(field.with))
      complain(entry->at, fmt::format("'{}' needs '{}' beside it", field.key, field.with),
               fmt::format("'{}', {}", field.with, expectation(*object.field(field.with))));
  }
}

// --- shapes --------------------------------------------------------------------------------------------------------

bool Reader::is_scalar(const Field& field, const Node& node) {
  if (node.kind == Node::Kind::scalar && !node.is_null()) return true;
  complain(node.at, node.is_null() ? "there is no value" : fmt::format("{} cannot stand here", shape(node)), expectation(field));
  return false;
}

bool Reader::is_list(const Field& field, const Node& node) {
  if (node.kind != Node::Kind::list)
    complain(node.at, fmt::format("{} cannot stand here", shape(node)), expectation(field));
  else if (node.items.empty() && field.not_empty)
    complain(node.at, fmt::format("'{}' is empty", field.key), expectation(field));
  else
    return true;
  return false;
}

bool Reader::is_map(const Field& field, const Node& node) {
  if (node.kind != Node::Kind::map)
    complain(node.at, fmt::format("{} cannot stand here", shape(node)), expectation(field));
  else if (node.entries.empty() && field.not_empty)
    complain(node.at, fmt::format("'{}' is empty", field.key), expectation(field));
  else
    return true;
  return false;
}

bool Reader::key_fits(const Field& field, const Node::Entry& entry) {
  if (std::find(field.taken.begin(), field.taken.end(), entry.key) != field.taken.end()) {
    complain(entry.at, fmt::format("'{}' cannot be set here", entry.key), fmt::format("another name; {}", field.taken_by));
    return false;
  }
  if (field.keys && !field.keys->matches(entry.key)) {
    complain(entry.at, fmt::format("{} is not {}", quote(entry.key), field.keys->what), std::string(field.keys->says));
    return false;
  }
  return true;
}

// --- values --------------------------------------------------------------------------------------------------------

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

std::optional<std::size_t> Reader::read_name(const Field& field, const Node& node) {
  if (!is_scalar(field, node)) return std::nullopt;
  const auto found = std::find(field.names.begin(), field.names.end(), node.text);
  if (found != field.names.end()) return static_cast<std::size_t>(found - field.names.begin());
  complain(node.at, fmt::format("'{}' cannot be {}", field.key, quote(node.text)), expectation(field),
           closest(node.text, field.names));
  return std::nullopt;
}

void Reader::read_address(const Field& field, const Node& node, std::string& address, std::uint16_t& port) {
  if (!is_scalar(field, node)) return;
  const std::string_view text = node.text;
  const std::size_t colon = text.rfind(':');
  const std::string_view host = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  const auto number = parse_integer(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!number) return wrong_value(field, node, "a port or an address");
  if (*number < 1 || *number > 65535)
    return complain(node.at, fmt::format("port {} is out of range", *number), "a port from 1 to 65535");
  if (colon != std::string_view::npos) {
    std::string_view rest = host;
    for (int part = 0; part < 4; ++part) {
      const std::size_t dot = part < 3 ? rest.find('.') : rest.size();
      const auto octet = dot == std::string_view::npos || dot > 3 ? std::nullopt : parse_integer(rest.substr(0, dot));
      if (!octet || *octet < 0 || *octet > 255)
        return complain(node.part(0, host.size()), quote(host) + " is not an IPv4 address",
                        "an address such as 127.0.0.1 or 0.0.0.0");
      rest.remove_prefix(std::min(rest.size(), dot + 1));
    }
    address = host;
  }
  port = static_cast<std::uint16_t>(*number);
}

void Reader::read(const Field& field, const Node& node, Condition& target) {
  if (!is_scalar(field, node)) return;
  auto result = parse_condition(node.text);
  if (auto* wrong = std::get_if<ConditionError>(&result))
    complain(node.part(wrong->offset, wrong->length), wrong->message, wrong->expected, wrong->nearest);
  else
    target = std::get<Condition>(std::move(result));
}

}  // namespace plimsoll::spec
