#pragma once
// Counters and histograms that any thread may touch, and a writer of Prometheus' text format.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace plimsoll::app {

/// Latencies; fine enough for a P95 that is right within some 15 % between 1 ms and 30 s.
class Histogram {
 public:
  static constexpr std::array<double, 28> bounds_s = {0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.035,
                                                      0.05,  0.075, 0.1,   0.15,  0.2,    0.25, 0.35,  0.5,  0.75,  1,
                                                      1.5,   2,     3,     5,     7.5,    10,   15,    30};

  void observe(Duration value);
  struct Counts {
    std::array<std::uint64_t, bounds_s.size() + 1> buckets{};  // not cumulated; the last is above all bounds
    double sum_s = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  std::array<std::atomic<std::uint64_t>, bounds_s.size() + 1> buckets_{};
  std::atomic<std::int64_t> sum_ns_{0};
};

/// Writes one page. A family's samples follow its head.
class MetricsText {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// @param labels  without braces: route="/api/decide",code="200"; empty for none
  void sample(std::string_view labels, double value);
  void histogram(std::string_view labels, const Histogram::Counts& counts);
  /// CPU seconds, resident memory and start time of this process, under the names Prometheus' own clients use.
  void process();
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

/// "\"" and "\\" escaped, line ends too.
std::string label_value(std::string_view text);

}  // namespace plimsoll::app
