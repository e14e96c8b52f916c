#include "spec/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/quantity.h"
#include "spec/descriptor.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

using Json = nlohmann::ordered_json;

/// An object of the tables and the name of its definition: "tiers.NAME.scale".
struct Definition {
  const Object* object;
  std::string name;
};

std::string name_of(const std::string& path) {
  std::string name;
  for (const char c : path)
    if (c == '*')
      name += "NAME";
    else if (c != '[' && c != ']')
      name += c;
  return name;
}

std::vector<Definition> definitions() {
  std::vector<Definition> found;
  const auto add = [&](const Object* object, const std::string& name) {
    if (std::ranges::find(found, object, &Definition::object) == found.end()) found.push_back({object, name});
  };
  walk(root_object(), "", [&](const std::string& path, const Field& field) {
    const std::string at = name_of(path + (field.kind == Kind::map ? ".*" : ""));
    if (field.of) add(field.of, at);
    for (const Variant& variant : field.variants) add(variant.of, fmt::format("{}-{}", at, variant.name));
  });
  return found;
}

// --- values ----------------------------------------------------------------------------------------------------------

/// What core/quantity.h takes for a number before its unit.
constexpr std::string_view digits = "([0-9]+\\.?[0-9]*|\\.[0-9]+)";
constexpr std::string_view size_units = "([KMGT]i?B?|[kmgt]b|k|kB|B)?";

std::string quantity(std::string_view units) { return fmt::format("^{}{}$", digits, units); }
std::string range_of(std::string_view units) { return fmt::format("^{0}{1}(\\.\\.{0}{1})?$", digits, units); }

/// A text with a pattern, or a bare number within the range.
Json text_or_number(const std::string& pattern, const Range& range, std::string_view number = "number") {
  Json schema = {{"type", {"string", number}}, {"pattern", pattern}};
  schema[range.above ? "exclusiveMinimum" : "minimum"] = range.least;
  if (std::isfinite(range.most)) schema["maximum"] = range.most;
  return schema;
}

/// A bare number is a share and no percentage.
Range as_share(Range range) {
  range.most = std::min(range.most, 1.0);
  return range;
}

/// A scalar that reads like this in YAML 1.1 or 1.2 is no text there, but it is one here.
void take_as(Json& types, std::string_view type, bool taken) {
  if (taken) types.push_back(type);
}

Json text(const Field& field) {
  const auto taken = [&](std::string_view value) { return !field.pattern || field.pattern->matches(value); };
  Json types = Json::array({"string"});
  take_as(types, "number", taken("1") && taken("1.5"));
  take_as(types, "boolean", taken("true"));
  Json schema = {{"type", types.size() == 1 ? types[0] : types}};
  if (field.pattern) schema["pattern"] = field.pattern->expression;
  return schema;
}

Json enumeration(const Field& field) {
  Json values = Json::array();
  for (const std::string_view name : field.names) values.push_back(name);
  for (const std::string_view name : field.names) {
    if (name == "true" || name == "on" || name == "yes") values.push_back(true);
    if (name == "false" || name == "off" || name == "no") values.push_back(false);
    if (const auto number = parse_integer(name)) values.push_back(*number);
  }
  return {{"enum", values}};
}

Json duration(const Range& range) {
  std::string pattern = "^(0|(?=.)";
  for (const std::string_view unit : {"d", "h", "m", "s", "ms", "us"}) pattern += fmt::format("({}{})?", digits, unit);
  Json schema = {{"type", "string"}, {"pattern", pattern + ")$"}};
  if (range.least == 0 && !range.above) schema = {{"anyOf", {schema, {{"const", 0}}}}};
  return schema;
}

/// Of everything that stands as a single value.
Json scalar(Kind kind, const Field& field) {
  const Range& range = field.range;
  switch (kind) {
    case Kind::string:
      return text(field);
    case Kind::integer:
      return text_or_number("^-?[0-9]+$", range, "integer");
    case Kind::number:
      return text_or_number(fmt::format("^-?{}([eE][+-]?[0-9]+)?$", digits), range);
    case Kind::duration:
      return duration(range);
    case Kind::bytes:
      return text_or_number(quantity(size_units), range);
    case Kind::cores:
      return text_or_number(quantity("m?"), range);
    case Kind::ratio:
      return text_or_number(quantity("%?"), as_share(range));
    case Kind::rate:
      return text_or_number(quantity("(rps|/s|/min|/h)?"), range);
    case Kind::bounds:
      return text_or_number("^[0-9]+(\\.\\.[0-9]+)?$", range, "integer");
    case Kind::cores_range:
      return text_or_number(range_of("m?"), range);
    case Kind::bytes_range:
      return text_or_number(range_of(size_units), range);
    case Kind::enumeration:
      return enumeration(field);
    case Kind::address:
      return text_or_number("^([0-9]{1,3}(\\.[0-9]{1,3}){3}:)?[0-9]{1,5}$", {.least = 1, .most = 65535}, "integer");
    case Kind::money:
      return {{"type", "string"}, {"pattern", fmt::format("^\\${}/(h|hour|day|month|year)$", digits)}};
    case Kind::time:
      return {{"type", "string"},
              {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"}};
    case Kind::cron:
      return {{"type", "string"}, {"pattern", "^\\s*\\S+(\\s+\\S+){4}\\s*$"}};
    case Kind::change:
      return text_or_number(fmt::format("^([0-9]+|{}%)$", digits), range, "integer");
    case Kind::cpu_target:
      return text_or_number(quantity("[%m]?"), as_share(range));
    case Kind::memory_target:
      return text_or_number(quantity("(%|[KMGT]i?B?|[kmgt]b|k|kB|B)?"), as_share(range));
    case Kind::kubernetes:
      return text_or_number(quantity("(m|k|[MGT]|[KMGT]i)?"), range);
    case Kind::quantity:
      return text_or_number(fmt::format("^{}[A-Za-z0-9.%/+-]*$", digits), range);
    case Kind::signal:
      return {{"type", "string"}, {"pattern", "^\\s*[A-Za-z_]"}};
    case Kind::condition:
      return {{"type", "string"}, {"pattern", "^[^<>]+[<>][^<>]+$"}};
    case Kind::list:
    case Kind::map:
    case Kind::object:
      break;
  }
  return Json::object();
}

// --- defaults and examples --------------------------------------------------------------------------------------------

/// A value of YAML as JSON has it.
Json json_of(const Node& node) {
  if (node.kind == Node::Kind::list) {
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(json_of(item));
    return list;
  }
  if (node.kind == Node::Kind::map) {
    Json map = Json::object();
    for (const Node::Entry& entry : node.entries) map[entry.key] = json_of(entry.value);
    return map;
  }
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto whole = parse_integer(node.text)) return *whole;
  if (const auto number = parse_number(node.text)) return *number;
  return node.text;
}

Json example_of(std::string_view text) {
  const Parsed<Node> parsed = parse_yaml(text);
  return parsed.value ? json_of(*parsed.value) : Json(text);
}

// --- objects -----------------------------------------------------------------------------------------------------------

class Schema {
 public:
  Schema() : all_(definitions()) {}

  [[nodiscard]] Json whole() const {
    Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                   {"$id", "https://plimsoll.dev/schema/plimsoll-v1.json"},
                   {"title", "A stack of plimsoll"}};
    schema.update(object(root_object()));
    schema["title"] = "A stack of plimsoll";
    for (const Definition& one : all_) schema["definitions"][one.name] = object(*one.object);
    return schema;
  }

 private:
  [[nodiscard]] Json reference(const Object* object) const {
    return {{"$ref", "#/definitions/" + std::ranges::find(all_, object, &Definition::object)->name}};
  }

  /// One of the objects that may stand there.
  [[nodiscard]] Json objects_of(const Field& field) const {
    Json choice = Json::array();
    if (field.of) choice.push_back(reference(field.of));
    for (const Variant& variant : field.variants) choice.push_back(reference(variant.of));
    if (choice.size() == 1) return {{"allOf", choice}};  // beside "$ref" nothing else would count
    return {{"anyOf", choice}};
  }

  [[nodiscard]] Json element(const Field& field) const {
    return field.element == Kind::object ? objects_of(field) : scalar(field.element, field);
  }

  [[nodiscard]] Json value(const Field& field) const {
    if (field.kind == Kind::list) {
      Json list = {{"type", "array"}, {"items", element(field)}};
      if (field.not_empty) list["minItems"] = 1;
      return list;
    }
    if (field.kind == Kind::map) {
      Json map = {{"type", "object"}, {"additionalProperties", element(field)}};
      if (field.keys) map["propertyNames"]["pattern"] = field.keys->expression;
      if (!field.taken.empty()) map["propertyNames"]["not"]["enum"] = field.taken;
      if (field.not_empty) map["minProperties"] = 1;
      return map;
    }
    return field.kind == Kind::object ? objects_of(field) : scalar(field.kind, field);
  }

  [[nodiscard]] Json property(const Field& field) const {
    Json schema = value(field);
    schema["description"] = std::string(field.doc) + (field.unit.empty() ? "" : fmt::format(" ({})", field.unit));
    if (!field.fallback.empty()) schema["default"] = example_of(field.fallback);
    if (!field.example.empty()) schema["examples"] = Json::array({example_of(field.example)});
    return schema;
  }

  [[nodiscard]] static Json requires_one(std::span<const std::string_view> keys) {
    Json choice = Json::array();
    for (const std::string_view key : keys) choice.push_back({{"required", Json::array({key})}});
    return choice;
  }

  [[nodiscard]] Json object(const Object& object) const {
    Json schema = {{"title", object.title}, {"type", "object"}};
    Json required = Json::array();
    Json beside = Json::object();
    Json never = Json::array();
    for (const Field& field : object.fields) {
      schema["properties"][std::string(field.key)] = property(field);
      if (field.required) required.push_back(field.key);
      if (!field.with.empty()) beside[std::string(field.key)] = Json::array({field.with});
      if (!field.instead_of.empty()) never.push_back({{"not", {{"required", Json::array({field.key, field.instead_of})}}}});
    }
    if (!required.empty()) schema["required"] = required;
    if (!beside.empty()) schema["dependencies"] = beside;
    if (!object.exactly_one.empty()) schema["oneOf"] = requires_one(object.exactly_one);
    if (!object.at_least_one.empty()) schema["anyOf"] = requires_one(object.at_least_one);
    if (!never.empty()) schema["allOf"] = never;
    schema["additionalProperties"] = false;
    return schema;
  }

  std::vector<Definition> all_;
};

}  // namespace

std::string json_schema() { return Schema().whole().dump(1) + "\n"; }

}  // namespace plimsoll::spec
