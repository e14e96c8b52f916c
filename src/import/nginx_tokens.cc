#include <algorithm>
#include <array>
#include <utility>

#include "core/quantity.h"
#include "import/nginx_conf.h"

namespace plimsoll::import {

Word NginxTokens::word() {
  Word word;
  const std::size_t begin = at_;
  if (text_[at_] == '"' || text_[at_] == '\'') {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      word.text += text_[at_++];
    }
    if (at_ < text_.size()) ++at_;
  } else {
    bool variable = false;  // the braces of ${name} are none of a block
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (is_blank(c) || c == ';' || (c == '{' && !variable) || (c == '}' && !variable)) break;
      if (c == '\\' && at_ + 1 < text_.size()) word.text += text_[at_++];
      if (c == '}') variable = false;
      if (c == '$' && text_.substr(at_).starts_with("${")) variable = true;
      word.text += text_[at_];
    }
  }
  word.raw = text_.substr(begin, at_ - begin);
  return word;
}

NginxTokens::End NginxTokens::next(std::vector<Word>& words) {
  words.clear();
  while (at_ < text_.size()) {
    const char c = text_[at_];
    mark_ = at_;
    if (is_blank(c)) {
      ++at_;
    } else if (c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (c == ';' || c == '{' || c == '}') {
      ++at_;
      if (c == ';' && words.empty()) continue;
      return c == ';' ? End::statement : c == '{' ? End::block : End::close;
    } else {
      words.push_back(word());
    }
  }
  mark_ = text_.size();
  return End::text;
}

void NginxTokens::skip_block() {
  int depth = 1;
  while (at_ < text_.size() && depth > 0) {
    const char c = text_[at_++];
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (text_.substr(at_ - 1).starts_with("--"))  // a comment of Lua's
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (c != '"' && c != '\'') continue;
    const std::size_t line_end = std::min(text_.find('\n', at_), text_.size());
    std::size_t end = at_;
    while (end < line_end && text_[end] != c) end += text_[end] == '\\' ? 2U : 1U;
    if (end < line_end) at_ = end + 1;
  }
}

std::optional<Duration> nginx_duration(std::string_view value) {
  constexpr std::array<std::pair<std::string_view, double>, 8> units = {
      {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}, {"M", 2592000}, {"y", 31536000}}};
  double total = 0;
  if (value.empty()) return std::nullopt;
  while (!value.empty()) {
    const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
    const auto number = parse_integer(value.substr(0, digits));
    value.remove_prefix(digits);
    const std::size_t letters = std::min(value.find_first_of("0123456789"), value.size());
    const std::string_view unit = letters == 0 ? std::string_view("s") : value.substr(0, letters);
    value.remove_prefix(letters);
    double factor = 0;
    for (const auto& [name, size] : units)
      if (unit == name) factor = size;
    if (!number || factor == 0) return std::nullopt;
    total += static_cast<double>(*number) * factor;
  }
  if (total > 9e9) return std::nullopt;
  return from_seconds(total);
}

std::optional<double> nginx_rate(std::string_view value) {
  for (const auto& [unit, per] : {std::pair<std::string_view, double>{"r/s", 1}, {"r/m", 60}}) {
    if (!value.ends_with(unit)) continue;
    const auto number = parse_integer(value.substr(0, value.size() - unit.size()));
    if (number && *number > 0) return static_cast<double>(*number) / per;
  }
  return std::nullopt;
}

}  // namespace plimsoll::import
