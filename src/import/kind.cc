// By content: a file's name says least where it matters most ("config.yaml", "values", stdin).

#include "import/kind.h"

#include <algorithm>
#include <array>

#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

constexpr int lines_looked_at = 3000;  // licences and comments come first in many

std::string_view trimmed(std::string_view line) {
  const std::size_t from = line.find_first_not_of(" \t\r\xEF\xBB\xBF");
  return from == std::string_view::npos ? std::string_view() : line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

/// Calls for each line, with and without its blanks, until it gets an answer.
template <class Look>
bool any_line(std::string_view text, Look look) {
  for (int n = 0; n < lines_looked_at && !text.empty(); ++n) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (look(line, trimmed(line))) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

bool begins_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) && line.size() > word.size() && (line[word.size()] == ' ' || line[word.size()] == '\t');
}

bool is_pgbouncer(std::string_view text) {
  return any_line(text, [](std::string_view, std::string_view line) { return line == "[pgbouncer]" || line == "[databases]"; });
}

/// A directive of Redis: a word, a blank, a value; neither "=" nor ":" behind the word.
bool is_redis(std::string_view text) {
  constexpr std::array<std::string_view, 9> words = {"maxmemory",       "maxmemory-policy", "appendonly",
                                                     "maxclients",      "sentinel monitor", "save",
                                                     "cluster-enabled", "replicaof",        "tcp-keepalive"};
  return any_line(text, [&](std::string_view, std::string_view line) {
    return line.find('=') == std::string_view::npos && line.find('{') == std::string_view::npos && !line.ends_with(';') &&
           std::any_of(words.begin(), words.end(), [&](std::string_view word) { return begins_with_word(line, word); });
  });
}

bool is_nginx(std::string_view text) {
  return any_line(text, [](std::string_view, std::string_view line) {
    if (line.starts_with("proxy_pass ") && line.ends_with(';')) return true;
    const bool opens = line.ends_with('{');
    return opens &&
           (line.starts_with("upstream ") || line == "server {" || line == "http {" || line == "server{" || line == "http{");
  });
}

bool is_postgres(std::string_view text) {
  // MySQL's and other programs' files have sections and some of the same names.
  if (any_line(text, [](std::string_view, std::string_view line) { return line.starts_with('[') && line.ends_with(']'); }))
    return false;
  constexpr std::array<std::string_view, 8> names = {"shared_buffers",       "max_connections",     "work_mem",
                                                     "effective_cache_size", "wal_level",           "listen_addresses",
                                                     "max_wal_size",         "maintenance_work_mem"};
  return any_line(text, [&](std::string_view, std::string_view line) {
    if (line.ends_with(';') || line.find("= ") == 0) return false;
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      if (!line.starts_with(name)) return false;
      const std::string_view behind = trimmed(line.substr(name.size()));
      return behind.starts_with('=') || (line.size() > name.size() && line[name.size()] == ' ' && !behind.starts_with(':'));
    });
  });
}

}  // namespace

bool looks_like_manifest(std::string_view text) {
  return any_line(text, [](std::string_view whole, std::string_view line) {
    if (line.starts_with("\"apiVersion\"") || whole.starts_with("apiVersion:") || whole.starts_with("{\"apiVersion\""))
      return true;
    return whole.starts_with("services:");
  });
}

FileKind kind_of_text(std::string_view name, std::string_view text) {
  const bool is_script = name.ends_with(".sh") || name.ends_with(".py") || name.ends_with(".sql") || name.ends_with(".lua") ||
                         name.ends_with(".json") || name.ends_with(".rb") || name.ends_with(".js") || name.ends_with(".md") ||
                         name.ends_with(".txt") || name.ends_with(".cnf") || text.starts_with("#!");
  if (is_script || looks_like_manifest(text)) return FileKind::unknown;
  if (is_pgbouncer(text)) return FileKind::pgbouncer;
  if (is_nginx(text)) return FileKind::nginx;
  if (is_postgres(text)) return FileKind::postgres;
  if (is_redis(text)) return FileKind::redis;
  return FileKind::unknown;
}

FileKind kind_of(const SourceFile& file) {
  const std::string_view text = file.text;
  const bool is_spec =
      any_line(text, [](std::string_view whole, std::string_view) { return whole.starts_with("apiVersion: plimsoll/"); });
  if (is_spec) return FileKind::spec;
  bool has_version = false, has_kind = false, has_services = false;
  any_line(text, [&](std::string_view whole, std::string_view line) {
    const bool json = line.starts_with('"') || line.starts_with('{');
    has_version =
        has_version || whole.starts_with("apiVersion:") || (json && line.find("\"apiVersion\"") != std::string_view::npos);
    has_kind = has_kind || whole.starts_with("kind:") || (json && line.find("\"kind\"") != std::string_view::npos);
    has_services = has_services || whole.starts_with("services:") || (json && line.starts_with("\"services\""));
    return has_version && has_kind;
  });
  if (has_version && has_kind) return FileKind::kubernetes;
  if (has_services) return FileKind::compose;
  const std::string name = base_name(file.name);
  if (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json") || name.ends_with(".tpl"))
    return FileKind::unknown;
  return kind_of_text(name, text);
}

}  // namespace plimsoll::import
