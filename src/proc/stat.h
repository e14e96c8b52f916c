#pragma once
// /proc/PID/stat.

#include <cstdint>
#include <optional>
#include <string_view>

namespace plimsoll::proc {

struct Stat {
  char state = '?';  // R S D Z …
  int parent = 0;
  int group = 0;
  int session = 0;
  std::uint64_t cpu_ticks = 0;  // user and system, of all its threads
  std::uint64_t start_ticks = 0;
  std::int64_t resident_pages = 0;
  [[nodiscard]] bool ended() const { return state == 'Z' || state == 'X'; }
};

/// Pure. The name of the program is in brackets and may hold anything, brackets and blanks too.
std::optional<Stat> parse_stat(std::string_view text);

std::optional<Stat> read_stat(int pid);

}  // namespace plimsoll::proc
