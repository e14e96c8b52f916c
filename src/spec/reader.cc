#include "spec/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "core/quantity.h"
#include "core/suggest.h"

namespace plimsoll::spec {
namespace {

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

/// Without what other tools call it: those who write that know where to look.
std::vector<std::string_view> own_keys_of(const Object& object) {
  std::vector<std::string_view> keys;
  for (const Field& field : object.fields)
    if (!field.borrowed) keys.push_back(field.key);
  return keys;
}

/// "an instance's resources: cpu, memory, or {} for the defaults"
std::string expectation_of(const Object& object) {
  const bool may_be_empty =
      object.exactly_one.empty() && object.at_least_one.empty() &&
      std::none_of(object.fields.begin(), object.fields.end(), [](const Field& field) { return field.required; });
  return fmt::format("{}: {{{}: …}}{}", object.title, fmt::join(own_keys_of(object), ": …, "),
                     may_be_empty ? ", or {} for the defaults" : "");
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
  if (object.finish) object.finish(*this, node, owner);
}

/// Gives the keys the unknown ones were most likely meant to be: those are not missing, too.
std::vector<std::string_view> Reader::report_unknown(const Object& object, const Node& node) {
  std::vector<std::string_view> meant;
  const std::vector<std::string_view> keys = keys_of(object);
  for (const Node::Entry& entry : node.entries) {
    if (object.field(entry.key)) continue;
    const std::string guess = closest(entry.key, keys);
    if (const Field* field = object.field(guess)) meant.push_back(field->key);
    complain(entry.at, "unknown key " + quote(entry.key), fmt::format("one of {}", fmt::join(own_keys_of(object), ", ")), guess);
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
  if (!object.at_least_one.empty() && std::none_of(object.at_least_one.begin(), object.at_least_one.end(), given))
    return complain(blame, fmt::format("{} is incomplete", object.title),
                    fmt::format("at least one of {}", fmt::join(object.at_least_one, ", ")));
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
    if (entry && !field.instead_of.empty()) {
      if (const Node::Entry* other = node.find(field.instead_of)) said_twice(entry->key, entry->at, other->key, other->at);
    }
  }
}

void Reader::said_twice(std::string_view one, Position one_at, std::string_view other, Position other_at) {
  if (std::tie(one_at.line, one_at.column) < std::tie(other_at.line, other_at.column)) {
    std::swap(one, other);
    std::swap(one_at, other_at);
  }
  complain(one_at, fmt::format("'{}' and '{}' say the same thing", other, one),
           fmt::format("one of them; '{}' stands on line {}", other, other_at.line));
}

void Reader::missing(const ModelPath& path, std::string message, std::string expected) {
  diagnostics_.push_back({Severity::error, places_.key(path), path, std::move(message), std::move(expected), {}});
  places_.broken.insert(path);
}

void Reader::wrong_value_at(const ModelPath& path, std::string message, std::string expected) {
  diagnostics_.push_back({Severity::error, places_.value(path), path, std::move(message), std::move(expected), {}});
  places_.broken.insert(path);
}

void Reader::unknown_name(const ModelPath& path, std::string message, std::string_view name,
                          std::span<const std::string_view> names) {
  diagnostics_.push_back({Severity::error, places_.value(path), path, std::move(message),
                          fmt::format("one of {}", fmt::join(names.first(std::min<std::size_t>(names.size(), 12)), ", ")),
                          names.size() <= 1000 ? closest(name, names) : std::string()});
  places_.broken.insert(path);
}

bool Reader::given_twice(const ModelPath& one, const ModelPath& other) {
  if (!places_.has(one) || !places_.has(other)) return false;
  const auto key = [](std::string_view path) { return path.substr(path.rfind('.') + 1); };
  said_twice(key(one), places_.key(one), key(other), places_.key(other));
  return true;
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

// --- names and addresses ----------------------------------------------------------------------------------------------------

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

}  // namespace plimsoll::spec
