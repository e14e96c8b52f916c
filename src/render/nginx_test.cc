#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/targets.h"
#include "render/testing/proxies.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Stack stack() { return balanced_stack(BalancerEngine::nginx, 2); }

std::string conf(const Stack& stack, const Options& options = {}) { return file_of(nginx(stack, options), "nginx/nginx.conf"); }

TEST(Nginx, H8_H17_HealthAgentsFile) { expect_golden_files("health-agent", nginx(reference_stack("health-agent"), {})); }
TEST(Nginx, V20_VoiceassistsFile) { expect_golden_files("voiceassist", nginx(reference_stack("voiceassist"), {})); }
// Not the engines of these stacks, but --to nginx asks for it: a plain one, and one with a sticky cookie.
TEST(Nginx, QuickstartsFile) { expect_golden_files("quickstart", nginx(reference_stack("quickstart"), {})); }
TEST(Nginx, TriageWardensFile) { expect_golden_files("triage-warden", nginx(reference_stack("triage-warden"), {})); }

TEST(Nginx, H8_EveryInstanceThatIsListedIsAServer) {
  const std::string text = conf(stack(), {.at = {{"api", {{"10.0.0.1", 8000}, {"10.0.0.2", 8001}, {"::1", 8002}}}}});
  EXPECT_THAT(text, HasSubstr("    server 10.0.0.1:8000 max_fails=3 fail_timeout=30s;\n"
                              "    server 10.0.0.2:8001 max_fails=3 fail_timeout=30s;\n"
                              "    server [::1]:8002 max_fails=3 fail_timeout=30s;\n"));
}

TEST(Nginx, ListensWhereItIsPut) {
  EXPECT_THAT(conf(stack()), HasSubstr("    listen 8080;\n"));
  EXPECT_THAT(conf(stack(), {.at = {{"balancer", {{"127.0.0.1", 9000}}}}}), HasSubstr("    listen 127.0.0.1:9000;\n"));
}

struct AlgorithmRow {
  BalancerAlgorithm algorithm;
  std::string name, line;
  friend void PrintTo(const AlgorithmRow& row, std::ostream* out) { *out << row.name; }
};
class NginxAlgorithm : public testing::TestWithParam<AlgorithmRow> {};
TEST_P(NginxAlgorithm, IsNginxsOwnWord) {
  Stack made = stack();
  made.balancer->algorithm = GetParam().algorithm;
  EXPECT_THAT(conf(made), HasSubstr(GetParam().line + "    # Three failures"));
}
INSTANTIATE_TEST_SUITE_P(H18, NginxAlgorithm,
                         testing::Values(AlgorithmRow{BalancerAlgorithm::roundrobin, "roundrobin",
                                                      "    # Round robin: nginx's own way, without a directive.\n"},
                                         AlgorithmRow{BalancerAlgorithm::leastconn, "leastconn", "    least_conn;\n"},
                                         AlgorithmRow{BalancerAlgorithm::random, "random", "    random two least_conn;\n"},
                                         AlgorithmRow{BalancerAlgorithm::source, "source",
                                                      "    hash $remote_addr consistent;\n"}),
                         [](const auto& row) { return row.param.name; });

struct RateRow {
  std::string name;
  double per_second;
  std::string written;
  bool exact;
  friend void PrintTo(const RateRow& row, std::ostream* out) { *out << row.name; }
};
class NginxRate : public testing::TestWithParam<RateRow> {};
TEST_P(NginxRate, IsWholeOrSaysThatItWasRounded) {
  Stack made = stack();
  made.balancer->client_rate = Rate{GetParam().per_second};
  const Rendered rendered = nginx(made, {});
  EXPECT_THAT(file_of(rendered, "nginx/nginx.conf"), HasSubstr("zone=clients:10m rate=" + GetParam().written + ";"));
  if (GetParam().exact)
    EXPECT_THAT(rendered.notes, Not(has_note("balancer.client_rate", "rounded")));
  else
    EXPECT_THAT(rendered.notes, has_note("balancer.client_rate", "rounded up to " + GetParam().written));
}
INSTANTIATE_TEST_SUITE_P(
    H17, NginxRate,
    testing::Values(RateRow{"hundred_a_minute", 100.0 / 60, "100r/m", true}, RateRow{"hundred_a_second", 100, "100r/s", true},
                    RateRow{"one_and_a_half_a_second", 1.5, "90r/m", true}, RateRow{"a_third_a_second", 1.0 / 3, "20r/m", true},
                    RateRow{"ten_an_hour", 10.0 / 3600, "1r/m", false}, RateRow{"odd", 1.234, "75r/m", false}),
    [](const auto& row) { return row.param.name; });

TEST(Nginx, H17_TheZoneIsOutsideOfTheServerAndABurstGoesThroughAtOnce) {
  Stack made = stack();
  made.balancer->client_rate = Rate{100.0 / 60};
  made.balancer->client_burst = 20;
  const std::string text = conf(made);
  EXPECT_LT(text.find("limit_req_zone"), text.find("server {"));
  EXPECT_THAT(text, HasSubstr("      limit_req zone=clients burst=20 nodelay;\n      limit_req_status 429;\n"));
  made.balancer->client_burst = 0;
  EXPECT_THAT(conf(made), HasSubstr("      limit_req zone=clients;\n"));
  made.balancer->client_rate.reset();
  EXPECT_THAT(conf(made), Not(HasSubstr("limit_req")));
}

/// As HAProxy and Traefik have it: its own 1 MB would refuse what the service takes.
TEST(Nginx, TheServiceSaysHowLargeARequestMayBe) { EXPECT_THAT(conf(stack()), HasSubstr("    client_max_body_size 0;")); }

TEST(Nginx, A7_V6_OldProcessesFinishWhatTheyHave) {
  Stack made = stack();
  made.balancer->timeout = std::chrono::seconds(60);
  made.balancer->drain = std::chrono::milliseconds(1500);
  EXPECT_THAT(conf(made), HasSubstr("worker_shutdown_timeout 61500ms;\n"));
}

struct PathRow {
  std::string name, path, location;
  friend void PrintTo(const PathRow& row, std::ostream* out) { *out << row.name; }
};
class NginxHealthPath : public testing::TestWithParam<PathRow> {};
TEST_P(NginxHealthPath, IsComparedAsNginxSeesIt) {
  Stack made = stack();
  made.balancer->health.path = GetParam().path;
  made.tiers[0].run.ready = GetParam().path;
  EXPECT_THAT(conf(made),
              HasSubstr("    location = " + GetParam().location + " {\n      proxy_pass http://api" + GetParam().path + ";\n"));
}
INSTANTIATE_TEST_SUITE_P(H17, NginxHealthPath,
                         testing::Values(PathRow{"plain", "/health", "/health"}, PathRow{"query", "/health?deep=1", "/health"},
                                         PathRow{"encoded", "/is%20it%20up", "\"/is it up\""},
                                         PathRow{"brackets_and_quotes", "/%7b%22;%5C", R"("/{\";\\")"},
                                         PathRow{"control_characters_stay_encoded", "/a%0Ab", "\"/a%0Ab\""},
                                         PathRow{"broken_code", "/a%zz", "\"/a%zz\""}),
                         [](const auto& row) { return row.param.name; });

TEST(Nginx, TheFrontPageStaysTheServices) {
  Stack made = stack();
  made.balancer->health.path = "/";
  EXPECT_THAT(conf(made), Not(HasSubstr("location = ")));
  EXPECT_THAT(nginx(made, {}).notes, has_note("balancer.health.path", "front page"));
}

TEST(Nginx, StickyNamesThatNoVariableCanHaveAreFoundInTheHeader) {
  Stack made = stack();
  made.balancer->sticky = "tw.server-id";
  const std::string text = conf(made);
  EXPECT_THAT(text, HasSubstr(R"x("~(?:^|; *)tw\.server-id=(?<sticky_value>[^;]+)" $sticky_value;)x"));
  EXPECT_THAT(text, HasSubstr("  map $sticky_seen $sticky_key {\n"));
  EXPECT_THAT(text, Not(HasSubstr("$cookie_")));
}

TEST(Nginx, SaysWhatItLeavesOut) {
  Stack made = stack();
  made.balancer->engine = BalancerEngine::haproxy;
  Tier admin;
  admin.name = "admin";
  made.tiers.push_back(admin);
  const Rendered rendered = nginx(made, {});
  EXPECT_THAT(rendered.notes, has_note("balancer.engine", "haproxy"));
  EXPECT_THAT(rendered.notes, has_note("balancer.listen", "127.0.0.1:8080:8080"));
  EXPECT_THAT(rendered.notes, has_note("tiers.admin", "no route"));
  EXPECT_THAT(rendered.notes, has_note("balancer", "nginx -s reload"));
  EXPECT_THAT(file_of(rendered, "nginx/nginx.conf"), HasSubstr("  upstream admin {\n"));
}

TEST(Nginx, WritesNothingWithoutABalancerOrAService) {
  Stack made = stack();
  made.tiers[0].kind = TierKind::worker;
  EXPECT_THAT(nginx(made, {}).files, IsEmpty());
  EXPECT_THAT(nginx(made, {}).notes, has_note("tiers", "no service"));
  made = stack();
  made.balancer.reset();
  EXPECT_THAT(nginx(made, {}).files, IsEmpty());
  EXPECT_THAT(nginx(made, {}).notes, has_note("balancer", "none"));
}

}  // namespace
}  // namespace plimsoll::render
