// Against the system's tz database, and its known clock changes.

#include "zones/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "core/cron.h"
#include "core/quantity.h"

namespace plimsoll::zones {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TimePoint utc(std::string_view text) { return parse_time(text).value(); }

/// $TZ for as long as this lives.
class TzVariable {
 public:
  explicit TzVariable(const char* value) {
    if (const char* was = std::getenv("TZ")) before_ = was;
    set(value);
  }
  ~TzVariable() { set(before_ ? before_->c_str() : nullptr); }
  TzVariable(const TzVariable&) = delete;
  TzVariable& operator=(const TzVariable&) = delete;

 private:
  static void set(const char* value) { value ? setenv("TZ", value, 1) : unsetenv("TZ"); }
  std::optional<std::string> before_;
};

struct Row {
  std::string_view zone, at;
  Duration offset;
};
class Zones : public testing::TestWithParam<Row> {};
TEST_P(Zones, HaveTheirOffsets) {
  const Result<TimeZone> zone = load(GetParam().zone);
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(zone->name, GetParam().zone);
  EXPECT_EQ(zone->offset_at(utc(GetParam().at)), GetParam().offset);
}
INSTANTIATE_TEST_SUITE_P(
    Known, Zones,
    testing::Values(Row{"UTC", "2026-07-01T00:00Z", 0h}, Row{"Etc/UTC", "2026-07-01T00:00Z", 0h},
                    Row{"Europe/Berlin", "2026-03-29T00:59:59Z", 1h}, Row{"Europe/Berlin", "2026-03-29T01:00Z", 2h},
                    Row{"Europe/Berlin", "2026-10-25T00:59:59Z", 2h}, Row{"Europe/Berlin", "2026-10-25T01:00Z", 1h},
                    Row{"Europe/Berlin", "1975-07-01T00:00Z", 1h},  // no summer time before 1980
                    Row{"Europe/Berlin", "2090-03-26T01:00Z", 2h},
                    Row{"Europe/Berlin", "2090-03-26T00:59Z", 1h},  // by the rule of the last line
                    Row{"America/New_York", "2026-03-08T06:59Z", -5h}, Row{"America/New_York", "2026-03-08T07:00Z", -4h},
                    Row{"America/New_York", "2006-03-20T12:00Z", -5h}, Row{"America/New_York", "2090-11-05T05:59Z", -4h},
                    Row{"America/New_York", "2090-11-05T06:00Z", -5h},
                    Row{"Australia/Lord_Howe", "2026-10-03T15:29Z", 10h + 30min},
                    Row{"Australia/Lord_Howe", "2026-10-03T15:30Z", 11h}, Row{"Australia/Lord_Howe", "2090-01-01T00:00Z", 11h},
                    Row{"Asia/Kolkata", "2026-07-01T00:00Z", 5h + 30min}, Row{"Asia/Kolkata", "2090-01-01T00:00Z", 5h + 30min},
                    Row{"Europe/Dublin", "2026-01-01T00:00Z", 0h}, Row{"Europe/Dublin", "2090-07-01T00:00Z", 1h},
                    Row{"Asia/Kathmandu", "2026-01-01T00:00Z", 5h + 45min}, Row{"Pacific/Apia", "2011-12-29T12:00Z", -10h},
                    Row{"Pacific/Apia", "2011-12-31T12:00Z", 14h}));  // a day left out

TEST(Zones, UnknownOnesNameTheNearest) {
  for (const auto& [name, said] : {std::pair{"Europe/Berlim", "did you mean Europe/Berlin?"},
                                   {"europe/berlin", "did you mean Europe/Berlin?"},
                                   {"Berlin", "did you mean Europe/Berlin?"},
                                   {"utc", "did you mean"},
                                   {"Mars/Olympus_Mons", "expected a name such as"}}) {
    const Result<TimeZone> zone = load(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, Errc::not_found);
    EXPECT_THAT(zone.error().message, HasSubstr(said)) << name;
  }
}

TEST(Zones, NoNameLeadsOutOfTheDatabase) {
  for (const std::string_view name : {"", "/etc/localtime", "../../../etc/passwd", "Europe/../Europe/Berlin", "Europe/",
                                      "Europe//Berlin", "Europe", "zone.tab", "Europe/Berlin\n"})
    EXPECT_FALSE(load(name)) << name;
}

TEST(Zones, LocalIsWhatTzSays) {
  for (const char* value : {"Asia/Kolkata", ":Asia/Kolkata", "/usr/share/zoneinfo/Asia/Kolkata", "IST-5:30"}) {
    const TzVariable tz(value);
    const Result<TimeZone> zone = load("Local");
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ(zone->offset_at(utc("2026-07-01T00:00Z")), 5h + 30min) << value;
  }
  const TzVariable empty("");
  EXPECT_EQ(load("Local")->name, "UTC");
}

TEST(Zones, LocalWithoutTzIsTheMachines) {
  const TzVariable unset(nullptr);
  EXPECT_TRUE(load("Local"));
}

TEST(Zones, LocalThatIsNoneIsAnError) {
  for (const char* value : {"Local", "Nowhere/Land", "/no/such/file", "/etc/passwd"}) {
    const TzVariable tz(value);
    EXPECT_FALSE(load("Local")) << value;
  }
}

// K5, K25 in the zone of the office: 08:00 in Berlin is 06:00 UTC in summer and 07:00 in winter.
TEST(Zones, CronFollowsThem) {
  const TimeZone berlin = load("Europe/Berlin").value();
  const Cron eight = parse_cron("0 8 * * *").value.value();
  EXPECT_EQ(eight.next(utc("2026-07-01T00:00Z"), berlin), utc("2026-07-01T06:00Z"));
  EXPECT_EQ(eight.next(utc("2026-12-01T00:00Z"), berlin), utc("2026-12-01T07:00Z"));
  EXPECT_EQ(eight.next(utc("2090-07-01T00:00Z"), berlin), utc("2090-07-01T06:00Z"));
}

}  // namespace
}  // namespace plimsoll::zones
