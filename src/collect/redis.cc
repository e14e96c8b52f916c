#include "collect/redis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "collect/component.h"

namespace plimsoll::collect {
namespace {

using Kind = wire::RespValue::Kind;

// Together in one "INFO", older servers take the first only.
constexpr std::array<std::string_view, 3> info_sections = {"memory", "clients", "stats"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> info_gauges = {
    {{"used_memory", ".used_memory_bytes"},
     {"connected_clients", ".connected_clients"},
     {"instantaneous_ops_per_sec", ".operations_per_s"}}};

}  // namespace

RedisCollector::RedisCollector(const Plan& plan, std::string url, Options options)
    : url_(std::move(url)),
      options_(std::move(options)),
      wanted_(options_.holds_lists ? wanted(plan, {SignalKind::backlog}) : std::vector<Wanted>()),
      component_(component_of(plan, ComponentKind::cache, options_.name)),
      lists_(options_.also_measure) {
  for (const Wanted& signal : wanted_) lists_.push_back(signal.list);
  std::sort(lists_.begin(), lists_.end());
  lists_.erase(std::unique(lists_.begin(), lists_.end()), lists_.end());
}

Result<std::vector<wire::RespValue>> RedisCollector::ask(Duration deadline) {
  const auto begun = std::chrono::steady_clock::now();
  if (!client_ || client_->broken()) {
    client_.reset();
    auto connected = wire::RedisClient::connect(url_, deadline);
    if (!connected) return fail(connected.error());
    client_.emplace(std::move(*connected));
  }
  std::vector<wire::RedisClient::Command> commands;
  for (const std::string& list : lists_) commands.push_back({"LLEN", list});
  for (const std::string_view section : info_sections) commands.push_back({"INFO", section});
  const Duration left = deadline - (std::chrono::steady_clock::now() - begun);
  return client_->pipeline(commands, std::max<Duration>(left, std::chrono::milliseconds(1)));
}

Result<void> RedisCollector::collect(const Fleet&, TimePoint now, Duration deadline, Readings& out) {
  const auto replies = ask(deadline);
  if (!replies || (!replies->empty() && replies->front().is_error() && !replies->front().text.starts_with("WRONGTYPE"))) {
    append_gaps(wanted_, Gap::unreachable, out);
    if (component_) out.components.push_back(component_gap(*component_, Gap::unreachable));
    if (!replies) return fail(replies.error());
    return fail(Errc::refused, client_->endpoint() + ": " + replies->front().text);  // loading, or not allowed to
  }
  const auto reply_of = [&](const std::string& list) -> const wire::RespValue& {
    return (*replies)[static_cast<std::size_t>(std::lower_bound(lists_.begin(), lists_.end(), list) - lists_.begin())];
  };
  for (const Wanted& signal : wanted_) {
    const wire::RespValue& length = reply_of(signal.list);
    if (length.kind == Kind::integer)
      out.readings.push_back(signal.value(static_cast<double>(length.integer), now));
    else
      out.readings.push_back(signal.gap(Gap::malformed));
  }
  for (const std::string& list : lists_)
    if (const wire::RespValue& length = reply_of(list); length.kind == Kind::integer)
      out.gauges.push_back({options_.name + "." + list + ".jobs", static_cast<double>(length.integer)});
  std::string info;
  for (std::size_t i = lists_.size(); i < replies->size(); ++i) {
    append_info((*replies)[i], out);
    if ((*replies)[i].kind == Kind::bulk) info += (*replies)[i].text;
  }
  append_saturation(redis_saturation(info), now, out);
  return {};
}

void RedisCollector::append_saturation(std::optional<double> ratio, TimePoint now, Readings& out) const {
  if (component_) out.components.push_back(ratio ? in_use(*component_, *ratio, now) : component_gap(*component_, Gap::malformed));
}

void RedisCollector::append_info(const wire::RespValue& info, Readings& out) const {
  if (info.kind != Kind::bulk) return;
  for (const auto& [key, gauge] : info_gauges)
    if (const auto figure = redis_info_number(info.text, key))
      out.gauges.push_back({options_.name + std::string(gauge), static_cast<double>(*figure)});
}

std::optional<double> redis_saturation(std::string_view info) {
  const auto number = [&](std::string_view name) { return static_cast<double>(redis_info_number(info, name).value_or(0)); };
  const bool evicts_nothing = info.find("\nmaxmemory_policy:noeviction") != std::string_view::npos;
  std::optional<double> most;
  if (const double clients = number("maxclients"); clients > 0) most = number("connected_clients") / clients;
  if (const double memory = number("maxmemory"); memory > 0 && evicts_nothing)
    most = std::max(most.value_or(0), number("used_memory") / memory);
  return most;
}

std::optional<std::int64_t> redis_info_number(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::size_t end = info.find('\n');
    const std::string_view line = info.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      const std::string_view text = line.substr(name.size() + 1);
      std::int64_t value = 0;
      const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
      const bool whole = stop == text.data() + text.size() || *stop == '\r';
      return code == std::errc{} && whole ? std::optional(value) : std::nullopt;
    }
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 1);
  }
  return std::nullopt;
}

}  // namespace plimsoll::collect
