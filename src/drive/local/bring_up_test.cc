#include "drive/local/bring_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drive/local/testing/fake_component.h"

namespace plimsoll::local {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A pooler and a read replica need the database; the cache needs nothing. Given in an order that can't be started in.
class BringUp : public testing::Test {
 protected:
  Result<void> up() { return bring_up(all_, on_progress_, stop_.get_token(), options_); }
  std::vector<std::string> without_checks() {
    std::vector<std::string> rest;
    for (const std::string& line : diary_)
      if (!line.starts_with("check ")) rest.push_back(line);
    return rest;
  }

  std::vector<std::string> diary_;
  FakeComponent pooler_{"pooler", {"main"}, diary_};
  FakeComponent replica_{"replica", {"main"}, diary_};
  FakeComponent main_{"main", {}, diary_};
  FakeComponent redis_{"redis", {}, diary_};
  std::vector<Component*> all_{&pooler_, &replica_, &main_, &redis_};
  BringUpOptions options_{.ready_within = 50ms, .stop_within = 1s, .poll = 1ms};
  std::stop_source stop_;
  OnProgress on_progress_;
};

TEST_F(BringUp, StartsEachOnceWhatItNeedsIsReady) {
  main_.asks_until_ready = 3;
  redis_.asks_until_ready = 5;
  ASSERT_TRUE(up());
  EXPECT_THAT(without_checks(), ElementsAre("start main", "start redis", "start pooler", "start replica"));
}

TEST_F(BringUp, ChecksAllBeforeAnythingIsStartedAndTellsAllProblemsAtOnce) {
  main_.check_result = fail(Errc::not_found, "postgres not found: apt-get install postgresql");
  redis_.check_result = fail(Errc::exhausted, "redis: port 6379 is taken");
  const Result<void> done = up();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::not_found);
  EXPECT_EQ(done.error().message, "postgres not found: apt-get install postgresql\nredis: port 6379 is taken");
  EXPECT_THAT(without_checks(), ElementsAre());
}

TEST_F(BringUp, AdoptsWhatRunsAndStartsTheRest) {
  main_.runs_already = redis_.runs_already = true;
  ASSERT_TRUE(up());
  EXPECT_THAT(without_checks(), ElementsAre("adopt main", "adopt redis", "start pooler", "start replica"));
}

TEST_F(BringUp, StartsAnewWhatWasFoundAndEndsBeforeItIsReady) {
  main_.runs_already = true;
  main_.dies_at_ask = 0;
  // After its death it is found no more.
  on_progress_ = [this](const Component& component, BringUpPhase phase, Duration) {
    if (component.name() == "main" && phase == BringUpPhase::adopted) main_.runs_already = false;
    if (component.name() == "main" && phase == BringUpPhase::starting) main_.dies_at_ask = -1;
  };
  ASSERT_TRUE(up());
  EXPECT_THAT(without_checks(), ElementsAre("adopt main", "start redis", "start main", "start pooler", "start replica"));
}

TEST_F(BringUp, StopsWhatItStartedAndNotWhatItFoundWhenOneFails) {
  redis_.runs_already = true;
  replica_.dies_at_ask = 1;
  replica_.asks_until_ready = 5;
  const Result<void> done = up();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("replica: it has ended (exit code 3)"));
  EXPECT_THAT(done.error().message, HasSubstr("stopped again: pooler, main"));
  EXPECT_THAT(without_checks(),
              ElementsAre("start main", "adopt redis", "start pooler", "start replica", "stop pooler", "stop main"));
  EXPECT_TRUE(redis_.running());
}

TEST_F(BringUp, AStartThatFailsEndsIt) {
  pooler_.start_result = fail(Errc::failed, "pooler: can't be executed");
  const Result<void> done = up();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("can't be executed"));
  EXPECT_FALSE(main_.running() || redis_.running() || replica_.running());
}

TEST_F(BringUp, OneThatIsNeverReadyIsGivenUpAtItsDeadline) {
  redis_.never_ready = true;
  const Result<void> done = up();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::timed_out);
  EXPECT_THAT(done.error().message, HasSubstr("redis: not ready after"));
  EXPECT_FALSE(main_.running() || redis_.running() || pooler_.running());
}

TEST_F(BringUp, InterruptedItStopsWhatItStarted) {
  on_progress_ = [this](const Component& component, BringUpPhase phase, Duration) {
    if (component.name() == "main" && phase == BringUpPhase::ready) stop_.request_stop();
  };
  replica_.never_ready = true;
  const Result<void> done = up();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("interrupted"));
  EXPECT_FALSE(main_.running() || redis_.running() || pooler_.running() || replica_.running());
}

TEST_F(BringUp, TakeDownStopsEachAfterThoseThatNeedIt) {
  ASSERT_TRUE(up());
  diary_.clear();
  ASSERT_TRUE(take_down(all_, {}, 1s));
  EXPECT_THAT(diary_, ElementsAre("stop replica", "stop pooler", "stop redis", "stop main"));
}

TEST_F(BringUp, TakeDownFindsWhatAnotherProcessStarted) {
  main_.runs_already = true;
  ASSERT_TRUE(take_down(all_, {}, 1s));
  EXPECT_THAT(diary_, ElementsAre("adopt main", "stop main"));
}

}  // namespace
}  // namespace plimsoll::local
