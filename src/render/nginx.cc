// nginx.conf, whole: for an image's /etc/nginx/nginx.conf or `nginx -c`. Paths of pid and logs are the build's own.

#include <fmt/format.h>

#include <array>
#include <string>

#include "render/names.h"
#include "render/proxies.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

constexpr std::string_view plain_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.~-";

/// One word of nginx's configuration that it takes as it is (where it replaces no variables).
std::string word(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(plain_characters) == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What a location is compared with: the path without its query, %2F and the like decoded.
std::string location_of(std::string_view path) {
  path = path.substr(0, path.find('?'));
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool code = path[i] == '%' && i + 2 < path.size() && hex(path[i + 1]) >= 0 && hex(path[i + 2]) >= 0;
    const int value = code ? hex(path[i + 1]) * 16 + hex(path[i + 2]) : path[i];
    // A control character would be no part of a sensible path; as it was written it matches nothing and breaks nothing.
    const bool keep = code && value >= 0x20 && value != 0x7F;
    out += keep ? static_cast<char>(value) : path[i];
    if (keep) i += 2;
  }
  return out;
}

/// One that nginx has a variable for, $cookie_NAME.
bool has_variable(std::string_view cookie) { return cookie.find_first_of(".-") == std::string_view::npos; }

std::string sticky_maps(const std::string& cookie) {
  if (cookie.empty()) return {};
  std::string seen = "$cookie_" + cookie, text;
  if (!has_variable(cookie)) {
    std::string pattern;
    for (const char c : cookie) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
    seen = "$sticky_seen";
    text = fmt::format(
        "\n  map $http_cookie $sticky_seen {{\n    default \"\";\n    \"~(?:^|; *){}=(?<sticky_value>[^;]+)\" $sticky_value;\n  "
        "}}\n",
        pattern);
  }
  return "\n  # Keeps a client on its instance: the first answer sets a cookie, whose value picks the instance from then on." +
         text +
         fmt::format(R"(
  map {seen} $sticky_key {{
    default {seen};
    "" $request_id;
  }}
  map {seen} $sticky_cookie {{
    default "";
    "" "{cookie}=$request_id; Path=/; HttpOnly";
  }}
)",
                     fmt::arg("seen", seen), fmt::arg("cookie", cookie));
}

std::string method(const Balancer& balancer) {
  if (!balancer.sticky.empty()) return "    hash $sticky_key consistent;\n";
  switch (balancer.algorithm) {
    case BalancerAlgorithm::roundrobin:
      return "    # Round robin: nginx's own way, without a directive.\n";
    case BalancerAlgorithm::leastconn:
      return "    least_conn;\n";
    case BalancerAlgorithm::random:
      return "    random two least_conn;\n";
    case BalancerAlgorithm::source:
      // ip_hash would take all of a /24 for one client, and move nearly every client when an instance comes or goes.
      return "    hash $remote_addr consistent;\n";
  }
  return {};
}

std::string upstream(const Balancer& balancer, const Tier& tier, const Options& options) {
  std::string text =
      fmt::format("\n  upstream {0} {{\n    zone {0} 256k;  # one count of connections and failures for all processes\n{1}",
                  tier.name, method(balancer));
  text +=
      "    # Three failures within 30 s: no requests for the next 30 s. To drain an instance: `down` behind it, then nginx -s "
      "reload.\n";
  for (const Endpoint& at : endpoints_of(options, tier.name, instance_port))
    text += fmt::format("    server {} max_fails=3 fail_timeout=30s;\n", to_text(at));
  return text + "    keepalive 32;\n  }\n";
}

std::string rate_zone(const Balancer& balancer, std::vector<Note>& notes) {
  if (!balancer.client_rate) return {};
  constexpr std::array<Duration, 2> periods = {std::chrono::seconds(1), std::chrono::minutes(1)};
  const CountPer rate = count_per(*balancer.client_rate, periods);
  const std::string written = fmt::format("{}r/{}", rate.count, rate.per == periods[0] ? "s" : "m");
  if (!rate.exact)
    notes.push_back({"balancer.client_rate", "nginx takes whole numbers a second or a minute: rounded up to " + written});
  return fmt::format(
      "\n  # By client address; 10m has room for some 80,000 of them.\n  limit_req_zone $binary_remote_addr zone=clients:10m "
      "rate={};\n",
      written);
}

std::string health(const Balancer& balancer, const Tier& tier) {
  const std::string path = location_of(balancer.health.path);
  if (path == "/") return {};  // it would take the service's own front page
  return fmt::format(R"(
    # For whoever watches the balancer: well while an instance is. nginx itself asks nobody.
    location = {} {{
      proxy_pass http://{}{};
      proxy_connect_timeout 5s;
      proxy_read_timeout {};
    }}
)",
                     word(path), tier.name, tier.run.ready, plain_time(balancer.health.timeout));
}

std::string requests(const Balancer& balancer, const Tier& tier) {
  std::string text = "\n    location / {\n";
  if (balancer.client_rate) {
    text += balancer.client_burst > 0 ? fmt::format("      limit_req zone=clients burst={} nodelay;\n", balancer.client_burst)
                                      : "      limit_req zone=clients;\n";
    text += "      limit_req_status 429;\n";
  }
  if (!balancer.sticky.empty()) text += "      add_header Set-Cookie $sticky_cookie always;\n";
  return text + fmt::format(R"(      proxy_pass http://{};
      proxy_connect_timeout 10s;
      proxy_send_timeout 30s;
      proxy_read_timeout {};
    }}
)",
                            tier.name, plain_time(balancer.timeout));
}

std::string server(const Stack& stack, const Tier& tier, const Options& options) {
  const Endpoint bind = balancer_bind(stack, options);
  return fmt::format(R"(
  server {{
    listen {listen};

    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    client_max_body_size 0;  # the service says how large a request may be; nginx's own 1 MB would answer 413 before it
    proxy_buffering off;  # a streamed answer goes out as it comes
    # A failed request goes to another instance, three in all; a POST that was sent does not (it would take non_idempotent).
    proxy_next_upstream error timeout http_500 http_502 http_503;
    proxy_next_upstream_tries 3;
{health}{requests}  }}
)",
                     fmt::arg("listen", bind.host.empty() ? std::to_string(bind.port) : to_text(bind)),
                     fmt::arg("health", health(*stack.balancer, tier)), fmt::arg("requests", requests(*stack.balancer, tier)));
}

std::string head(const Stack& stack) {
  return fmt::format(R"(# {made_by}
worker_processes auto;
worker_rlimit_nofile 8192;  # derived: 2 × worker_connections
# After a reload the old processes leave when their requests are done, or by then. Derived: balancer.timeout + drain.
worker_shutdown_timeout {leave};

events {{
  worker_connections 4096;  # a request takes two: the client's and the instance's
}}

http {{
  # A WebSocket's upgrade is passed on; else the connection to the instance is kept for the next request.
  map $http_upgrade $connection_upgrade {{
    default upgrade;
    "" "";
  }}
)",
                     fmt::arg("made_by", made_by("nginx", stack)), fmt::arg("leave", plain_time(leave_within(*stack.balancer))));
}

void note(const Stack& stack, const Tier& tier, const Options& options, std::vector<Note>& notes) {
  const Balancer& balancer = *stack.balancer;
  notes.push_back(
      {"balancer.health.every",
       "nginx does not ask its instances by itself: one is left out once three requests to it have failed within 30 s"});
  if (location_of(balancer.health.path) == "/")
    notes.push_back({"balancer.health.path", "no location of its own, for it would take the service's front page"});
  if (!options.at.contains(tier.name))
    notes.push_back(
        {"balancer", fmt::format("nginx looks {0} up when it starts or reloads, and does not start without an answer: after "
                                 "each scaling `nginx -s reload`. On Kubernetes the Service of {0} has to be headless "
                                 "(clusterIP: None), or all instances are one address",
                                 tier.name)});
  if (!balancer.sticky.empty())
    notes.push_back({"balancer.sticky",
                     "nginx picks by a hash of the cookie, not by balancer.algorithm; when instances come or go, some "
                     "clients move. A WebSocket that is silent for balancer.timeout is closed"});
}

}  // namespace

Rendered nginx(const Stack& stack, const Options& options) {
  Rendered out;
  const Tier* tier = balanced_tier(stack, BalancerEngine::nginx, options, out.notes);
  if (tier == nullptr) return out;
  const Balancer& balancer = *stack.balancer;
  std::string text = head(stack) + rate_zone(balancer, out.notes) + sticky_maps(balancer.sticky);
  for (const Tier* one : service_tiers(stack)) text += upstream(balancer, *one, options);
  text += server(stack, *tier, options) + "}\n";
  out.files.push_back({"nginx/nginx.conf", std::move(text)});
  note(stack, *tier, options, out.notes);
  return out;
}

}  // namespace plimsoll::render
