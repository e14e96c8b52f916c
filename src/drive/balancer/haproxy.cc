#include "drive/balancer/haproxy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

#include "core/assert.h"
#include "drive/local/files.h"

namespace plimsoll::balancer {

using namespace std::chrono_literals;
using render::Slot;
using render::SlotState;

namespace {

constexpr Duration patience = 500ms;
constexpr Duration reload_within = 3s;
constexpr std::size_t longest_socket_path = 107;

/// Longer paths are reached through the descriptor of their folder.
int open_folder(const std::string& path) {
  if (path.size() <= longest_socket_path) return -1;
  return ::open(path.substr(0, path.rfind('/')).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

std::string short_path(int folder, const std::string& path) {
  return folder < 0 ? path : fmt::format("/proc/self/fd/{}{}", folder, path.substr(path.rfind('/')));
}

std::string absolute(const local::Place& place, const char* relative) { return place.root + "/" + relative; }

/// The text without what only says who is in which slot.
std::string shape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    constexpr std::string_view server = "  server ";
    out += line.starts_with(server) ? line.substr(0, line.find(' ', server.size())) : line;
    out += '\n';
  }
  return out;
}

std::optional<std::uint32_t> number_of(const std::string& server, const std::string& tier) {
  if (!server.starts_with(tier + "-")) return std::nullopt;
  std::uint32_t number = 0;
  const char* end = server.data() + server.size();
  const auto [last, bad] = std::from_chars(server.data() + tier.size() + 1, end, number);
  if (bad != std::errc() || last != end || number == 0) return std::nullopt;
  return number;
}

/// Draining is weight 0 after a reload. A server that is down shows as DOWN whether it is drained or not.
SlotState state_of(const wire::HaproxyServerStat& stat) {
  if (stat.status.starts_with("MAINT")) return SlotState::free;
  return stat.status.starts_with("DRAIN") || stat.weight == 0 ? SlotState::draining : SlotState::serving;
}

ServerSeen seen_of(const wire::HaproxyServerStat& stat, std::uint32_t number) {
  ServerSeen seen{stat.proxy,           number, state_of(stat), false, "", 0, stat.scur.value_or(0) + stat.qcur.value_or(0),
                  stat.stot.value_or(0)};
  seen.up = stat.status.starts_with("UP") || stat.status.starts_with("DRAIN");
  const std::size_t colon = stat.address.rfind(':');
  if (colon == std::string::npos) return seen;
  seen.address = stat.address.substr(0, colon);
  std::from_chars(stat.address.data() + colon + 1, stat.address.data() + stat.address.size(), seen.port);
  return seen;
}

bool agrees(const ServerSeen& seen, const Slot& slot) {
  if (slot.state == SlotState::free || seen.state == SlotState::free) return seen.state == slot.state;
  if (seen.address != slot.address || seen.port != slot.port) return false;
  return seen.state == slot.state || !seen.up;  // one that is down gets nothing, drained or not
}

/// Answers that are no news. Any other means that HAProxy would not.
bool confirms(std::string_view line) {
  return line.empty() || line.starts_with("no need to change the addr") || line.starts_with("IP changed from");
}

}  // namespace

Haproxy::Haproxy(Stack stack, const local::Place& place)
    : stack_(std::move(stack)),
      place_(place),
      folder_(open_folder(absolute(place, render::haproxy_master_socket))),
      socket_(short_path(folder_, absolute(place, render::haproxy_socket))),
      master_(short_path(folder_, absolute(place, render::haproxy_master_socket))) {
  PLIMSOLL_ASSERT(stack_.balancer);
  for (const Tier& tier : stack_.tiers)
    if (tier.kind == TierKind::service) slots_[tier.name].resize(static_cast<std::size_t>(render::slot_count(tier)));
}

Haproxy::~Haproxy() {
  if (folder_ >= 0) ::close(folder_);
}

bool Haproxy::serves(const std::string& tier) const { return slots_.contains(tier); }

int Haproxy::slots(const std::string& tier) const {
  const auto found = slots_.find(tier);
  return found == slots_.end() ? 0 : static_cast<int>(found->second.size());
}

Slot& Haproxy::slot(const std::string& tier, std::uint32_t number) {
  const auto found = slots_.find(tier);
  PLIMSOLL_ASSERT(found != slots_.end() && number >= 1 && number <= found->second.size());
  return found->second[number - 1];
}

Result<void> Haproxy::learn() {
  const Result<std::vector<ServerSeen>> all = servers();
  if (!all) return fail(all.error());
  for (const ServerSeen& seen : *all) {
    if (!serves(seen.tier) || static_cast<int>(seen.number) > slots(seen.tier)) continue;
    slot(seen.tier, seen.number) = seen.state == SlotState::free ? Slot{} : Slot{seen.state, seen.address, seen.port};
  }
  return {};
}

bool Haproxy::reload_due() const { return ::access(reload_mark().c_str(), F_OK) == 0; }

void Haproxy::loaded() { ::unlink(reload_mark().c_str()); }

Result<bool> Haproxy::write() {
  const std::string text = render::haproxy_cfg(stack_, slots_);
  const Result<std::string> before = local::read_file(config_file());
  if (!before && before.error().code != Errc::not_found) return fail(before.error());
  const bool reload = reload_due() || !before || shape(*before) != shape(text);
  if (before && *before == text) return reload;
  // Before the text: a plimsoll that finds it, new text or old, knows that HAProxy may have the other.
  if (reload)
    if (Result<void> marked = local::write_file(reload_mark(), ""); !marked) return fail(marked.error());
  if (Result<void> written = local::write_file(config_file(), text); !written) return fail(written.error());
  return reload;
}

Result<void> Haproxy::tell(const std::string& tier, std::uint32_t number) const {
  const Slot& to = slots_.at(tier)[number - 1];
  const std::string server = fmt::format("set server {0}/{0}-{1}", tier, number);
  // The weight is still 0 if HAProxy was reloaded while the slot's last instance drained.
  const std::string words = to.state == SlotState::free ? fmt::format("{0} state maint", server)
                            : to.state == SlotState::draining
                                ? fmt::format("{0} addr {1} port {2};{0} state drain", server, to.address, to.port)
                                : fmt::format("{0} addr {1} port {2};{0} weight 1;{0} state ready", server, to.address, to.port);
  const Result<std::string> answer = socket_.command(words, patience);
  if (!answer) return fail(answer.error());
  for (std::string_view left = *answer; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    if (!confirms(line)) return fail(Errc::refused, fmt::format("haproxy: {}-{}: {}", tier, number, line));
  }
  return {};
}

Result<void> Haproxy::set(const std::string& tier, std::uint32_t number, const Slot& to) {
  Slot& slot_now = slot(tier, number);
  slot_now = to;
  if (const Result<bool> written = write(); !written) return fail(written.error());
  return tell(tier, number);
}

Result<ServerSeen> Haproxy::put(const std::string& tier, std::uint32_t number, const std::string& address, std::uint16_t port) {
  if (Result<void> done = set(tier, number, {SlotState::serving, address, port}); !done) return fail(done.error());
  const Result<std::vector<ServerSeen>> all = servers();
  if (!all) return fail(all.error());
  for (const ServerSeen& seen : *all)
    if (seen.tier == tier && seen.number == number && agrees(seen, slot(tier, number))) return seen;
  return fail(Errc::failed, fmt::format("haproxy: {}-{} was added but is not there", tier, number));
}

Result<void> Haproxy::drain(const std::string& tier, std::uint32_t number) {
  Slot to = slot(tier, number);
  if (to.state == SlotState::free) return {};
  to.state = SlotState::draining;
  return set(tier, number, to);
}

Result<void> Haproxy::take_out(const std::string& tier, std::uint32_t number) { return set(tier, number, Slot{}); }

Result<std::vector<ServerSeen>> Haproxy::servers() const {
  const Result<std::vector<wire::HaproxyServerStat>> stats = socket_.show_stat(patience);
  if (!stats) return fail(stats.error());
  std::vector<ServerSeen> all;
  for (const wire::HaproxyServerStat& stat : *stats)
    if (stat.kind == wire::HaproxyServerStat::Kind::server)
      if (const std::optional<std::uint32_t> number = number_of(stat.server, stat.proxy)) all.push_back(seen_of(stat, *number));
  return all;
}

Result<std::vector<ServerSeen>> Haproxy::repair() {
  Result<std::vector<ServerSeen>> all = servers();
  if (!all) return all;
  for (const ServerSeen& seen : *all) {
    if (!serves(seen.tier) || static_cast<int>(seen.number) > slots(seen.tier)) continue;
    if (agrees(seen, slot(seen.tier, seen.number))) continue;
    // One that is refused is no reason to leave the others; if HAProxy doesn't answer, each would wait in vain.
    if (const Result<void> told = tell(seen.tier, seen.number); !told && told.error().code != Errc::refused) break;
  }
  return all;
}

Result<std::string> Haproxy::fact(std::string_view key) const {
  const Result<std::string> info = socket_.command("show info", patience);
  if (!info) return fail(info.error());
  const std::string line_start = fmt::format("\n{}: ", key);
  const std::size_t at = info->find(line_start);
  if (at == std::string::npos) return fail(Errc::malformed, fmt::format("haproxy: show info has no {}", key));
  const std::size_t begin = at + line_start.size();
  return info->substr(begin, info->find('\n', begin) - begin);
}

Result<void> Haproxy::reload() {
  const auto until = std::chrono::steady_clock::now() + reload_within;
  const auto again = [&] {
    std::this_thread::sleep_for(10ms);
    return std::chrono::steady_clock::now() < until;
  };
  Result<std::string> before = fact("Pid");
  while (!before && again()) before = fact("Pid");
  if (!before) return fail(before.error());
  // The master is away for a moment after every start and reload, when it executes itself anew.
  Result<std::string> answer = master_.command("reload", patience);
  while (!answer && answer.error().code != Errc::timed_out && again()) answer = master_.command("reload", patience);
  if (!answer) return fail(answer.error());
  // Whoever changes a slot now must talk to the new process.
  Result<std::string> after = fact("Pid");
  while ((!after || *after == *before) && again()) after = fact("Pid");
  if (!after || *after == *before) return fail(Errc::timed_out, "haproxy: no new process took over after a reload; see its log");
  loaded();
  if (const Result<std::vector<ServerSeen>> repaired = repair(); !repaired) return fail(repaired.error());
  return {};
}

Result<std::string> Haproxy::version() const { return fact("Version"); }

}  // namespace plimsoll::balancer
