#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/notes.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

Rendered behind(const std::string& balancer) {
  return kubernetes(stack_from("apiVersion: plimsoll/v1\nname: shop\nbalancer: " + balancer +
                               "\ntiers: {api: {kind: service, run: {image: shop/api}}}\n"),
                    {});
}
std::string ingress(const std::string& balancer) { return file_of(behind(balancer), "kubernetes/ingress.yaml"); }
TEST(KubernetesIngress, LeadsToTheFirstServiceTier) {
  EXPECT_THAT(
      ingress("{engine: nginx}"),
      AllOf(
          HasSubstr("apiVersion: networking.k8s.io/v1\nkind: Ingress\n"), HasSubstr("  ingressClassName: nginx\n"),
          HasSubstr("              service:\n                name: api\n                port:\n                  name: http\n")));
}

TEST(KubernetesIngress, OlderClustersHaveItsOlderForm) {
  const Stack stack = reference_stack("kaireon");
  EXPECT_THAT(file_of(kubernetes(stack, {.kube = {1, 18}}), "kubernetes/ingress.yaml"),
              AllOf(HasSubstr("networking.k8s.io/v1beta1"), HasSubstr("serviceName: api\n"), HasSubstr("servicePort: http\n"),
                    HasSubstr("ingressClassName: haproxy")));
  EXPECT_THAT(
      file_of(kubernetes(stack, {.kube = {1, 17}}), "kubernetes/ingress.yaml"),
      AllOf(HasSubstr("kubernetes.io/ingress.class: haproxy"), Not(HasSubstr("ingressClassName")), Not(HasSubstr("pathType"))));
}

// 100 a minute as it is; 20 at once can't be said, as bursts are multiples of the rate.
TEST(KubernetesIngress, H17_NginxHasTheRateAndTheTimeout) {
  const Rendered made = kubernetes(reference_stack("health-agent"), {});
  EXPECT_THAT(file_of(made, "kubernetes/ingress.yaml"),
              AllOf(HasSubstr("nginx.ingress.kubernetes.io/proxy-read-timeout: \"60\"\n"),
                    HasSubstr("nginx.ingress.kubernetes.io/limit-rpm: \"100\"\n"),
                    HasSubstr("nginx.ingress.kubernetes.io/limit-burst-multiplier: \"1\"\n")));
  EXPECT_THAT(made.notes, has_note("balancer.client_burst", "100 at once rather than 20"));
}

TEST(KubernetesIngress, NginxTakesWholeRates) {
  EXPECT_THAT(ingress("{engine: nginx, client_rate: 10rps, client_burst: 50}"),
              AllOf(HasSubstr("limit-rps: \"10\""), HasSubstr("limit-burst-multiplier: \"5\"")));
  EXPECT_THAT(behind("{engine: nginx, client_rate: 10rps, client_burst: 50}").notes,
              Not(Contains(Field(&Note::path, "balancer.client_burst"))));
  EXPECT_THAT(ingress("{engine: nginx, client_rate: 30/h, client_burst: 1}"), HasSubstr("limit-rpm: \"1\""));
  EXPECT_THAT(behind("{engine: nginx, client_rate: 30/h, client_burst: 1}").notes,
              has_note("balancer.client_rate", "rounded up"));
}

TEST(KubernetesIngress, NginxKeepsAClientByCookie) {
  EXPECT_THAT(ingress("{engine: nginx, sticky: seat, algorithm: source}"),
              AllOf(HasSubstr("affinity: cookie"), HasSubstr("session-cookie-name: seat"),
                    HasSubstr("upstream-hash-by: $binary_remote_addr")));
}

TEST(KubernetesIngress, HaproxyIsToldAlgorithmChecksCookieAndRate) {
  const char* balancer =
      "{engine: haproxy, algorithm: random, health: {path: /well, every: 1500ms, timeout: 2s}, sticky: seat, "
      "client_rate: 50rps, client_burst: 5, timeout: 90s}";
  EXPECT_THAT(
      ingress(balancer),
      AllOf(HasSubstr("haproxy.org/load-balance: random\n"), HasSubstr("haproxy.org/check-http: /well\n"),
            HasSubstr("haproxy.org/check-interval: 1500ms\n"), HasSubstr("haproxy.org/timeout-check: 2s\n"),
            HasSubstr("haproxy.org/cookie-persistence: seat\n"), HasSubstr("haproxy.org/rate-limit-requests: \"50\"\n"),
            HasSubstr("haproxy.org/rate-limit-period: 1s\n"), HasSubstr("haproxy.org/rate-limit-status-code: \"429\"\n")));
  EXPECT_THAT(behind(balancer).notes, has_note("balancer.timeout", "timeout-server: 90s"));
  EXPECT_THAT(behind(balancer).notes, has_note("balancer.client_burst", "no burst"));
}

TEST(KubernetesIngress, T12_TraefiksCookieIsOnTheServiceAndTheRestIsNoted) {
  const Rendered made = kubernetes(reference_stack("triage-warden"), {});
  EXPECT_THAT(file_of(made, "kubernetes/api.yaml"),
              AllOf(HasSubstr("traefik.ingress.kubernetes.io/service.sticky.cookie: \"true\"\n"),
                    HasSubstr("traefik.ingress.kubernetes.io/service.sticky.cookie.name: tw_server\n"),
                    HasSubstr("traefik.ingress.kubernetes.io/service.sticky.cookie.httponly: \"true\"\n")));
  EXPECT_THAT(file_of(made, "kubernetes/ingress.yaml"), HasSubstr("ingressClassName: traefik\n"));
  EXPECT_THAT(made.notes, has_note("balancer.client_rate", "average: 100, period: 1s, burst: 50"));
  EXPECT_THAT(made.notes, has_note("balancer.health", "readinessProbe"));
}

TEST(KubernetesIngress, WithoutABalancerThereIsNone) {
  const Rendered made = kubernetes(reference_stack("kaireon-pools"), {});
  for (const File& file : made.files) EXPECT_NE(file.path, "kubernetes/ingress.yaml");
}

}  // namespace
}  // namespace plimsoll::render
