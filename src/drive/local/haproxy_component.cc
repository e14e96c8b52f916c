#include "drive/local/haproxy_component.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "core/assert.h"
#include "drive/local/port_holder.h"
#include "drive/local/strays.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

HaproxyComponent::HaproxyComponent(const Stack& stack, const Place& place, ProgramPaths programs, balancer::Haproxy& balancer)
    : place_(place), programs_(std::move(programs)), balancer_(balancer), process_(name_, place) {
  PLIMSOLL_ASSERT(stack.balancer);
  settings_ = *stack.balancer;
}

Result<void> HaproxyComponent::find_lost_pidfile() const {
  // The oldest is the master; its workers have the same arguments.
  const std::vector<proc::Identity> strays = processes_with_argument(balancer_.config_file(), "haproxy");
  if (strays.empty()) return {};
  return restore_pidfile(place_, name_, strays.front());
}

Result<void> HaproxyComponent::check() {
  if (const Result<std::string> program = find_packaged(programs_, "haproxy", "haproxy"); !program) return fail(program.error());
  const Result<bool> ours = ServerProcess(name_, place_).adopt();
  if (!ours) return fail(ours.error());
  if (*ours || !processes_with_argument(balancer_.config_file(), "haproxy").empty()) return {};
  if (port_free(settings_.address, settings_.listen)) return {};
  return fail(Errc::exhausted,
              fmt::format("balancer: {}; set balancer.listen to another", port_taken(settings_.address, settings_.listen)));
}

Result<bool> HaproxyComponent::adopt() {
  if (Result<void> found = find_lost_pidfile(); !found) return fail(found.error());
  Result<bool> running = process_.adopt();
  if (!running || !*running) return running;
  // It may be starting just now, or reloading: its socket is away for a moment.
  const auto until = std::chrono::steady_clock::now() + 900ms;
  Result<void> learned = balancer_.learn();
  while (!learned && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(20ms);
    learned = balancer_.learn();
  }
  if (!learned) return fail(learned.error());
  const Result<bool> due = balancer_.write();
  if (!due) return fail(due.error());
  if (*due)
    if (Result<void> reloaded = balancer_.reload(); !reloaded) return fail(reloaded.error());
  return true;
}

Result<void> HaproxyComponent::start() {
  const Result<std::string> program = find_packaged(programs_, "haproxy", "haproxy");
  if (!program) return fail(program.error());
  if (const Result<bool> written = balancer_.write(); !written) return fail(written.error());
  const std::string master = fmt::format("unix@{},mode,600", render::haproxy_master_socket);
  Result<void> started =
      process_.start({{*program, "-W", "-S", master, "-f", balancer_.config_file()}, server_environment(), std::nullopt});
  if (started) balancer_.loaded();
  return started;
}

Result<Readiness> HaproxyComponent::ready() {
  if (!running()) return fail(process_.error(Errc::failed, "haproxy has ended"));
  const Result<std::string> version = balancer_.version();
  if (version) {
    version_ = *version;
    return Readiness::ready;
  }
  const Errc code = version.error().code;
  if (code == Errc::malformed || code == Errc::failed) return fail(process_.error(code, version.error().message));
  return Readiness::not_yet;
}

Result<void> HaproxyComponent::stop(Duration deadline) {
  // First it answers what it has: connections that are only idle would keep it for a minute.
  const Duration gently = std::min<Duration>(deadline / 2, 2s);
  return process_.stop({{SIGUSR1, gently}, {SIGTERM, deadline - gently}});
}

ComponentInfo HaproxyComponent::info() const {
  return {"haproxy", version_, "", fmt::format("{}:{}", settings_.address, settings_.listen), process_.pid()};
}

}  // namespace plimsoll::local
