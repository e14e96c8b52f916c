#include <gtest/gtest.h>

#include "wire/haproxy_socket.h"
#include "wire/http_client.h"
#include "wire/http_server.h"
#include "wire/testing/live_components.h"

namespace plimsoll::wire {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<HttpServer> named_server(const std::string& name) {
  auto server = HttpServer::start({.worker_threads = 4}, [name](const HttpRequest&) {
    return HttpResponse{200, {{"X-Instance", name}}, "ok"};
  });
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

std::optional<HaproxyServerStat> stat_of(const HaproxySocket& socket, const std::string& server) {
  const auto stats = socket.show_stat(5s);
  if (!stats) throw std::runtime_error(stats.error().message);
  for (const HaproxyServerStat& stat : *stats)
    if (stat.proxy == "api" && stat.server == server) return stat;
  return std::nullopt;
}

// One server in the file, a second added at run time, seen taking traffic, drained and deleted again.
TEST(HaproxyLive, AServerIsAddedDrainedAndDeleted) {
  const auto first = named_server("one");
  const auto second = named_server("two");
  const live::Haproxy haproxy({{"s1", first->port()}});
  const HaproxySocket socket(haproxy.admin_socket());
  ASSERT_TRUE(live::wait_until([&] { return stat_of(socket, "s1")->status == "UP"; }));

  const std::vector<std::string> add{"add server api/s2 127.0.0.1:" + std::to_string(second->port()) + " check inter 100ms",
                                     "enable health api/s2", "enable server api/s2"};
  const auto added = socket.orders(add, 5s);
  ASSERT_TRUE(added) << added.error().message;
  ASSERT_TRUE(live::wait_until([&] { return stat_of(socket, "s2")->status == "UP"; }));
  ASSERT_TRUE(live::wait_until([&] { return get("127.0.0.1", haproxy.port(), "/", 5s)->header("X-Instance") == "two"; }));
  EXPECT_GT(stat_of(socket, "s2")->stot.value_or(0), 0);

  EXPECT_EQ(socket.order("del server api/s2", 5s).error().code, Errc::refused) << "only from maintenance";
  ASSERT_TRUE(socket.order("set server api/s2 state drain", 5s));
  ASSERT_TRUE(live::wait_until([&] { return stat_of(socket, "s2")->scur == 0; }));
  ASSERT_TRUE(socket.order("set server api/s2 state maint", 5s));
  ASSERT_TRUE(live::wait_until([&] { return socket.order("del server api/s2", 5s).has_value(); }))
      << "idle connections are closed first";
  EXPECT_EQ(stat_of(socket, "s2"), std::nullopt);
}

TEST(HaproxyLive, RefusalsAreErrors) {
  const live::Haproxy haproxy({});
  const HaproxySocket socket(haproxy.admin_socket());
  EXPECT_EQ(socket.order("set server api/nobody state drain", 5s).error().code, Errc::not_found);
  EXPECT_EQ(socket.order("no such thing", 5s).error().code, Errc::refused);
  EXPECT_EQ(socket.command("show\ninfo", 5s).error().code, Errc::malformed);
}

TEST(HaproxyLive, TheMasterSocketAnswersToo) {
  const live::Haproxy haproxy({});
  const HaproxySocket master(haproxy.master_socket());
  // The master executes itself anew once its worker runs, and refuses for that moment.
  const auto answers = [&](std::string_view command, const std::string& part) {
    const auto answer = master.command(command, 5s);
    return answer && answer->find(part) != std::string::npos;
  };
  EXPECT_TRUE(live::wait_until([&] { return answers("show proc", "worker"); }));
  EXPECT_TRUE(live::wait_until([&] { return answers("@1 show info", "Pid:"); }));
}

}  // namespace
}  // namespace plimsoll::wire
