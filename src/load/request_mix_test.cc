#include "load/request_mix.h"

#include <gtest/gtest.h>

#include <array>

namespace plimsoll::load {
namespace {

RequestMix built(const std::vector<RequestTemplate>& templates,
                 MixOptions options = {.authority = "127.0.0.1:80", .id_prefix = ""}) {
  return RequestMix::build(options, templates).value();
}

TEST(RequestMix, BuildsTheBytesOnce) {
  RequestMix mix = built({{.method = "GET", .path = "/api/history", .headers = {{"Accept", "*/*"}}, .body = ""}});
  EXPECT_EQ(mix.bytes(7, mix.choose(7)), "GET /api/history HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAccept: */*\r\n\r\n");
}

TEST(RequestMix, PatchesIdAndUserEverywhereAtFixedWidth) {
  RequestMix mix = built(
      {{.method = "POST", .path = "/u/{user}/{id}", .headers = {{"Idempotency-Key", "{id}"}}, .body = R"({"id":"{id}","n":{}})"}},
      {.authority = "h", .id_prefix = "run7-", .users = 1000, .seed = 3});
  const auto choice = mix.choose(42);
  EXPECT_LT(choice.user, 1000U);
  std::string user = std::to_string(choice.user);
  user.insert(0, 3 - user.size(), '0');
  EXPECT_EQ(mix.id_text(42), "run7-000000000042");
  EXPECT_EQ(mix.bytes(42, choice), "POST /u/" + user +
                                       "/run7-000000000042 HTTP/1.1\r\nHost: h\r\nIdempotency-Key: run7-000000000042\r\n"
                                       "Content-Length: 33\r\n\r\n{\"id\":\"run7-000000000042\",\"n\":{}}");
  const std::string first(mix.bytes(999'999'999'999, choice));
  EXPECT_NE(first.find("run7-999999999999\",\"n\""), std::string::npos);
  EXPECT_EQ(first.size(), mix.bytes(0, choice).size());
}

TEST(RequestMix, ChoosesByWeightAndSeedAlone) {
  const std::vector<RequestTemplate> three = {{.path = "/a", .headers = {}, .body = "", .weight = 7},
                                              {.path = "/b", .headers = {}, .body = "", .weight = 2},
                                              {.path = "/c", .headers = {}, .body = "", .weight = 1}};
  const RequestMix mix = built(three, {.authority = "h", .id_prefix = "", .users = 10, .seed = 5});
  const RequestMix same = built(three, {.authority = "h", .id_prefix = "", .users = 10, .seed = 5});
  std::array<int, 3> seen{};
  std::array<int, 10> users{};
  for (std::uint64_t id = 0; id < 100'000; ++id) {
    const auto choice = mix.choose(id);
    ASSERT_EQ(choice.request, same.choose(id).request);
    ASSERT_EQ(choice.user, same.choose(id).user);
    ++seen[choice.request];
    ++users[choice.user];
  }
  // Five standard deviations of a binomial of 100,000 are at most 800.
  EXPECT_NEAR(seen[0], 70'000, 800);
  EXPECT_NEAR(seen[1], 20'000, 800);
  EXPECT_NEAR(seen[2], 10'000, 800);
  for (const int n : users) EXPECT_NEAR(n, 10'000, 800);
}

TEST(RequestMix, KeepsAGivenHostAndSaysLengthZeroOfAnEmptyPost) {
  RequestMix mix = built({{.method = "POST", .path = "/", .headers = {{"host", "shop"}}, .body = ""}});
  EXPECT_EQ(mix.bytes(0, mix.choose(0)), "POST / HTTP/1.1\r\nhost: shop\r\nContent-Length: 0\r\n\r\n");
}

struct Bad {
  RequestTemplate request;
  const char* complaint;
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.complaint; }
class BadRequest : public testing::TestWithParam<Bad> {};
TEST_P(BadRequest, IsRefusedByName) {
  const auto mix = RequestMix::build({.authority = "h", .id_prefix = ""}, {GetParam().request});
  ASSERT_FALSE(mix);
  EXPECT_EQ(mix.error().code, Errc::malformed);
  EXPECT_NE(mix.error().message.find(GetParam().complaint), std::string::npos) << mix.error().message;
  EXPECT_EQ(mix.error().message.find("s3cret"), std::string::npos) << "a header's value may be a secret";
}
INSTANTIATE_TEST_SUITE_P(Templates, BadRequest,
                         testing::Values(Bad{{.method = "GE T", .headers = {}, .body = ""}, "method 'GE T'"},
                                         Bad{{.path = "api", .headers = {}, .body = ""}, "path 'api'"},
                                         Bad{{.path = "/a b", .headers = {}, .body = ""}, "path '/a b'"},
                                         Bad{{.headers = {{"A:", "b"}}, .body = ""}, "header name 'A:'"},
                                         Bad{{.headers = {{"Authorization", "s3cret\r\nX: y"}}, .body = ""},
                                             "value of header Authorization"},
                                         Bad{{.headers = {{"content-length", "3"}}, .body = ""}, "computed from the body"},
                                         Bad{{.headers = {}, .body = "", .weight = 0}, "weight 0"}));

TEST(RequestMix, NeedsARequestAUserAndAHost) {
  EXPECT_FALSE(RequestMix::build({.authority = "h", .id_prefix = ""}, {}));
  EXPECT_FALSE(RequestMix::build({.authority = "", .id_prefix = ""}, {RequestTemplate{}}));
  EXPECT_FALSE(RequestMix::build({.authority = "h", .id_prefix = "", .users = 0}, {RequestTemplate{}}));
  EXPECT_FALSE(RequestMix::build({.authority = "h", .id_prefix = "\n"}, {RequestTemplate{}}));
}

}  // namespace
}  // namespace plimsoll::load
