#include "app/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "app/keys.h"

namespace plimsoll::app {
namespace {

using nlohmann::json;
using wire::HttpRequest;
using wire::HttpResponse;
using wire::PgConnection;
using wire::RedisClient;

constexpr std::size_t longest_name = 200;

/// Keeps the larger: two writes of one user may arrive here out of order.
constexpr std::string_view remember_position =
    "local seen = redis.call('GET', KEYS[1]) "
    "if seen and tonumber(seen) > tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) "
    "else redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end return 1";

HttpResponse answer_json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}
HttpResponse problem(int status, const std::string& text) { return answer_json(status, json{{"error", text}}.dump()); }

/// What went wrong behind us is logged whole and told in general.
HttpResponse unavailable(const Error& error) {
  log_warning(error.message);
  HttpResponse response = problem(503, "a store did not answer in time; try again");
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// 128 random bits in hex, from the system's generator: names sessions, so it must not be guessable.
std::string random_token() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

/// A pure function of what was asked and of the user's segment, so that the same request has the same answer everywhere.
std::string decide_on(const std::string& key, const std::string& user, const std::string& features, int segment) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : user + '\n' + features) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  const double score = static_cast<double>((hash >> 11) % 1000) / 1000.0;
  const double bar = 0.3 + 0.02 * segment;
  const char* decision = score > bar + 0.2 ? "approve" : score > bar ? "review" : "decline";
  return json{{"key", key}, {"user", user}, {"segment", segment}, {"score", score}, {"decision", decision}}.dump();
}

std::string cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(pair.size() + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return std::string(pair.substr(name.size() + 1));
  }
  return {};
}

std::string rows_as_json(const wire::PgResult& rows) {
  std::string out = "[";
  for (int i = 0; i < rows.rows(); ++i) {
    const json row = {{"key", rows.value(i, "idempotency_key").value_or("")}, {"at", rows.value(i, "at").value_or("")}};
    if (i > 0) out += ',';
    // The answer is JSON already, stored as it was given.
    std::string text = row.dump();
    text.pop_back();
    out += text + ",\"answer\":" + std::string(rows.value(i, "answer").value_or("null")) + "}";
  }
  return out + "]";
}

Result<wire::PgResult> select_history(PgConnection& database, const std::string& user, Deadline deadline) {
  return database.query(
      "select idempotency_key, answer, to_char(created at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as at "
      "from decisions where user_name = $1 order by id desc limit 20",
      {user}, left(deadline));
}

/// From the read replica if it has replayed up to `position`; not_found if it has not. In one transaction, so that a pooler or
/// balancer in front asks one server; as two statements, so that the rows' snapshot is taken after the position was seen.
Result<wire::PgResult> select_from_replica(PgConnection& database, const std::string& user, std::int64_t position,
                                           Deadline deadline) {
  if (position == 0) return select_history(database, user, deadline);
  if (const auto begun = database.exec("begin read only", left(deadline)); !begun) return fail(begun.error());
  const auto seen =
      database.query("select coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') >= $1::numeric, true) as fresh",
                     {std::to_string(position)}, left(deadline));
  const bool fresh = seen && seen->value(0, "fresh") == "t";
  Result<wire::PgResult> rows = !seen   ? fail(seen.error())
                                : fresh ? select_history(database, user, deadline)
                                        : fail(Errc::not_found, "the read replica is behind");
  if (!database.broken())
    if (const auto ended = database.exec("rollback", left(deadline)); !ended) return fail(ended.error());
  return rows;
}

}  // namespace

const std::array<Api::Route, 4> Api::routes = {{{"POST", "/api/decide", &Api::decide},
                                                {"GET", "/api/history", &Api::history},
                                                {"POST", "/api/login", &Api::login},
                                                {"GET", "/api/me", &Api::me}}};

Api::Api(const Settings& settings, Stores& stores) : settings_(settings), stores_(stores) {}

HttpResponse Api::handle(const HttpRequest& request) {
  const Deadline deadline = wire::deadline_in(settings_.request_deadline);
  const std::string_view path = request.path();
  std::size_t at = routes.size();
  HttpResponse response = problem(404, "no such page");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (path != routes[i].path) continue;
    at = i;
    response = request.method == routes[i].method ? (this->*routes[i].answer)(request, deadline)
                                                  : problem(405, fmt::format("use {}", routes[i].method));
  }
  response.headers.push_back({"X-Instance", settings_.instance});
  counted_[at].duration.observe(std::chrono::steady_clock::now() - request.received);
  ++counted_[at].codes[static_cast<std::size_t>(response.status)];
  return response;
}

HttpResponse Api::decide(const HttpRequest& request, Deadline deadline) {
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) return problem(400, "the body must be a JSON object: {\"user\": \"...\", \"features\": ...}");
  std::string user;
  if (const auto found = body.find("user"); found != body.end() && found->is_string()) user = found->get<std::string>();
  if (user.empty()) {
    Result<std::string> session = session_user(request, deadline);
    if (!session) return unavailable(session.error());
    user = std::move(*session);
  }
  if (!is_name(user)) return problem(400, "'user' must be a string of 1..200 characters, or the request carry a session");
  std::string key(request.header("Idempotency-Key"));
  if (key.empty()) key = random_token();
  if (!is_name(key)) return problem(400, "Idempotency-Key must have 1..200 characters");

  burn(settings_.cpu);
  const Result<int> segment = segment_of(user, deadline);
  if (!segment) return unavailable(segment.error());
  if (settings_.outside > Duration::zero()) std::this_thread::sleep_for(settings_.outside);
  const auto features = body.find("features");
  const std::string proposed = decide_on(key, user, features == body.end() ? "" : features->dump(), *segment);
  const Result<Decision> decision = store(key, user, proposed, deadline);
  if (!decision) return unavailable(decision.error());
  if (decision->of_another_user) return problem(409, "this Idempotency-Key was used by another user");
  if (const Result<void> published = publish(key, user, *decision, deadline); !published) return unavailable(published.error());
  return answer_json(decision->created ? 201 : 200, decision->answer);
}

Result<int> Api::segment_of(const std::string& user, Deadline deadline) {
  const std::string key = profile_key(user);
  const auto cached = stores_.redis.run(deadline, [&](RedisClient& redis) {
    return redis.command({"GET", key}, left(deadline));
  });
  if (!cached) return fail(cached.error());
  if (!cached->is_nil()) {
    ++cache_hits_;
    return std::atoi(cached->text.c_str());
  }
  ++cache_misses_;
  const auto read = stores_.main.run(deadline, [&](PgConnection& database) {
    return database.query(
        "select coalesce((select segment from profiles where user_name = $1), abs(hashtext($1) % 10)) as segment", {user},
        left(deadline));
  });
  if (!read) return fail(read.error());
  const int segment = static_cast<int>(read->integer(0, "segment").value_or(0));
  const std::string ttl = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(settings_.cache_ttl).count());
  const auto kept = stores_.redis.run(deadline, [&](RedisClient& redis) {
    return redis.command({"SETEX", key, ttl, std::to_string(segment)}, left(deadline));
  });
  if (!kept) return fail(kept.error());
  return segment;
}

Result<Api::Decision> Api::store(const std::string& key, const std::string& user, const std::string& answer, Deadline deadline) {
  return stores_.main.run(deadline, [&](PgConnection& database) -> Result<Decision> {
    const auto inserted = database.query(
        "insert into decisions (idempotency_key, user_name, answer, instance) values ($1, $2, $3, $4) on conflict "
        "(idempotency_key) do nothing",
        {key, user, answer, settings_.instance}, left(deadline));
    if (!inserted) return fail(inserted.error());
    Decision decision{.answer = answer, .created = inserted->affected() == 1};
    // Asked after the insert has committed: a replica that has replayed up to here has the row. And the stored answer, not ours:
    // another instance may have stored it at this moment.
    const auto stored = database.query(
        "select user_name, answer, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as position from decisions "
        "where idempotency_key = $1",
        {key}, left(deadline));
    if (!stored) return fail(stored.error());
    if (stored->rows() != 1) return fail(Errc::failed, "the decision's row is gone");
    decision.of_another_user = stored->value(0, "user_name") != user;
    decision.answer = stored->value(0, "answer").value_or("");
    decision.wal_position = stored->integer(0, "position").value_or(0);
    return decision;
  });
}

Result<std::vector<std::string>> Api::queues_to_serve(const std::string& key, bool created, Deadline deadline) {
  if (created || settings_.queues.empty()) return settings_.queues;
  const auto done = stores_.main.run(deadline, [&](PgConnection& database) {
    return database.query("select queue from effects where idempotency_key = $1", {key}, left(deadline));
  });
  if (!done) return fail(done.error());
  std::vector<std::string> queues = settings_.queues;
  for (int i = 0; i < done->rows(); ++i) std::erase(queues, done->value(i, 0).value_or(""));
  return queues;
}

Result<void> Api::publish(const std::string& key, const std::string& user, const Decision& decision, Deadline deadline) {
  const Result<std::vector<std::string>> queues = queues_to_serve(key, decision.created, deadline);
  if (!queues) return fail(queues.error());
  const std::string position = std::to_string(decision.wal_position);
  const std::string remembered_for =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(settings_.own_writes_for).count());
  const std::string wal = wal_key(user);
  std::vector<std::string> jobs;
  for (const std::string& queue : *queues) jobs.push_back(json{{"id", job_id(key, queue)}, {"key", key}, {"user", user}}.dump());
  std::vector<RedisClient::Command> commands{{"EVAL", remember_position, "1", wal, position, remembered_for}};
  for (std::size_t i = 0; i < jobs.size(); ++i) commands.push_back({"LPUSH", (*queues)[i], jobs[i]});
  const auto sent = stores_.redis.run(deadline, [&](RedisClient& redis) -> Result<void> {
    const auto replies = redis.pipeline(commands, left(deadline));
    if (!replies) return fail(replies.error());
    for (const wire::RespValue& reply : *replies)
      if (reply.is_error())
        return fail(reply.text.starts_with("LOADING") ? Errc::unreachable : Errc::failed, redis.endpoint() + ": " + reply.text);
    return {};
  });
  if (sent) pushes_ += jobs.size();
  return sent;
}

Result<std::int64_t> Api::own_position(const std::string& user, Deadline deadline) {
  const auto seen = stores_.redis.run(deadline, [&](RedisClient& redis) {
    return redis.command({"GET", wal_key(user)}, left(deadline));
  });
  if (!seen) return fail(seen.error());
  return seen->is_nil() ? 0 : std::strtoll(seen->text.c_str(), nullptr, 10);
}

HttpResponse Api::history(const HttpRequest& request, Deadline deadline) {
  std::string user = request.parameter("user");
  if (user.empty()) {
    Result<std::string> session = session_user(request, deadline);
    if (!session) return unavailable(session.error());
    user = std::move(*session);
  }
  if (!is_name(user)) return problem(400, "say whose history: ?user=NAME, or carry a session");
  const auto reply = [&](const wire::PgResult& rows, const char* from) {
    HttpResponse response = answer_json(200, rows_as_json(rows));
    response.headers.push_back({"X-Read-From", from});
    return response;
  };
  if (stores_.read) {
    // The replica gets a part of the time only; whatever is wrong with it, the primary answers.
    const Deadline soon = std::min(deadline, wire::deadline_in(settings_.request_deadline / 4));
    const Result<std::int64_t> position = own_position(user, soon);
    if (position) {
      const auto rows =
          stores_.read->once(soon, [&](PgConnection& database) { return select_from_replica(database, user, *position, soon); });
      if (rows) {
        ++replica_reads_;
        return reply(*rows, "replica");
      }
    }
  }
  const auto rows = stores_.main.run(deadline, [&](PgConnection& database) { return select_history(database, user, deadline); });
  if (!rows) return unavailable(rows.error());
  ++primary_reads_;
  return reply(*rows, "primary");
}

HttpResponse Api::login(const HttpRequest& request, Deadline deadline) {
  const json body = json::parse(request.body, nullptr, false);
  const auto named = body.is_object() ? body.find("user") : body.end();
  if (!body.is_object() || named == body.end() || !named->is_string() || !is_name(named->get_ref<const std::string&>()))
    return problem(400, "the body must be {\"user\": \"...\"} with 1..200 characters");
  const std::string user = named->get<std::string>();
  const std::string token = random_token();
  const std::string ttl = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(settings_.session_ttl).count());
  const auto kept = stores_.redis.run(deadline, [&](RedisClient& redis) {
    return redis.command({"SETEX", session_key(token), ttl, user}, left(deadline));
  });
  if (!kept) return unavailable(kept.error());
  HttpResponse response = answer_json(200, json{{"user", user}, {"session", token}}.dump());
  response.headers.push_back({"X-Session", token});
  response.headers.push_back({"Set-Cookie", fmt::format("session={}; Max-Age={}; Path=/; HttpOnly; SameSite=Lax", token, ttl)});
  return response;
}

Result<std::string> Api::session_user(const HttpRequest& request, Deadline deadline) {
  std::string token(request.header("X-Session"));
  if (token.empty()) token = cookie(request.header("Cookie"), "session");
  if (token.empty() || token.size() > longest_name) return std::string();
  const std::string ttl = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(settings_.session_ttl).count());
  const auto found = stores_.redis.run(deadline, [&](RedisClient& redis) {
    return redis.command({"GETEX", session_key(token), "EX", ttl}, left(deadline));
  });
  if (!found) return fail(found.error());
  return found->text;
}

HttpResponse Api::me(const HttpRequest& request, Deadline deadline) {
  const Result<std::string> user = session_user(request, deadline);
  if (!user) return unavailable(user.error());
  if (user->empty()) return problem(401, "no session, or one that has ended");
  return answer_json(200, json{{"user", *user}}.dump());
}

void Api::write_metrics(MetricsText& out) const {
  const auto label = [](std::size_t i) { return fmt::format("route=\"{}\"", i < routes.size() ? routes[i].path : "other"); };
  out.family("http_request_duration_seconds", "histogram",
             "From the request read whole to its answer, waiting for a worker included.");
  for (std::size_t i = 0; i < counted_.size(); ++i) out.histogram(label(i), counted_[i].duration.counts());
  out.family("http_requests_total", "counter", "Requests answered.");
  for (std::size_t i = 0; i < counted_.size(); ++i)
    for (std::size_t code = 100; code < counted_[i].codes.size(); ++code)
      if (const std::uint64_t n = counted_[i].codes[code]; n > 0)
        out.sample(fmt::format("{},code=\"{}\"", label(i), code), static_cast<double>(n));
  out.family("cache_requests_total", "counter", "Reads of the profile cache.");
  out.sample("result=\"hit\"", static_cast<double>(cache_hits_));
  out.sample("result=\"miss\"", static_cast<double>(cache_misses_));
  out.family("history_reads_total", "counter", "Histories by the database they came from.");
  out.sample("from=\"replica\"", static_cast<double>(replica_reads_));
  out.sample("from=\"primary\"", static_cast<double>(primary_reads_));
  out.family("queue_pushes_total", "counter", "Jobs pushed, repeats included.");
  out.sample("", static_cast<double>(pushes_));
}

}  // namespace plimsoll::app
