#include "cli/demo_load.h"

#include <fmt/format.h>

namespace plimsoll::cli {

Result<DemoLoad> DemoLoad::make(const std::string& host, std::uint16_t port, const std::string& stages, const std::string& run) {
  Result<load::Schedule> schedule = load::Schedule::parse(stages);
  if (!schedule) return fail(schedule.error());
  load::RequestTemplate decide;
  decide.method = "POST";
  decide.path = "/api/decide";
  decide.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "{id}"}};
  decide.body = R"({"user": "user-{user}", "features": [1, 2, 3]})";
  decide.weight = 4;
  decide.repeatable = true;  // by its key
  load::RequestTemplate history;
  history.path = "/api/history?user=user-{user}";
  history.weight = 1;
  history.repeatable = true;
  load::MixOptions options;
  options.authority = fmt::format("{}:{}", host, port);
  options.id_prefix = run + "-";
  options.users = 500;
  Result<load::RequestMix> mix = load::RequestMix::build(options, {decide, history});
  if (!mix) return fail(mix.error());
  DemoLoad made;
  made.mix = *mix;
  made.schedule = *schedule;
  made.plan.host = host;
  made.plan.port = port;
  made.plan.mix = std::move(*mix);
  made.plan.model = load::OpenLoop{std::move(*schedule), load::Pattern::poisson, 1};
  made.plan.max_connections = 400;
  made.plan.remember_accepted = true;
  return made;
}

}  // namespace plimsoll::cli
