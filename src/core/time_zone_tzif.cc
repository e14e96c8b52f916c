#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/time_zone.h"
#include "core/time_zone_rule.h"

namespace plimsoll {
namespace {

constexpr std::size_t header_size = 44;
constexpr std::int64_t earliest = -9'000'000'000, latest = 4'133'980'800;  // seconds: 1684, and the start of 2101

/// Big-endian numbers, two's complement; the caller has checked that they are there.
std::int64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

/// One of the file's blocks: version 1 has 4-byte times, the one after it, from version 2 on, 8-byte times.
struct Block {
  std::string_view bytes;  // of its data, without the header
  std::size_t time_size = 4;
  std::size_t times = 0, types = 0;
  bool leap_seconds = false;

  [[nodiscard]] std::size_t types_at() const { return times * (time_size + 1); }
  [[nodiscard]] std::int64_t time(std::size_t i) const { return number_at(bytes, i * time_size, time_size); }
  [[nodiscard]] std::size_t type(std::size_t i) const { return static_cast<unsigned char>(bytes[times * time_size + i]); }
  /// The last change, even one that moves no clock: from then on the rule of the file's last line holds.
  [[nodiscard]] std::optional<std::int64_t> last_time() const {
    return times > 0 ? std::optional(time(times - 1)) : std::nullopt;
  }
  [[nodiscard]] std::int64_t offset(std::size_t type) const { return number_at(bytes, types_at() + type * 6, 4); }
};

/// Takes a header and its data off the front of `bytes`.
std::optional<Block> take_block(std::string_view& bytes, std::size_t time_size) {
  if (bytes.size() < header_size || bytes.substr(0, 4) != "TZif") return std::nullopt;
  std::array<std::uint64_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::uint32_t>(number_at(bytes, 20 + i * 4, 4));
  const auto [utc, standard, leaps, times, types, letters] = counts;
  const std::uint64_t size = times * (time_size + 1) + types * 6 + letters + leaps * (time_size + 4) + standard + utc;
  bytes.remove_prefix(header_size);
  if (types == 0 || types > 256 || size > bytes.size()) return std::nullopt;
  const Block block{bytes.substr(0, size), time_size, times, types, leaps != 0};
  bytes.remove_prefix(size);
  return block;
}

/// Reads the block's changes into `zone`; false if they make no sense.
bool read_changes(const Block& block, TimeZone& zone) {
  constexpr std::int64_t furthest_offset = 26 * 3600;
  for (std::size_t i = 0; i < block.types; ++i)
    if (block.offset(i) < -furthest_offset || block.offset(i) > furthest_offset) return false;
  Duration before = zone.first_offset = std::chrono::seconds(block.offset(0));
  for (std::size_t i = 0; i < block.times; ++i) {
    if (block.type(i) >= block.types || (i > 0 && block.time(i) <= block.time(i - 1))) return false;
    const Duration offset = std::chrono::seconds(block.offset(block.type(i)));
    if (block.time(i) < earliest) {
      before = zone.first_offset = offset;
    } else if (block.time(i) < latest && offset != before) {
      zone.transitions.push_back({TimePoint(std::chrono::seconds(block.time(i))), offset});
      before = offset;
    }
  }
  return true;
}

}  // namespace

Result<TimeZone> parse_tzif(std::string_view bytes, std::string name) {
  const auto malformed = [&](std::string_view what) {
    return fail(Errc::malformed, fmt::format("time zone {}: {}", name, what));
  };
  TimeZone zone;
  const char version = bytes.size() > 4 ? bytes[4] : '\0';
  std::optional<Block> block = take_block(bytes, 4);
  if (block && version >= '2') block = take_block(bytes, 8);
  if (!block) return malformed("not a TZif file, or not whole");
  if (block->leap_seconds) return malformed("counts leap seconds, which clocks here don't");
  if (!read_changes(*block, zone)) return malformed("its clock changes are out of order or out of range");
  if (version >= '2') {
    const std::size_t end = bytes.size() > 1 ? bytes.find('\n', 1) : std::string_view::npos;
    if (bytes.empty() || bytes.front() != '\n' || end == std::string_view::npos) return malformed("its last line is missing");
    if (const std::string_view text = bytes.substr(1, end - 1); !text.empty()) {
      const std::optional<ZoneRule> rule = parse_rule(text);
      if (!rule) return malformed("its last line is not a rule such as CET-1CEST,M3.5.0,M10.5.0/3");
      const TimePoint after(std::chrono::seconds(std::clamp(block->last_time().value_or(earliest), earliest, latest)));
      if (rule->dates) extend(zone, *rule, after);
    }
  }
  zone.name = std::move(name);
  return zone;
}

}  // namespace plimsoll
