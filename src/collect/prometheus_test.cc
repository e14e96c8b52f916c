#include "collect/prometheus.h"

#include <gmock/gmock.h>

namespace plimsoll::collect {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr TimePoint now(1000s);

std::string success(const std::string& type, const std::string& result) {
  return R"({"status": "success", "data": {"resultType": ")" + type + R"(", "result": )" + result + "}}";
}
std::string element(const std::string& time, const std::string& value) {
  return R"({"metric": {"tier": "api"}, "value": [)" + time + R"(, ")" + value + R"("]})";
}

TEST(Instant, OneElementIsTheValueAsOfItsTime) {
  for (const std::string& body :
       {success("vector", "[" + element("990.5", "42.25") + "]"), success("scalar", R"([990.5, "42.25"])")}) {
    const auto sample = read_instant(body, now);
    ASSERT_TRUE(sample) << sample.error().message;
    EXPECT_EQ(sample->gap, Gap::none);
    EXPECT_EQ(sample->value, 42.25);
    EXPECT_EQ(sample->measured, TimePoint(990500ms));
  }
  EXPECT_EQ(read_instant(success("scalar", R"([1003, "1"])"), now)->measured, now) << "its clock is ahead";
}

TEST(Instant, NothingIsEmptyNotZero) {
  EXPECT_EQ(read_instant(success("vector", "[]"), now)->gap, Gap::empty);
  EXPECT_EQ(read_instant(success("vector", "[" + element("999", "NaN") + "]"), now)->gap, Gap::empty) << "0/0";
}

struct Bad {
  const char* name;
  std::string body, says;
};
class BadInstant : public testing::TestWithParam<Bad> {};

TEST_P(BadInstant, IsMalformed) {
  const auto sample = read_instant(GetParam().body, now);
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().code, Errc::malformed);
  EXPECT_THAT(sample.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Prometheus, BadInstant,
    testing::Values(
        Bad{"Several", success("vector", "[" + element("1", "1") + "," + element("1", "2") + "]"), "2 elements"},
        Bad{"Matrix", success("matrix", "[]"), "matrix"}, Bad{"Text", success("string", R"([1, "x"])"), "string"},
        Bad{"Infinite", success("scalar", R"([1, "+Inf"])"), "infinite"},
        Bad{"NoNumber", success("scalar", R"([1, "x"])"), "value"}, Bad{"BareNumber", success("scalar", "[1, 2]"), "value"},
        Bad{"NoTime", success("scalar", R"(["1", "2"])"), "value"}, Bad{"FarTime", success("scalar", R"([1e300, "2"])"), "value"},
        Bad{"Short", success("scalar", "[1]"), "value"}, Bad{"Odd", success("vector", R"([{"values": []}])"), "not a query's"},
        Bad{"NoData", R"({"status": "success"})", "not a query's"},
        Bad{"Refused", R"({"status": "error", "errorType": "bad_data", "error": "parse error: unclosed left parenthesis"})",
            "unclosed left parenthesis"},
        Bad{"StatusIsANumber", R"({"status": 1})", "not a query's"}, Bad{"NotAnObject", "[1]", "not a query's"},
        Bad{"Html", "<html>", "not a query's"}, Bad{"Nothing", "", "not a query's"}),
    [](const auto& row) { return row.param.name; });

TEST(WithoutQuery, NoTokenIsShown) {
  EXPECT_EQ(without_query("http://h:1/m?token=s3cret: refused", "/m?token=s3cret"), "http://h:1/m?...: refused");
  EXPECT_EQ(without_query("http://h:1/m: refused", "/m"), "http://h:1/m: refused");
}

}  // namespace
}  // namespace plimsoll::collect
