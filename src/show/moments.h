#pragma once
// What happened when: decisions and events, as the live view and the summary list them.

#include <optional>
#include <span>
#include <string>

#include "core/time.h"
#include "show/text.h"

namespace plimsoll::show {

/// A change of a tier's replicas that was decided.
struct Decision {
  Duration at{};  // since the start of the run, >= 0
  std::string tier;
  int from = 0;
  int to = 0;
  std::string why;  // "cpu 91% over target 70%; 3 bring it to 61%"; a lead of "api 2→3: " is not repeated on screen
};

/// Anything else worth a line: "api-3 ready after 0.4 s".
struct Event {
  Duration at{};  // since the start of the run, >= 0
  std::string text;
  bool failure = false;
};

/// `why` without the lead that decide's sentence begins with.
std::string_view reason_of(const Decision&);

/// "1:04" since the start or, if it is known at what time of the day (since midnight) that was, "12:04:07".
std::string when_text(Duration at, std::optional<Duration> clock_at_start);

/// How many lines reasons may take; what does not fit is cut, and marked by an ellipsis.
struct LineLimits {
  int first = 1;   // of the first decision, >= 1
  int others = 1;  // of each other one, >= 1
  int total = 1;   // of all together, >= 0; decisions beyond it are left out
};

/// In the order given, `columns` wide at most: time, tier and counts, reason, which continues below itself.
Block decision_lines(std::span<const Decision>, std::optional<Duration> clock_at_start, LineLimits, Style, int columns);
Block event_lines(std::span<const Event>, std::optional<Duration> clock_at_start, Style, int columns);

}  // namespace plimsoll::show
