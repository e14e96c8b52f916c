#include "collect/metrics_text.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

namespace plimsoll::collect {
namespace {

enum CharClass : std::uint8_t { name_start = 1, name_rest = 2, label_start = 4, label_rest = 8, number = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    std::uint8_t bits = 0;
    if (letter || c == ':') bits |= name_start;
    if (letter || c == ':' || digit) bits |= name_rest;
    if (letter) bits |= label_start;
    if (letter || digit) bits |= label_rest;
    if (letter || digit || c == '+' || c == '-' || c == '.') bits |= number;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}

constexpr std::array<std::uint8_t, 256> classes = make_classes();

bool is(char c, CharClass wanted) { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }

/// The end of the run of characters of one class.
const char* run_end(const char* at, const char* end, CharClass wanted) {
  while (at != end && is(*at, wanted)) ++at;
  return at;
}

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

/// Up to 15 digits are exact in a double, and most values are such counts.
std::optional<double> parse_count(std::string_view text) {
  if (text.empty() || text.size() > 15) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return static_cast<double>(value);
}

bool same_letters(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

}  // namespace

std::optional<double> parse_metric_number(std::string_view text) {
  if (const auto count = parse_count(text)) return count;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const double sign = negative ? -1.0 : 1.0;
  if (same_letters(text, "inf") || same_letters(text, "infinity")) return sign * std::numeric_limits<double>::infinity();
  if (same_letters(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  // from_chars takes "inf" and a second sign too, so what follows ours must be a digit or a point.
  if ((text[0] < '0' || text[0] > '9') && text[0] != '.') return std::nullopt;
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return sign * value;
}

bool MetricsText::wrong(const char* what) {
  error_ = what;
  at_ = end_;
  return false;
}

void MetricsText::skip_blanks() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
}

void MetricsText::skip_line() {
  const void* const newline = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
  at_ = newline == nullptr ? end_ : static_cast<const char*>(newline) + 1;
}

bool MetricsText::next(MetricLine& out) {
  while (at_ != end_) {
    ++line_;
    skip_blanks();
    if (at_ == end_) return false;
    if (is(*at_, name_start)) return parse_line(out);
    if (*at_ != '#' && *at_ != '\n' && *at_ != '\r') return wrong("a metric's name is missing");
    if (*at_ == '\r' && (at_ + 1 == end_ || at_[1] != '\n')) return wrong("a stray carriage return");
    skip_line();
  }
  return false;
}

bool MetricsText::parse_line(MetricLine& out) {
  const char* const name_end = run_end(at_, end_, name_rest);
  out.name = between(at_, name_end);
  at_ = name_end;
  skip_blanks();
  out.labels = {};
  if (at_ != end_ && *at_ == '{') {
    if (!parse_labels(out)) return false;
  } else if (at_ == name_end) {
    return wrong("a blank or { is missing after the name");
  }
  return parse_value(out) && parse_timestamp(out) && parse_end();
}

bool MetricsText::parse_labels(MetricLine& out) {
  const char* const begin = ++at_;
  for (;;) {
    skip_blanks();
    if (at_ != end_ && *at_ == '}') break;
    if (at_ == end_ || !is(*at_, label_start)) return wrong("a label's name is missing");
    at_ = run_end(at_, end_, label_rest);
    skip_blanks();
    if (at_ == end_ || *at_ != '=') return wrong("= is missing after a label's name");
    ++at_;
    skip_blanks();
    if (at_ == end_ || *at_ != '"') return wrong("a label's value must be quoted");
    for (++at_;; ++at_) {
      if (at_ == end_ || *at_ == '\n') return wrong("a label's value has no closing quote");
      if (*at_ == '"') break;
      if (*at_ != '\\') continue;
      ++at_;
      if (at_ == end_ || (*at_ != '\\' && *at_ != '"' && *at_ != 'n')) return wrong("a \\ in a label's value escapes nothing");
    }
    ++at_;
    skip_blanks();
    if (at_ != end_ && *at_ == ',') {
      ++at_;
    } else if (at_ == end_ || *at_ != '}') {
      return wrong(", or } is missing after a label");
    }
  }
  out.labels = between(begin, at_);
  ++at_;
  return true;
}

bool MetricsText::parse_value(MetricLine& out) {
  skip_blanks();
  const char* const value_end = run_end(at_, end_, number);
  if (value_end == at_) return wrong("a value is missing");
  const auto value = parse_metric_number(between(at_, value_end));
  if (!value) return wrong("a value is not a number");
  out.value = *value;
  at_ = value_end;
  return true;
}

bool MetricsText::parse_timestamp(MetricLine& out) {
  out.timestamp_ms.reset();
  const char* const value_end = at_;
  skip_blanks();
  if (at_ == value_end || at_ == end_ || !is(*at_, number)) return true;
  const char* const stamp_end = run_end(at_, end_, number);
  std::int64_t stamp = 0;
  const auto [end, code] = std::from_chars(at_, stamp_end, stamp);
  if (code != std::errc{} || end != stamp_end) return wrong("a timestamp is not a whole number of milliseconds");
  out.timestamp_ms = stamp;
  at_ = stamp_end;
  skip_blanks();
  return true;
}

bool MetricsText::parse_end() {
  if (at_ != end_ && *at_ == '#' && (at_[-1] == ' ' || at_[-1] == '\t'))
    skip_line();  // an exemplar
  else if (at_ != end_ && *at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n')
    at_ += 2;
  else if (at_ != end_ && *at_ == '\n')
    ++at_;
  else if (at_ != end_)
    return wrong("a line goes on after its value");
  return true;
}

bool LabelScanner::next(std::string_view& name, std::string_view& value) {
  // The parser has seen this text, so quotes and = are where they belong.
  const std::size_t begin = left_.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) return false;
  const std::size_t equals = left_.find('=', begin);
  const std::size_t open = left_.find('"', begin);
  if (equals == std::string_view::npos || open == std::string_view::npos || equals > open) return false;
  std::size_t close = open + 1;
  while (close < left_.size() && left_[close] != '"') close += left_[close] == '\\' ? 2 : 1;
  if (close >= left_.size()) return false;
  name = left_.substr(begin, equals - begin);
  name = name.substr(0, name.find_last_not_of(" \t") + 1);
  value = left_.substr(open + 1, close - open - 1);
  left_.remove_prefix(close + 1);
  return true;
}

std::optional<std::string_view> label_value(std::string_view labels, std::string_view name) {
  LabelScanner scanner(labels);
  std::string_view one, value;
  while (scanner.next(one, value))
    if (one == name) return value;
  return std::nullopt;
}

std::string unescaped(std::string_view value) {
  std::string plain;
  plain.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      plain += value[i] == 'n' ? '\n' : value[i];
    } else {
      plain += value[i];
    }
  }
  return plain;
}

}  // namespace plimsoll::collect
