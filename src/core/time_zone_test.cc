#include "core/time_zone.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/quantity.h"

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

TimePoint utc(std::string_view text) { return parse_time(text).value(); }
LocalTime reading(std::string_view text) { return LocalTime(utc(std::string(text) + "Z").time_since_epoch()); }

TimeZone zone(std::string_view rule) {
  const Result<TimeZone> zone = parse_zone_rule(rule, "test");
  EXPECT_TRUE(zone) << rule;
  return zone.value_or(TimeZone{});
}

const TimeZone berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
const TimeZone lord_howe = zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");

TEST(TimeZone, IsUtcByDefault) {
  const TimeZone z;
  EXPECT_EQ(z.offset_at(utc("2026-07-01T00:00Z")), 0h);
  EXPECT_EQ(z.instant(reading("2026-07-01T12:00")), utc("2026-07-01T12:00Z"));
}

TEST(TimeZone, KnowsItsPeriods) {
  const TimeZone::Period summer = berlin.period_at(utc("2026-07-01T00:00Z"));
  EXPECT_EQ(summer.from, utc("2026-03-29T01:00Z"));
  EXPECT_EQ(summer.until, utc("2026-10-25T01:00Z"));
  EXPECT_EQ(summer.offset, 2h);
  EXPECT_EQ(berlin.offset_at(summer.from - 1ns), 1h);
  EXPECT_EQ(berlin.offset_at(summer.until), 1h);
  EXPECT_EQ(berlin.period_at(utc("2150-07-01T00:00Z")).until, TimePoint::max());
}

TEST(TimeZone, AReadingSkippedInSpringIsTheFirstInstantAfter) {
  EXPECT_EQ(berlin.instant(reading("2026-03-29T01:59:59")), utc("2026-03-29T00:59:59Z"));
  EXPECT_EQ(berlin.instant(reading("2026-03-29T02:00")), utc("2026-03-29T01:00Z"));
  EXPECT_EQ(berlin.instant(reading("2026-03-29T02:30")), utc("2026-03-29T01:00Z"));
  EXPECT_EQ(berlin.instant(reading("2026-03-29T03:00")), utc("2026-03-29T01:00Z"));
  EXPECT_EQ(berlin.instant(reading("2026-03-29T03:01")), utc("2026-03-29T01:01Z"));
  EXPECT_EQ(lord_howe.instant(reading("2026-10-04T02:15")), utc("2026-10-03T15:30Z"));  // half an hour
}

TEST(TimeZone, AReadingShownTwiceInAutumnIsTheEarlier) {
  EXPECT_EQ(berlin.instant(reading("2026-10-25T01:59")), utc("2026-10-24T23:59Z"));
  EXPECT_EQ(berlin.instant(reading("2026-10-25T02:00")), utc("2026-10-25T00:00Z"));
  EXPECT_EQ(berlin.instant(reading("2026-10-25T02:59")), utc("2026-10-25T00:59Z"));
  EXPECT_EQ(berlin.instant(reading("2026-10-25T03:00")), utc("2026-10-25T02:00Z"));
  EXPECT_EQ(lord_howe.instant(reading("2026-04-05T01:45")), utc("2026-04-04T14:45Z"));
}

TEST(TimeZone, LocalAndBackIsTheSameWhereTheReadingIsUnique) {
  for (const TimeZone& z : {berlin, lord_howe})
    for (TimePoint t = utc("2026-01-01T00:00Z"); t < utc("2027-01-01T00:00Z"); t += 17min) {
      const TimePoint back = z.instant(z.local(t));
      EXPECT_TRUE(back == t || (back < t && z.local(back) == z.local(t))) << to_text(t);
    }
}

TEST(TimeZone, TheEndsOfTimeDoNotOverflow) {
  EXPECT_EQ(berlin.offset_at(TimePoint::min()), 1h);
  (void)berlin.instant(LocalTime(Duration::max()));
  (void)berlin.instant(LocalTime(Duration::min()));
}

struct RuleRow {
  std::string_view rule, at;
  Duration offset;
};
class ZoneRules : public testing::TestWithParam<RuleRow> {};
TEST_P(ZoneRules, Hold) { EXPECT_EQ(zone(GetParam().rule).offset_at(utc(GetParam().at)), GetParam().offset); }
INSTANTIATE_TEST_SUITE_P(Posix, ZoneRules,
                         testing::Values(RuleRow{"<+0530>-5:30", "2026-07-01T00:00Z", 5h + 30min},
                                         RuleRow{"UTC0", "2026-07-01T00:00Z", 0h},
                                         RuleRow{"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -5h},
                                         RuleRow{"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00Z", -4h},
                                         RuleRow{"EST5EDT,M3.2.0,M11.1.0", "2100-07-01T00:00Z", -4h},
                                         // Ireland: the winter is the exception, and comes an hour behind
                                         RuleRow{"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00Z", 0h},
                                         RuleRow{"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00Z", 1h},
                                         // the south: in daylight saving over the new year
                                         RuleRow{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00Z", 11h},
                                         // Greenland changes on the day before, Gaza has had times of more than a day
                                         RuleRow{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59Z", -2h},
                                         RuleRow{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00Z", -1h},
                                         RuleRow{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59Z", 2h},
                                         RuleRow{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00Z", 3h},
                                         // days counted without 29 February, and with it
                                         RuleRow{"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00Z", 1h},
                                         RuleRow{"AAA0BBB,J60/0,J300/0", "2028-02-29T12:00Z", 0h},
                                         RuleRow{"AAA0BBB,59/0,300/0", "2028-02-29T00:00Z", 1h},
                                         // daylight saving all year
                                         RuleRow{"XXX3EDT4,0/0,J365/23", "2026-01-01T02:59Z", -4h},
                                         RuleRow{"XXX3EDT4,0/0,J365/23", "2026-12-31T23:59Z", -4h}));

TEST(ZoneRules, WhatIsNoneIsMalformed) {
  for (const std::string_view rule :
       {"", "CET", "CE-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-25", "CET-1:60", "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,M3.5.0,M10.5.0x", "<+01-1", "CET-1CEST,J0,J365", "CET-1CEST,366,J365", "CET-9999999999"}) {
    const Result<TimeZone> read = parse_zone_rule(rule, "test");
    ASSERT_FALSE(read) << rule;
    EXPECT_EQ(read.error().code, Errc::malformed);
  }
}

// ---- TZif, made by hand

std::string big_endian(std::int64_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}

struct File {
  char version = '2';
  std::vector<std::pair<std::int64_t, int>> changes;  // seconds, type
  std::vector<std::int64_t> offsets{3600, 7200};      // by type
  std::int64_t leaps = 0;
  std::string footer = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";

  [[nodiscard]] std::string block(int time_size) const {
    std::string bytes = std::string("TZif") + version + std::string(15, '\0');
    for (const std::int64_t count : {std::int64_t{0}, std::int64_t{0}, leaps, static_cast<std::int64_t>(changes.size()),
                                     static_cast<std::int64_t>(offsets.size()), std::int64_t{4}})
      bytes += big_endian(count, 4);
    for (const auto& [time, type] : changes) bytes += big_endian(time, time_size);
    for (const auto& [time, type] : changes) bytes += static_cast<char>(type);
    for (const std::int64_t offset : offsets) bytes += big_endian(offset, 4) + std::string(2, '\0');
    return bytes + std::string("CET\0", 4) +
           std::string(static_cast<std::size_t>(leaps) * static_cast<std::size_t>(time_size + 4), '\0');
  }
  [[nodiscard]] std::string bytes() const { return version < '2' ? block(4) : block(4) + block(8) + footer; }
};

TEST(Tzif, TheLastLineTakesOverAfterTheLastChange) {
  // 1 January 2026 to summer time, which no rule says; from then on the rule: October back, and so on until 2100.
  const Result<TimeZone> z = parse_tzif(File{.changes = {{0, 0}, {1767225600, 1}}}.bytes(), "Test/Zone");
  ASSERT_TRUE(z) << z.error().message;
  EXPECT_EQ(z->name, "Test/Zone");
  EXPECT_EQ(z->offset_at(utc("2025-07-01T00:00Z")), 1h);
  EXPECT_EQ(z->offset_at(utc("2026-02-01T00:00Z")), 2h);
  EXPECT_EQ(z->offset_at(utc("2026-11-01T00:00Z")), 1h);
  EXPECT_EQ(z->offset_at(utc("2090-07-01T00:00Z")), 2h);
}

TEST(Tzif, ARuleWaitsForTheLastChangeEvenIfThatMovesNoClock) {
  // Summer time was abolished until 1 June 2030, where the file's last change says "still winter".
  const Result<TimeZone> z = parse_tzif(File{.changes = {{0, 0}, {1906588800, 0}}}.bytes(), "z");
  ASSERT_TRUE(z);
  EXPECT_EQ(z->offset_at(utc("2029-07-01T00:00Z")), 1h);
  EXPECT_EQ(z->offset_at(utc("2031-07-01T00:00Z")), 2h);
}

TEST(Tzif, VersionOneHasNoRule) {
  const Result<TimeZone> z = parse_tzif(File{.version = '\0', .changes = {{0, 1}}}.bytes(), "z");
  ASSERT_TRUE(z) << z.error().message;
  EXPECT_EQ(z->first_offset, 1h);
  EXPECT_EQ(z->offset_at(utc("2026-01-01T00:00Z")), 2h);
}

TEST(Tzif, AnyPartOfAFileIsMalformed) {
  const std::string whole = File{.changes = {{0, 0}, {1767225600, 1}}}.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result<TimeZone> z = parse_tzif(std::string_view(whole).substr(0, size), "z");
    ASSERT_FALSE(z) << size;
    EXPECT_EQ(z.error().code, Errc::malformed);
  }
}

TEST(Tzif, NonsenseIsMalformed) {
  EXPECT_FALSE(parse_tzif(File{.changes = {{10, 0}, {5, 1}}}.bytes(), "z"));  // backwards
  EXPECT_FALSE(parse_tzif(File{.changes = {{10, 7}}}.bytes(), "z"));          // an unknown type
  EXPECT_FALSE(parse_tzif(File{.offsets = {3600, 999999}}.bytes(), "z"));     // 277 hours from UTC
  EXPECT_FALSE(parse_tzif(File{.offsets = {}}.bytes(), "z"));
  EXPECT_FALSE(parse_tzif(File{.footer = "\nsomething\n"}.bytes(), "z"));
  EXPECT_FALSE(parse_tzif(File{.leaps = 1}.bytes(), "z"));
}

TEST(Tzif, ChangesBeyondTimeAreFolded) {
  const Result<TimeZone> z = parse_tzif(File{.changes = {{-576460752303423488, 1}, {0, 0}}, .footer = "\n\n"}.bytes(), "z");
  ASSERT_TRUE(z) << z.error().message;
  EXPECT_EQ(z->first_offset, 2h);
  EXPECT_EQ(z->transitions.size(), 1U);
}

/// Whatever the fuzzer began with or found is a zone or malformed, and so is every cut of it.
TEST(Tzif, CorpusIsAZoneOrMalformed) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/time_zone")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream whole;
    whole << in.rdbuf();
    const std::string bytes = whole.str();
    for (std::size_t n = 0; n <= bytes.size(); ++n) {
      const std::string_view part = std::string_view(bytes).substr(0, n);
      for (const Result<TimeZone>& z : {parse_tzif(part, "z"), parse_zone_rule(part, "z")})
        if (z) (void)z->instant(z->local(utc("2026-11-27T12:00Z")));
    }
    ++files;
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace plimsoll
