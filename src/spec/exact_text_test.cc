#include "spec/exact_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "core/quantity.h"

namespace plimsoll::spec {
namespace {

using std::chrono::milliseconds, std::chrono::seconds, std::chrono::minutes;

struct Row {
  std::string name, text, want;
};
class ExactText : public ::testing::TestWithParam<Row> {};
TEST_P(ExactText, IsAsPeopleWriteIt) { EXPECT_EQ(GetParam().text, GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Write, ExactText,
    ::testing::Values(
        Row{"Duration", exact_text(Duration(seconds(90))), "1m30s"}, Row{"HalfACore", exact_text(Cores{0.5}), "500m"},
        Row{"Cores", exact_text(Cores{16}), "16"}, Row{"Mebibytes", exact_text(*parse_bytes("512Mi")), "512Mi"},
        Row{"Megabytes", exact_text(*parse_bytes("500M")), "500M"}, Row{"Percent", exact_text(*parse_ratio("0.01%")), "0.01%"},
        Row{"Share", exact_text(*parse_ratio("0.83")), "83%"}, Row{"Twice", exact_text(Ratio{2}), "200%"},
        Row{"PerSecond", exact_text(*parse_rate("50rps")), "50/s"},
        Row{"PerMinute", exact_text(*parse_rate("550/min")), "550/min"},
        Row{"AMonth", exact_text(*parse_money("$30/month")), "$30/month"},
        Row{"AnHour", exact_text(*parse_money("$0.04/hour")), "$0.04/hour"},
        Row{"CentsAMonth", exact_text(*parse_money("$30.37/month")), "$30.37/month"},
        Row{"AYear", exact_text(*parse_money("$361/year")), "$361/year"},
        Row{"Time", exact_text(*parse_time("2026-11-27T08:30Z")), "2026-11-27T08:30Z"}, Row{"Number", exact_text(0.25), "0.25"},
        Row{"Whole", exact_text(1000.0), "1000"}, Row{"Bounds", exact_text(Bounds{3, 20}), "3..20"},
        Row{"OneBound", exact_text(Bounds{4, 4}), "4"}, Row{"CoresNotAShare", cores_with_unit(2), "2000m"},
        Row{"BytesNotAShare", bytes_with_unit(1500), "1500B"}, Row{"ThresholdRatio", exact_text(0.8, SignalUnit::ratio), "80%"},
        Row{"ThresholdTime", exact_text(0.5, SignalUnit::seconds), "500ms"},
        Row{"ThresholdRate", exact_text(200, SignalUnit::per_second), "200"},
        Row{"ThresholdBytes", exact_text(1024, SignalUnit::bytes), "1Ki"}),
    [](const auto& one) { return one.param.name; });

/// Numbers as people write them: up to nine digits.
std::string some_number() {
  const int whole = *rc::gen::inRange(0, 100'000), digits = *rc::gen::inRange(0, 4), fraction = *rc::gen::inRange(0, 10'000);
  return std::to_string(whole) + (digits == 0 ? "" : "." + std::to_string(fraction).substr(0, static_cast<std::size_t>(digits)));
}
std::string some_unit(std::initializer_list<const char*> units) { return *rc::gen::elementOf(std::vector<const char*>(units)); }

TEST(ExactText, WhatWasReadIsWrittenAndReadAsTheSame) {
  const bool holds = rc::check([] {
    const auto same = [](const auto& read, const auto& parse) {
      RC_PRE(read.has_value());
      const std::string text = exact_text(*read);
      const auto again = parse(text);
      RC_ASSERT(again.has_value());
      RC_ASSERT(*again == *read);
    };
    const std::string number = some_number();
    same(parse_cores(number + some_unit({"", "m"})), parse_cores);
    same(parse_bytes(number + some_unit({"", "Ki", "Mi", "Gi", "MB", "GB", "M", "G", "k"})), parse_bytes);
    same(parse_ratio(number + "%"), parse_ratio);
    same(parse_rate(number + some_unit({"", "rps", "/s", "/min", "/h"})), parse_rate);
    same(parse_money("$" + number + some_unit({"/month", "/hour", "/day", "/year"})), parse_money);
    same(parse_duration(number + some_unit({"s", "ms", "m", "h"})), parse_duration);
    same(parse_number(number), parse_number);
  });
  EXPECT_TRUE(holds);
}

TEST(ExactText, AnyValueIsReadAsTheSame) {
  const bool holds = rc::check([] {
    const double value = std::ldexp(1.0 + static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 1LL << 52)) * 0x1p-52,
                                    *rc::gen::inRange(-20, 40));
    RC_ASSERT(parse_cores(exact_text(Cores{value}))->count == value);
    RC_ASSERT(parse_rate(exact_text(Rate{value}))->per_second == value);
    RC_ASSERT(parse_money(exact_text(Money{value}))->per_hour == value);
    RC_ASSERT(parse_number(exact_text(value)) == value);
    const double share = std::ldexp(value, -41);
    RC_ASSERT(parse_ratio(exact_text(Ratio{share}))->value == share);
    const Duration time(*rc::gen::inRange<std::int64_t>(0, 1LL << 50));
    RC_ASSERT(parse_duration(exact_text(time)) == time);
    const Bytes bytes{*rc::gen::inRange<std::int64_t>(0, 1LL << 50)};
    RC_ASSERT(parse_bytes(exact_text(bytes)) == bytes);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace plimsoll::spec
