#include "load/engine.h"

#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <system_error>

#include "core/assert.h"

namespace plimsoll::load {

namespace {

constexpr int max_threads = 64;
constexpr int max_connections = 60'000;
constexpr rlim_t other_descriptors = 64;  // what the rest of the program may have open

int connections(const Plan& plan) {
  const auto* closed = std::get_if<ClosedLoop>(&plan.model);
  return closed ? closed->connections : plan.max_connections;
}

void check(const Plan& plan) {
  PLIMSOLL_ASSERT(plan.mix.size() > 0);
  PLIMSOLL_ASSERT(plan.threads >= 1 && plan.threads <= max_threads);
  PLIMSOLL_ASSERT(plan.max_connections >= plan.threads && plan.max_connections <= max_connections);
  PLIMSOLL_ASSERT(plan.timeout.count() > 0 && plan.drain.count() >= 0);
  if (const auto* closed = std::get_if<ClosedLoop>(&plan.model)) {
    PLIMSOLL_ASSERT(closed->connections >= plan.threads && closed->connections <= plan.max_connections);
    PLIMSOLL_ASSERT(closed->duration.count() > 0 && !plan.remember_accepted);
  } else {
    PLIMSOLL_ASSERT(std::get<OpenLoop>(plan.model).quantum.count() >= 0);
  }
}

/// New threads inherit the mask, so none of the load's threads is ever picked for a signal.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Engine::Engine(Plan plan) : plan_(std::move(plan)), series_(static_cast<unsigned>(std::max(plan_.threads, 1))) {
  check(plan_);
  captures_.names[0] = plan_.instance_header;
  for (char& c : captures_.names[0])
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  const auto* open = std::get_if<OpenLoop>(&plan_.model);
  if (!open || !plan_.remember_accepted) return;
  ids_ = Arrivals(open->schedule, open->pattern, Rng(open->seed).fork("arrivals")).remaining();
  accepted_ = std::make_unique<AcceptedBits>(static_cast<std::size_t>(ids_ / 64 + 1));
}

Engine::~Engine() {
  stop_ = Stop::now;
  wait();
}

Result<void> Engine::resolve() {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int outcome = getaddrinfo(plan_.host.c_str(), fmt::format("{}", plan_.port).c_str(), &hints, &found);
  if (outcome != 0) return fail(Errc::not_found, fmt::format("load: host {}: {}", plan_.host, gai_strerror(outcome)));
  std::memcpy(&address_.storage, found->ai_addr, found->ai_addrlen);
  address_.size = found->ai_addrlen;
  freeaddrinfo(found);
  return {};
}

Result<void> Engine::start() {
  PLIMSOLL_ASSERT(workers_.empty());
  if (auto resolved = resolve(); !resolved) return resolved;
  rlimit limit{};
  const auto needed = static_cast<rlim_t>(connections(plan_)) + other_descriptors;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed)
    return fail(Errc::exhausted, fmt::format("load: {} connections need {} file descriptors, {} are allowed; raise `ulimit -n`",
                                             connections(plan_), needed, limit.rlim_cur));
  for (int i = 0; i < plan_.threads; ++i) {
    auto worker = std::make_unique<Worker>(plan_, address_, captures_, series_, accepted_.get(), stop_, static_cast<unsigned>(i));
    if (auto prepared = worker->prepare(); !prepared) {
      workers_.clear();
      return prepared;
    }
    workers_.push_back(std::move(worker));
  }
  // A little ahead, so that starting the threads is not the first lateness.
  start_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
  live_ = plan_.threads;
  const SignalsBlocked blocked;
  for (const auto& worker : workers_) {
    try {
      threads_.emplace_back([this, w = worker.get()] {
        w->run(start_);
        live_.fetch_sub(1, std::memory_order_release);
      });
    } catch (const std::system_error& e) {
      stop_ = Stop::now;
      wait();
      workers_.clear();
      live_ = 0;
      return fail(Errc::exhausted,
                  fmt::format("load: can't start thread {} of {}: {}", threads_.size() + 1, plan_.threads, e.what()));
    }
  }
  return {};
}

bool Engine::running() const { return live_.load(std::memory_order_acquire) > 0; }

void Engine::stop() {
  Stop none = Stop::none;
  stop_.compare_exchange_strong(none, Stop::drain);
}

void Engine::wait() {
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

Summary Engine::collect() const {
  Summary summary;
  Histogram response, service, slip;
  for (const auto& worker : workers_) worker->recorder().add_to(summary, response, service, slip);
  complete(summary, response, service, slip, plan_.slip_limit);
  summary.seconds = series_.seconds();
  if (workers_.empty()) return summary;
  for (const auto& worker : workers_) {
    const Duration ended = worker->ended();
    summary.elapsed = std::max(summary.elapsed, ended.count() > 0 ? ended : Duration(std::chrono::steady_clock::now() - start_));
  }
  return summary;
}

Snapshot Engine::snapshot() const {
  Snapshot snapshot{.so_far = collect(), .window = series_.window(), .running = running()};
  for (const auto& worker : workers_) {
    snapshot.in_flight += worker->busy();
    snapshot.waiting += worker->waiting();
    snapshot.connections += worker->open();
  }
  const auto* open = std::get_if<OpenLoop>(&plan_.model);
  if (open && snapshot.running) snapshot.rate_now = open->schedule.rate_at(snapshot.so_far.elapsed).per_second;
  return snapshot;
}

Summary Engine::result() const {
  PLIMSOLL_ASSERT(!running());
  return collect();
}

std::vector<bool> Engine::accepted() const {
  PLIMSOLL_ASSERT(accepted_ && !running());
  std::vector<bool> out(ids_);
  for (std::uint64_t id = 0; id < ids_; ++id) out[id] = ((*accepted_)[id / 64].load(std::memory_order_relaxed) >> (id % 64)) & 1;
  return out;
}

}  // namespace plimsoll::load
