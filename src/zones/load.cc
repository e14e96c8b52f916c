#include "zones/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/suggest.h"

namespace plimsoll::zones {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view localtime_path = "/etc/localtime";

fs::path database() {
  const char* own = std::getenv("TZDIR");
  return own && *own ? own : "/usr/share/zoneinfo";
}

/// A relative path of plain words: nothing in a name leads out of the database.
bool is_name(std::string_view name) {
  bool word_begins = true;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
    if (!plain && (c != '/' || word_begins)) return false;
    word_begins = c == '/';
  }
  return !word_begins;
}

std::optional<std::string> read(const fs::path& file) {
  constexpr std::size_t most = 1 << 20;  // the largest zone has 4 KiB
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string bytes(most, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

/// Every zone of the database, sorted. right/ counts leap seconds and posix/ is the same again.
std::vector<std::string> names() {
  std::vector<std::string> found;
  std::error_code error;
  const fs::path root = database();
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().lexically_relative(root).string();
    std::error_code unreadable;
    if (at->is_directory(unreadable) && (name == "right" || name == "posix")) at.disable_recursion_pending();
    // The database's own tables have a dot in their names, or are in lower case.
    const bool zone = at->is_regular_file(unreadable) && is_name(name) && name.front() >= 'A' && name.front() <= 'Z';
    if (zone) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view last_word(std::string_view name) { return name.substr(name.rfind('/') + 1); }

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// "; did you mean Europe/Berlin?" for "Berlin" and for "Europe/Berlim"; empty if nothing is near.
std::string hint(std::string_view name) {
  const std::vector<std::string> known = names();
  if (known.empty()) return fmt::format("; is tzdata installed? {} has no zones", database().string());
  const std::vector<std::string_view> views(known.begin(), known.end());
  std::string_view best = nearest(name, views);
  for (const std::string_view zone : views)
    if (best.empty() && same_letters(last_word(zone), name)) best = zone;
  return best.empty() ? "; expected a name such as Europe/Berlin, UTC or Local" : fmt::format("; did you mean {}?", best);
}

Result<TimeZone> load_file(const fs::path& file, std::string name) {
  const std::optional<std::string> bytes = read(file);
  if (!bytes) return fail(Errc::not_found, fmt::format("time zone {}: no file {}", name, file.string()));
  return parse_tzif(*bytes, std::move(name));
}

/// As the C library reads it: $TZ, else /etc/localtime, else UTC.
Result<TimeZone> load_local() {
  if (const char* set = std::getenv("TZ")) {
    std::string_view zone = set;
    if (zone.starts_with(':')) zone.remove_prefix(1);
    if (zone.empty()) return TimeZone{};
    if (zone.front() == '/') return load_file(fs::path(zone), std::string(zone));
    if (zone == "Local") return fail(Errc::not_found, "time zone Local: TZ=Local leads back to itself");
    Result<TimeZone> named = load(zone);
    if (named || named.error().code != Errc::not_found) return named;
    Result<TimeZone> rule = parse_zone_rule(zone, std::string(zone));
    return rule ? rule : named;
  }
  std::error_code error;
  if (!fs::exists(fs::path(localtime_path), error)) return TimeZone{};
  const std::string target = fs::canonical(fs::path(localtime_path), error).string();
  const std::string prefix = database().string() + "/";
  return load_file(fs::path(localtime_path), target.starts_with(prefix) ? target.substr(prefix.size()) : "Local");
}

}  // namespace

Result<TimeZone> load(std::string_view name) {
  if (name == "UTC") return TimeZone{};
  if (name == "Local") return load_local();
  const auto unknown = [&] { return fail(Errc::not_found, fmt::format("unknown time zone '{}'{}", name, hint(name))); };
  if (!is_name(name)) return unknown();
  const std::optional<std::string> bytes = read(database() / fs::path(name));
  if (!bytes) return unknown();
  return parse_tzif(*bytes, std::string(name));
}

}  // namespace plimsoll::zones
