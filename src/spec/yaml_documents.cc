// Many documents in a text: cut at their "---" lines first, so that each stands or falls alone.

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "spec/yaml_builder.h"

namespace plimsoll::spec {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view line) {
  const std::size_t from = line.find_first_not_of(blanks);
  return from == std::string_view::npos ? std::string_view() : line.substr(from, line.find_last_not_of(blanks) - from + 1);
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == marker.size() || line[marker.size()] == ' ' || line[marker.size()] == '\t');
}

/// Lines that say something: no comment, directive or marker.
bool says_something(std::string_view line) {
  if (line.starts_with('%')) return false;
  if (is_marker(line, "---")) line.remove_prefix(3);
  const std::string_view text = trimmed(line);
  return !text.empty() && !text.starts_with('#');
}

/// Is this line the head of a block scalar ("key: |-")?
bool begins_block(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && (text[end - 1] == '-' || text[end - 1] == '+' || (text[end - 1] >= '1' && text[end - 1] <= '9'))) --end;
  return end >= 2 && text.size() - end <= 2 && (text[end - 1] == '|' || text[end - 1] == '>') && text[end - 2] == ' ';
}

/// Where a value begins on the line: behind "- " and "key: ".
std::string_view value_of(std::string_view text) {
  while (text.starts_with("- ")) text = trimmed(text.substr(2));
  const std::size_t colon = text.find(": ");
  return colon == std::string_view::npos ? text : trimmed(text.substr(colon + 2));
}

/// Words of a Helm chart; alerts and dashboards have other ones ("{{ $labels.pod }}"), and their own reasons to stand in quotes.
bool has_words_of_helm(std::string_view text) {
  constexpr std::array<std::string_view, 6> words = {".Values.",   ".Release.",   ".Chart.",
                                                     "include \"", "template \"", ".Capabilities."};
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    const std::string_view inside = text.substr(at, text.find("}}", at) - at);
    for (const std::string_view word : words)
      if (inside.find(word) != std::string_view::npos) return true;
  }
  return false;
}

/// Whether the lines are a template's: directives where YAML would have values. Within block scalars anything may stand.
std::optional<YamlDocuments::Template::Language> template_in(std::span<const std::string_view> lines) {
  using Language = YamlDocuments::Template::Language;
  constexpr std::size_t none = std::string_view::npos;
  std::size_t block = none;  // indentation of the line that began one
  for (const std::string_view line : lines) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    const std::size_t indent = line.find_first_not_of(' ');
    if (block != none && indent > block) continue;
    block = begins_block(text) ? indent : none;
    if (text.find("{{") == std::string_view::npos && text.find("{%") == std::string_view::npos) continue;
    if (text.starts_with("{%")) return Language::jinja;
    if (text.starts_with("{{") || value_of(text).starts_with("{{") || has_words_of_helm(text)) return Language::go;
  }
  return std::nullopt;
}

class Documents {
 public:
  Documents(const YamlOptions& options, bool (*wanted)(std::string_view)) : options_(options), wanted_(wanted) {}

  YamlDocuments read(std::string_view text) {
    const std::vector<std::string_view> lines = split_lines(text);
    std::size_t first = 0;
    for (std::size_t i = 0; i <= lines.size(); ++i) {
      const bool end = i == lines.size() || is_marker(lines[i], "...");
      if (!end && !is_marker(without_mark(lines[i]), "---")) continue;
      document(std::span(lines).subspan(first, i - first), first);
      first = end ? i + 1 : i;
    }
    return std::move(out_);
  }

 private:
  static std::string_view without_mark(std::string_view line) {
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    return line;
  }

  void document(std::span<const std::string_view> lines, std::size_t before) {
    if (std::none_of(lines.begin(), lines.end(), says_something)) return;
    const char* begin = without_mark(lines.front()).data();
    const std::string_view text(begin, static_cast<std::size_t>(lines.back().data() + lines.back().size() - begin));
    if (spent_.nodes > options_.limits.nodes) return;  // said once
    if (wanted_ && !wanted_(text)) return;
    const int line = static_cast<int>(before) + 1;
    if (text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos)
      if (const auto language = template_in(lines)) return out_.templates.push_back({*language, line});
    std::optional<Node> root =
        build_document(text, {options_.limits, options_.lenient, static_cast<int>(before)}, spent_, out_.diagnostics);
    if (root && !root->is_null()) out_.documents.push_back({std::move(*root), line});
  }

  const YamlOptions& options_;
  bool (*wanted_)(std::string_view);
  Spent spent_;
  YamlDocuments out_;
};

}  // namespace

YamlDocuments parse_yaml_documents(std::string_view text, const YamlOptions& options, bool (*wanted)(std::string_view document)) {
  YamlDocuments out;
  if (std::optional<Diagnostic> refused = unreadable(text, options.limits)) {
    out.diagnostics.push_back(std::move(*refused));
    return out;
  }
  return Documents(options, wanted).read(text);
}

}  // namespace plimsoll::spec
