#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/quantity.h"

namespace plimsoll::app {
namespace {

enum class Kind { text, count, milliseconds, whole_seconds, list };

struct Field {
  const char* name;
  const char* for_api;  // default; null: must be given
  const char* for_worker;
  Kind kind;
  std::int64_t least, most;  // of numbers
  void (*set)(Settings&, const std::string& text, std::int64_t number);
  const char* meaning;
};

Duration ms(std::int64_t number) { return std::chrono::milliseconds(number); }
Duration s(std::int64_t number) { return std::chrono::seconds(number); }

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size() && !text.empty()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

using Text = const std::string&;
using Number = std::int64_t;
constexpr std::int64_t hour_ms = 3'600'000;

const Field contract[] = {
    {"PORT", nullptr, nullptr, Kind::count, 0, 65535, [](Settings& x, Text, Number n) { x.port = static_cast<int>(n); },
     "port to serve on; 0 takes a free one and logs it"},
    {"INSTANCE", nullptr, nullptr, Kind::text, 0, 0, [](Settings& x, Text t, Number) { x.instance = t; },
     "name of this copy, unique among those that run; X-Instance of every answer"},
    {"DATABASE_URL", nullptr, nullptr, Kind::text, 0, 0, [](Settings& x, Text t, Number) { x.database_url = t; },
     "postgresql://user:password@host:port/database, usually a PgBouncer in transaction mode"},
    {"DATABASE_READ_URL", "", "", Kind::text, 0, 0, [](Settings& x, Text t, Number) { x.database_read_url = t; },
     "the same for a read replica; empty: history is read from the primary"},
    {"REDIS_URL", nullptr, nullptr, Kind::text, 0, 0, [](Settings& x, Text t, Number) { x.redis_url = t; },
     "redis://[[user]:password@]host:port/db"},
    {"QUEUES", "", nullptr, Kind::list, 0, 0, [](Settings& x, Text t, Number) { x.queues = split(t); },
     "lists in Redis, comma between: those an api publishes to, those a worker consumes"},
};

const Field knobs[] = {
    {"ADDRESS", "127.0.0.1", "127.0.0.1", Kind::text, 0, 0, [](Settings& x, Text t, Number) { x.address = t; },
     "address to serve on; 0.0.0.0 in a container"},
    {"CPU_MS", "5", "0", Kind::milliseconds, 0, 60'000, [](Settings& x, Text, Number n) { x.cpu = ms(n); },
     "CPU time of a decision"},
    {"OUTSIDE_MS", "0", "0", Kind::milliseconds, 0, hour_ms, [](Settings& x, Text, Number n) { x.outside = ms(n); },
     "latency of a decision's call to the outside"},
    {"JOB_CPU_MS", "0", "10", Kind::milliseconds, 0, 60'000, [](Settings& x, Text, Number n) { x.job_cpu = ms(n); },
     "CPU time of a job"},
    {"JOB_OUTSIDE_MS", "0", "0", Kind::milliseconds, 0, hour_ms, [](Settings& x, Text, Number n) { x.job_outside = ms(n); },
     "latency of a job's call to the outside"},
    {"POOL_SIZE", "5", "2", Kind::count, 1, 1000, [](Settings& x, Text, Number n) { x.pool_size = static_cast<int>(n); },
     "most database connections at once, per database"},
    {"CONCURRENCY", "16", "1", Kind::count, 1, 1000, [](Settings& x, Text, Number n) { x.concurrency = static_cast<int>(n); },
     "requests or jobs worked on at once; a worker's unit of scaling is the instance, so it takes one job at a time"},
    {"REQUEST_DEADLINE_MS", "10000", "10000", Kind::milliseconds, 100, hour_ms,
     [](Settings& x, Text, Number n) { x.request_deadline = ms(n); },
     "how long a request waits for a database or Redis that is away before it fails"},
    {"READY_GRACE_MS", "10000", "10000", Kind::milliseconds, 500, hour_ms,
     [](Settings& x, Text, Number n) { x.ready_grace = ms(n); },
     "how long they may be away before /ready says 503: shorter, and a restart of a pooler empties the balancer"},
    {"LAME_DUCK_MS", "1500", "0", Kind::milliseconds, 0, hour_ms, [](Settings& x, Text, Number n) { x.lame_duck = ms(n); },
     "after SIGTERM: served on with /ready at 503, until the balancer has noticed; 0 where it was drained before"},
    {"DRAIN_DEADLINE_MS", "30000", "30000", Kind::milliseconds, 0, hour_ms,
     [](Settings& x, Text, Number n) { x.drain_deadline = ms(n); },
     "after that: what is under way gets this long; exit 1 if it was cut"},
    {"START_DELAY_MS", "0", "0", Kind::milliseconds, 0, hour_ms, [](Settings& x, Text, Number n) { x.start_delay = ms(n); },
     "a slow start: not ready before"},
    {"CACHE_TTL_S", "60", "60", Kind::whole_seconds, 1, 86'400, [](Settings& x, Text, Number n) { x.cache_ttl = s(n); },
     "how long a user's profile stays in the cache"},
    {"SESSION_TTL_S", "3600", "3600", Kind::whole_seconds, 1, 31'536'000,
     [](Settings& x, Text, Number n) { x.session_ttl = s(n); }, "how long a session lives without a request"},
    {"OWN_WRITES_S", "600", "600", Kind::whole_seconds, 1, 86'400, [](Settings& x, Text, Number n) { x.own_writes_for = s(n); },
     "how long a user's last write is remembered: above any lag of the read replica"},
    {"RECLAIM_AFTER", "10", "10", Kind::whole_seconds, 1, 86'400, [](Settings& x, Text, Number n) { x.reclaim_after = s(n); },
     "seconds without a sign of life after which a worker's jobs are given to others"},
};

std::string apply(const Field& field, const std::string& text, Settings& settings) {
  std::int64_t number = 0;
  if (field.kind == Kind::count || field.kind == Kind::milliseconds || field.kind == Kind::whole_seconds) {
    const std::optional<std::int64_t> parsed = parse_integer(text);
    if (!parsed || *parsed < field.least || *parsed > field.most)
      return fmt::format("{}: '{}' is not a whole number of {}..{}", field.name, text, field.least, field.most);
    number = *parsed;
  }
  field.set(settings, text, number);
  return {};
}

void check(const Settings& settings, std::vector<std::string>& problems) {
  for (const std::string& queue : settings.queues)
    if (queue.empty() || queue.find_first_of(" \t") != std::string::npos)
      problems.push_back("QUEUES: an empty name or one with blanks");
  if (settings.instance.size() > 100 || settings.instance.find_first_of(" \t\r\n#") != std::string::npos)
    problems.push_back("INSTANCE: at most 100 characters, without blanks and '#'");
}

void describe(const Field& field, std::string& out) {
  const auto shown = [](const char* text) {
    return text == nullptr ? std::string("required") : *text == '\0' ? std::string("none") : std::string(text);
  };
  const std::string api = shown(field.for_api);
  const std::string worker = shown(field.for_worker);
  out += fmt::format("  {:<20} {:<18} {}\n", field.name, api == worker ? api : api + ", " + worker, field.meaning);
}

}  // namespace

ReadSettings read_settings(Role role, const std::function<std::optional<std::string>(std::string_view)>& lookup) {
  ReadSettings read;
  Settings settings;
  settings.role = role;
  const auto take = [&](const Field& field) {
    const char* standard = role == Role::api ? field.for_api : field.for_worker;
    const std::optional<std::string> given = lookup(field.name);
    const bool absent = !given || given->empty();
    if (absent && standard == nullptr) {
      read.problems.push_back(fmt::format("{}: not set; {}", field.name, field.meaning));
      return;
    }
    if (std::string problem = apply(field, absent ? standard : *given, settings); !problem.empty())
      read.problems.push_back(std::move(problem));
  };
  for (const Field& field : contract) take(field);
  for (const Field& field : knobs) take(field);
  check(settings, read.problems);
  if (read.problems.empty()) read.value = std::move(settings);
  return read;
}

std::string help() {
  std::string out =
      "plimsoll-app: the sample service that plimsoll's demo, tests and scenes run\n\n"
      "usage: plimsoll-app api | worker\n\n"
      "  api      POST /api/decide  GET /api/history?user=U  POST /api/login  GET /api/me\n"
      "  worker   takes jobs from lists in Redis, writes each one's effect once\n"
      "  both     GET /healthz  /ready  /metrics  /api/v1/metrics\n\n"
      "From the environment (defaults; two where api and worker differ):\n";
  for (const Field& field : contract) describe(field, out);
  out += '\n';
  for (const Field& field : knobs) describe(field, out);
  out +=
      "\nSIGTERM: /ready says 503 at once, what is under way is finished, exit 0.\nExit: 0 well, 1 failed, 2 wrong settings.\n";
  return out;
}

}  // namespace plimsoll::app
