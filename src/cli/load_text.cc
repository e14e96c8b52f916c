#include "cli/load_text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/quantity.h"

namespace plimsoll::cli {
namespace {

std::vector<std::pair<const char*, std::uint64_t>> failures(const load::Counts& counts) {
  return {{"connection refused", counts.connect_refused},
          {"connection failed", counts.connect_failed},
          {"reset", counts.reset},
          {"truncated", counts.truncated},
          {"malformed", counts.malformed},
          {"timed out", counts.timed_out},
          {"timed out waiting for a connection", counts.timed_out_waiting}};
}

std::string percentiles_text(const load::Percentiles& p) {
  return fmt::format("p50 {}  p90 {}  p95 {}  p99 {}  max {}", for_people(p.p50), for_people(p.p90), for_people(p.p95),
                     for_people(p.p99), for_people(p.max));
}

nlohmann::json percentiles_json(const load::Percentiles& p) {
  if (p.count == 0) return nullptr;
  return {{"count", p.count},        {"p50_s", seconds(p.p50)},   {"p90_s", seconds(p.p90)}, {"p95_s", seconds(p.p95)},
          {"p99_s", seconds(p.p99)}, {"p999_s", seconds(p.p999)}, {"max_s", seconds(p.max)}, {"mean_s", seconds(p.mean)}};
}

}  // namespace

void show_load_progress(const load::Snapshot& now) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\x1b[K  {}  {:.0f}/s  {} sent, {} failed  p95 {}  {} connections", for_people(now.so_far.elapsed),
             now.rate_now, now.so_far.counts.sent, now.so_far.counts.failed(), for_people(now.window.p95), now.connections);
  if (!now.running) fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

std::string failures_text(const load::Summary& summary) {
  std::string text;
  const auto add = [&](const std::string& what, std::uint64_t count) {
    if (count > 0) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", what, count);
  };
  for (const load::StatusCount& status : summary.statuses)
    if (status.status >= 400) add(fmt::format("status {}", status.status), status.count);
  for (const auto& [what, count] : failures(summary.counts)) add(what, count);
  return text;
}

std::string load_text(const load::Summary& summary) {
  const load::Counts& counts = summary.counts;
  std::string text;
  if (isatty(STDERR_FILENO) != 0) text += "\r\x1b[K";
  text += fmt::format("requests   {} in {}: {} answered, {} failed\n", counts.due, for_people(summary.elapsed), counts.succeeded,
                      counts.failed());
  if (const std::string failed = failures_text(summary); !failed.empty()) text += fmt::format("failed     {}\n", failed);
  if (counts.cancelled + counts.not_sent > 0)
    text += fmt::format("cut short  {} in flight, {} not sent\n", counts.cancelled, counts.not_sent);
  if (summary.response.count > 0) {
    text += fmt::format("response   {}    as users wait: from when it was due\n", percentiles_text(summary.response));
    text += fmt::format("service    {}    from when it was sent\n", percentiles_text(summary.service));
  }
  for (const load::InstanceCount& instance : summary.instances)
    text += fmt::format("instance   {}  {}\n", instance.instance, instance.count);
  if (summary.generator_limited)
    text +=
        fmt::format("WARNING    the generator itself was late (p99 {}): these figures say more about it than about the server\n",
                    for_people(summary.slip.p99));
  return text;
}

std::string load_json(const load::Summary& summary) {
  nlohmann::ordered_json json;
  json["schema"] = "plimsoll/load/v1";
  json["elapsed_s"] = seconds(summary.elapsed);
  json["requests"] = summary.counts.due;
  json["succeeded"] = summary.counts.succeeded;
  json["failed"] = summary.counts.failed();
  nlohmann::ordered_json by_kind = nlohmann::ordered_json::object();
  for (const load::StatusCount& status : summary.statuses)
    if (status.status >= 400) by_kind[fmt::format("status {}", status.status)] = status.count;
  for (const auto& [what, count] : failures(summary.counts))
    if (count > 0) by_kind[what] = count;
  json["failures"] = by_kind;
  json["response"] = percentiles_json(summary.response);
  json["service"] = percentiles_json(summary.service);
  json["generator_slip"] = percentiles_json(summary.slip);
  json["generator_limited"] = summary.generator_limited;
  nlohmann::ordered_json instances = nlohmann::ordered_json::object();
  for (const load::InstanceCount& instance : summary.instances) instances[instance.instance] = instance.count;
  json["instances"] = instances;
  return json.dump(2) + "\n";
}

}  // namespace plimsoll::cli
