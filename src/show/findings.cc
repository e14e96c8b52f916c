#include "show/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

namespace plimsoll::show {
namespace {

Place place_of(const Spot& spot, std::span<const SourceFile> files) {
  if (spot.file >= files.size()) return {};
  return {files[spot.file].name, spot.at.line, spot.at.column, spot.at.length};
}

/// A path that nothing says has the whole file for its place, if there is only one.
Place nowhere(std::span<const SourceFile> files) { return files.size() == 1 ? Place{files[0].name} : Place{}; }

std::string_view line_of(std::string_view text, int number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

/// Whether exactly the characters of the place are one value of letters and digits: then another can take its place.
bool is_plain_value(const Place& place, std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%-/";
  const std::string_view line = line_of(text, place.line);
  const std::size_t before = static_cast<std::size_t>(std::max(0, place.column - 1));
  const std::size_t size = static_cast<std::size_t>(std::max(0, place.length));
  if (size == 0 || before + size > line.size()) return false;
  for (const char c : line.substr(0, before + size))
    if (static_cast<unsigned char>(c) >= 0x80) return false;  // columns count characters, this counts bytes
  if (line.substr(before, size).find_first_not_of(plain) != std::string_view::npos) return false;
  constexpr std::string_view between = " \t,{}[]:=;";
  const bool begins = before == 0 || between.find(line[before - 1]) != std::string_view::npos;
  const bool ends = before + size == line.size() || between.find(line[before + size]) != std::string_view::npos;
  return begins && ends;
}

std::string last_of(std::string_view path) { return std::string(path.substr(path.rfind('.') + 1)); }

PlacedFix placed(const Fix& fix, const Origins& origins, std::span<const SourceFile> files) {
  PlacedFix out{nowhere(files), fix.spec.empty() ? last_of(fix.path) + ": " + fix.value : fix.spec, fix.effect, {}};
  if (const Origin* exact = origins.exact(fix.path); exact && !exact->prefix.empty()) {
    out.place = place_of(exact->value, files);
    out.text = exact->prefix + fix.value;
    if (exact->value.file < files.size() && is_plain_value(out.place, files[exact->value.file].text)) out.replace = fix.value;
  } else if (const Origin* near = origins.nearest(fix.path)) {
    out.place = place_of(near->key, files);
  }
  return out;
}

}  // namespace

std::string place_text(const Place& place) {
  if (place.file.empty()) return "(model)";
  return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

std::vector<PlacedFinding> placed(std::span<const Finding> findings, const Origins& origins, std::span<const SourceFile> files) {
  std::vector<PlacedFinding> out;
  out.reserve(findings.size());
  for (const Finding& one : findings) {
    PlacedFinding shown{std::string(one.rule), one.level, nowhere(files), one.message, one.sum, {}, one.advice, one.rows};
    if (one.spot)
      shown.place = place_of(*one.spot, files);
    else if (const Origin* origin = origins.nearest(one.path))
      shown.place = place_of(origin->key, files);
    for (const Fix& fix : one.fixes) shown.fixes.push_back(placed(fix, origins, files));
    out.push_back(std::move(shown));
  }
  return out;
}

void count_model(CheckReport& report, const Stack& stack) {
  const std::pair<const char*, std::size_t> counts[] = {
      {"tier", stack.tiers.size()},         {"balancer", stack.balancer ? 1U : 0U}, {"pooler", stack.poolers.size()},
      {"database", stack.databases.size()}, {"cache", stack.caches.size()},         {"vector store", stack.vector_stores.size()},
      {"external", stack.externals.size()},
  };
  for (const auto& [word, count] : counts) {
    const auto found = std::find_if(report.model.begin(), report.model.end(), [&](const auto& one) { return one.first == word; });
    if (found == report.model.end())
      report.model.emplace_back(word, static_cast<int>(count));
    else
      found->second += static_cast<int>(count);
  }
}

void sort_findings(CheckReport& report) {
  std::stable_sort(report.findings.begin(), report.findings.end(), [](const PlacedFinding& a, const PlacedFinding& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
  });
}

int count_of(const CheckReport& report, Level level) {
  return static_cast<int>(std::count_if(report.findings.begin(), report.findings.end(),
                                        [&](const PlacedFinding& one) { return one.level == level; }));
}

}  // namespace plimsoll::show
