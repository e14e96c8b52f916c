#include "show/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace plimsoll::show {
namespace {

using namespace std::chrono_literals;

struct Row {
  std::string got;
  const char* want;
};
class Format : public testing::TestWithParam<Row> {};
TEST_P(Format, ReadsAsPeopleWriteIt) { EXPECT_EQ(GetParam().got, GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Show, Format,
    testing::Values(Row{count_text(0U), "0"}, Row{count_text(999U), "999"}, Row{count_text(8431U), "8,431"},
                    Row{count_text(1234567U), "1,234,567"}, Row{count_text(75'200'000U), "75.2 M"},
                    Row{count_text(std::numeric_limits<std::uint64_t>::max()), "18446744073.7 G"},
                    Row{count_text(std::optional<std::uint64_t>()), "–"}, Row{rate_text(0.0), "0/s"},
                    Row{rate_text(4.24), "4.2/s"}, Row{rate_text(9.96), "10/s"}, Row{rate_text(1204.4), "1,204/s"},
                    Row{rate_text(std::nullopt), "–"}, Row{rate_text(NAN), "–"}, Row{rate_text(INFINITY), "–"},
                    Row{latency_text(940us), "940 µs"}, Row{latency_text(41ms), "41 ms"}, Row{latency_text(1240ms), "1.24 s"},
                    Row{latency_text(std::nullopt), "–"}, Row{percent_text(Ratio{0.64}), "64%"},
                    Row{percent_text(Ratio{0.003}), "0.3%"}, Row{percent_text(Ratio{0}), "0%"},
                    Row{percent_text(Ratio{NAN}), "–"}, Row{percent_text(std::nullopt), "–"}, Row{offset_text(0s), "0:00"},
                    Row{offset_text(64900ms), "1:04"}, Row{offset_text(3760s), "1:02:40"}, Row{offset_text(-3s), "0:00"},
                    Row{clock_text(43447s), "12:04:07"}, Row{clock_text(86400s + 5s), "00:00:05"},
                    Row{clock_text(-1s), "23:59:59"}, Row{span_text(230ms), "0.2 s"}, Row{span_text(9960ms), "10 s"},
                    Row{span_text(59600ms), "1 min"}, Row{span_text(144s), "2 min 24 s"}, Row{span_text(3900s), "1 h 5 min"},
                    Row{counted(1, "request"), "1 request"}, Row{counted(0, "job"), "0 jobs"}));

}  // namespace
}  // namespace plimsoll::show
