#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/cron.h"
#include "core/suggest.h"

namespace plimsoll {
namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct FieldKind {
  std::string_view name;
  int min = 0, max = 0;  // of numbers
  int last = 0;          // where "*" ends, and "N/step"
  std::span<const std::string_view> names;
  int first_name = 0;
};

const std::array<FieldKind, 5> kinds{{
    {"minute", 0, 59, 59, {}, 0},
    {"hour", 0, 23, 23, {}, 0},
    {"day of month", 1, 31, 31, {}, 0},
    {"month", 1, 12, 12, month_names, 1},
    {"day of week", 0, 7, 6, weekday_names, 0},
}};

struct Field {
  std::uint64_t bits = 0;
  bool any = false;
};

bool same_letters(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  return true;
}

int characters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Parsed<Cron> parse() {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; (at = text_.find_first_not_of(" \t", at)) != std::string_view::npos;) {
      const std::size_t end = std::min(text_.find_first_of(" \t", at), text_.size());
      words.push_back(text_.substr(at, end - at));
      at = end;
    }
    if (words.size() == 1 && words[0].front() == '@') return nickname(words[0]);
    Parsed<Cron> result;
    if (words.size() != kinds.size()) {
      const std::string_view where = words.size() > kinds.size() ? words[kinds.size()] : text_.substr(text_.size());
      say(where, fmt::format("{} fields in a cron expression", words.size()),
          "five: minute hour day-of-month month day-of-week, or one of @hourly @daily @weekly @monthly @yearly");
    } else {
      std::array<Field, 5> fields;
      for (std::size_t i = 0; i < kinds.size(); ++i) fields[i] = field(words[i], kinds[i]);
      if (diagnostics_.empty()) result.value = cron(fields, words[2]);
    }
    result.diagnostics = std::move(diagnostics_);
    return result;
  }

 private:
  void say(std::string_view where, std::string message, std::string expected, Severity severity = Severity::error,
           std::string_view nearest_name = {}) {
    const int column = characters(text_.substr(0, static_cast<std::size_t>(where.data() - text_.data()))) + 1;
    const int length = std::max(1, characters(where));
    diagnostics_.push_back(
        {severity, {1, column, length}, "", std::move(message), std::move(expected), std::string(nearest_name)});
  }

  Parsed<Cron> nickname(std::string_view word) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{{{"@hourly", "0 * * * *"},
                                                                                             {"@daily", "0 0 * * *"},
                                                                                             {"@midnight", "0 0 * * *"},
                                                                                             {"@weekly", "0 0 * * 0"},
                                                                                             {"@monthly", "0 0 1 * *"},
                                                                                             {"@yearly", "0 0 1 1 *"},
                                                                                             {"@annually", "0 0 1 1 *"}}};
    std::array<std::string_view, nicknames.size()> known;
    for (std::size_t i = 0; i < nicknames.size(); ++i) {
      if (same_letters(word, nicknames[i].first)) return Parser(nicknames[i].second).parse();
      known[i] = nicknames[i].first;
    }
    say(word, fmt::format("unknown cron name '{}'", word), "@hourly @daily @weekly @monthly or @yearly", Severity::error,
        nearest(word, known));
    return {std::nullopt, std::move(diagnostics_)};
  }

  Field field(std::string_view word, const FieldKind& kind) {
    Field field;
    for (;;) {
      const std::size_t comma = word.find(',');
      item(word.substr(0, comma), kind, field);
      if (comma == std::string_view::npos) return field;
      word.remove_prefix(comma + 1);
    }
  }

  /// *  N  N-M, each with an optional /step.
  void item(std::string_view item, const FieldKind& kind, Field& field) {
    const std::size_t slash = item.find('/');
    const std::string_view range = item.substr(0, slash);
    int step = 1;
    if (slash != std::string_view::npos) {
      const std::string_view text = item.substr(slash + 1);
      const std::optional<int> read = digits(text);
      if (!read || *read < 1) {
        say(text, fmt::format("step '{}' of {}", text, kind.name), "a number from 1");
        return;
      }
      step = *read;
    }
    int low = kind.min, high = kind.last;
    if (range == "*" || range == "?") {
      field.any = field.any || step == 1;
    } else {
      const std::size_t dash = range.find('-');
      const std::optional<int> first = value(range.substr(0, dash), kind);
      if (!first) return;
      low = *first;
      high = slash == std::string_view::npos ? low : std::max(low, kind.last);
      if (dash != std::string_view::npos) {
        const std::optional<int> last = value(range.substr(dash + 1), kind);
        if (!last) return;
        high = *last;
      }
      if (low > high) {
        say(range, fmt::format("range '{}' of {} runs backwards", range, kind.name),
            "a range from low to high, or a list of two");
        return;
      }
    }
    for (int v = low; v <= high; v += step) field.bits |= std::uint64_t{1} << v;
  }

  std::optional<int> value(std::string_view text, const FieldKind& kind) {
    for (std::size_t i = 0; i < kind.names.size(); ++i)
      if (same_letters(text, kind.names[i])) return kind.first_name + static_cast<int>(i);
    const std::optional<int> number = digits(text);
    if (number && *number >= kind.min && *number <= kind.max) return number;
    std::string expected = fmt::format("{}..{}", kind.min, kind.max);
    if (!kind.names.empty()) expected += fmt::format(" or {}..{}", kind.names.front(), kind.names.back());
    say(text, text.empty() ? fmt::format("a {} is missing", kind.name) : fmt::format("'{}' is no {}", text, kind.name),
        std::move(expected), Severity::error, number ? std::string_view{} : nearest(text, kind.names));
    return std::nullopt;
  }

  static std::optional<int> digits(std::string_view text) {
    if (text.empty() || text.size() > 3) return std::nullopt;
    int value = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return value;
  }

  Cron cron(const std::array<Field, 5>& fields, std::string_view day_word) {
    Cron c;
    c.minutes = fields[0].bits;
    c.hours = static_cast<std::uint32_t>(fields[1].bits);
    c.days = static_cast<std::uint32_t>(fields[2].bits);
    c.months = static_cast<std::uint16_t>(fields[3].bits);
    c.weekdays = static_cast<std::uint8_t>((fields[4].bits | fields[4].bits >> 7) & 0x7f);  // 7 is Sunday too
    c.any_day = fields[2].any;
    c.any_weekday = fields[4].any;
    if (!ever(c))
      say(day_word, "this day is in none of these months: the expression never comes", "a day that exists", Severity::warning);
    return c;
  }

  static bool ever(const Cron& c) {
    constexpr std::array<int, 13> days{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!c.any_day && !c.any_weekday) return true;  // a day of the week suffices
    const int first = std::countr_zero(c.days);
    for (std::size_t month = 1; month < days.size(); ++month)
      if ((c.months >> month & 1U) && first <= days[month]) return true;
    return false;
  }

  std::string_view text_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

Parsed<Cron> parse_cron(std::string_view text) { return Parser(text).parse(); }

}  // namespace plimsoll
