#include "cli/imported.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>

#include "spec/pattern.h"
#include "spec/write.h"

namespace plimsoll::cli {
namespace {

namespace fs = std::filesystem;

bool has_line(std::string_view text, std::string_view line) {
  for (std::size_t at = 0; (at = text.find(line, at)) != std::string_view::npos; at += line.size())
    if (at == 0 || text[at - 1] == '\n') return true;
  return false;
}

/// What is left of a folder's name as the name of a stack; may be empty.
std::string fit(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');
    out += plain ? low : '-';
  }
  const std::size_t first = out.find_first_of("abcdefghijklmnopqrstuvwxyz");
  if (first == std::string::npos) return "";
  out = out.substr(first, 40);
  while (out.ends_with('-')) out.pop_back();
  return spec::component_name.matches(out) ? out : "";
}

}  // namespace

bool is_spec(const SourceFile& file) {
  const import::FileKind kind = import::kind_of(file);
  return kind == import::FileKind::spec || (kind == import::FileKind::unknown && has_line(file.text, "tiers:"));
}

std::string name_for(const std::vector<std::string>& paths) {
  constexpr const char* usual = "imported";
  std::error_code error;
  if (paths.size() != 1 || !fs::is_directory(paths[0], error)) return usual;
  constexpr std::array<std::string_view, 12> say_nothing = {"k8s",   "kubernetes", "manifests", "deploy", "deployment", "helm",
                                                            "chart", "charts",     "templates", "base",   "compose",    "infra"};
  fs::path folder = fs::weakly_canonical(paths[0], error);
  for (int up = 0; up < 3 && !error; ++up, folder = folder.parent_path()) {
    const std::string name = folder.filename().string();
    if (std::find(say_nothing.begin(), say_nothing.end(), name) != say_nothing.end()) continue;
    const std::string good = fit(name);
    return good.empty() ? usual : good;
  }
  return usual;
}

std::vector<Diagnostic> diagnostics_of(const import::Imported& it, std::size_t file) {
  std::vector<Diagnostic> out;
  for (const auto& [index, diagnostic] : it.diagnostics)
    if (index == file) out.push_back(diagnostic);
  std::stable_sort(out.begin(), out.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at.line < b.at.line; });
  return out;
}

int files_read(const import::Imported& it, const std::vector<SourceFile>& files) {
  std::set<std::uint32_t> said, passed;
  for (const auto& [path, origin] : it.origins.all()) said.insert(origin.key.file);
  for (const import::Passed& one : it.passed) passed.insert(one.file);
  int count = 0;
  for (std::uint32_t i = 0; i < files.size(); ++i)
    if (said.contains(i) || (!passed.contains(i) && import::kind_of(files[i]) != import::FileKind::unknown)) ++count;
  return count;
}

std::string why_passed(const SourceFile& file, const std::string& import_says) {
  const std::string_view text = file.text;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "empty";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "UTF-16 text; save it as UTF-8";
  return text.find('\0') == std::string_view::npos ? import_says : "a binary file";
}

std::string place_of(const std::optional<Spot>& spot, const std::vector<SourceFile>& files) {
  return spot && spot->file < files.size() ? fmt::format("{}:{}", files[spot->file].name, spot->at.line) : "";
}

std::string spec_of(const import::Imported& it, const std::vector<SourceFile>& files) {
  std::vector<std::pair<ModelPath, std::string>> notes;
  for (const import::Inference& one : it.inferences) {
    const std::string place = place_of(one.spot, files);
    notes.emplace_back(one.path, place.empty() ? one.text : fmt::format("{} ({})", one.text, place));
  }
  for (const import::Question& one : it.questions) notes.emplace_back(one.path, fmt::format("{}  # {}", one.line, one.text));
  const std::vector<std::string> comments = {
      fmt::format("Made by plimsoll import from {} file{}.", files.size(), files.size() == 1 ? "" : "s"),
      "What could not be inferred stands as a comment: fill in the line and take its # away."};
  return spec::write(it.stack, {.comments = comments, .notes = notes});
}

}  // namespace plimsoll::cli
