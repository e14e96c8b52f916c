#include "spec/condition.h"

#include <array>
#include <optional>
#include <utility>

#include "core/quantity.h"
#include "core/suggest.h"
#include "spec/pattern.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

constexpr std::array<std::string_view, 7> names = {"cpu", "memory", "requests_per_second", "queued_requests", "p95",
                                                   "p99", "backlog"};
constexpr std::string_view names_expected = "one of cpu, memory, requests_per_second, queued_requests, p95, p99, backlog(LIST)";

struct Word {
  std::size_t offset = 0;
  std::string_view text;
};

/// Cuts words off a text and remembers where they stood.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) { skip_blanks(); }

  template <class Predicate>
  Word take(Predicate belongs) {
    const std::size_t start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    const Word word{start, text_.substr(start, at_ - start)};
    skip_blanks();
    return word;
  }
  Word take_one() {
    bool first = true;
    return take([&first](char) { return std::exchange(first, false); });
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

bool in_name(char c) { return c != ' ' && c != '>' && c != '<' && c != '=' && c != '(' && c != ')'; }

struct Unit {
  std::optional<double> (*read)(std::string_view);
  std::string_view expected;
  std::string_view likely = {};  // the unit that was most likely meant by a bare number
};

std::optional<double> read_share(std::string_view text) {
  const std::optional<Ratio> share = parse_ratio(text);
  // A bare "70" would be 7000 %: nobody means it.
  if (!share || (!text.ends_with('%') && share->value > 1)) return std::nullopt;
  return share->value;
}
std::optional<double> read_rate(std::string_view text) {
  const std::optional<Rate> rate = parse_rate(text);
  return rate ? std::optional(rate->per_second) : std::nullopt;
}
std::optional<double> read_time(std::string_view text) {
  const std::optional<Duration> time = parse_duration(text);
  return time ? std::optional(seconds(*time)) : std::nullopt;
}
std::optional<double> read_count(std::string_view text) {
  const std::optional<double> count = parse_number(text);
  return count && *count >= 0 ? count : std::nullopt;
}

Unit unit_of(SignalKind signal) {
  switch (signal) {
    case SignalKind::cpu:
    case SignalKind::memory:
      return {read_share, "a share such as 70%", "%"};
    case SignalKind::requests_per_second:
      return {read_rate, "a rate such as 200, 200rps or 3000/min"};
    case SignalKind::p95:
    case SignalKind::p99:
      return {read_time, "a duration such as 500ms or 2s", "s"};
    case SignalKind::queued_requests:
      return {read_count, "a number of requests"};
    case SignalKind::backlog:
      break;
  }
  return {read_count, "a number of jobs"};
}

ConditionError error(const Word& word, std::string message, std::string_view expected, std::string_view suggestion = {}) {
  return {word.offset, word.text.size(), std::move(message), std::string(expected), std::string(suggestion)};
}

/// "(LIST)" after backlog, and nothing of the kind after any other signal.
std::optional<ConditionError> read_list(Cursor& cursor, const Word& signal, Condition& condition) {
  const bool is_backlog = condition.signal == SignalKind::backlog;
  if (cursor.peek() != '(') {
    if (!is_backlog) return std::nullopt;
    return error(signal, "backlog of which list?", "backlog(LIST), such as backlog(jobs)");
  }
  const Word open = cursor.take_one();
  if (!is_backlog) return error(open, "only backlog takes a list in brackets", "> or < after " + std::string(signal.text));
  const Word list = cursor.take(in_name);
  if (!list_name.matches(list.text))
    return error(list, "backlog of which list? " + quote(list.text) + " is no list's name", list_name.says);
  if (cursor.peek() != ')') return error({cursor.offset(), {}}, "the bracket is not closed", ")");
  cursor.take_one();
  condition.list = list.text;
  return std::nullopt;
}

std::optional<ConditionError> read_comparison(Cursor& cursor, Condition& condition) {
  const Word word = cursor.take([](char c) { return c == '>' || c == '<' || c == '='; });
  if (word.text == ">" || word.text == "<") {
    condition.comparison = word.text == ">" ? ThresholdRule::Comparison::above : ThresholdRule::Comparison::below;
    return std::nullopt;
  }
  if (word.text.empty()) return error({word.offset, {}}, "a comparison is missing", "> or <");
  return error(word, quote(word.text) + " is no comparison", "> or <", word.text.substr(0, word.text.starts_with('=') ? 0 : 1));
}

}  // namespace

std::span<const std::string_view> signal_names() { return names; }

std::variant<Condition, ConditionError> parse_condition(std::string_view text) {
  Cursor cursor(text);
  Condition condition;

  const Word signal = cursor.take(in_name);
  if (signal.text.empty()) return error(signal, "a signal is missing", names_expected);
  std::size_t kind = 0;
  while (kind < names.size() && names[kind] != signal.text) ++kind;
  if (kind == names.size())
    return error(signal, "unknown signal " + quote(signal.text), names_expected,
                 signal.text.size() <= 64 ? nearest(signal.text, names) : std::string_view());
  condition.signal = static_cast<SignalKind>(kind);

  if (auto wrong = read_list(cursor, signal, condition)) return *wrong;
  if (auto wrong = read_comparison(cursor, condition)) return *wrong;

  const Unit unit = unit_of(condition.signal);
  const Word quantity = cursor.take([](char c) { return c != ' '; });
  if (quantity.text.empty()) return error(quantity, "what is " + std::string(signal.text) + " compared with?", unit.expected);
  const std::optional<double> threshold = unit.read(quantity.text);
  if (!threshold) {
    const bool bare = !unit.likely.empty() && parse_rate(quantity.text) && parse_number(quantity.text);
    const std::string guess = bare ? std::string(quantity.text) + std::string(unit.likely) : std::string();
    return error(quantity, quote(quantity.text) + " does not fit " + std::string(signal.text), unit.expected, guess);
  }
  condition.threshold = *threshold;

  const Word rest = cursor.take([](char) { return true; });
  if (!rest.text.empty())
    return error(rest, "one condition only; " + quote(rest.text) + " is too much", "SIGNAL > QUANTITY or SIGNAL < QUANTITY");
  return condition;
}

}  // namespace plimsoll::spec
