#include "import/text_lines.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace plimsoll::import {
namespace {

int characters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

TextLines::TextLines(const TextAt& text) : text_(text) {
  std::string_view rest = text.text;
  while (true) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    starts_.push_back(offset(rest));
    lines_.push_back(line);
    if (end == rest.size()) return;
    rest.remove_prefix(end + 1);
  }
}

std::size_t TextLines::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
}

Spot TextLines::spot(std::string_view part) const {
  if (!text_.lines_match) return text_.at;
  const std::size_t begin = offset(part);
  const std::size_t line = line_of(begin);
  Spot spot = text_.at;
  spot.at.line = text_.at.at.line + static_cast<int>(line);
  // Counted on from the last place of the same line, which may be as long as the file.
  if (last_.line != line || last_.offset > begin) last_ = {line, starts_[line], 0};
  last_.characters += characters(text_.text.substr(last_.offset, begin - last_.offset));
  last_.offset = begin;
  spot.at.column = text_.indent + last_.characters + 1;
  spot.at.length = std::max(1, characters(part.substr(0, part.find('\n'))));
  return spot;
}

Found<std::string> TextLines::found(std::string value, std::string_view key, std::string_view at) const {
  Found<std::string> one;
  one.value = std::move(value);
  one.key = spot(key);
  one.at = spot(at);
  const std::size_t from = offset(key), to = offset(at);
  if (text_.lines_match && to >= from && line_of(from) == line_of(to)) one.prefix = text_.text.substr(from, to - from);
  return one;
}

void TextLines::warn(Facts& facts, std::string_view part, std::string message, std::string expected) {
  if (++warnings_ > 50) return;
  const Spot at = spot(part);
  facts.diagnostics.emplace_back(at.file, Diagnostic{Severity::warning, at.at, {}, std::move(message), std::move(expected), {}});
}

void TextLines::note(Facts& facts, std::string_view part, std::string text) const {
  facts.notes.push_back({spot(part), std::move(text)});
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string base_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string image_name(std::string_view image) {
  const std::string name = lower(base_name(image.substr(0, image.find('@'))));
  return name.substr(0, name.find(':'));
}

std::vector<Word> shell_words(std::string_view text) {
  std::vector<Word> words;
  std::size_t i = 0;
  while (true) {
    while (i < text.size() && is_blank(text[i])) ++i;
    if (i == text.size()) return words;
    const std::size_t begin = i;
    Word word;
    char quote = '\0';
    for (; i < text.size() && (quote != '\0' || !is_blank(text[i])); ++i) {
      const char c = text[i];
      if (c == quote) {
        quote = '\0';
      } else if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
        ++i;
        if (text[i] != '\n') word.text += text[i];
      } else {
        word.text += c;
      }
    }
    word.raw = text.substr(begin, i - begin);
    if (word.raw != "\\\n") words.push_back(std::move(word));
  }
}

}  // namespace plimsoll::import
