#pragma once
// Prometheus' text format (version 0.0.4), as services answer on /metrics. Pure, copies nothing, allocates nothing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::collect {

/// One line: http_requests_total{method="get",code="200"} 1027 1395066363000. Views into the text that was parsed.
struct MetricLine {
  std::string_view name;
  std::string_view labels;  // what stands between the braces; empty without. LabelScanner reads it
  double value = 0;         // may be NaN or infinite
  std::optional<std::int64_t> timestamp_ms;
};

/// The samples of a text, one after the other. Comments (# HELP, # TYPE, # EOF), blank lines and OpenMetrics' exemplars are
/// passed over. Strict in everything else: names, escapes, numbers and timestamps must be what Prometheus takes. Any bytes give
/// lines, the end or one error, in time linear in their number. The last line may lack its newline.
class MetricsText {
 public:
  explicit MetricsText(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// The next sample; false at the end and at an error, and from then on.
  bool next(MetricLine& out);
  /// Null unless the text is not what it should be: "a value is missing".
  [[nodiscard]] const char* error() const { return error_; }
  /// 1-based line of the error, or of the last sample.
  [[nodiscard]] std::size_t line() const { return line_; }

 private:
  bool parse_line(MetricLine& out);
  bool parse_labels(MetricLine& out);
  bool parse_value(MetricLine& out);
  bool parse_timestamp(MetricLine& out);
  bool parse_end();
  bool wrong(const char* what);
  void skip_blanks();
  void skip_line();

  const char* at_;
  const char* end_;
  const char* error_ = nullptr;
  std::size_t line_ = 0;
};

/// The labels of a MetricLine in turn.
class LabelScanner {
 public:
  explicit LabelScanner(std::string_view labels) : left_(labels) {}
  /// `value` is as written: with its escapes, if it has any.
  bool next(std::string_view& name, std::string_view& value);

 private:
  std::string_view left_;
};

/// A label's value as written; absent if there is no such label.
std::optional<std::string_view> label_value(std::string_view labels, std::string_view name);

/// "a\"b\\c\n" without its escapes.
std::string unescaped(std::string_view value);

/// A number as Prometheus writes it: decimal, NaN, +Inf, -Inf. The whole text or nothing.
std::optional<double> parse_metric_number(std::string_view text);

}  // namespace plimsoll::collect
