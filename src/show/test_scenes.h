#pragma once
// For the tests of src/show: one run of a demo as data, arbitrary data, and comparison with tests/golden/show.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "show/live.h"
#include "show/summary.h"
#include "show/text.h"

namespace plimsoll::show {

inline constexpr Style kPlain{.color = false, .unicode = true};
inline constexpr Style kColor{.color = true, .unicode = true};
inline constexpr Style kAscii{.color = false, .unicode = false};

/// Compares with a golden; with PLIMSOLL_UPDATE_GOLDEN=1 writes it instead, for the diff to be reviewed.
inline void expect_golden(const std::string& name, const std::string& got) {
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/tests/golden/show/" + name;
  const char* update = std::getenv("PLIMSOLL_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << got;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream want;
  want << file.rdbuf();
  EXPECT_TRUE(file.is_open()) << path << " is missing";
  EXPECT_EQ(want.str(), got) << "differs from " << path << "; PLIMSOLL_UPDATE_GOLDEN=1 rewrites it";
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return lines;
}

// A demo of 130 s: 40 requests/s, up to 200/s within 50 s, hold, down again. `api` follows at 26/s an instance, `worker` later.
inline double demo_load(double t) {
  if (t < 10) return 40;
  if (t < 60) return 40 + (t - 10) * 3.2;
  if (t < 90) return 200;
  return t < 120 ? 200 - (t - 90) * 5.3 : 41;
}
inline int demo_api(double t) { return static_cast<int>(std::ceil(demo_load(t < 3 ? 0 : t - 3) / 26)); }
inline int demo_worker(double t) { return static_cast<int>(std::ceil(demo_load(t < 6 ? 0 : t - 6) / 45)); }

inline LiveFrame demo_frame(int second) {
  using namespace std::chrono_literals;
  LiveFrame f{.stack = "quickstart", .phase = "load 40/s → 200/s", .elapsed = std::chrono::seconds(second), .total = 130s};
  TierRow api{.name = "api", .min = 2, .max = 10}, worker{.name = "worker", .min = 1, .max = 6};
  QueueRow queue{.name = "decisions"};
  for (int t = 0; t <= second; ++t) {
    f.rate_history_per_s.push_back(demo_load(t));
    f.p95_history_s.push_back(t < 3 ? NAN : t == 33 || t == 47 ? 0.142 : 0.02 + 0.00009 * demo_load(t));
    api.replicas_history.push_back(demo_api(t));
    worker.replicas_history.push_back(demo_worker(t));
    queue.depth_history.push_back(std::abs(t % 30 - 15) * 3);
    if (t > 0 && demo_api(t) != demo_api(t - 1))
      f.decisions.push_back({std::chrono::seconds(t - 1), "api", demo_api(t - 1), demo_api(t),
                             "cpu 91% over target 70%; one more brings it to 61%; connections 15 of 75"});
    if (t > 0 && demo_worker(t) != demo_worker(t - 1))
      f.decisions.push_back(
          {std::chrono::seconds(t - 1), "worker", demo_worker(t - 1), demo_worker(t), "decisions 61 jobs, target 20 each"});
    if (t == 34) f.events.push_back({34s, "worker-2 died (signal 9); started again", true});
    if (t % 20 == 15)
      f.events.push_back({std::chrono::seconds(t), "api-" + std::to_string(demo_api(t)) + " ready after 0.4 s, takes traffic"});
  }
  f.rate_per_s = f.rate_history_per_s.back();
  if (second >= 3) {
    f.p50 = 11ms;
    f.p95 = from_seconds(f.p95_history_s.back());
    f.p99 = 88ms;
  }
  f.p95_objective = 250ms;
  f.requests = static_cast<std::uint64_t>(second) * 112;
  api.ready = demo_api(second);
  api.starting = second % 2;
  api.asked = api.ready + api.starting;
  api.cpu = Ratio{0.68};
  worker.ready = demo_worker(second);
  worker.asked = worker.ready;
  queue.depth = static_cast<std::uint64_t>(queue.depth_history.back());
  f.tiers = {api, worker};
  f.queues = {queue};
  f.components = {{.kind = "haproxy", .version = "2.6.12", .address = ":8080", .note = "→ api"},
                  {.kind = "postgres", .version = "15.20", .name = "main", .address = ":5601"},
                  {.kind = "postgres", .version = "15.20", .name = "main-replica-1", .address = ":5602", .note = "read replica"},
                  {.kind = "pgbouncer", .version = "1.18.0", .name = "pooler", .address = ":6432"},
                  {.kind = "redis", .version = "7.0.15", .name = "redis", .address = ":6390"}};
  f.hint = "Ctrl-C ends the demo";
  return f;
}

inline Summary demo_summary() {
  using namespace std::chrono_literals;
  const LiveFrame f = demo_frame(130);
  Summary s{
      .stack = f.stack, .elapsed = 130s, .requests = 14'560, .ok = 14'560, .p50 = 11ms, .p95 = 38ms, .p99 = 88ms, .max = 241ms};
  s.p95_objective = f.p95_objective;
  s.jobs = JobCounts{.in = 7'120, .done = 7'120};
  s.rate_per_s = f.rate_history_per_s;
  s.p95_s = f.p95_history_s;
  for (const TierRow& t : f.tiers) s.tiers.push_back({t.name, t.replicas_history});
  s.decisions = f.decisions;
  s.report_path = ".plimsoll/quickstart/report.json";
  return s;
}

// Arbitrary data: whatever the other modules may come up with, and worse.

inline rc::Gen<std::string> any_text() {
  return rc::gen::oneOf(rc::gen::element<std::string>("", "api", "a name that is a good deal longer than any column will be",
                                                      "日本語の名前", "e\xCC\x81t\xC3\xA9", "bad \xFF\xC3 bytes",
                                                      "\x1b[31mred\x1b[0m\x1b[2J", "two\nlines\tand a tab", "2→3 · 40 µs"),
                        rc::gen::arbitrary<std::string>());
}
inline rc::Gen<double> any_value() {
  return rc::gen::oneOf(rc::gen::element(0.0, double(NAN), double(INFINITY), -double(INFINITY), -5.0, 1e300, 1e-300, 3.0),
                        rc::gen::arbitrary<double>());
}
inline rc::Gen<Duration> any_duration() {
  return rc::gen::map(rc::gen::inRange<std::int64_t>(-5'000'000'000, 200'000'000'000'000),
                      [](std::int64_t ns) { return Duration(ns); });
}
template <class T>
rc::Gen<std::optional<T>> maybe(rc::Gen<T> gen) {
  return rc::gen::oneOf(rc::gen::just(std::optional<T>()),
                        rc::gen::map(std::move(gen), [](T v) { return std::optional<T>(std::move(v)); }));
}
template <class T>
std::vector<T> some(rc::Gen<T> gen) {
  return *rc::gen::container<std::vector<T>>(std::move(gen));
}

inline rc::Gen<Decision> any_decision() {
  return rc::gen::exec([] {
    return Decision{*any_duration(), *any_text(), *rc::gen::arbitrary<int>(), *rc::gen::arbitrary<int>(), *any_text()};
  });
}
inline rc::Gen<TierRow> any_tier() {
  return rc::gen::exec([] {
    const auto n = rc::gen::inRange(-3, 2000);
    TierRow t{*any_text(), *n, *n, *n, *n, *n};
    t.asked = *maybe<int>(n);
    if (*rc::gen::arbitrary<bool>()) t.held = *any_text();
    if (const std::optional<double> cpu = *maybe<double>(any_value())) t.cpu = Ratio{*cpu};
    t.replicas_history = some(any_value());
    return t;
  });
}
inline rc::Gen<LiveFrame> any_frame() {
  return rc::gen::exec([] {
    LiveFrame f{.stack = *any_text(), .phase = *any_text(), .elapsed = *any_duration(), .total = *maybe(any_duration())};
    f.clock_at_start = *maybe(any_duration());
    f.rate_per_s = *maybe(any_value());
    f.rate_history_per_s = some(any_value());
    f.p50 = *maybe(any_duration());
    f.p95 = *maybe(any_duration());
    f.p99 = *maybe(any_duration());
    f.p95_objective = *maybe(any_duration());
    f.p95_history_s = some(any_value());
    f.requests = *rc::gen::arbitrary<std::uint64_t>();
    f.failed = *rc::gen::arbitrary<std::uint64_t>();
    f.tiers = some(any_tier());
    f.queues = some<QueueRow>(rc::gen::exec([] {
      return QueueRow{*any_text(), *maybe(rc::gen::arbitrary<std::uint64_t>()), some(any_value())};
    }));
    f.components = some<ComponentRow>(rc::gen::exec([] {
      const auto state = static_cast<ComponentState>(*rc::gen::inRange(0, 6));
      return ComponentRow{*any_text(), *any_text(), *any_text(), *any_text(), state, *any_text()};
    }));
    f.decisions = some(any_decision());
    f.events = some<Event>(rc::gen::exec([] { return Event{*any_duration(), *any_text(), *rc::gen::arbitrary<bool>()}; }));
    f.hint = *any_text();
    return f;
  });
}
inline rc::Gen<Summary> any_summary() {
  return rc::gen::exec([] {
    Summary s{.stack = *any_text(),
              .elapsed = *any_duration(),
              .requests = *rc::gen::arbitrary<std::uint32_t>(),
              .ok = *rc::gen::arbitrary<std::uint32_t>()};
    s.failures = some<FailureCount>(rc::gen::exec([] {
      return FailureCount{*any_text(), *rc::gen::arbitrary<std::uint32_t>()};
    }));
    s.p50 = *maybe(any_duration());
    s.p95 = *maybe(any_duration());
    s.p95_objective = *maybe(any_duration());
    if (*rc::gen::arbitrary<bool>())
      s.jobs = JobCounts{*rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<std::uint32_t>(),
                         *rc::gen::arbitrary<std::uint32_t>(), 0};
    s.rate_per_s = some(any_value());
    s.p95_s = some(any_value());
    s.tiers = some<TierHistory>(rc::gen::exec([] { return TierHistory{*any_text(), some(any_value())}; }));
    s.decisions = some(any_decision());
    s.notes = some(any_text());
    s.report_path = *any_text();
    return s;
  });
}
inline Style any_style() { return {.color = *rc::gen::arbitrary<bool>(), .unicode = *rc::gen::arbitrary<bool>()}; }

/// Without the escape sequences of colour; whatever escape is left is not ours.
inline std::string without_color(std::string text) {
  for (const std::string_view code : {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[1;31m"})
    for (std::size_t at = 0; (at = text.find(code, at)) != std::string::npos;) text.erase(at, code.size());
  return text;
}

/// What must hold of every screen.
inline void check_lines(const std::string& text, int columns, Style style) {
  for (const std::string& line : lines_of(text)) {
    RC_ASSERT(display_width(line) <= columns);
    const std::string bare = style.color ? without_color(line) : line;
    for (const char c : bare) {
      const auto byte = static_cast<unsigned char>(c);
      RC_ASSERT(byte >= 0x20);
      RC_ASSERT(byte != 0x7F);
      RC_ASSERT(style.unicode || byte < 0x80);
    }
  }
}

}  // namespace plimsoll::show
