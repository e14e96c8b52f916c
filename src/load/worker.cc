#include "load/worker.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/assert.h"

namespace plimsoll::load {

namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr int batch = 256;  // events of one epoll_wait
// The longest sleep: how soon a stop is noticed and a finished second handed in.
constexpr Duration longest_wait = std::chrono::milliseconds(50);

std::uint32_t share_of(int total, int threads, unsigned index) {
  return static_cast<std::uint32_t>(total / threads) + (static_cast<int>(index) < total % threads ? 1 : 0);
}

std::uint32_t pool_size(const Plan& plan, unsigned index) {
  const auto* closed = std::get_if<ClosedLoop>(&plan.model);
  return share_of(closed ? closed->connections : plan.max_connections, plan.threads, index);
}

}  // namespace

Worker::Worker(const Plan& plan, const Address& address, const CaptureNames& captures, SecondSeries& series,
               AcceptedBits* accepted, const std::atomic<Stop>& stop, unsigned index)
    : plan_(plan),
      address_(address),
      accepted_(accepted),
      stop_(stop),
      index_(index),
      open_loop_(std::get_if<OpenLoop>(&plan.model)),
      closed_loop_(std::get_if<ClosedLoop>(&plan.model)),
      mix_(plan.mix),
      pool_(pool_size(plan, index), &captures),
      recorder_(series, index),
      next_id_(index),
      buffer_(buffer_bytes) {
  if (!open_loop_) return;
  arrivals_.emplace(open_loop_->schedule, open_loop_->pattern, Rng(open_loop_->seed).fork("arrivals"), index,
                    static_cast<unsigned>(plan.threads));
  next_ = arrivals_->next();
}

Worker::~Worker() {
  for (Connection& c : pool_.places())
    if (c.fd >= 0) ::close(c.fd);
  if (epoll_ >= 0) ::close(epoll_);
}

Result<void> Worker::prepare() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return plimsoll::fail(Errc::exhausted, fmt::format("load: no epoll instance: {}", std::strerror(errno)));
  return {};
}

void Worker::run(std::chrono::steady_clock::time_point start) {
  start_ = start;
  prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);  // the default of 50 us would be added to every wake-up; best effort
  while (true) {
    const Duration turn = now();
    recorder_.tick(turn);
    notice_stop(turn);
    if (open_loop_)
      release_due(turn);
    else
      release_closed(turn);
    expire(turn);
    busy_now_.store(pool_.busy(), std::memory_order_relaxed);
    open_now_.store(pool_.open(), std::memory_order_relaxed);
    if (over(turn)) break;
    blocked_ = !pool_.available();
    wait(next_wake(now()));
  }
  const Duration end = now();
  recorder_.finish(end);
  for (Connection& c : pool_.places()) close_socket(c);
  busy_now_ = open_now_ = waiting_now_ = 0;
  ended_ns_.store(std::max<std::int64_t>(end.count(), 1), std::memory_order_relaxed);
}

bool Worker::over(Duration at) {
  if (stop_by_ && at >= *stop_by_) cancel_all();
  if (pool_.busy() > 0) return false;
  if (stop_by_) return true;
  return open_loop_ ? !next_ : at >= closed_loop_->duration;
}

void Worker::notice_stop(Duration at) {
  const Stop asked = stop_.load(std::memory_order_relaxed);
  if (asked == Stop::none) return;
  if (asked == Stop::now) stop_by_ = at;
  if (!stop_by_) stop_by_ = at + plan_.drain;
  for (; next_ && next_->due <= at; next_ = arrivals_->next()) {
    recorder_.count(&Counts::due);
    recorder_.count(&Counts::not_sent);
  }
  next_.reset();
}

void Worker::cancel_all() {
  while (Connection* c = pool_.oldest_busy()) {
    recorder_.count(&Counts::cancelled);
    close_socket(*c);
    pool_.make_free(*c);
  }
}

void Worker::release_due(Duration turn) {
  for (; next_ && next_->due <= turn; next_ = arrivals_->next()) {
    const Duration late = turn - next_->due;
    if (late < plan_.timeout) {
      Connection* c = pool_.acquire();
      if (!c) break;
      recorder_.count(&Counts::due);
      recorder_.sent(blocked_);
      // While all connections are busy the loop sleeps for an answer, not for arrivals; that lateness is not its own.
      if (!blocked_) recorder_.slip(late);
      dispatch(*c, {.id = next_->id, .choice = mix_.choose(next_->id), .due = next_->due});
    } else {
      recorder_.count(&Counts::due);
      recorder_.timed_out(&Counts::timed_out_waiting, late);
    }
  }
  last_release_ = turn;
  waiting_now_.store(next_ && next_->due <= turn ? 1 + arrivals_->overdue(turn) : 0, std::memory_order_relaxed);
}

void Worker::release_closed(Duration turn) {
  if (turn.count() < 0 || turn < refill_at_ || turn >= closed_loop_->duration || stop_by_) return;
  while (Connection* c = pool_.acquire()) {
    recorder_.count(&Counts::due);
    recorder_.sent(false);
    const std::uint64_t id = next_id_;
    next_id_ += static_cast<std::uint64_t>(plan_.threads);
    dispatch(*c, {.id = id, .choice = mix_.choose(id), .due = turn});
    if (refill_at_ > turn) return;
  }
}

void Worker::expire(Duration turn) {
  while (Connection* c = pool_.oldest_busy()) {
    const Duration waited = turn - c->exchange.due;
    if (waited < plan_.timeout) return;
    recorder_.timed_out(&Counts::timed_out, waited);
    close_socket(*c);
    pool_.make_free(*c);
  }
}

Duration Worker::next_wake(Duration at) {
  Duration wake = at + longest_wait;
  if (next_) {
    // While all connections are busy only an answer or a deadline helps.
    const Duration due =
        pool_.available() ? std::max(next_->due, last_release_ + open_loop_->quantum) : next_->due + plan_.timeout;
    wake = std::min(wake, due);
  }
  if (const Connection* c = pool_.oldest_busy()) wake = std::min(wake, c->exchange.due + plan_.timeout);
  if (at.count() < 0) wake = std::min(wake, Duration{});
  if (closed_loop_ && refill_at_ > at) wake = std::min(wake, refill_at_);
  if (stop_by_) wake = std::min(wake, *stop_by_);
  return std::max(wake - at, Duration{});
}

int Worker::wait(Duration at_most) {
  std::array<epoll_event, batch> events;
  int n = -1;
  if (precise_wait_) {
    const timespec t{static_cast<time_t>(at_most.count() / 1'000'000'000), static_cast<long>(at_most.count() % 1'000'000'000)};
    n = epoll_pwait2(epoll_, events.data(), batch, &t, nullptr);
    // Kernels before 5.11, or a sandbox that forbids it: whole milliseconds then, and the slip says so.
    if (n < 0 && errno != EINTR) precise_wait_ = false;
  }
  if (!precise_wait_) n = epoll_wait(epoll_, events.data(), batch, static_cast<int>((at_most.count() + 999'999) / 1'000'000));
  for (int i = 0; i < n; ++i) {
    const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
    Connection& c = pool_.at(static_cast<std::uint32_t>(tag));
    if (c.fd >= 0 && c.generation == static_cast<std::uint32_t>(tag >> 32)) handle(c, events[static_cast<std::size_t>(i)].events);
  }
  return n;
}

}  // namespace plimsoll::load
