// The balancer as an Ingress: what its controller is told by annotation, and what none has words for.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/quantity.h"
#include "render/kubernetes.h"
#include "render/names.h"

namespace plimsoll::render::kube {
namespace {

class Annotations {
 public:
  Annotations(const Scope& scope, const Balancer& balancer) : scope_(scope), balancer_(balancer) {}

  Yaml make() {
    switch (balancer_.engine) {
      case BalancerEngine::nginx:
        nginx();
        break;
      case BalancerEngine::haproxy:
        haproxy();
        break;
      case BalancerEngine::traefik:
        traefik();
        break;
    }
    return std::move(made_);
  }

 private:
  void note(std::string_view key, std::string text) {
    scope_.notes.push_back({fmt::format("balancer.{}", key), std::move(text)});
  }

  [[nodiscard]] bool health_given() const {
    const HealthCheck usual;
    return balancer_.health.path != usual.path || balancer_.health.every != usual.every ||
           balancer_.health.timeout != usual.timeout;
  }

  void probes_decide(std::string_view controller) {
    if (health_given())
      note("health", fmt::format("{} asks nobody itself: pods get requests by their readinessProbe", controller));
  }

  // ingress-nginx

  Yaml& nginx(std::string_view key) { return made_[fmt::format("nginx.ingress.kubernetes.io/{}", key)]; }

  void nginx() {
    nginx("proxy-read-timeout") = std::to_string(seconds_of(balancer_.timeout));
    nginx("proxy-next-upstream") =
        Yaml("error timeout http_500 http_502 http_503").why("a request that changes nothing is tried elsewhere");
    switch (balancer_.algorithm) {
      case BalancerAlgorithm::roundrobin:
        break;
      case BalancerAlgorithm::leastconn:
        nginx("load-balance") = Yaml("ewma").why("nearest to leastconn: the shortest answers of late");
        note("algorithm", "ingress-nginx has no leastconn; ewma takes the instance with the shortest answers of late");
        break;
      case BalancerAlgorithm::random:
        note("algorithm", "ingress-nginx has no random; it takes one after the other");
        break;
      case BalancerAlgorithm::source:
        nginx("upstream-hash-by") = "$binary_remote_addr";
        break;
    }
    if (!balancer_.sticky.empty()) {
      nginx("affinity") = "cookie";
      nginx("session-cookie-name") = balancer_.sticky;
    }
    nginx_rate();
    probes_decide("ingress-nginx");
  }

  /// limit-rps or limit-rpm, whichever is whole; bursts come in multiples of it only.
  void nginx_rate() {
    if (!balancer_.client_rate) return;
    const double second = balancer_.client_rate->per_second;
    const bool by_second = std::abs(second - std::round(second)) < 1e-9 && second >= 1;
    const double rate = std::max(std::ceil((by_second ? second : second * 60) - 1e-9), 1.0);
    nginx(by_second ? "limit-rps" : "limit-rpm") = fmt::format("{:.0f}", rate);
    if (!by_second && std::abs(rate - second * 60) > 1e-6)
      note("client_rate",
           fmt::format("{} is {:.0f} a minute for ingress-nginx, rounded up", to_text(*balancer_.client_rate), rate));
    const double times = std::max(std::ceil(balancer_.client_burst / rate - 1e-9), 1.0);
    nginx("limit-burst-multiplier") = fmt::format("{:.0f}", times);
    if (std::abs(times * rate - balancer_.client_burst) > 1e-6)
      note("client_burst", fmt::format("ingress-nginx takes bursts as multiples of the rate: {:.0f} at once rather than {}",
                                       times * rate, balancer_.client_burst));
    note("client_rate",
         "each of the controller's pods counts for itself, and refuses with 503 unless its ConfigMap has "
         "limit-req-status-code: \"429\"");
  }

  // HAProxy Technologies' controller

  Yaml& haproxy(std::string_view key) { return made_[fmt::format("haproxy.org/{}", key)]; }

  void haproxy() {
    constexpr auto words = std::to_array<std::string_view>({"roundrobin", "leastconn", "random", "source"});
    haproxy("load-balance") = words.at(static_cast<std::size_t>(balancer_.algorithm));
    haproxy("check") = "true";
    haproxy("check-http") = balancer_.health.path;
    haproxy("check-interval") = haproxy_time(balancer_.health.every);
    haproxy("timeout-check") = haproxy_time(balancer_.health.timeout);
    if (!balancer_.sticky.empty()) haproxy("cookie-persistence") = balancer_.sticky;
    note("timeout",
         fmt::format("one for the whole controller: timeout-server: {} in its ConfigMap", haproxy_time(balancer_.timeout)));
    if (balancer_.client_rate) haproxy_rate();
  }

  static std::string haproxy_time(Duration d) {
    const auto count = std::chrono::ceil<std::chrono::milliseconds>(d).count();
    return count % 1000 == 0 ? fmt::format("{}s", count / 1000) : fmt::format("{}ms", count);
  }

  /// So many within a period; the period is long enough that rate and burst are both whole.
  void haproxy_rate() {
    const double second = balancer_.client_rate->per_second;
    const bool by_second = std::abs(second - std::round(second)) < 1e-9 && second >= 1;
    const double count = std::max(std::ceil((by_second ? second : second * 60) - 1e-9), 1.0);
    haproxy("rate-limit-requests") = fmt::format("{:.0f}", count);
    haproxy("rate-limit-period") = by_second ? "1s" : "1m";
    haproxy("rate-limit-status-code") = "429";
    if (!by_second && std::abs(count - second * 60) > 1e-6)
      note("client_rate",
           fmt::format("{} is {:.0f} a minute for the controller, rounded up", to_text(*balancer_.client_rate), count));
    if (balancer_.client_burst > 0)
      note("client_burst", fmt::format("the controller knows no burst: within {} no more than {:.0f}",
                                       by_second ? "a second" : "a minute", count));
  }

  // Traefik

  void traefik() {
    if (balancer_.client_rate) {
      const double second = balancer_.client_rate->per_second;
      const bool by_second = std::abs(second - std::round(second)) < 1e-9 && second >= 1;
      note("client_rate",
           fmt::format("Traefik takes it from an object of its own: a Middleware with rateLimit: {{average: {:.0f}, period: {}, "
                       "burst: {}}}, named in the Ingress's annotation traefik.ingress.kubernetes.io/router.middlewares",
                       std::ceil((by_second ? second : second * 60) - 1e-9), by_second ? "1s" : "1m",
                       std::max(balancer_.client_burst, 1)));
    }
    if (balancer_.algorithm != BalancerAlgorithm::roundrobin) note("algorithm", "Traefik takes one pod after the other");
    note("timeout", fmt::format("Traefik takes it from an object of its own: a ServersTransport with forwardingTimeouts: "
                                "{{responseHeaderTimeout: {}}}",
                                plimsoll::to_text(balancer_.timeout)));
    probes_decide("Traefik");
  }

  const Scope& scope_;
  const Balancer& balancer_;
  Yaml made_;
};

std::string_view class_of(BalancerEngine engine) {
  switch (engine) {
    case BalancerEngine::nginx:
      return "nginx";
    case BalancerEngine::traefik:
      return "traefik";
    case BalancerEngine::haproxy:
      break;
  }
  return "haproxy";
}

}  // namespace

Documents ingress_of(const Scope& scope) {
  const Tier* entrance = entrance_of(scope.stack);
  if (!scope.stack.balancer || !entrance) return {};
  const Balancer& balancer = *scope.stack.balancer;
  const bool v1 = scope.at_least(19);
  Yaml made = object(scope, v1 ? "networking.k8s.io/v1" : "networking.k8s.io/v1beta1", "Ingress", scope.stack.name,
                     scope.stack.name, "balancer");
  Yaml annotations = Annotations(scope, balancer).make();
  if (!scope.at_least(18)) annotations["kubernetes.io/ingress.class"] = class_of(balancer.engine);
  if (!annotations.empty()) made["metadata"]["annotations"] = std::move(annotations);
  Yaml& spec = made["spec"];
  if (scope.at_least(18)) spec["ingressClassName"] = class_of(balancer.engine);
  Yaml& path = spec["rules"].add()["http"]["paths"].add();
  path["path"] = "/";
  if (scope.at_least(18)) path["pathType"] = "Prefix";
  if (v1) {
    path["backend"]["service"]["name"] = entrance->name;
    path["backend"]["service"]["port"]["name"] = "http";
  } else {
    path["backend"]["serviceName"] = entrance->name;
    path["backend"]["servicePort"] = "http";
  }
  scope.notes.push_back({"balancer",
                         fmt::format("Ingress {} takes every host name and no TLS; its class {} must be installed",
                                     scope.stack.name, class_of(balancer.engine)),
                         true});
  Documents all;
  all.push_back(std::move(made));
  return all;
}

}  // namespace plimsoll::render::kube
