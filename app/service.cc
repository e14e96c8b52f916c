#include "app/service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <ctime>
#include <nlohmann/json.hpp>

namespace plimsoll::app {
namespace {

using namespace std::chrono_literals;
using wire::deadline_in;
using wire::HttpRequest;
using wire::HttpResponse;

constexpr const char* schema = R"sql(
create table if not exists profiles (
  user_name text primary key, segment int not null);
create table if not exists decisions (
  id bigserial primary key, idempotency_key text not null unique, user_name text not null, answer text not null,
  instance text not null, created timestamptz not null default now());
create index if not exists decisions_by_user on decisions (user_name, id desc);
create table if not exists effects (
  job_id text primary key, queue text not null, idempotency_key text not null, worker text not null,
  done timestamptz not null default now());
)sql";

Databases::Connect to_database(const std::string& url) {
  return [url](Duration within) { return wire::PgConnection::connect(url, within); };
}

/// Sleeps; true if asked to stop meanwhile.
bool pause(const std::stop_token& stop, Duration time) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
  return stop.stop_requested();
}

template <class Connection, class Connect, class Ask>
Result<void> ask(std::optional<Connection>& connection, const Connect& connect, const Ask& question) {
  if (!connection || connection->broken()) {
    auto fresh = connect();
    if (!fresh) return fail(fresh.error());
    connection = std::move(*fresh);
  }
  const auto answer = question(*connection);
  if (!answer) return fail(answer.error());
  return {};
}

void pool_families(MetricsText& out, const std::string& prefix, const Databases::Use& use) {
  out.family(prefix + "_size", "gauge", "Most connections at once.");
  out.sample("", use.size);
  out.family(prefix + "_in_use", "gauge", "Connections in use.");
  out.sample("", use.in_use);
  out.family(prefix + "_waiting", "gauge", "Requests that wait for a connection.");
  out.sample("", use.waiting);
  out.family(prefix + "_busy_seconds_total", "counter", "Connection-seconds in use; its rate over the size is the utilization.");
  out.sample("", use.busy_s);
}

std::string metrics_page(const Stores& stores, const wire::HttpServer* server, const Pages& pages) {
  MetricsText out;
  if (pages.metrics) pages.metrics(out);
  pool_families(out, "db_pool", stores.main.use());
  if (stores.read) pool_families(out, "db_read_pool", stores.read->use());
  if (server != nullptr) {
    out.family("http_requests_in_flight", "gauge", "Requests read and not yet answered.");
    out.sample("", static_cast<double>(server->load().in_flight));
    out.family("http_connections", "gauge", "Open connections.");
    out.sample("", static_cast<double>(server->load().connections));
  }
  out.process();
  return out.take();
}

std::string json_page(const Settings& settings, const Stores& stores, const wire::HttpServer* server) {
  const Databases::Use use = stores.main.use();
  const nlohmann::json page = {{"instance", settings.instance},
                               {"role", settings.role == Role::api ? "api" : "worker"},
                               {"requests_in_flight", server == nullptr ? 0 : server->load().in_flight},
                               {"database",
                                {{"pool_size", use.size},
                                 {"pool_in_use", use.in_use},
                                 {"pool_waiting", use.waiting},
                                 {"pool_utilization_percent", 100.0 * use.in_use / use.size}}}};
  return page.dump();
}

void wait_for_signal() {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  int number = 0;
  sigwait(&wanted, &number);
}

}  // namespace

Stores::Stores(const Settings& settings)
    : main(settings.pool_size, to_database(settings.database_url)),
      read(settings.database_read_url.empty()
               ? nullptr
               : std::make_unique<Databases>(settings.pool_size, to_database(settings.database_read_url))),
      redis(settings.concurrency,
            [url = settings.redis_url](Duration within) { return wire::RedisClient::connect(url, within); }) {}

Readiness::Readiness(const Settings& settings)
    : settings_(settings), watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

std::string Readiness::reason() const {
  if (draining_) return "draining";
  const std::lock_guard lock(mutex_);
  return reason_;
}

void Readiness::note(std::string reason) {
  const std::lock_guard lock(mutex_);
  if (reason == reason_) return;
  if (reason.empty())
    log_info("ready");
  else
    log_warning("not ready: " + reason);
  reason_ = std::move(reason);
}

bool Readiness::prepare(const std::stop_token& stop) {
  if (pause(stop, settings_.start_delay)) return false;
  while (!stop.stop_requested()) {
    auto database = wire::PgConnection::connect(settings_.database_url, 2s);
    const Result<void> done = database ? ensure_schema(*database, deadline_in(10s)) : fail(database.error());
    if (done) return true;
    note("database: " + done.error().message);
    if (pause(stop, 200ms)) return false;
  }
  return false;
}

void Readiness::watch(const std::stop_token& stop) {
  if (!prepare(stop)) return;
  std::optional<wire::PgConnection> database;
  std::optional<wire::RedisClient> redis;
  std::chrono::steady_clock::time_point well{};  // never
  do {
    const Result<void> stored = ask(
        database, [&] { return wire::PgConnection::connect(settings_.database_url, 2s); },
        [](wire::PgConnection& connection) { return connection.exec("select 1", 2s); });
    const Result<void> cached = ask(
        redis, [&] { return wire::RedisClient::connect(settings_.redis_url, 2s); },
        [](wire::RedisClient& connection) { return connection.command({"PING"}, 2s); });
    const auto now = std::chrono::steady_clock::now();
    if (stored && cached) {
      well = now;
      note("");
    } else if (now - well > settings_.ready_grace) {
      note(!stored ? "database: " + stored.error().message : "redis: " + cached.error().message);
    }
  } while (!pause(stop, 500ms));
}

Result<void> ensure_schema(wire::PgConnection& database, Deadline deadline) {
  // One simple query is one transaction, and the lock of a transaction ends with it: nothing outlives it in the pooler. Looked at
  // first, because even "if not exists" takes locks that queue behind whatever runs.
  const auto there = database.exec("select to_regclass('effects') is not null as there", left(deadline));
  if (!there) return fail(there.error());
  if (there->value(0, "there") == "t") return {};
  const auto made =
      database.exec(fmt::format("begin; select pg_advisory_xact_lock(7203461178); {} commit;", schema), left(deadline));
  if (made) return {};
  const Error error = made.error();
  if (!database.broken()) std::ignore = database.exec("rollback", left(deadline));
  return fail(error);
}

void burn(Duration cpu_time) {
  const auto used = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
  };
  if (cpu_time <= Duration::zero()) return;
  const Duration end = used() + cpu_time;
  volatile std::uint64_t state = 88172645463325252ULL;
  do {
    std::uint64_t x = state;
    for (int i = 0; i < 10'000; ++i) x = (x ^ (x << 13)) * 0x9e3779b97f4a7c15ULL ^ (x >> 7);
    state = x;
  } while (used() < end);
}

void log_info(const std::string& text) { spdlog::info("{}", text); }
void log_warning(const std::string& text) { spdlog::warn("{}", text); }

int serve(const Settings& settings, const Stores& stores, const std::function<Pages(const Readiness&)>& make_pages) {
  Readiness readiness(settings);
  const Pages pages = make_pages(readiness);
  std::atomic<const wire::HttpServer*> running{nullptr};
  const auto plain = [&](int status, std::string body, const char* type = "text/plain") {
    return HttpResponse{status, {{"Content-Type", type}, {"X-Instance", settings.instance}}, std::move(body)};
  };
  const auto quick = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    const std::string_view path = request.path();
    if (path == "/healthz") return plain(200, "alive\n");
    if (path == "/ready") {
      const std::string reason = readiness.reason();
      return reason.empty() ? plain(200, "ready\n") : plain(503, reason + "\n");
    }
    if (path == "/metrics") return plain(200, metrics_page(stores, running, pages), "text/plain; version=0.0.4");
    if (path == "/api/v1/metrics") return plain(200, json_page(settings, stores, running), "application/json");
    return std::nullopt;
  };
  auto server = wire::HttpServer::start(
      {.address = settings.address, .port = static_cast<std::uint16_t>(settings.port), .worker_threads = settings.concurrency},
      pages.handler, quick);
  if (!server) {
    log_warning(server.error().message);
    pages.finish();
    return 1;
  }
  running = server->get();
  log_info(fmt::format("serving on {}:{}", settings.address, (*server)->port()));
  wait_for_signal();
  readiness.drain();
  log_info("leaving");
  (*server)->announce_close();
  std::this_thread::sleep_for(settings.lame_duck);
  pages.finish();
  const bool clean = (*server)->drain(settings.drain_deadline);
  running = nullptr;
  log_info(clean ? "left, nothing was cut" : "left; requests were cut at the drain deadline");
  return clean ? 0 : 1;
}

}  // namespace plimsoll::app
