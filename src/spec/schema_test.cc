#include "spec/schema.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <string>

#include "core/quantity.h"
#include "spec/descriptor.h"
#include "spec/testing/support.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

using Json = nlohmann::json;

/// A document as an editor's YAML server sees it: the plain scalars of YAML 1.2's core schema are numbers and truth values.
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
  if (node.is_null()) return nullptr;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto whole = parse_integer(node.text)) return *whole;
  static const std::regex number("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  if (std::regex_match(node.text, number)) return std::stod(node.text);
  return node.text;
}

/// Draft-07, as far as the schema goes; a keyword it does not know is a failure of the test.
class Checker {
 public:
  explicit Checker(Json schema) : root_(std::move(schema)) {}

  /// The path and keyword of the first violation; nothing if there is none.
  std::optional<std::string> violation(const Json& value) { return check(root_, value, "$"); }
  std::optional<std::string> violation(const Json& schema, const Json& value) { return check(schema, value, "$"); }

 private:
  using Violation = std::optional<std::string>;

  static bool is_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "number") return value.is_number();
    if (type == "integer")
      return value.is_number_integer() || (value.is_number() && std::floor(value.get<double>()) == value.get<double>());
    ADD_FAILURE() << "unknown type " << type;
    return false;
  }

  const std::regex& regex(const std::string& pattern) {
    const auto known = regexes_.find(pattern);
    return known != regexes_.end() ? known->second : regexes_.emplace(pattern, std::regex(pattern)).first->second;
  }

  Violation check(const Json& schema, const Json& value, const std::string& at) {
    if (schema.is_boolean()) return schema.get<bool>() ? std::nullopt : Violation(at + ": not allowed");
    if (schema.contains("$ref"))  // beside it nothing counts
      return check(root_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), value, at);
    for (const auto& [keyword, want] : schema.items())
      if (Violation wrong = check(schema, keyword, want, value, at)) return wrong;
    return std::nullopt;
  }

  Violation check(const Json& schema, const std::string& keyword, const Json& want, const Json& value, const std::string& at) {
    static const std::set<std::string> notes = {"$schema", "$id", "title", "description", "default", "examples", "definitions"};
    if (notes.contains(keyword)) return std::nullopt;
    const Violation wrong = at + ": " + keyword;
    if (keyword == "type") {
      const Json types = want.is_array() ? want : Json::array({want});
      for (const Json& type : types)
        if (is_type(type, value)) return std::nullopt;
      return wrong;
    }
    if (keyword == "enum") return std::find(want.begin(), want.end(), value) != want.end() ? std::nullopt : wrong;
    if (keyword == "const") return want == value ? std::nullopt : wrong;
    if (keyword == "anyOf" || keyword == "oneOf" || keyword == "allOf") return combined(keyword, want, value, at);
    if (keyword == "not") return check(want, value, at) ? std::nullopt : wrong;
    if (keyword == "pattern")
      return !value.is_string() || std::regex_search(value.get<std::string>(), regex(want)) ? std::nullopt : wrong;
    if (keyword == "minimum") return !value.is_number() || value.get<double>() >= want.get<double>() ? std::nullopt : wrong;
    if (keyword == "exclusiveMinimum")
      return !value.is_number() || value.get<double>() > want.get<double>() ? std::nullopt : wrong;
    if (keyword == "maximum") return !value.is_number() || value.get<double>() <= want.get<double>() ? std::nullopt : wrong;
    if (keyword == "minItems") return !value.is_array() || value.size() >= want.get<std::size_t>() ? std::nullopt : wrong;
    if (keyword == "minProperties") return !value.is_object() || value.size() >= want.get<std::size_t>() ? std::nullopt : wrong;
    if (keyword == "items") return items(want, value, at);
    return of_objects(schema, keyword, want, value, at);
  }

  Violation combined(const std::string& keyword, const Json& schemas, const Json& value, const std::string& at) {
    std::size_t fitting = 0;
    Violation first;
    for (const Json& schema : schemas) {
      const Violation wrong = check(schema, value, at);
      if (!wrong) ++fitting;
      if (wrong && !first) first = wrong;
    }
    if (keyword == "allOf") return fitting == schemas.size() ? std::nullopt : first;
    if (keyword == "oneOf" ? fitting == 1 : fitting > 0) return std::nullopt;
    return first && fitting == 0 ? first : at + ": " + keyword;
  }

  Violation items(const Json& schema, const Json& value, const std::string& at) {
    if (!value.is_array()) return std::nullopt;
    for (std::size_t i = 0; i < value.size(); ++i)
      if (Violation wrong = check(schema, value[i], at + "[" + std::to_string(i) + "]")) return wrong;
    return std::nullopt;
  }

  Violation of_objects(const Json& schema, const std::string& keyword, const Json& want, const Json& value,
                       const std::string& at) {
    static const std::set<std::string> known = {"properties", "required", "additionalProperties", "propertyNames",
                                                "dependencies"};
    EXPECT_TRUE(known.contains(keyword)) << "unknown keyword " << keyword;
    if (!value.is_object()) return std::nullopt;
    if (keyword == "required") {
      for (const Json& key : want)
        if (!value.contains(key)) return at + ": required " + key.get<std::string>();
      return std::nullopt;
    }
    for (const auto& [key, below] : value.items()) {
      const bool is_property = schema.contains("properties") && schema["properties"].contains(key);
      Violation wrong;
      if (keyword == "properties" && is_property) wrong = check(want.at(key), below, at + "." + key);
      if (keyword == "additionalProperties" && !is_property) wrong = check(want, below, at + "." + key);
      if (keyword == "propertyNames") wrong = check(want, key, at + "." + key);
      if (keyword == "dependencies" && want.contains(key))
        for (const Json& other : want[key])
          if (!value.contains(other)) wrong = at + ": dependencies " + key;
      if (wrong) return wrong;
    }
    return std::nullopt;
  }

  Json root_;
  std::map<std::string, std::regex> regexes_;
};

Json document(const std::string& yaml) {
  const Parsed<Node> parsed = parse_yaml(yaml);
  return parsed.value ? json_of(*parsed.value) : Json();
}

TEST(Schema, IsDocsSpecSchemaJson) {
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/docs/spec.schema.json";
  if (std::getenv("PLIMSOLL_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary | std::ios::trunc) << json_schema();
  EXPECT_TRUE(json_schema() == testing::source_file("docs/spec.schema.json")) << "PLIMSOLL_UPDATE_GOLDEN=1 rewrites " << path;
}

TEST(Schema, HasEveryKeyWithItsMeaning) {
  const Json schema = Json::parse(json_schema());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["$id"], "https://plimsoll.dev/schema/plimsoll-v1.json");
  std::set<std::string> described;
  const auto add = [&](const Json& object) {
    for (const auto& [key, property] : object["properties"].items())
      described.insert(key + " " + property["description"].get<std::string>());
  };
  add(schema);
  for (const Json& object : schema["definitions"]) add(object);
  walk(root_object(), "", [&](const std::string& path, const Field& field) {
    const std::string unit = field.unit.empty() ? "" : " (" + std::string(field.unit) + ")";
    EXPECT_TRUE(described.contains(std::string(field.key) + " " + std::string(field.doc) + unit)) << path;
  });
}

// What the parser takes, the schema takes: an editor that underlines a good file is worse than none.
TEST(Schema, TakesEveryFileTheParserTakes) {
  Checker checker(Json::parse(json_schema()));
  std::size_t taken = 0;
  for (const char* folder : {"stacks", "fuzz/corpus/spec"})
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      SCOPED_TRACE(entry.path().filename().string());
      const std::string text = testing::read_file(entry.path());
      if (!parse(text, testing::environment({{"NAME", "x"}})).ok()) continue;
      EXPECT_EQ(checker.violation(document(text)), std::nullopt);
      ++taken;
    }
  EXPECT_GE(taken, 5U);
}

struct Bad {
  std::string name, line, violation;
};
class SchemaRefuses : public ::testing::TestWithParam<Bad> {};
TEST_P(SchemaRefuses, WhatTheParserRefuses) {
  const std::string text = "apiVersion: plimsoll/v1\nname: s\nbalancer: {listen: 8080}\n" + GetParam().line + "\n" +
                           (GetParam().line.starts_with("tiers") ? "" : "tiers: {api: {kind: service, run: {command: [a]}}}\n");
  EXPECT_FALSE(parse(text, testing::environment()).ok());
  Checker checker(Json::parse(json_schema()));
  EXPECT_EQ(checker.violation(document(text)).value_or("taken"), GetParam().violation);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, SchemaRefuses,
    ::testing::Values(
        Bad{"UnknownKey", "tier: {}", "$.tier: not allowed"},
        Bad{"WrongEnum", "caches: {r: {used_for: [cash]}}", "$.caches.r.used_for[0]: enum"},
        Bad{"WrongType", "databases: [main]", "$.databases: type"},
        Bad{"NoUnit", "objectives: {latency: {p95: 500}}", "$.objectives.latency.p95: type"},
        Bad{"Missing", "poolers: {p: {}}", "$.poolers.p: required for"},
        Bad{"NotAShare", "objectives: {errors: 70}", "$.objectives.errors: maximum"},
        Bad{"OutOfRange", "databases: {d: {max_connections: 5}}", "$.databases.d.max_connections: minimum"},
        Bad{"BadName", "databases: {D_1: {}}", "$.databases.D_1: pattern"},
        Bad{"Nothing", "databases: {d: }", "$.databases.d: type"},
        Bad{"TakenName", "databases: {d: {settings: {port: 1}}}", "$.databases.d.settings.port: not"},
        Bad{"Empty", "tiers: {}", "$.tiers: minProperties"},
        Bad{"Unrun", "tiers: {api: {kind: service, run: {ready: /x}}}", "$.tiers.api.run: required command"},
        Bad{"TwoOfOne", "tiers: {api: {kind: service, run: {command: [a]}, scale: {metrics: [{cpu: 70%, memory: 80%}]}}}",
            "$.tiers.api.scale.metrics[0]: oneOf"},
        Bad{"SaidTwice", "tiers: {api: {kind: service, run: {command: [a]}, scale: {poll: 5s, pollingInterval: 5}}}",
            "$.tiers.api.scale: not"},
        Bad{"Alone", "balancer2: 1", "$.balancer2: not allowed"},
        Bad{"WithoutItsCompanion",
            "tiers: {api: {kind: service, run: {command: [a]}, scale: {schedule: [{from: 2026-11-27T08:30Z, floor: 3}]}}}",
            "$.tiers.api.scale.schedule[0]: dependencies from"}),
    [](const auto& one) { return one.param.name; });

TEST(Schema, TakesTheDefaultsAndExamplesOfItsOwnKeys) {
  const Json schema = Json::parse(json_schema());
  Checker checker(schema);
  const auto check = [&](const Json& object, const std::string& where) {
    for (const auto& [key, property] : object["properties"].items()) {
      for (const Json& usual : property.contains("default") ? Json::array({property["default"]}) : Json::array())
        EXPECT_EQ(checker.violation(property, usual), std::nullopt) << where << "." << key;
      for (const Json& example : property.value("examples", Json::array()))
        EXPECT_EQ(checker.violation(property, example), std::nullopt) << where << "." << key;
    }
  };
  check(schema, "$");
  for (const auto& [name, object] : schema["definitions"].items()) check(object, name);
}

/// Texts of each kind that its parser takes.
struct Taken {
  Kind kind;
  std::vector<std::string> texts;
};
const std::vector<Taken> taken = {
    {Kind::duration, {"0", "500ms", "30s", "1m30s", "1.5h", "1d2h3m4s5ms6us", ".5s", "2.s"}},
    {Kind::bytes,
     {"1073741824", "512Mi", "2GiB", "64mb", "10GB", "500M", "1.5Gi", "64kb", "2TB", "1K", "9k", "7B", "3KB", "4kB"}},
    {Kind::cores, {"2", "0.5", "500m", "1.5m"}},
    {Kind::ratio, {"70%", "0.7", "0.5%", "1", "0"}},
    {Kind::rate, {"100", "50rps", "50/s", "3000/min", "5/h", "0.5"}},
    {Kind::bounds, {"4", "3..20"}},
    {Kind::cores_range, {"500m..2", "1", "0.5..1.5"}},
    {Kind::bytes_range, {"512Mi..2Gi", "1073741824", "64mb..10GB"}},
    {Kind::address, {"8080", "127.0.0.1:8080", "0.0.0.0:1"}},
    {Kind::money, {"$30/month", "$0.04/hour", "$1/day", "$360/year", "$2/h"}},
    {Kind::time, {"2026-11-27T08:30Z", "2026-11-27 08:30:15+01:00"}},
    {Kind::cron, {"\"0 20 * * *\"", "\"*/5 8-18 * * mon-fri\""}},
    {Kind::kubernetes, {"100", "500m", "1.5k", "64Mi"}},
    {Kind::number, {"1", "0.5", "1e3", "\"5\""}},
    {Kind::integer, {"5", "\"5\""}},
    {Kind::condition, {"cpu > 70%", "p95<5s", "backlog(queue:jobs) > 100"}},
};

TEST(Schema, TakesEveryFormOfAQuantity) {
  const Json schema = Json::parse(json_schema());
  Checker checker(schema);
  // The property of every key of a kind without a range that would refuse the text for its size.
  const auto fits = [](const Field& field, double value) {
    return field.range.above ? value > field.range.least : value >= field.range.least && value <= field.range.most;
  };
  std::set<Kind> seen;
  const auto check = [&](const Json& properties, const Object& object) {
    for (const Field& field : object.fields)
      for (const Taken& row : taken) {
        if (row.kind != field.kind) continue;
        seen.insert(row.kind);
        for (const std::string& text : row.texts) {
          const Json value = document("v: " + text).at("v");
          if (value.is_number() && !fits(field, value.get<double>())) continue;
          if (value == 0 && field.range.above) continue;
          EXPECT_EQ(checker.violation(properties.at(std::string(field.key)), value), std::nullopt) << field.key << ": " << text;
        }
      }
  };
  check(schema["properties"], root_object());
  for (const auto& [name, definition] : schema["definitions"].items()) {
    const Object* found = nullptr;
    walk(root_object(), "", [&](const std::string&, const Field& field) {
      if (field.of && field.of->title == definition["title"] &&
          definition["properties"].contains(std::string(field.of->fields[0].key)) &&
          definition["properties"].size() == field.of->fields.size())
        found = field.of;
    });
    if (found) check(definition["properties"], *found);
  }
  EXPECT_EQ(seen.size(), taken.size());
}

}  // namespace
}  // namespace plimsoll::spec
