#include "wire/http.h"

#include <gtest/gtest.h>

namespace plimsoll::wire {
namespace {

struct ParameterRow {
  const char *target, *name, *want;
};
class Parameter : public testing::TestWithParam<ParameterRow> {};
TEST_P(Parameter, IsFoundAndDecoded) {
  const HttpRequest request{.method = "GET", .target = GetParam().target, .headers = {}, .body = {}};
  EXPECT_EQ(request.parameter(GetParam().name), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Http, Parameter,
                         testing::Values(ParameterRow{"/h?user=ann", "user", "ann"},
                                         ParameterRow{"/h?a=1&user=b%20c", "user", "b c"},
                                         ParameterRow{"/h?user=a+b&user=z", "user", "a b"}, ParameterRow{"/h", "user", ""},
                                         ParameterRow{"/h?", "user", ""}, ParameterRow{"/h?user", "user", ""},
                                         ParameterRow{"/h?xuser=1", "user", ""}, ParameterRow{"/h?&&user=%zz&", "user", "%zz"}));

TEST(Http, PathEndsAtTheQuery) {
  HttpRequest request;
  request.target = "/api/history?user=ann";
  EXPECT_EQ(request.path(), "/api/history");
  request.target = "/ready";
  EXPECT_EQ(request.path(), "/ready");
}

TEST(Http, HeadersAreFoundInAnyCase) {
  const HttpResponse response{200, {{"X-Instance", "api-1"}, {"x-instance", "second"}}, ""};
  EXPECT_EQ(response.header("x-INSTANCE"), "api-1");
  EXPECT_EQ(response.header("X-Instanc"), "");
}

}  // namespace
}  // namespace plimsoll::wire
