#include "spec/condition.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/quantity.h"
#include "core/suggest.h"
#include "spec/pattern.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

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
std::optional<double> read_size(std::string_view text) {
  const std::optional<Bytes> size = parse_bytes(text);
  return size ? std::optional(static_cast<double>(size->count)) : std::nullopt;
}
std::optional<double> read_count(std::string_view text) {
  const std::optional<double> count = parse_number(text);
  return count && *count >= 0 ? count : std::nullopt;
}

Unit reading_of(SignalKind kind, SignalUnit unit) {
  switch (unit) {
    case SignalUnit::ratio:
      return {read_share, "a share such as 70%", "%"};
    case SignalUnit::per_second:
      return {read_rate, "a rate such as 200, 200rps or 3000/min"};
    case SignalUnit::seconds:
      return {read_time, "a duration such as 500ms or 2s", "s"};
    case SignalUnit::bytes:
      return {read_size, "a size such as 512Mi or 2Gi"};
    case SignalUnit::number:
      break;
  }
  if (kind == SignalKind::queued_requests) return {read_count, "a number of requests"};
  return {read_count, kind == SignalKind::backlog ? "a number of jobs" : "a number"};
}

ConditionError error(const Word& word, std::string message, std::string_view expected, std::string_view suggestion = {}) {
  return {word.offset, word.text.size(), std::move(message), std::string(expected), std::string(suggestion)};
}

/// "one of cpu, memory, …, backlog(LIST)" and the stack's own, as many as a line holds.
std::string choice(std::span<const NamedSignal> named) {
  constexpr std::size_t most = 8;
  std::string text = "one of cpu, memory, requests_per_second, queued_requests, p95, p99, errors, backlog(LIST)";
  for (std::size_t i = 0; i < std::min(named.size(), most); ++i) text += ", " + named[i].name;
  return text + (named.size() > most ? ", …" : named.empty() ? " or a name under signals:" : "");
}

/// Nothing for files of a size no person wrote, where comparing every name with every other would take minutes.
std::string_view suggestion_for(std::string_view word, std::span<const NamedSignal> named) {
  if (word.size() > 64 || named.size() > 100) return {};
  std::vector<std::string_view> names(signal_names.begin(), signal_names.end());
  for (const NamedSignal& signal : named) names.push_back(signal.name);
  return nearest(word, names);
}

/// "(LIST)" after backlog, and nothing of the kind after any other signal.
std::optional<ConditionError> read_list(Cursor& cursor, const Word& word, SignalName& signal) {
  const bool is_backlog = signal.kind == SignalKind::backlog;
  if (cursor.peek() != '(') {
    if (!is_backlog) return std::nullopt;
    return error(word, "backlog of which list?", "backlog(LIST), such as backlog(jobs)");
  }
  const Word open = cursor.take_one();
  if (!is_backlog) return error(open, "only backlog takes a list in brackets", "> or < after " + std::string(word.text));
  const Word list = cursor.take(in_name);
  if (!list_name.matches(list.text))
    return error(list, "backlog of which list? " + quote(list.text) + " is no list's name", list_name.says);
  if (cursor.peek() != ')') return error({cursor.offset(), {}}, "the bracket is not closed", ")");
  cursor.take_one();
  signal.list = list.text;
  return std::nullopt;
}

std::optional<ConditionError> read_signal(Cursor& cursor, std::span<const NamedSignal> named, SignalName& signal) {
  const Word word = cursor.take(in_name);
  if (word.text.empty()) return error(word, "a signal is missing", choice(named));
  const auto built_in = std::find(signal_names.begin(), signal_names.end(), word.text);
  const auto own = std::find_if(named.begin(), named.end(), [&](const NamedSignal& one) { return one.name == word.text; });
  if (built_in != signal_names.end()) {
    signal.kind = static_cast<SignalKind>(built_in - signal_names.begin());
    signal.unit = unit_of(signal.kind);
  } else if (own != named.end()) {
    signal = {SignalKind::named, own->name, own->unit};
  } else {
    ConditionError unknown = error(word, "unknown signal " + quote(word.text), choice(named), suggestion_for(word.text, named));
    unknown.unknown_signal = true;
    return unknown;
  }
  return read_list(cursor, word, signal);
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

std::optional<ConditionError> read_quantity(const Word& word, const SignalName& signal, double& quantity) {
  const Unit unit = reading_of(signal.kind, signal.unit);
  const std::string name = signal.kind == SignalKind::backlog ? "backlog" : name_of(signal);
  if (word.text.empty()) return error(word, "what is " + name + " compared with?", unit.expected);
  if (const std::optional<double> read = unit.read(word.text)) {
    quantity = *read;
    return std::nullopt;
  }
  const bool bare = !unit.likely.empty() && parse_rate(word.text) && parse_number(word.text);
  const std::string guess = bare ? std::string(word.text) + std::string(unit.likely) : std::string();
  return error(word, quote(word.text) + " does not fit " + name, unit.expected, guess);
}

}  // namespace

SignalUnit unit_of(SignalKind kind) {
  switch (kind) {
    case SignalKind::cpu:
    case SignalKind::memory:
    case SignalKind::errors:
      return SignalUnit::ratio;
    case SignalKind::requests_per_second:
      return SignalUnit::per_second;
    case SignalKind::p95:
    case SignalKind::p99:
      return SignalUnit::seconds;
    case SignalKind::queued_requests:
    case SignalKind::backlog:
    case SignalKind::named:
      break;
  }
  return SignalUnit::number;
}

std::string name_of(const SignalName& signal) {
  if (signal.kind == SignalKind::named) return signal.list;
  const std::string name(signal_names[static_cast<std::size_t>(signal.kind)]);
  return signal.kind == SignalKind::backlog ? name + "(" + signal.list + ")" : name;
}

std::variant<SignalName, ConditionError> parse_signal(std::string_view text, std::span<const NamedSignal> named) {
  Cursor cursor(text);
  SignalName signal;
  if (auto wrong = read_signal(cursor, named, signal)) return *wrong;
  const Word rest = cursor.take([](char) { return true; });
  if (!rest.text.empty()) return error(rest, "a signal only; " + quote(rest.text) + " is too much", choice(named));
  return signal;
}

std::variant<double, ConditionError> parse_threshold(const SignalName& signal, std::string_view text) {
  double quantity = 0;
  if (auto wrong = read_quantity({0, text}, signal, quantity)) return *wrong;
  return quantity;
}

std::variant<Condition, ConditionError> parse_condition(std::string_view text, std::span<const NamedSignal> named) {
  Cursor cursor(text);
  Condition condition;
  if (auto wrong = read_signal(cursor, named, condition.signal)) return *wrong;
  if (auto wrong = read_comparison(cursor, condition)) return *wrong;
  const Word quantity = cursor.take([](char c) { return c != ' '; });
  if (auto wrong = read_quantity(quantity, condition.signal, condition.threshold)) return *wrong;
  const Word rest = cursor.take([](char) { return true; });
  if (!rest.text.empty())
    return error(rest, "one condition only; " + quote(rest.text) + " is too much", "SIGNAL > QUANTITY or SIGNAL < QUANTITY");
  return condition;
}

}  // namespace plimsoll::spec
