#include "drive/local/supervise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drive/local/testing/fake_component.h"

namespace plimsoll::local {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ComponentEvent::Kind;

class Supervision : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(main_.start());
    ASSERT_TRUE(pooler_.start());
    diary_.clear();
  }
  std::vector<Kind> kinds_at(Duration at) {
    std::vector<Kind> kinds;
    for (const ComponentEvent& event : supervisor_.advance(start_ + at)) {
      kinds.push_back(event.kind);
      texts_ += event.text + "\n";
    }
    return kinds;
  }

  const TimePoint start_{1'000s};
  std::vector<std::string> diary_;
  FakeComponent main_{"main", {}, diary_};
  FakeComponent pooler_{"pooler", {"main"}, diary_};
  std::vector<Component*> all_{&pooler_, &main_};
  Supervisor supervisor_{all_};
  std::string texts_;
};

TEST_F(Supervision, LeavesAloneWhatRuns) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  EXPECT_THAT(kinds_at(100s), IsEmpty());
  EXPECT_THAT(diary_, IsEmpty());
}

TEST_F(Supervision, H23_StartsWhatDiedAtOnceAndSaysWhy) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  main_.die();
  EXPECT_THAT(kinds_at(1s), ElementsAre(Kind::died, Kind::restarted));
  EXPECT_THAT(kinds_at(2s), ElementsAre(Kind::ready));
  EXPECT_THAT(texts_, HasSubstr("main: it has ended (exit code 3)"));
  EXPECT_THAT(texts_, HasSubstr("main ready after 1.0 s"));
  EXPECT_TRUE(pooler_.running());
}

// It dies again as soon as it is asked: tried again at 0, then 1, 2, 4, 8, 16, 30, 30 s after each failure.
TEST_F(Supervision, H23_WaitsLongerAfterEachFailure) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  main_.die();
  main_.dies_at_ask = 0;
  std::vector<int> starts;
  for (int second = 1; second < 140; ++second) {
    diary_.clear();
    kinds_at(std::chrono::seconds(second));
    if (!diary_.empty()) starts.push_back(second);
  }
  EXPECT_THAT(starts, ElementsAre(1, 3, 6, 11, 20, 37, 68, 99, 130));
}

TEST_F(Supervision, H23_BeginsAnewAfterAMinuteOfRunning) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  for (const int second : {1, 3, 6}) {
    main_.die();
    kinds_at(std::chrono::seconds(second));
    kinds_at(std::chrono::seconds(second + 1));
    kinds_at(std::chrono::seconds(second + 2));
  }
  EXPECT_THAT(kinds_at(9s), ElementsAre(Kind::ready));
  EXPECT_THAT(kinds_at(100s), IsEmpty());
  main_.die();
  EXPECT_THAT(kinds_at(101s), ElementsAre(Kind::died, Kind::restarted));
}

TEST_F(Supervision, StartsNothingBeforeWhatItNeeds) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  main_.die();
  pooler_.die();
  main_.asks_until_ready = 1;
  EXPECT_THAT(kinds_at(1s), ElementsAre(Kind::died, Kind::restarted, Kind::died));
  EXPECT_THAT(kinds_at(2s), IsEmpty());
  EXPECT_THAT(kinds_at(3s), ElementsAre(Kind::ready, Kind::restarted));
  EXPECT_THAT(diary_, ElementsAre("start main", "start pooler"));
}

TEST_F(Supervision, GivesUpOnOneThatIsNotReadyInAMinuteAndTriesAgain) {
  EXPECT_THAT(kinds_at(0s), IsEmpty());
  main_.die();
  main_.never_ready = true;
  kinds_at(1s);
  EXPECT_THAT(kinds_at(61s), IsEmpty());
  EXPECT_THAT(kinds_at(62s), ElementsAre(Kind::failed));
  EXPECT_THAT(texts_, HasSubstr("main: not ready after 60 s"));
  EXPECT_THAT(diary_, ElementsAre("start main", "stop main"));
  EXPECT_THAT(kinds_at(63s), ElementsAre(Kind::restarted));
}

}  // namespace
}  // namespace plimsoll::local
