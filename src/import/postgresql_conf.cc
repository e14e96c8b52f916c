// postgresql.conf: name = value or name value, comments behind #; of a name said twice the last counts.

#include "import/postgresql_conf.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>

#include "core/quantity.h"
#include "import/readers.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$'; }

class Conf {
 public:
  Conf(const TextAt& text, Facts& facts) : lines_(text), facts_(facts) {
    file_.of = SettingsFile::Of::postgres;
    file_.owner = text.owner;
    file_.space = text.space;
    file_.at = text.at;
  }

  void read() {
    for (const std::string_view line : lines_.lines()) read_line(trim(line));
    if (!file_.settings.empty()) facts_.settings.push_back(std::move(file_));
  }

 private:
  void read_line(std::string_view line) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.empty() || line.front() == '#') return;
    std::size_t end = 0;
    while (end < line.size() && in_name(line[end])) ++end;
    const std::string_view key = line.substr(0, end);
    std::string_view rest = trim(line.substr(end));
    if (rest.starts_with('=')) rest = trim(rest.substr(1));
    if (key.empty() || rest.empty() || rest.front() == '#')
      return lines_.warn(facts_, line, "postgres wants name = value here", "name = value, or a # in front");
    std::string value;
    const std::size_t length = rest.front() == '\'' ? quoted(rest, value) : plain(rest, value);
    if (length == 0) return lines_.warn(facts_, rest, "a quote does not close here");
    const std::string_view behind = trim(rest.substr(length));
    if (!behind.empty() && behind.front() != '#')
      return lines_.warn(facts_, behind, "postgres wants one value, and stops at what follows it", "quotes around it all");
    add(key, rest.substr(0, length), std::move(value));
  }

  /// Both give the length in the text; 0: it does not end.
  static std::size_t quoted(std::string_view text, std::string& value) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      const bool doubled = text[i] == '\'' && i + 1 < text.size() && text[i + 1] == '\'';
      if (text[i] == '\'' && !doubled) return i + 1;
      if ((doubled || text[i] == '\\') && i + 1 < text.size()) ++i;
      value += text[i];
    }
    return 0;
  }
  static std::size_t plain(std::string_view text, std::string& value) {
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end]) && text[end] != '#') ++end;
    value = text.substr(0, end);
    return end;
  }

  void add(std::string_view key, std::string_view at, std::string value) {
    const std::string name = lower(key);
    if (name == "include" || name == "include_if_exists" || name == "include_dir")
      return lines_.note(facts_, key, fmt::format("what {} says is not seen", value));
    if (names_secret(name)) return;
    if (name.ends_with("conninfo")) value = without_credentials(value);
    file_.settings[name] = lines_.found(std::move(value), key, at);
  }

  TextLines lines_;
  Facts& facts_;
  SettingsFile file_;
};

}  // namespace

void read_postgresql_conf(const TextAt& text, Facts& facts) { Conf(text, facts).read(); }

std::optional<Bytes> postgres_bytes(std::string_view setting, std::string_view value) {
  const auto number_end = value.find_first_not_of("0123456789.");
  const auto number = parse_number(value.substr(0, number_end));
  if (!number || *number < 0) return std::nullopt;
  const std::string_view unit = number_end == std::string_view::npos ? std::string_view() : trim(value.substr(number_end));
  constexpr double kb = 1024;
  const std::string name = lower(setting);
  double factor = 0;
  if (unit.empty()) {
    const bool blocks =
        name == "shared_buffers" || name == "effective_cache_size" || name == "wal_buffers" || name == "temp_buffers";
    factor = blocks ? 8 * kb : name.ends_with("wal_size") || name == "wal_keep_size" ? kb * kb : kb;
  }
  constexpr std::array<std::pair<std::string_view, double>, 5> units = {
      {{"B", 1}, {"kB", kb}, {"MB", kb * kb}, {"GB", kb * kb * kb}, {"TB", kb * kb * kb * kb}}};
  for (const auto& [spelling, size] : units)
    if (unit == spelling) factor = size;
  if (factor == 0 || *number * factor > 9e18) return std::nullopt;
  return Bytes{std::llround(*number * factor)};
}

}  // namespace plimsoll::import
