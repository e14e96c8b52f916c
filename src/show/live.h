#pragma once
// The live view of a running stack: plain data in, one screenful of text out. Showing it is show/terminal.h's business.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "core/units.h"
#include "show/components.h"
#include "show/moments.h"
#include "show/style.h"

namespace plimsoll::show {

/// Of a terminal, in characters; both >= 1.
struct Size {
  int columns = 80;
  int rows = 24;
  bool operator==(const Size&) const = default;
};

struct TierRow {
  std::string name;
  int ready = 0;
  int starting = 0;
  int draining = 0;
  int min = 0;  // bounds of the spec
  int max = 1;
  std::optional<int> asked;              // what the controller asked for last; absent: nothing yet
  std::optional<Ratio> cpu;              // of the request, mean over ready instances; absent: not measured
  std::string held;                      // why its count stands though a policy wants another; empty: it does not
  std::vector<double> replicas_history;  // ready ones
};

struct QueueRow {
  std::string name;                    // the list's
  std::optional<std::uint64_t> depth;  // jobs waiting; absent: not measured
  std::vector<double> depth_history;
};

/// Histories hold one value per `sample_period`, oldest first, NaN where nothing was measured. For a run whose end is known
/// (`total`) pass them whole: the plots then fill from left to right as the run goes on. Otherwise the last few hundred do.
struct LiveFrame {
  std::string stack;
  std::string phase;  // "load 120/s → 200/s"; may be empty
  Duration elapsed{};
  std::optional<Duration> total;           // > 0
  std::optional<Duration> clock_at_start;  // time of the day, since midnight; given, moments are shown as 12:04:07, else as 1:04
  Duration sample_period = std::chrono::seconds(1);  // > 0

  std::optional<double> rate_per_s;  // requests
  std::vector<double> rate_history_per_s;
  std::optional<Duration> p50, p95, p99;  // of the last few seconds
  std::vector<double> p95_history_s;
  std::optional<Duration> p95_objective;
  std::uint64_t requests = 0;  // answered or failed since the start
  std::uint64_t failed = 0;

  std::vector<TierRow> tiers;
  std::vector<QueueRow> queues;
  std::vector<ComponentRow> components;
  std::vector<Decision> decisions;  // oldest first; the view shows the last ones, newest on top
  std::vector<Event> events;        // likewise
  std::string hint;                 // for the bottom line: "Ctrl-C ends the run"; may be empty
};

/// Exactly size.rows lines with a line break between them, each at most size.columns wide. Everything has its place at 80x24;
/// smaller screens lose components, events and blank lines first, larger ones gain plots and tables.
std::string render_live(const LiveFrame&, Size, Style);

/// The same in one line without a break, for logs and where there is no terminal; not cut to any width.
std::string render_line(const LiveFrame&, Style);

}  // namespace plimsoll::show
