// redis.conf (valkey.conf, keydb.conf) and sentinel.conf: a directive a line. A # begins a comment only where a line begins.
//
// Facts of it: names in lower case, `slaveof` as replicaof, the arguments joined by blanks; `save` lines joined in their order,
// of others the last counts. Sentinel's are "sentinel down-after-milliseconds" and so on without the master's name;
// "sentinel monitor" is whole ("mymaster redis-master 6379 2") and "sentinel quorum" its last. Of several masters the first.

#include "import/redis_conf.h"

#include <fmt/format.h>

#include <array>
#include <cctype>

#include "core/quantity.h"
#include "import/readers.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t longest_save = 4096;  // characters of all `save` lines

/// Words as Redis splits a line. False if a quote does not close.
bool split(std::string_view line, std::vector<Word>& words) {
  std::size_t i = 0;
  while (true) {
    while (i < line.size() && is_blank(line[i])) ++i;
    if (i >= line.size()) return true;
    const std::size_t begin = i;
    Word word;
    if (line[i] == '"' || line[i] == '\'') {
      const char quote = line[i++];
      while (i < line.size() && line[i] != quote) {
        if (line[i] == '\\' && i + 1 < line.size()) ++i;
        word.text += line[i++];
      }
      if (i >= line.size()) return false;
      ++i;
    } else {
      while (i < line.size() && !is_blank(line[i])) word.text += line[i++];
    }
    word.raw = line.substr(begin, i - begin);
    words.push_back(std::move(word));
  }
}

/// Directives with exactly one value, where a comment behind it stops the start.
bool has_one_value(std::string_view name) {
  constexpr std::array names = {
      "maxmemory", "maxmemory-policy", "maxclients",           "appendonly", "appendfsync",     "timeout",     "port",
      "databases", "daemonize",        "cluster-node-timeout", "io-threads", "cluster-enabled", "tcp-backlog", "protected-mode"};
  for (const char* one : names)
    if (name == one) return true;
  return false;
}

class Conf {
 public:
  Conf(const TextAt& text, Facts& facts) : lines_(text), facts_(facts) {
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
    std::vector<Word> words;
    if (!split(line, words)) return lines_.warn(facts_, line, "a quote does not close here");
    std::string name = lower(words[0].text);
    if (name == "slaveof") name = "replicaof";
    if (name == "include" && words.size() > 1)
      return lines_.note(facts_, line, fmt::format("what {} says is not seen", words[1].text));
    if (name.empty() || words.size() < 2 || name == "user" || names_secret(name)) return;
    if (name == "sentinel") return read_sentinel(words);
    if (words.size() > 2 && words[2].text.starts_with('#') && has_one_value(name)) {
      lines_.warn(facts_, line.substr(static_cast<std::size_t>(words[2].raw.data() - line.data())),
                  fmt::format("redis reads a comment behind a value as arguments of {}, and does not start", name),
                  "the comment on a line of its own");
      words.resize(2);
    }
    add(name, words, 1);
  }

  void add(const std::string& name, const std::vector<Word>& words, std::size_t first) {
    std::string value;
    for (std::size_t i = first; i < words.size(); ++i) value += (i == first ? "" : " ") + words[i].text;
    const char* end = words.back().raw.data() + words.back().raw.size();
    const std::string_view at(words[first].raw.data(), static_cast<std::size_t>(end - words[first].raw.data()));
    const auto old = file_.settings.find(name);
    if (name == "save" && old != file_.settings.end() && !value.empty() && !old->second.value.empty() &&
        old->second.value.size() < longest_save)
      value = old->second.value + " " + value;
    file_.settings[name] = lines_.found(std::move(value), words[0].raw, at);
  }

  void read_sentinel(const std::vector<Word>& words) {
    const std::string name = "sentinel " + lower(words[1].text);
    if (names_secret(name) || words.size() < 4) return;  // sentinel auth-pass, sentinel myid
    file_.of = SettingsFile::Of::sentinel;
    if (name == "sentinel monitor") {
      if (master_.empty()) master_ = words[2].text;
      if (words[2].text != master_) return lines_.note(facts_, words[2].raw, "only the first master of a sentinel is looked at");
      add(name, words, 2);
      if (words.size() > 5) file_.settings["sentinel quorum"] = lines_.found(words[5].text, words[0].raw, words[5].raw);
    } else if (master_.empty() || words[2].text == master_) {
      add(name, words, 3);
    }
  }

  TextLines lines_;
  Facts& facts_;
  SettingsFile file_;
  std::string master_;
};

}  // namespace

void read_redis_conf(const TextAt& text, Facts& facts) { Conf(text, facts).read(); }

std::optional<Bytes> redis_bytes(std::string_view value) {
  std::size_t digits = 0;
  while (digits < value.size() && value[digits] >= '0' && value[digits] <= '9') ++digits;
  const auto number = parse_integer(value.substr(0, digits));
  if (!number) return std::nullopt;
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> units = {{{"", 1},
                                                                               {"b", 1},
                                                                               {"k", 1000},
                                                                               {"kb", 1LL << 10},
                                                                               {"m", 1'000'000},
                                                                               {"mb", 1LL << 20},
                                                                               {"g", 1'000'000'000},
                                                                               {"gb", 1LL << 30}}};
  const std::string unit = lower(value.substr(digits));
  for (const auto& [name, factor] : units)
    if (unit == name && *number <= INT64_MAX / factor) return Bytes{*number * factor};
  return std::nullopt;
}

}  // namespace plimsoll::import
