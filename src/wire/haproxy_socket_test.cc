#include "wire/haproxy_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::wire {
namespace {

using testing::ElementsAre;

struct CsvRow {
  const char* line;
  std::vector<std::string> want;
};
class Csv : public testing::TestWithParam<CsvRow> {};
TEST_P(Csv, SplitsALine) { EXPECT_EQ(split_csv_line(GetParam().line), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Haproxy, Csv,
                         testing::Values(CsvRow{"", {""}}, CsvRow{"a,b", {"a", "b"}}, CsvRow{"a,,", {"a", "", ""}},
                                         CsvRow{"\"x,y\",z", {"x,y", "z"}}, CsvRow{R"("say ""hi""",1)", {"say \"hi\"", "1"}}));

TEST(HaproxyStat, ReadsColumnsByName) {
  // Another order than HAProxy's own, and a column nobody knows.
  const auto stats = parse_haproxy_stat(
      "# svname,pxname,new_one,status,scur,stot,type,addr,econ,lastsess,\n"
      "api-1,api,zzz,UP 1/2,3,120,2,127.0.0.1:9001,0,-1,\n"
      "FRONTEND,http,,OPEN,,7,0,,,,\n"
      "BACKEND,api,,UP,3,120,1,,0,5,\n\n");
  ASSERT_TRUE(stats) << stats.error().message;
  ASSERT_EQ(stats->size(), 3U);
  const HaproxyServerStat& server = stats->front();
  EXPECT_EQ(server.kind, HaproxyServerStat::Kind::server);
  EXPECT_EQ(server.proxy, "api");
  EXPECT_EQ(server.server, "api-1");
  EXPECT_EQ(server.status, "UP 1/2");
  EXPECT_EQ(server.address, "127.0.0.1:9001");
  EXPECT_EQ(server.scur, 3);
  EXPECT_EQ(server.stot, 120);
  EXPECT_EQ(server.lastsess_s, -1);
  EXPECT_EQ(server.qcur, std::nullopt);
  EXPECT_EQ((*stats)[1].kind, HaproxyServerStat::Kind::frontend);
  EXPECT_EQ((*stats)[1].scur, std::nullopt);
  EXPECT_EQ((*stats)[2].kind, HaproxyServerStat::Kind::backend);
}

class BadStat : public testing::TestWithParam<const char*> {};
TEST_P(BadStat, IsMalformed) {
  const auto stats = parse_haproxy_stat(GetParam());
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, Errc::malformed);
}
INSTANTIATE_TEST_SUITE_P(Haproxy, BadStat, testing::Values("", "Permission denied\n", "# pxname,svname,type,\napi,s1\n"));

TEST(HaproxySocket, NamesTheSocketThatIsNotThere) {
  const HaproxySocket socket("/nonexistent/admin.sock");
  const auto answer = socket.command("show info", std::chrono::seconds(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  EXPECT_EQ(answer.error().message, "haproxy /nonexistent/admin.sock: No such file or directory");
}

}  // namespace
}  // namespace plimsoll::wire
