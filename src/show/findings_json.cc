// What `check` says to programs: its own JSON, and SARIF 2.1.0 for code review.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "show/findings.h"

namespace plimsoll::show {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& body) { return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

const char* word_of(Level level) { return level == Level::error ? "error" : level == Level::warning ? "warning" : "note"; }

Json file_of(const Place& place) { return place.file.empty() ? Json(nullptr) : Json(place.file); }
Json line_of(const Place& place) { return place.line == 0 ? Json(nullptr) : Json(place.line); }

Json json_of(const PlacedFinding& one) {
  Json fixes = Json::array();
  for (const PlacedFix& fix : one.fixes)
    fixes.push_back({{"file", file_of(fix.place)}, {"line", line_of(fix.place)}, {"text", fix.text}, {"effect", fix.effect}});
  return {{"rule", one.rule},
          {"level", word_of(one.level)},
          {"file", file_of(one.place)},
          {"line", line_of(one.place)},
          {"column", one.place.line == 0 ? Json(nullptr) : Json(one.place.column)},
          {"message", one.message},
          {"sum", one.sum},
          {"fixes", fixes},
          {"advice", one.advice},
          {"rows", one.rows}};
}

/// A path as a URI reference: a relative one stays relative, so that the reader's checkout is what it is relative to.
std::string uri_of(const std::string& path) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out = path.starts_with("/") ? "file://" : "";
  std::string_view rest = path;
  while (rest.starts_with("./")) rest.remove_prefix(2);
  for (const char c : rest) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      (out += '%').append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

Json region_of(const Place& place) {
  Json region = {{"startLine", place.line}};
  if (place.column > 0) {
    region["startColumn"] = place.column;
    region["endColumn"] = place.column + std::max(1, place.length);
  }
  return region;
}

Json locations_of(const Place& place) {
  if (place.file.empty()) return Json::array();
  Json physical = {{"artifactLocation", {{"uri", uri_of(place.file)}}}};
  if (place.line > 0) physical["region"] = region_of(place);
  return Json::array({{{"physicalLocation", physical}}});
}

std::string long_text(const PlacedFinding& one) {
  std::string text = one.message;
  for (const std::string& sum : one.sum) text += "\n" + sum;
  const char* label = "Fix: ";
  for (const PlacedFix& fix : one.fixes) {
    text += "\n" + (label + fix.text) + (fix.effect.empty() ? "" : " (" + fix.effect + ")");
    if (!fix.place.file.empty()) text += " at " + place_text(fix.place);
    label = "Or: ";
  }
  if (!one.advice.empty()) text += "\n" + (label + one.advice);
  return text;
}

Json result_of(const PlacedFinding& one) {
  Json result = {{"ruleId", one.rule},
                 {"level", word_of(one.level)},
                 {"message", {{"text", long_text(one)}}},
                 {"locations", locations_of(one.place)}};
  Json fixes = Json::array();
  for (const PlacedFix& fix : one.fixes) {
    if (fix.replace.empty()) continue;
    const Json replacement = {{"deletedRegion", region_of(fix.place)}, {"insertedContent", {{"text", fix.replace}}}};
    fixes.push_back({{"description", {{"text", fix.text}}},
                     {"artifactChanges", Json::array({{{"artifactLocation", {{"uri", uri_of(fix.place.file)}}},
                                                       {"replacements", Json::array({replacement})}}})}});
  }
  if (!fixes.empty()) result["fixes"] = fixes;
  return result;
}

Json rules_of(const CheckReport& report) {
  std::set<std::string> names;
  for (const PlacedFinding& one : report.findings) names.insert(one.rule);
  if (!report.mistakes.empty()) names.insert("syntax");
  Json rules = Json::array();
  for (const std::string& name : names)
    rules.push_back({{"id", name}, {"help", {{"text", "docs/check.md of plimsoll, section " + name}}}});
  return rules;
}

}  // namespace

std::string check_json(const CheckReport& report) {
  Json body = {{"schema", "plimsoll/check/v1"}, {"files", report.files}};
  body["counts"] = {{"error", count_of(report, Level::error)},
                    {"warning", count_of(report, Level::warning)},
                    {"note", count_of(report, Level::note)}};
  Json& findings = body["findings"] = Json::array();
  for (const PlacedFinding& one : report.findings) findings.push_back(json_of(one));
  Json& model = body["model"] = Json::object();
  for (const auto& [word, count] : report.model) {
    std::string key = word + "s";
    std::replace(key.begin(), key.end(), ' ', '_');
    model[key] = count;
  }
  Json& questions = body["questions"] = Json::array();
  for (const auto& [path, text, line] : report.questions) questions.push_back({{"path", path}, {"text", text}, {"line", line}});
  Json& passed = body["passed"] = Json::array();
  for (const auto& [file, why] : report.passed) passed.push_back({{"file", file}, {"why", why}});
  Json& mistakes = body["diagnostics"] = Json::array();
  for (const CheckReport::Mistake& one : report.mistakes)
    mistakes.push_back({{"severity", one.severity == Severity::error ? "error" : "warning"},
                        {"file", file_of(one.place)},
                        {"line", line_of(one.place)},
                        {"column", one.place.line == 0 ? Json(nullptr) : Json(one.place.column)},
                        {"message", one.message}});
  body["remarks"] = report.remarks;
  return text_of(body);
}

std::string check_sarif(const CheckReport& report, const std::string& version) {
  Json results = Json::array();
  for (const CheckReport::Mistake& one : report.mistakes)
    results.push_back({{"ruleId", "syntax"},
                       {"level", one.severity == Severity::error ? "error" : "warning"},
                       {"message", {{"text", one.message}}},
                       {"locations", locations_of(one.place)}});
  for (const PlacedFinding& one : report.findings) results.push_back(result_of(one));
  const Json driver = {{"name", "plimsoll"}, {"semanticVersion", version}, {"rules", rules_of(report)}};
  const Json run = {{"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results}};
  return text_of(
      {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", Json::array({run})}});
}

}  // namespace plimsoll::show
