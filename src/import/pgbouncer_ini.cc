// pgbouncer.ini. Its comments stand on lines of their own: what follows a value belongs to it.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/quantity.h"
#include "import/readers.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

struct Pair {
  std::string_view key, at;  // at: the value with its quotes
  std::string value;
};

/// "host=a port=5432 password='x''y'"; what comes after a mistake is left out, and `rest` is where it is.
std::vector<Pair> connection_pairs(std::string_view text, std::string_view& rest) {
  std::vector<Pair> pairs;
  while (true) {
    text = trim(text);
    rest = text;
    const std::size_t equals = text.find('=');
    if (text.empty() || equals == std::string_view::npos) return pairs;
    Pair pair;
    pair.key = trim(text.substr(0, equals));
    if (pair.key.empty() || std::any_of(pair.key.begin(), pair.key.end(), is_blank)) return pairs;
    std::size_t begin = equals + 1;
    while (begin < text.size() && is_blank(text[begin])) ++begin;
    std::size_t end = begin;
    if (end < text.size() && text[end] == '\'') {
      for (++end;; ++end) {
        if (end >= text.size()) return pairs;
        if (text[end] == '\'' && (end + 1 >= text.size() || text[end + 1] != '\'')) break;
        if (text[end] == '\'') ++end;
        pair.value += text[end];
      }
      ++end;
    } else {
      while (end < text.size() && !is_blank(text[end])) pair.value += text[end++];
    }
    pair.at = text.substr(begin, end - begin);
    pairs.push_back(std::move(pair));
    text.remove_prefix(end);
  }
}

/// Where a comment begins that somebody put behind a value.
std::size_t comment_at(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i)
    if ((value[i] == ';' || value[i] == '#') && is_blank(value[i - 1])) return i;
  return std::string_view::npos;
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

class Ini {
 public:
  Ini(const TextAt& text, Facts& facts) : lines_(text), facts_(facts) {
    file_.owner = text.owner;
    file_.space = text.space;
    file_.at = text.at;
  }

  void read() {
    for (const std::string_view line : lines_.lines()) read_line(trim(line));
    if (!file_.databases.empty() || !file_.settings.empty()) facts_.poolers.push_back(std::move(file_));
  }

 private:
  void read_line(std::string_view line) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.empty() || line.front() == ';' || line.front() == '#') return;
    if (line.starts_with("%include"))
      return lines_.note(facts_, line, fmt::format("what {} says is not seen", trim(line.substr(8))));
    if (line.front() == '[') {
      const std::size_t end = line.find(']');
      if (end == std::string_view::npos) lines_.warn(facts_, line, "this section's name does not end", "[pgbouncer]");
      section_ = lower(trim(line.substr(1, std::min(end, line.size()) - 1)));
      return;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      if (!section_.empty()) lines_.warn(facts_, line, "pgbouncer wants name = value here", "name = value, or a ; in front");
      return;
    }
    const std::string_view key = trim(line.substr(0, equals));
    std::string_view value = line.substr(equals + 1);
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    if (key.empty()) return;
    if (section_ == "databases") return read_database(key, value);
    if (section_ == "users") return read_user(key, value);
    if (section_ == "pgbouncer") read_setting(key, value);
  }

  void read_setting(std::string_view key, std::string_view value) {
    const std::string name = lower(key);
    if (names_secret(name)) return;
    if (const std::size_t comment = comment_at(value); comment != std::string_view::npos) {
      const std::string_view word = trim(value.substr(0, comment));
      if (is_plain_word(word)) {
        lines_.warn(facts_, value.substr(comment), "pgbouncer reads a comment behind a value as part of the value",
                    "the comment on a line of its own");
        value = word;
      }
    }
    if (name == "pool_mode") check_mode(value);
    file_.settings[name] = lines_.found(std::string(value), key, value);
  }

  void check_mode(std::string_view mode) {
    const std::string word = lower(mode);
    if (word.empty() || word.find_first_of("${%") != std::string::npos) return;
    if (word != "session" && word != "transaction" && word != "statement")
      lines_.warn(facts_, mode, fmt::format("pool_mode '{}' is none of pgbouncer's", word), "session, transaction or statement");
  }

  std::vector<Pair> pairs(std::string_view value) {
    std::string_view rest;
    std::vector<Pair> found = connection_pairs(value, rest);
    if (!rest.empty() && rest.front() != ';' && rest.front() != '#')
      lines_.warn(facts_, rest, "this is no key=value of a connection", "host=… port=… dbname=…");
    return found;
  }

  void read_database(std::string_view key, std::string_view value) {
    PoolerFile::Target target;
    target.name = std::string(key.size() >= 2 && key.front() == '"' && key.back() == '"' ? key.substr(1, key.size() - 2) : key);
    target.dbname = target.name == "*" ? std::string() : target.name;
    target.at = lines_.spot(key);
    for (Pair& pair : pairs(value)) {
      const std::string name = lower(pair.key);
      if (name == "host") {
        target.host = lower(pair.value);
      } else if (name == "port") {
        if (const auto port = parse_integer(pair.value); port && *port > 0 && *port < 65536)
          target.port = static_cast<int>(*port);
      } else if (name == "dbname") {
        target.dbname = pair.value;
      } else if (name != "user" && name != "auth_user" && !names_secret(name)) {
        if (name == "pool_mode") check_mode(pair.at);
        if (const auto size = parse_integer(pair.value); name == "pool_size" && size && *size >= 0 && *size < 1'000'000)
          target.pool_size = static_cast<int>(*size);
        target.settings[name] = lines_.found(std::move(pair.value), pair.key, pair.at);
      }
    }
    // A name said twice is one database; the later line counts.
    const auto [at, fresh] = places_.emplace(target.name, file_.databases.size());
    if (fresh)
      file_.databases.push_back(std::move(target));
    else
      file_.databases[at->second] = std::move(target);
  }

  void read_user(std::string_view key, std::string_view value) {
    for (Pair& pair : pairs(value))
      if (const std::string name = lower(pair.key); !names_secret(name))
        file_.users[std::string(key)][name] = lines_.found(std::move(pair.value), pair.key, pair.at);
  }

  TextLines lines_;
  Facts& facts_;
  PoolerFile file_;
  std::map<std::string, std::size_t> places_;  // of file_.databases, by name
  std::string section_;
};

}  // namespace

void read_pgbouncer(const TextAt& text, Facts& facts) { Ini(text, facts).read(); }

}  // namespace plimsoll::import
