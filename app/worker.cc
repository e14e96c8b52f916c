#include "app/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/keys.h"

namespace plimsoll::app {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using wire::RedisClient;
using wire::RespValue;

constexpr Duration redis_time = 5s;

/// Everything in hand back to the front of the queue. KEYS: processing list, queue.
constexpr std::string_view put_back_script =
    "local n = 0 while redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'RIGHT') do n = n + 1 end return n";

/// The same for a worker without a sign of life, looked at in the same step. KEYS: heartbeat, processing list, queue.
constexpr std::string_view reclaim_script =
    "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end "
    "local n = 0 while redis.call('LMOVE', KEYS[2], KEYS[3], 'LEFT', 'RIGHT') do n = n + 1 end return n";

/// Names that were silent for an hour and hold nothing are forgotten. Not at once: a worker that was only stopped may still be
/// handed a job by a move that was waiting, and then its list must be found. KEYS: registry, processing list; ARGV: name, newest
/// time to forget.
constexpr std::string_view forget_script =
    "local seen = redis.call('ZSCORE', KEYS[1], ARGV[1]) "
    "if seen and tonumber(seen) < tonumber(ARGV[2]) and redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[1], "
    "ARGV[1]) end "
    "return 1";

void rest(const std::stop_token& stop, Duration time) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
}

std::int64_t steady_ns() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Worker::Worker(const Settings& settings, Stores& stores, const Readiness& readiness)
    : settings_(settings), stores_(stores), readiness_(readiness) {
  names_.push_back(settings.instance);
  for (int i = 2; i <= settings.concurrency; ++i) names_.push_back(fmt::format("{}#{}", settings.instance, i));
  life_ = std::jthread([this](const std::stop_token& stop) { show_life(stop); });
  for (const std::string& name : names_) threads_.emplace_back([this, &name](const std::stop_token& stop) { work(name, stop); });
}

void Worker::finish() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  life_.request_stop();
  if (life_.joinable()) life_.join();
}

void Worker::work(const std::string& name, const std::stop_token& stop) {
  while (!stop.stop_requested() && (!readiness_.reason().empty() || !is_alive_to_others())) rest(stop, 50ms);
  std::optional<RedisClient> redis;
  std::size_t turn = 0;
  while (!stop.stop_requested()) {
    if (!redis || redis->broken()) {
      auto fresh = RedisClient::connect(settings_.redis_url, redis_time);
      // The connection may have been lost after a job was moved to our list and before we were told.
      const Result<int> back = fresh ? put_back_own(*fresh, name) : fail(fresh.error());
      if (!back) {
        log_warning(back.error().message);
        rest(stop, 200ms);
        continue;
      }
      redis = std::move(*fresh);
    }
    if (!is_alive_to_others()) {
      rest(stop, 50ms);
      continue;
    }
    const auto job = take(*redis, name, turn);
    if (!job) log_warning(job.error().message);
    if (!job || !*job) continue;
    ++in_hand_;
    const auto began = std::chrono::steady_clock::now();
    const Ending ending = do_job(**job, name, stop);
    duration_.observe(std::chrono::steady_clock::now() - began);
    const Result<void> settled = settle(*redis, **job, name, ending);
    if (!settled) log_warning(settled.error().message);  // still in our list: put back and found to be a duplicate later
    --in_hand_;
  }
}

bool Worker::is_alive_to_others() const {
  const std::int64_t last = last_beat_ns_;
  return last != 0 && steady_ns() - last < settings_.reclaim_after.count() * 2 / 3;
}

Result<std::optional<Worker::Job>> Worker::take(RedisClient& redis, const std::string& name, std::size_t& turn) {
  const std::size_t count = settings_.queues.size();
  turn = (turn + 1) % count;  // each queue is first in its turn, so that a long one does not starve the others
  if (count > 1) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& queue = settings_.queues[(turn + i) % count];
      auto reply = redis.command({"LMOVE", queue, processing_key(queue, name), "RIGHT", "LEFT"}, redis_time);
      if (!reply) return fail(reply.error());
      if (!reply->is_nil()) return Job{queue, std::move(reply->text)};
    }
  }
  // Short, so that a stopped worker is not handed a job long after it was thought dead, and SIGTERM is obeyed soon.
  const std::string& queue = settings_.queues[turn];
  auto reply =
      redis.command({"BLMOVE", queue, processing_key(queue, name), "RIGHT", "LEFT", count > 1 ? "0.05" : "0.5"}, redis_time);
  if (!reply) return fail(reply.error());
  if (reply->is_nil()) return std::nullopt;
  return Job{queue, std::move(reply->text)};
}

Worker::Ending Worker::do_job(const Job& job, const std::string& name, const std::stop_token& stop) {
  const json payload = json::parse(job.payload, nullptr, false);
  const auto text = [&](const char* field) {
    const auto found = payload.find(field);
    return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!payload.is_object() || text("id").empty() || text("id").find('\0') != std::string::npos) return Ending::no_job;
  burn(settings_.job_cpu);
  if (settings_.job_outside > Duration::zero()) std::this_thread::sleep_for(settings_.job_outside);
  for (;;) {
    const Deadline deadline = wire::deadline_in(settings_.request_deadline);
    const auto written = stores_.main.run(deadline, [&](wire::PgConnection& database) {
      return database.query(
          "insert into effects (job_id, queue, idempotency_key, worker) values ($1, $2, $3, $4) on conflict (job_id) do nothing",
          {text("id"), job.queue, text("key"), name}, left(deadline));
    });
    if (written) return written->affected() == 1 ? Ending::done : Ending::duplicate;
    log_warning(written.error().message);
    if (written.error().code == Errc::refused) return Ending::no_job;  // this payload will never be taken
    if (stop.stop_requested()) return Ending::put_back;
  }
}

Result<void> Worker::settle(RedisClient& redis, const Job& job, const std::string& name, Ending ending) {
  const std::string list = processing_key(job.queue, name);
  const std::string dead = dead_key(job.queue);
  std::vector<RedisClient::Command> commands{{"MULTI"}};
  if (ending == Ending::no_job) commands.push_back({"LPUSH", dead, job.payload});
  if (ending == Ending::put_back) commands.push_back({"RPUSH", job.queue, job.payload});
  commands.push_back({"LREM", list, "1", job.payload});
  commands.push_back({"EXEC"});
  const auto replies = redis.pipeline(commands, redis_time);
  if (!replies) return fail(replies.error());
  if (replies->back().is_error()) return fail(Errc::failed, redis.endpoint() + ": " + replies->back().text);
  ++(ending == Ending::done ? done_ : ending == Ending::duplicate ? duplicates_ : ending == Ending::no_job ? dead_ : put_back_);
  return {};
}

Result<int> Worker::put_back_own(RedisClient& redis, const std::string& name) {
  std::int64_t count = 0;
  for (const std::string& queue : settings_.queues) {
    const auto moved = redis.command({"EVAL", put_back_script, "2", processing_key(queue, name), queue}, redis_time);
    if (!moved) return fail(moved.error());
    count += moved->integer;
  }
  put_back_ += static_cast<std::uint64_t>(count);
  if (count > 0) log_info(fmt::format("put back {} jobs that were in hand", count));
  return static_cast<int>(count);
}

Result<int> Worker::beat_and_reclaim(RedisClient& redis) {
  const std::string ttl = std::to_string(std::chrono::ceil<std::chrono::seconds>(settings_.reclaim_after).count());
  const std::string now = std::to_string(wall_seconds());
  const std::string hour_ago = std::to_string(wall_seconds() - 3600);
  // Registered before the sign of life counts: whoever takes a job can be found.
  for (const std::string& name : names_) {
    for (const std::string& queue : settings_.queues)
      if (const auto listed = redis.command({"ZADD", workers_key(queue), now, name}, redis_time); !listed)
        return fail(listed.error());
    if (const auto alive = redis.command({"SET", heartbeat_key(name), settings_.instance, "EX", ttl}, redis_time); !alive)
      return fail(alive.error());
  }
  last_beat_ns_ = steady_ns();
  std::int64_t count = 0;
  for (const std::string& queue : settings_.queues) {
    const auto listed = redis.command({"ZRANGE", workers_key(queue), "0", "-1"}, redis_time);
    if (!listed) return fail(listed.error());
    for (const RespValue& name : listed->items) {
      if (std::ranges::find(names_, name.text) != names_.end()) continue;
      const std::string list = processing_key(queue, name.text);
      const auto moved = redis.command({"EVAL", reclaim_script, "3", heartbeat_key(name.text), list, queue}, redis_time);
      if (!moved) return fail(moved.error());
      if (moved->integer > 0) log_info(fmt::format("took back {} jobs of {} from {}", moved->integer, queue, name.text));
      count += moved->integer;
      const auto forgotten =
          redis.command({"EVAL", forget_script, "2", workers_key(queue), list, name.text, hour_ago}, redis_time);
      if (!forgotten) return fail(forgotten.error());
    }
  }
  reclaimed_ += static_cast<std::uint64_t>(count);
  return static_cast<int>(count);
}

void Worker::show_life(const std::stop_token& stop) {
  std::optional<RedisClient> redis;
  while (!stop.stop_requested()) {
    if (!redis || redis->broken()) {
      auto fresh = RedisClient::connect(settings_.redis_url, 2s);
      if (fresh)
        redis = std::move(*fresh);
      else
        log_warning(fresh.error().message);
    }
    if (redis) {
      if (const Result<int> done = beat_and_reclaim(*redis); !done) log_warning(done.error().message);
    }
    rest(stop, redis ? settings_.reclaim_after / 5 : Duration(200ms));
  }
  // Gone on purpose: whatever could not be settled is free at once.
  if (!redis || redis->broken()) return;
  for (const std::string& name : names_) std::ignore = redis->command({"DEL", heartbeat_key(name)}, 2s);
}

void Worker::write_metrics(MetricsText& out) const {
  out.family("job_duration_seconds", "histogram", "From taking a job to its effect.");
  out.histogram("", duration_.counts());
  out.family("jobs_total", "counter", "Jobs by their ending; put_back are taken again.");
  out.sample("ending=\"done\"", static_cast<double>(done_));
  out.sample("ending=\"duplicate\"", static_cast<double>(duplicates_));
  out.sample("ending=\"dead\"", static_cast<double>(dead_));
  out.sample("ending=\"put_back\"", static_cast<double>(put_back_));
  out.family("jobs_reclaimed_total", "counter", "Jobs taken back from workers that died.");
  out.sample("", static_cast<double>(reclaimed_));
  out.family("jobs_in_hand", "gauge", "Jobs being worked on.");
  out.sample("", in_hand_);
}

}  // namespace plimsoll::app
