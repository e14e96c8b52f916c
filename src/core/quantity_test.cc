#include "core/quantity.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {
using namespace std::chrono_literals;

TEST(Quantity, Durations) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("0.5s"), 500ms);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("0"), 0s);
  for (const char* bad : {"", "30", "s", "30 s", "30s1m", "1m1m", "1..5s", "-3s", "30x", "99999999999s"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

TEST(Quantity, CoresAreWholeOrThousandths) {
  EXPECT_EQ(parse_cores("500m"), Cores{0.5});
  EXPECT_EQ(parse_cores("2"), Cores{2});
  EXPECT_EQ(parse_cores("0.25"), Cores{0.25});
  for (const char* bad : {"", "m", "2c", "1,5", "-1"}) EXPECT_EQ(parse_cores(bad), std::nullopt) << bad;
}

TEST(Quantity, BytesKnowBothFamilies) {
  EXPECT_EQ(parse_bytes("512Mi"), Bytes{512LL << 20});
  EXPECT_EQ(parse_bytes("2Gi"), Bytes{2LL << 30});
  EXPECT_EQ(parse_bytes("12gb"), Bytes{12LL << 30}) << "as Redis reads it";
  EXPECT_EQ(parse_bytes("128MB"), Bytes{128LL << 20}) << "as Postgres reads it";
  EXPECT_EQ(parse_bytes("500M"), Bytes{500'000'000}) << "as Kubernetes reads it";
  EXPECT_EQ(parse_bytes("1024"), Bytes{1024});
  for (const char* bad : {"", "Mi", "5 Mi", "5MiB/s", "1e40", "99999999999Ti"}) EXPECT_EQ(parse_bytes(bad), std::nullopt) << bad;
}

TEST(Quantity, RatiosAndRates) {
  EXPECT_EQ(parse_ratio("70%"), Ratio{0.7});
  EXPECT_EQ(parse_ratio("0.7"), Ratio{0.7});
  EXPECT_EQ(parse_ratio("70 %"), std::nullopt);
  EXPECT_EQ(parse_rate("50rps"), Rate{50});
  EXPECT_EQ(parse_rate("3000/min"), Rate{50});
  EXPECT_EQ(parse_rate("50"), Rate{50});
  EXPECT_EQ(parse_rate("50rpm"), std::nullopt);
}

TEST(Quantity, MoneyIsByTheHour) {
  EXPECT_DOUBLE_EQ(parse_money("$30/month")->per_hour, 30.0 / 730);
  EXPECT_DOUBLE_EQ(parse_money("$0.04/hour")->per_hour, 0.04);
  EXPECT_DOUBLE_EQ(parse_money("$24/day")->per_hour, 1);
  EXPECT_DOUBLE_EQ(parse_money("$8760/year")->per_hour, 1);
  for (const char* bad :
       {"", "30", "$30", "30/month", "$/month", "$30 /month", "$30/week", "$-3/month", "€30/month", "$1,800/month"})
    EXPECT_EQ(parse_money(bad), std::nullopt) << bad;
}

TEST(Quantity, KubernetesQuantitiesAreNumbers) {
  EXPECT_EQ(parse_kubernetes_quantity("100"), 100);
  EXPECT_EQ(parse_kubernetes_quantity("500m"), 0.5);
  EXPECT_EQ(parse_kubernetes_quantity("350m"), 0.35);  // and not 0.35000000000000003
  EXPECT_EQ(parse_kubernetes_quantity("1.5k"), 1500);
  EXPECT_EQ(parse_kubernetes_quantity("64Mi"), 64 * 1024 * 1024);
  for (const char* bad : {"", "m", "5 k", "-1", "1e3", "5MB"}) EXPECT_EQ(parse_kubernetes_quantity(bad), std::nullopt) << bad;
}

TEST(Quantity, TimesHaveTheirZone) {
  const TimePoint half_past_eight = TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)) + 8h + 30min;
  EXPECT_EQ(parse_time("2026-11-27T08:30Z"), half_past_eight);
  EXPECT_EQ(parse_time("2026-11-27 08:30:00Z"), half_past_eight);
  EXPECT_EQ(parse_time("2026-11-27T09:30+01:00"), half_past_eight);
  EXPECT_EQ(parse_time("2026-11-26T22:00-10:30"), half_past_eight);
  EXPECT_EQ(parse_time("2026-11-27T08:30:15Z"), half_past_eight + 15s);
  for (const char* bad :
       {"", "2026-11-27", "2026-11-27T08:30", "2026-11-27T8:30Z", "2026-02-29T08:30Z", "2026-13-01T08:30Z", "2026-11-27T24:00Z",
        "2026-11-27T08:30+1:00", "2026-11-27T08:30+15:00", "2026-11-27T08:-1Z", "1969-01-01T00:00Z", "2026-11-27T08:30Zulu"})
    EXPECT_EQ(parse_time(bad), std::nullopt) << bad;
}

TEST(Quantity, WholeNumbersAreWhole) {
  EXPECT_EQ(parse_integer("42"), 42);
  EXPECT_EQ(parse_integer("-3"), -3);
  for (const char* bad : {"", "4.0", "+4", "0x2a", "1e3", "99999999999999999999"})
    EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
}

TEST(Quantity, TextReadsBackTheSame) {
  for (const char* text : {"30s", "1m30s", "500ms", "2h", "1d2h", "0s", "250us"}) EXPECT_EQ(to_text(*parse_duration(text)), text);
  for (const char* text : {"500m", "2", "1500m"}) EXPECT_EQ(to_text(*parse_cores(text)), text);
  for (const char* text : {"512Mi", "2Gi", "1500"}) EXPECT_EQ(to_text(*parse_bytes(text)), text);
  for (const char* text : {"70%", "0.5%", "100%"}) EXPECT_EQ(to_text(*parse_ratio(text)), text);
  for (const char* text : {"$30/month", "$1800/month", "$0.04/hour", "$2.5/hour", "$0/hour"})
    EXPECT_EQ(to_text(*parse_money(text)), text);
  for (const char* text : {"2026-11-27T08:30Z", "2026-11-27T08:30:15Z", "1970-01-01T00:00Z"})
    EXPECT_EQ(to_text(*parse_time(text)), text);
}

TEST(Quantity, ForPeople) {
  EXPECT_EQ(for_people(Duration(1'234ms)), "1.23 s");
  EXPECT_EQ(for_people(Duration(12ms)), "12 ms");
  EXPECT_EQ(for_people(Duration(340us)), "340 µs");
  EXPECT_EQ(for_people(Bytes{3LL << 29}), "1.5 GiB");
}

}  // namespace
}  // namespace plimsoll
