#include <fmt/format.h>

#include <algorithm>

#include "cli/load_text.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "core/quantity.h"
#include "load/engine.h"

namespace plimsoll::cli {
namespace {

struct Target {
  std::string host;
  std::uint16_t port = 80;
  std::string path;
};

Result<Target> parse_target(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme))
    return fail(Errc::malformed, fmt::format("'{}' is no URL this generator knows; expected http://HOST:PORT/path", url));
  const std::string_view rest = url.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  const std::size_t colon = std::min(authority.rfind(':'), authority.size());
  Target target{std::string(authority.substr(0, colon)), 80, slash < rest.size() ? std::string(rest.substr(slash)) : "/"};
  if (colon < authority.size()) {
    const auto port = parse_integer(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return fail(Errc::malformed, fmt::format("'{}': expected a port of 1..65535", url));
    target.port = static_cast<std::uint16_t>(*port);
  }
  if (target.host.empty()) return fail(Errc::malformed, fmt::format("'{}' names no host", url));
  return target;
}

Result<load::RequestTemplate> parse_request(const LoadOptions& options, const Target& target) {
  load::RequestTemplate request;
  request.method = options.method;
  request.path = target.path;
  request.body = options.body;
  for (const std::string& header : options.headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos || colon == 0)
      return fail(Errc::malformed, fmt::format("'{}' is no header; expected 'Name: value'", header));
    std::size_t value = colon + 1;
    while (value < header.size() && header[value] == ' ') ++value;
    request.headers.emplace_back(header.substr(0, colon), header.substr(value));
  }
  request.repeatable = options.method == "GET" || options.method == "HEAD";
  return request;
}

Result<load::Plan> make_plan(const LoadOptions& options) {
  const Result<Target> target = parse_target(options.url);
  if (!target) return fail(target.error());
  const Result<load::RequestTemplate> request = parse_request(options, *target);
  if (!request) return fail(request.error());
  Result<load::Schedule> schedule = load::Schedule::parse(options.stages);
  if (!schedule) return fail(schedule.error());
  load::MixOptions mix_options;
  mix_options.authority = fmt::format("{}:{}", target->host, target->port);
  mix_options.seed = options.seed;
  Result<load::RequestMix> mix = load::RequestMix::build(mix_options, {*request});
  if (!mix) return fail(mix.error());
  load::Plan plan;
  plan.host = target->host;
  plan.port = target->port;
  plan.mix = std::move(*mix);
  plan.model = load::OpenLoop{std::move(*schedule), options.poisson ? load::Pattern::poisson : load::Pattern::even, options.seed};
  plan.max_connections = options.connections;
  plan.timeout = options.timeout;
  return plan;
}

}  // namespace

int run_load(const LoadOptions& options) {
  Result<load::Plan> plan = make_plan(options);
  if (!plan) {
    print_error(plan.error());
    return exit_bad_input;
  }
  StopFlag stop, now;
  const Signals signals(stop, now);
  load::Engine engine(std::move(*plan));
  if (const Result<void> started = engine.start(); !started) {
    print_error(started.error());
    return exit_bad_input;
  }
  while (engine.running() && !stop.wait(std::chrono::milliseconds(500)))
    if (!options.json) show_load_progress(engine.snapshot());
  if (stop.stopped()) engine.stop();
  engine.wait();
  const load::Summary summary = engine.result();
  fmt::print("{}", options.json ? load_json(summary) : load_text(summary));
  if (stop.stopped()) return exit_interrupted;
  return summary.counts.failed() == 0 ? exit_well : exit_negative;
}

}  // namespace plimsoll::cli
