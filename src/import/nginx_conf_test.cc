#include "import/nginx_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/readers.h"
#include "import/testing/places.h"

namespace plimsoll::import {
namespace {

using ::testing::ElementsAre;
using testing::noted;
using testing::said;
using testing::under;

Facts read(std::string_view text) {
  Facts facts;
  read_nginx({text, {0, {1, 1, 1}}, "nginx.conf", ""}, facts);
  return facts;
}

// health-agent's file, with its mistake: the zone stands inside the server.
constexpr std::string_view health_agent = R"(upstream api_backend {
    least_conn;  # Route to least busy server

    server api-1:8000 max_fails=3 fail_timeout=30s;
    server api-2:8000 max_fails=3 fail_timeout=30s;
    server api-3:8000 max_fails=3 fail_timeout=30s;

    keepalive 32;
}

server {
    listen 80;
    server_name api.healthagent.com;

    location /health {
        proxy_pass http://api_backend/api/health;
        proxy_connect_timeout 5s;
        proxy_read_timeout 10s;
    }
    location /api/ {
        proxy_pass http://api_backend;
        proxy_set_header Connection "";
        proxy_connect_timeout 10s;
        proxy_send_timeout 30s;
        proxy_read_timeout 60s;
    }
    limit_req_zone $binary_remote_addr zone=api_limit:10m rate=100r/m;
    limit_req zone=api_limit burst=20 nodelay;
}
)";

TEST(NginxConf, H8_ThreeInstancesBehindOne) {
  const Facts facts = read(health_agent);
  ASSERT_EQ(facts.nginx.size(), 1U);
  const NginxFile& file = facts.nginx[0];
  ASSERT_EQ(file.upstreams.size(), 1U);
  const Upstream& api = file.upstreams[0];
  EXPECT_EQ(api.name, "api_backend");
  EXPECT_EQ(api.algorithm, "least_conn");
  EXPECT_EQ(api.keepalive, 32);
  ASSERT_EQ(api.servers.size(), 3U);
  EXPECT_EQ(api.servers[2].host, "api-3");
  EXPECT_EQ(api.servers[2].port, 8000);
  EXPECT_EQ(api.servers[2].max_fails, 3);
  EXPECT_EQ(api.servers[2].fail_timeout, std::chrono::seconds(30));
  EXPECT_EQ(under(health_agent, api.servers[2].at), "api-3:8000");
  EXPECT_THAT(file.passes, ElementsAre("api_backend"));
  EXPECT_THAT(file.listens, ElementsAre(80));
  EXPECT_EQ(file.connect_timeout->value, std::chrono::seconds(10));
  EXPECT_EQ(file.send_timeout->value, std::chrono::seconds(30));
  EXPECT_EQ(file.read_timeout->value, std::chrono::seconds(60));
  EXPECT_EQ(under(health_agent, file.read_timeout->at), "60s");
  EXPECT_EQ(file.read_timeout->prefix, "proxy_read_timeout ");
}

TEST(NginxConf, H8_AZoneInAServerIsSaid) {
  const Facts facts = read(health_agent);
  EXPECT_EQ(said(facts), "27:5+14 limit_req_zone cannot stand in a server: nginx does not start\n");
  const NginxFile& file = facts.nginx[0];
  ASSERT_TRUE(file.client_rate);
  EXPECT_DOUBLE_EQ(file.client_rate->value, 100.0 / 60);
  EXPECT_EQ(file.client_burst, 20);
  EXPECT_EQ(under(health_agent, file.client_rate->at), "100r/m");
  EXPECT_EQ(file.client_rate->prefix, "limit_req_zone $binary_remote_addr zone=api_limit:10m rate=");
}

// A whole nginx.conf: events, http, a map with lines that are no directives, TLS, several servers.
constexpr std::string_view whole = R"(user nginx;
worker_processes auto;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  log_format main '$remote_addr - "$request" {"json": 1}; "a;b"';
  map $http_upgrade $connection_upgrade { default upgrade; '' close; limit_req_zone x; }
  limit_req_zone $binary_remote_addr zone=login:10m rate=5r/s;
  limit_req_zone $binary_remote_addr zone=all:10m rate=50r/s;
  limit_req_zone $server_name zone=site:10m rate=9000r/s;
  upstream web { ip_hash; server web1.internal:3000 weight=3; server web2.internal:3000 backup; server web3.internal down; }
  upstream live { hash $request_uri consistent; server unix:/tmp/live.sock; server 10.0.0.9:4000; }
  server {
    listen 443 ssl http2 default_server;
    listen [::]:443 ssl;
    set $backend "http://api:8000";
    limit_req zone=site;
    limit_req zone=all burst=10;
    location ~ "^/(a|b){1,2}$" { proxy_pass http://web; }
    location /login { limit_req zone=login burst=5; proxy_pass $backend; }
    location /ws { proxy_pass http://live; proxy_read_timeout 1h; }
    location ~ \.php$ { fastcgi_pass app:9000; fastcgi_read_timeout 120; }
    location /tenant { proxy_pass http://$tenant.internal; }
    location /lua { content_by_lua_block { local x = "}" -- a } b
      ngx.say('}') } }
  }
  server { listen 127.0.0.1:8080; listen unix:/run/x.sock; }
  include conf.d/*.conf;
}
)";

TEST(NginxConf, AWholeFile) {
  const Facts facts = read(whole);
  EXPECT_EQ(said(facts), "");
  ASSERT_EQ(facts.nginx.size(), 1U);
  const NginxFile& file = facts.nginx[0];
  ASSERT_EQ(file.upstreams.size(), 2U);
  EXPECT_EQ(file.upstreams[0].algorithm, "ip_hash");
  ASSERT_EQ(file.upstreams[0].servers.size(), 3U);
  EXPECT_EQ(file.upstreams[0].servers[0].weight, 3);
  EXPECT_TRUE(file.upstreams[0].servers[1].backup);
  EXPECT_TRUE(file.upstreams[0].servers[2].down);
  EXPECT_EQ(file.upstreams[0].servers[2].port, 80);
  EXPECT_EQ(file.upstreams[1].algorithm, "hash $request_uri consistent");
  EXPECT_EQ(file.upstreams[1].servers.size(), 1U);
  EXPECT_THAT(file.passes, ElementsAre("web", "api:8000", "live", "app:9000"));
  EXPECT_THAT(file.listens, ElementsAre(443, 8080));
  EXPECT_EQ(file.read_timeout->value, std::chrono::hours(1));
  EXPECT_DOUBLE_EQ(file.client_rate->value, 50);  // for all paths, not the login's
  EXPECT_EQ(file.client_burst, 10);
  EXPECT_EQ(noted(facts), "28 what conf.d/*.conf says is not seen\n23 where this passes requests to is not known\n");
}

struct Row {
  const char* text;
  const char* want;
};
class NginxMistakes : public ::testing::TestWithParam<Row> {};
TEST_P(NginxMistakes, AreSaid) { EXPECT_EQ(said(read(GetParam().text)), GetParam().want) << GetParam().text; }
INSTANTIATE_TEST_SUITE_P(Conf, NginxMistakes,
                         ::testing::Values(Row{"server { listen 80 }", "1:10+6 'listen' is not ended by a ;\n"},
                                           Row{"server { listen 80; } }", "1:23+1 this } closes nothing\n"},
                                           Row{"server { location / { limit_req_zone $remote_addr zone=a:1m rate=1r/s; } }",
                                               "1:23+14 limit_req_zone cannot stand in a location: nginx does not start\n"},
                                           Row{"http { limit_req_zone $remote_addr zone=a:1m rate=1r/s; }", ""},
                                           Row{"limit_req_zone $remote_addr zone=a:1m rate=1r/s;", ""},
                                           Row{"server { return 200 \"{;}\"; }", ""}, Row{"server { set $a ${b}c; }", ""},
                                           Row{"", ""}, Row{";;", ""}, Row{"# only a comment", ""}));

struct Time {
  const char* text;
  double want;
};
class NginxTimes : public ::testing::TestWithParam<Time> {};
TEST_P(NginxTimes, AreRead) {
  const auto time = nginx_duration(GetParam().text);
  EXPECT_DOUBLE_EQ(time ? seconds(*time) : -1, GetParam().want) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(Conf, NginxTimes,
                         ::testing::Values(Time{"30s", 30}, Time{"30", 30}, Time{"1m30s", 90}, Time{"500ms", 0.5},
                                           Time{"1d", 86400}, Time{"", -1}, Time{"s", -1}, Time{"1x", -1},
                                           Time{"9999999999999y", -1}));

TEST(NginxRates, AreRead) {
  EXPECT_DOUBLE_EQ(nginx_rate("100r/m").value_or(0), 100.0 / 60);
  EXPECT_DOUBLE_EQ(nginx_rate("10r/s").value_or(0), 10);
  EXPECT_FALSE(nginx_rate("10"));
  EXPECT_FALSE(nginx_rate("0r/s"));
}

}  // namespace
}  // namespace plimsoll::import
