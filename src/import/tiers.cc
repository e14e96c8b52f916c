// The owner's own programs: kind, image, resources, bounds, and what Kubernetes promises them.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/quantity.h"
#include "import/assembly.h"
#include "import/match.h"
#include "spec/pattern.h"

namespace plimsoll::import {
namespace {

bool is_called_a_worker(std::string_view name) {
  constexpr std::array<std::string_view, 9> words = {"worker", "consumer",  "sidekiq", "celery", "scheduler",
                                                     "beat",   "processor", "cron",    "queue"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    const std::size_t at = name.find(word);
    return at != std::string_view::npos && (at == 0 || name[at - 1] == '-' || name[at - 1] == '_');
  });
}

/// Behind "?" there may be a token.
std::string without_query(std::string_view path) { return std::string(path.substr(0, path.find_first_of("?#"))); }

class TierOf {
 public:
  TierOf(Assembly& of, const Part& part)
      : of_(of), part_(part), workload_(*part.workload), main_(*part.main), path_("tiers." + part.name) {}

  Tier make() {
    tier_.name = part_.name;
    of_.note(path_, workload_.at);
    if (part_.name != workload_.name)
      of_.infer(path_, workload_.at, fmt::format("{} {} is called {} here", workload_.api_kind, workload_.name, part_.name));
    tier_.kind = kind();
    tier_.priority = tier_.kind == TierKind::service ? 10 : 0;
    run();
    probes();
    resources();
    tier_.replicas = of_.bounds_of(workload_, path_ + ".replicas");
    rollout();
    tier_.placement = workload_.placement;
    disruption();
    vertical();
    return std::move(tier_);
  }

 private:
  TierKind kind() {
    const auto conclude = [&](TierKind made, std::string why) {
      of_.infer(path_ + ".kind", workload_.at,
                fmt::format("{} is a {}: {}", part_.name, made == TierKind::service ? "service" : "worker", why));
      return made;
    };
    if (works_on_jobs(main_)) return conclude(TierKind::worker, fmt::format("its command runs {}", job_runner(main_)));
    const std::vector<const Endpoint*> endpoints = of_.endpoints_of(workload_);
    const Autoscaler* scaler = of_.autoscaler_of(workload_);
    const auto ingress =
        std::find_if(endpoints.begin(), endpoints.end(), [&](const Endpoint* one) { return is_published(*one); });
    if (scaler && !scaler->queues.empty() && ingress == endpoints.end())
      return conclude(TierKind::worker, fmt::format("KEDA scales it on the list {}", scaler->queues.front().list));
    for (const Endpoint* one : endpoints)
      if (workload_.kind != Workload::Kind::compose_service && !one->ports.empty())
        return conclude(TierKind::service, fmt::format("Service {} leads to it", one->name));
    if (passed_by_nginx()) return conclude(TierKind::service, "nginx passes requests to it");
    if (is_called_a_worker(workload_.name)) return conclude(TierKind::worker, "nothing leads to it, and its name says so");
    for (const Endpoint* one : endpoints)
      if (one->external) return conclude(TierKind::service, "its ports are published");
    for (const int port : main_.ports) {
      std::string_view name;
      for (const auto& [called, number] : main_.named_ports)
        if (number == port) name = called;
      if (!is_for_monitoring(port, name)) return conclude(TierKind::service, fmt::format("it listens on port {}", port));
    }
    for (const std::optional<Probe>* probe : {&main_.readiness, &main_.liveness})
      if (*probe && (*probe)->http) return conclude(TierKind::service, "it answers an HTTP probe");
    return conclude(TierKind::worker, "nothing leads to it");
  }

  [[nodiscard]] bool passed_by_nginx() const {
    const auto leads_here = [&](const std::string& host) {
      const Part* part = part_at(of_, host, workload_.space);
      return part && part->workload == &workload_;
    };
    for (const NginxFile& file : of_.facts.nginx) {
      if (std::any_of(file.passes.begin(), file.passes.end(), leads_here)) return true;
      for (const Upstream& upstream : file.upstreams)
        if (std::any_of(upstream.servers.begin(), upstream.servers.end(),
                        [&](const auto& server) { return leads_here(server.host); }))
          return true;
    }
    return std::any_of(of_.parts.begin(), of_.parts.end(), [&](const Part& part) {
      const auto& before = part.workload->depends_on;
      return part.role == Role::balancer && part.workload->space == workload_.space &&
             std::find(before.begin(), before.end(), workload_.name) != before.end();
    });
  }

  [[nodiscard]] bool is_published(const Endpoint& endpoint) const {
    return std::any_of(of_.facts.ingresses.begin(), of_.facts.ingresses.end(), [&](const IngressRule& rule) {
      return same_space(rule.space, endpoint.space) &&
             std::find(rule.services.begin(), rule.services.end(), endpoint.name) != rule.services.end();
    });
  }

  void run() {
    tier_.run.image = main_.image.empty() ? workload_.name : main_.image;
    if (!spec::image_name.matches(tier_.run.image)) tier_.run.image = part_.name;
    of_.note(path_ + ".run.image", main_.image_at);
    if (of_.options.rendered) program();
    if (const auto& probe = main_.readiness) {
      of_.note(path_ + ".run.ready", probe->at);
      if (const std::string path = without_query(probe->path); spec::url_path.matches(path)) tier_.run.ready = path;
      if (probe->initial_delay > Duration::zero()) {
        tier_.instance.start = probe->initial_delay;
        of_.note(path_ + ".instance.start", probe->at);
      }
    }
    tier_.run.ready_within = std::max(tier_.run.ready_within, 3 * tier_.instance.start);
    const auto scrape = workload_.annotations.find("prometheus.io/scrape");
    if (scrape != workload_.annotations.end() && scrape->second == "true") {
      const auto path = workload_.annotations.find("prometheus.io/path");
      const std::string given = path == workload_.annotations.end() ? std::string() : without_query(path->second);
      tier_.run.metrics = spec::url_path.matches(given) ? given : "/metrics";
    }
    if (workload_.termination_grace) {
      tier_.run.stop_within =
          std::max<Duration>(workload_.termination_grace->value, std::chrono::seconds(1));  // 0: killed at once
      of_.note(path_ + ".run.stop_within", *workload_.termination_grace);
    } else if (workload_.kind == Workload::Kind::compose_service) {
      tier_.run.stop_within = std::chrono::seconds(10);  // Compose's; Kubernetes' 30 s are plimsoll's too
    }
  }

  /// The command and what is in its environment beside the instance contract. A dollar means something else in each format.
  void program() {
    const auto has_dollar = [](const std::string& text) { return text.find('$') != std::string::npos; };
    if (std::none_of(main_.command.begin(), main_.command.end(), has_dollar)) tier_.run.command = main_.command;
    constexpr std::array<std::string_view, 8> contract = {
        "PORT", "ADDRESS", "INSTANCE", "DATABASE_URL", "DATABASE_READ_URL", "POOL_SIZE", "REDIS_URL", "QUEUES"};
    for (const Variable& one : main_.environment) {
      if (one.secret || !one.from.empty() || has_dollar(one.value) || !spec::variable_name.matches(one.name)) continue;
      if (std::find(contract.begin(), contract.end(), one.name) != contract.end()) continue;
      tier_.run.env.insert_or_assign(one.name, one.value);
      of_.note(path_ + ".run.env." + one.name, one.at);
    }
  }

  /// How an orchestrator asks; a Compose healthcheck runs a command and restarts nothing.
  void probes() {
    if (workload_.kind == Workload::Kind::compose_service) return;
    const auto read = [&](const std::optional<Probe>& from, const char* key, plimsoll::Probe& into) {
      if (!from || !from->http) return false;
      into.after = std::max(from->initial_delay, Duration::zero());
      if (from->period > Duration::zero()) into.every = from->period;
      if (from->timeout > Duration::zero()) into.timeout = from->timeout;
      of_.note(path_ + ".run.probes." + key, from->at);
      return true;
    };
    read(main_.readiness, "ready", tier_.run.ready_probe);
    if (!read(main_.liveness, "live", tier_.run.live_probe)) return;
    const std::string path = without_query(main_.liveness->path);
    if (!spec::url_path.matches(path)) return;
    tier_.run.live = path;
    of_.note(path_ + ".run.live", main_.liveness->at);
  }

  /// Sums over the containers, as utilization of a pod counts them.
  void resources() {
    double cpu = 0, cpu_limit = 0, memory = 0, memory_limit = 0;
    bool cpu_limited = true, memory_limited = true;
    int helpers = 0;
    for (const Container& one : workload_.containers) {
      if (&one != &main_ && (one.cpu_request || one.memory_request)) ++helpers;
      cpu += one.cpu_request ? one.cpu_request->value.count : 0;
      memory += one.memory_request ? static_cast<double>(one.memory_request->value.count) : 0;
      cpu_limit += one.cpu_limit ? one.cpu_limit->value.count : 0;
      memory_limit += one.memory_limit ? static_cast<double>(one.memory_limit->value.count) : 0;
      cpu_limited = cpu_limited && one.cpu_limit;
      memory_limited = memory_limited && one.memory_limit;
    }
    const auto origin = [&](const char* part, auto request) {
      if (!request) return;
      auto at = *request;
      if (helpers > 0) at.prefix.clear();
      of_.note(path_ + ".instance." + part, at);
    };
    if (main_.cpu_request) {
      tier_.instance.cpu = {in_range(Cores{cpu}),
                            cpu_limited && cpu_limit >= cpu ? std::optional(in_range(Cores{cpu_limit})) : std::nullopt};
      origin("cpu", main_.cpu_request);
    }
    const auto bytes = [](double count) { return in_range(Bytes{static_cast<std::int64_t>(std::min(count, 0x1p60))}); };
    if (main_.memory_request) {
      tier_.instance.memory.emplace();
      tier_.instance.memory->request = bytes(memory);
      if (memory_limited && memory_limit >= memory) tier_.instance.memory->limit = bytes(memory_limit);
      origin("memory", main_.memory_request);
    }
    if (helpers > 0)
      of_.infer(path_ + ".instance", main_.resources,
                fmt::format("the requests of {} other container{} of the pod are added to those of {}", helpers,
                            helpers > 1 ? "s" : "", main_.name));
  }

  void rollout() {
    const std::string path = path_ + ".surge";
    constexpr int most = 10000;
    if (workload_.surge) {
      tier_.surge = std::clamp(workload_.surge->value, 0, most);
      of_.note(path, *workload_.surge);
    } else if (workload_.surge_share && workload_.surge_share->value >= 0) {
      tier_.surge = std::min(share_of(std::min(workload_.surge_share->value, 10.0), tier_.replicas.max), most);
      of_.note(path, *workload_.surge_share);
      if (workload_.surge_share->prefix.empty())
        of_.infer(path, workload_.spec,
                  fmt::format("a rollout of {} may have {} more: Kubernetes' own maxSurge", part_.name, tier_.surge));
    }
  }

  void disruption() {
    for (const DisruptionBudget* of : of_.matches.budgets_of(workload_)) {
      const DisruptionBudget& budget = *of;
      const Disruption& one = budget.budget;
      if (!one.min_available && !one.max_unavailable && !one.min_available_share && !one.max_unavailable_share) continue;
      const auto whole = [](const std::optional<Ratio>& share) { return share && (share->value < 0 || share->value > 1); };
      if (whole(one.min_available_share) || whole(one.max_unavailable_share)) continue;
      if (one.min_available.value_or(0) < 0 || one.max_unavailable.value_or(0) < 0) continue;
      tier_.disruption = one;
      const std::string path = path_ + ".disruption";
      const Origin at{budget.at, budget.value, budget.prefix};
      of_.out.origins.add(path, at);
      of_.out.origins.add(path + (one.min_available || one.min_available_share ? ".min_available" : ".max_unavailable"), at);
      return;
    }
  }

  void vertical() {
    for (const VerticalAutoscaler* of : of_.matches.verticals_of(workload_)) {
      const VerticalAutoscaler& one = *of;
      const VerticalAutoscaler::Policy* policy = one.policy_of(main_.name);
      tier_.vertical = policy ? policy->bounds : Vertical();
      tier_.vertical->mode = policy && !policy->cpu && !policy->memory ? Vertical::Mode::off : one.bounds.mode;
      Vertical& made = *tier_.vertical;
      if (made.cpu_min && made.cpu_max && *made.cpu_max < *made.cpu_min) made.cpu_min = made.cpu_max = std::nullopt;
      if (made.memory_min && made.memory_max && *made.memory_max < *made.memory_min)
        made.memory_min = made.memory_max = std::nullopt;
      if (!made.cpu_min || !made.cpu_max) made.cpu_min = made.cpu_max = std::nullopt;
      if (!made.memory_min || !made.memory_max) made.memory_min = made.memory_max = std::nullopt;
      of_.out.origins.add(path_ + ".vertical", {one.at, one.at, {}});
      of_.out.origins.add(path_ + ".vertical.mode", {one.mode, one.mode, {}});
      return;
    }
  }

  Assembly& of_;
  const Part& part_;
  const Workload& workload_;
  const Container& main_;
  const std::string path_;
  Tier tier_;
};

}  // namespace

void assemble_tiers(Assembly& of) {
  for (const Part& part : of.parts)
    if (part.role == Role::tier) of.out.stack.tiers.push_back(TierOf(of, part).make());
}

}  // namespace plimsoll::import
