// An instance from the journal to ready.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "drive/local/driver.h"
#include "drive/local/files.h"
#include "drive/local/instance_text.h"
#include "wire/http_client.h"

namespace plimsoll::local {

using namespace std::chrono_literals;

namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr Duration probe_within = 200ms;
constexpr Duration probe_again_after_silence = 1s;  // one that doesn't answer holds the control thread for probe_within each time
constexpr Duration first_request_within = 1s;

}  // namespace

Result<std::string> LocalDriver::program_of(const Tier& tier) const {
  if (tier.run.command.empty()) return fail(Errc::malformed, fmt::format("{}: run.command is empty", tier.name));
  const std::string& first = tier.run.command[0];
  const bool path = first.find('/') != std::string::npos;
  const std::string name = path && first[0] != '/' ? options_.working_directory + "/" + first : first;
  Result<std::string> program = proc::find_program(name, options_.program_folders);
  if (program) return program;
  return fail(Errc::not_found,
              fmt::format("{}: command {}{}", tier.name, first,
                          path ? ": there is no such program" : " not found in PATH; install it or name it with its path"));
}

Result<proc::Command> LocalDriver::command_of(const Tier& tier, const std::string& name, std::uint16_t port) const {
  const Result<std::string> program = program_of(tier);
  if (!program) return fail(program.error());
  const Result<Endpoints> endpoints = endpoints_(tier);
  if (!endpoints) return fail(endpoints.error());
  proc::Command command;
  command.name = name;
  command.argv = tier.run.command;
  command.argv[0] = *program;
  command.env = instance_environment(inherited_, stack_, tier, name, port, *endpoints, place_.root);
  command.working_directory = options_.working_directory;
  command.pidfile = place_.pidfile(name);
  command.log_file = place_.log(name);
  command.cgroup = instance_cgroup(place_, name);
  const proc::LimitSupport can = proc::limit_support();
  if (can.cpu) command.limits.cpu = tier.instance.cpu.limit;
  if (can.memory && tier.instance.memory) command.limits.memory = tier.instance.memory->limit;
  return command;
}

/// The port is chosen before the journal entry, which names it; the entry is made before the process, so that a crash leaves a
/// trace of it.
Result<std::unique_ptr<Member>> LocalDriver::launch(TierId id, std::uint32_t number, TimePoint now) {
  auto member = std::make_unique<Member>();
  Instance& seen = member->seen;
  seen.tier = id;
  seen.number = number;
  seen.name = fmt::format("{}-{}", tier(id).name, number);
  seen.address = loopback;
  seen.started = member->since = now;
  const Result<std::uint16_t> port = ports_.of(seen.name);
  if (!port) return fail(port.error());
  seen.port = *port;
  const Result<proc::Command> command = command_of(tier(id), seen.name, *port);
  if (!command) return fail(command.error());
  member->log_start = file_size(place_.log(seen.name));
  const std::string detail = fmt::format("port {}", *port);
  const Result<std::int64_t> action = store_.begin({0, Action::Kind::start, tier(id).name, seen.name, detail, now});
  if (!action) return fail(action.error().code, fmt::format("{} not started: {}", seen.name, action.error().message));
  member->action = *action;
  Result<proc::Process> process = proc::start(*command);
  if (!process) {
    finish(member->action, ActionResult::failed, process.error().message, now);
    return fail(process.error());
  }
  member->process = std::move(*process);
  seen.pid = member->process.pid();
  return member;
}

bool LocalDriver::start(TierId id, std::uint32_t number, TimePoint now) {
  Result<std::unique_ptr<Member>> launched = launch(id, number, now);
  if (!launched) {
    state(id).backoff.start_failed(now);
    fail_tier(id, launched.error().message, true);
    const std::string name = fmt::format("{}-{}", tier(id).name, number);
    events_.push_back({now, InstanceEvent::Kind::start_failed, id, name, launched.error().message});
    return false;
  }
  Member& member = **launched;
  say(now, InstanceEvent::Kind::started, member,
      fmt::format("{} started on port {} (pid {})", member.seen.name, member.seen.port, member.seen.pid));
  members_.push_back(std::move(*launched));
  return true;
}

void LocalDriver::probe(TimePoint now) {
  std::vector<Member*> asked;
  std::vector<wire::HttpGet> requests;
  for (const auto& member : members_) {
    if (member->stage != Stage::starting || now < member->next_probe) continue;
    asked.push_back(member.get());
    requests.push_back({member->seen.address, member->seen.port, tier(member->seen.tier).run.ready});
  }
  if (asked.empty()) return;
  const std::vector<Result<wire::HttpResponse>> answers = wire::get_all(requests, probe_within);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Member& member = *asked[i];
    // Asked after the answer: if it has ended, somebody else answers on its port.
    if (!member.process.running()) continue;
    const std::string& path = requests[i].target;
    if (answers[i] && answers[i]->status == 200) {
      make_ready(member, now);
    } else if (answers[i]) {
      member.unready = fmt::format("{} answered {}", path, answers[i]->status);
    } else if (answers[i].error().code == Errc::timed_out) {
      member.unready = fmt::format("{} did not answer", path);
      member.next_probe = now + probe_again_after_silence;
    } else {
      member.unready = fmt::format("nobody listens on its PORT {}", member.seen.port);
    }
    if (member.stage == Stage::starting && now - member.since >= tier(member.seen.tier).run.ready_within)
      give_up_starting(member, now);
  }
}

void LocalDriver::make_ready(Member& member, TimePoint now) {
  if (balanced(member.seen.tier)) {
    const Result<balancer::ServerSeen> put =
        balancer_->put(tier(member.seen.tier).name, member.seen.number, member.seen.address, member.seen.port);
    member.in_balancer = true;
    if (!put) {
      // It is not at fault: it may wait for the balancer as long as that takes.
      member.since = now;
      member.unready = put.error().message;
      return;
    }
    member.total_when_put = put->total;
    member.announced = member.took_traffic = false;
  }
  member.stage = Stage::ready;
  member.since = member.seen.ready_since = now;
  member.up = true;
  state(member.seen.tier).backoff.became_ready();
  finish(member.action, ActionResult::done, fmt::format("ready on port {}", member.seen.port), now);
  if (member.announced)
    say(now, InstanceEvent::Kind::ready, member,
        fmt::format("{} ready after {}", member.seen.name, span_text(now - member.seen.started)));
}

void LocalDriver::announce(Member& member, const balancer::ServerSeen* seen, TimePoint now) {
  const std::string ready = fmt::format("{} ready after {}, added to haproxy", member.seen.name,
                                        span_text(member.seen.ready_since - member.seen.started));
  if (seen != nullptr && seen->total > member.total_when_put) {
    const std::string within = span_text(now - member.since);
    say(now, InstanceEvent::Kind::ready, member,
        member.announced ? fmt::format("{} took its first request after {}", member.seen.name, within)
                         : fmt::format("{}, first request within {}", ready, within));
    member.announced = member.took_traffic = true;
  }
  if (member.announced || (now - member.since < first_request_within && member.stage == Stage::ready)) return;
  member.announced = true;
  say(now, InstanceEvent::Kind::ready, member, ready + "; no request yet");
}

void LocalDriver::give_up_starting(Member& member, TimePoint now) {
  const std::string last = last_log_line(place_.log(member.seen.name), member.log_start);
  const std::string why = fmt::format("{} was not ready within {}: {}{}{}; see {}", member.seen.name,
                                      span_text(tier(member.seen.tier).run.ready_within), member.unready,
                                      last.empty() ? "" : "; ", last, place_.log(member.seen.name));
  say(now, InstanceEvent::Kind::start_failed, member, why);
  state(member.seen.tier).backoff.start_failed(now);
  fail_tier(member.seen.tier, why, false);
  finish(member.action, ActionResult::failed, why, now);
  static_cast<void>(member.process.signal(SIGKILL));
  member.stage = Stage::killing;
  member.since = now;
}

}  // namespace plimsoll::local
