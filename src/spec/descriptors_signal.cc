// The spec, key by key: signals and profiles.

#include <fmt/format.h>

#include "spec/setters.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

using From = NamedSignal::From;

constexpr std::array<Names, 3> sources = {"metrics", "json", "prometheus"};
constexpr std::array<Names, 2> whose = {"tier", "instance"};
constexpr std::array<Names, 5> units = {"number", "ratio", "seconds", "bytes", "per_second"};

void per(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) static_cast<NamedSignal*>(owner)->per_instance = *index == 1;
}

constexpr std::array<Field, 9> signal_fields = {{
    {.key = "from",
     .kind = Kind::enumeration,
     .fallback = "metrics",
     .doc =
         "metrics: a series of the instances' Prometheus text; json: a figure of a JSON page of theirs; prometheus: a query to a "
         "Prometheus server",
     .names = sources,
     .set = value<&NamedSignal::from>},
    {.key = "name", .doc = "metrics: the series", .pattern = &series_name, .set = value<&NamedSignal::query>},
    {.key = "path",
     .doc = "metrics, json: where on the instance; metrics without it: the tier's run.metrics",
     .pattern = &url_path,
     .set = value<&NamedSignal::url>},
    {.key = "pointer", .doc = "json: the figure (RFC 6901)", .pattern = &json_pointer, .set = value<&NamedSignal::query>},
    {.key = "url", .doc = "prometheus: of the server", .pattern = &http_url, .set = value<&NamedSignal::url>},
    {.key = "query", .doc = "prometheus: what to ask (PromQL)", .pattern = &expression, .set = value<&NamedSignal::query>},
    {.key = "per",
     .kind = Kind::enumeration,
     .fallback = "tier",
     .doc = "instance: a number of each instance; tier: one number, instances' numbers added up",
     .names = whose,
     .set = per},
    {.key = "unit",
     .kind = Kind::enumeration,
     .fallback = "number",
     .doc = "what the number means, so that thresholds are written in it: 80% of a ratio, 500ms of seconds",
     .names = units,
     .set = value<&NamedSignal::unit>},
    {.key = "max_age",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an older number is a gap, which never shrinks a tier",
     .range = positive,
     .set = value<&NamedSignal::max_age>},
}};

struct Source {
  std::string_view key;  // of signal_fields
  bool metrics, json, prometheus;
  [[nodiscard]] bool belongs(From from) const { return from == From::metrics ? metrics : from == From::json ? json : prometheus; }
};
constexpr std::array<Source, 5> source_keys = {{
    {"name", true, false, false},
    {"path", true, true, false},
    {"pointer", false, true, false},
    {"url", false, false, true},
    {"query", false, false, true},
}};

/// Each source has its own keys, and needs them.
void finish_signal(Reader& reader, const Node& node, void* owner) {
  const NamedSignal& one = *static_cast<NamedSignal*>(owner);
  const ModelPath path = reader.path();
  if (reader.places().is_broken(path) || reader.places().is_broken(path + ".from")) return;
  const std::string_view from = sources[static_cast<std::size_t>(one.from)];
  for (const Source& key : source_keys) {
    const Node::Entry* entry = node.find(key.key);
    if (entry && !key.belongs(one.from)) {
      std::string theirs;
      for (const Source& other : source_keys)
        if (other.belongs(one.from)) theirs += (theirs.empty() ? "" : ", ") + std::string(other.key);
      return reader.complain(entry->at, fmt::format("'{}' is not of a signal from {}", key.key, from), theirs);
    }
    const bool is_needed = key.belongs(one.from) && !(one.from == From::metrics && key.key == "path");
    if (!entry && is_needed) {
      const std::string example = key.key == "pointer" ? "/database/pool_utilization_percent"
                                  : key.key == "path"  ? "/stats"
                                  : key.key == "url"   ? "http://127.0.0.1:9090"
                                  : key.key == "query" ? "sum(rate(http_requests_total[1m]))"
                                                       : "queue_length";
      return reader.missing(path, fmt::format("a signal from {} needs '{}'", from, key.key),
                            fmt::format("{}, such as {}", key.key, example));
    }
  }
}

constexpr std::array<Field, 4> profile_fields = {{
    {.key = "per_instance",
     .kind = Kind::number,
     .unit = "jobs",
     .doc = "consumes.*.per_instance",
     .range = positive,
     .set = value<&Profile::per_instance>},
    {.key = "poll", .kind = Kind::duration, .doc = "scale.poll", .range = positive, .set = value<&Profile::poll>},
    {.key = "cooldown", .kind = Kind::duration, .doc = "scale.cooldown", .set = value<&Profile::cooldown>},
    {.key = "max",
     .kind = Kind::integer,
     .unit = "instances",
     .doc = "the upper end of replicas, where the tier has no replicas of its own",
     .range = {.least = 1, .most = 10000},
     .set = value<&Profile::max>},
}};

}  // namespace

constinit const Object signal{.title = "a signal", .fields = signal_fields, .finish = finish_signal};
constinit const Object profile{.title = "a profile", .fields = profile_fields};

}  // namespace plimsoll::spec::tables

namespace plimsoll::spec {
namespace {
using std::chrono::minutes, std::chrono::seconds;
}

std::span<const Profile> built_in_profiles() {
  static const std::array<Profile, 4> all = {{
      {"normal", 50, seconds(15), seconds(300), 30},
      {"high-throughput", 20, seconds(10), seconds(180), 50},
      {"cost-sensitive", 100, seconds(30), seconds(600), 15},
      {"batch", 10, seconds(10), seconds(60), 50},
  }};
  return all;
}

const Profile* find_profile(std::string_view name, std::span<const Profile> own) {
  for (const std::span<const Profile> some : {own, built_in_profiles()})
    for (const Profile& profile : some)
      if (profile.name == name) return &profile;
  return nullptr;
}

void apply_profile(Reader& reader, const Profile& profile, Tier& tier) {
  const Places& places = reader.places();
  const std::string scale = reader.path() + ".scale.";
  const auto neither = [&](std::string_view one, std::string_view other) {
    return !places.has(scale + std::string(one)) && !places.has(scale + std::string(other));
  };
  if (profile.per_instance)
    for (QueueTarget& queue : tier.consumes)
      if (queue.per_instance == 0) queue.per_instance = *profile.per_instance;
  if (profile.poll && neither("poll", "pollingInterval")) tier.scale.poll = *profile.poll;
  if (profile.cooldown && neither("cooldown", "cooldownPeriod")) tier.scale.cooldown = *profile.cooldown;
  if (profile.max && !reader.draft().max_replicas && !places.has(reader.path() + ".replicas")) tier.replicas.max = *profile.max;
}

}  // namespace plimsoll::spec
