#include "app/metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace plimsoll::app {
namespace {

const double started_s = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds_of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  in >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void Histogram::observe(Duration value) {
  const auto bound = std::ranges::lower_bound(bounds_s, seconds(value));
  buckets_[static_cast<std::size_t>(bound - bounds_s.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(value.count(), std::memory_order_relaxed);
}

Histogram::Counts Histogram::counts() const {
  Counts counts;
  for (std::size_t i = 0; i < buckets_.size(); ++i) counts.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
  counts.sum_s = seconds(Duration(sum_ns_.load(std::memory_order_relaxed)));
  return counts;
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsText::sample(std::string_view labels, double value) {
  if (labels.empty())
    fmt::format_to(std::back_inserter(text_), "{} {}\n", name_, value);
  else
    fmt::format_to(std::back_inserter(text_), "{}{{{}}} {}\n", name_, labels, value);
}

void MetricsText::histogram(std::string_view labels, const Histogram::Counts& counts) {
  std::uint64_t total = 0;
  const std::string_view comma = labels.empty() ? "" : ",";
  for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
    total += counts.buckets[i];
    const std::string bound = i < Histogram::bounds_s.size() ? fmt::format("{}", Histogram::bounds_s[i]) : "+Inf";
    fmt::format_to(std::back_inserter(text_), "{}_bucket{{{}{}le=\"{}\"}} {}\n", name_, labels, comma, bound, total);
  }
  const std::string braced = labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
  fmt::format_to(std::back_inserter(text_), "{}_sum{} {}\n{}_count{} {}\n", name_, braced, counts.sum_s, name_, braced, total);
}

void MetricsText::process() {
  family("process_cpu_seconds_total", "counter", "CPU time of this process.");
  sample("", cpu_seconds());
  family("process_resident_memory_bytes", "gauge", "Memory in RAM.");
  sample("", resident_bytes());
  family("process_start_time_seconds", "gauge", "Start, in seconds since the epoch.");
  sample("", started_s);
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace plimsoll::app
