#include "collect/json_page.h"

#include <gtest/gtest.h>

#include <string>

namespace plimsoll::collect {
namespace {

struct Row {
  const char* name;
  std::string page, pointer;
  Figure want;
  SignalUnit unit = SignalUnit::number;
};

class Pointer : public testing::TestWithParam<Row> {};

TEST_P(Pointer, IsFollowed) {
  const PageQuery query{GetParam().pointer, GetParam().unit};
  const std::vector<Figure> found = read_json(GetParam().page, std::span(&query, 1));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].gap, GetParam().want.gap);
  EXPECT_FALSE(found[0].total);
  if (found[0].gap != Gap::none) return;
  EXPECT_DOUBLE_EQ(found[0].value, GetParam().want.value);
}

const std::string h22 =
    R"({"database": {"pool_size": 20, "pool_utilization_percent": 85.5}, "a/b": {"m~n": [1, 2.5, null, "3", true]}})";

INSTANTIATE_TEST_SUITE_P(
    H22, Pointer,
    testing::Values(Row{"PercentOfARatio", h22, "/database/pool_utilization_percent", {0.855}, SignalUnit::ratio},
                    Row{"PercentAsItIs", h22, "/database/pool_utilization_percent", {85.5}},
                    Row{"RatioAsItIs", h22, "/database/pool_size", {20}, SignalUnit::ratio}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    RFC6901, Pointer,
    testing::Values(Row{"Escapes", h22, "/a~1b/m~0n/1", {2.5}}, Row{"Null", h22, "/a~1b/m~0n/2", {0, Gap::empty}},
                    Row{"Text", h22, "/a~1b/m~0n/3", {0, Gap::malformed}}, Row{"True", h22, "/a~1b/m~0n/4", {0, Gap::malformed}},
                    Row{"BeyondTheEnd", h22, "/a~1b/m~0n/5", {0, Gap::malformed}},
                    Row{"LeadingZero", h22, "/a~1b/m~0n/01", {0, Gap::malformed}},
                    Row{"PastTheEnd", h22, "/a~1b/m~0n/-", {0, Gap::malformed}},
                    Row{"NoIndex", h22, "/a~1b/m~0n/one", {0, Gap::malformed}},
                    Row{"HugeIndex", h22, "/a~1b/m~0n/99999999999999999999", {0, Gap::malformed}},
                    Row{"NoSuchKey", h22, "/database/pool", {0, Gap::malformed}},
                    Row{"ThroughANumber", h22, "/database/pool_size/0", {0, Gap::malformed}},
                    Row{"AnObject", h22, "/database", {0, Gap::malformed}}, Row{"BadEscape", h22, "/a~2b", {0, Gap::malformed}},
                    Row{"NoPointer", h22, "database", {0, Gap::malformed}}, Row{"Whole", "7", "", {7}},
                    Row{"NoJson", "<html>", "/database", {0, Gap::malformed}},
                    Row{"Nothing", "", "/database", {0, Gap::malformed}},
                    Row{"Deep", std::string(100'000, '['), "/0/0", {0, Gap::malformed}},
                    Row{"OutOfRange", R"({"a": 1e999})", "/a", {0, Gap::malformed}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace plimsoll::collect
