#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace plimsoll::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Environment = std::map<std::string, std::string, std::less<>>;

ReadSettings read(Role role, const Environment& environment) {
  return read_settings(role, [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}

Environment contract() {
  return {{"PORT", "9001"},
          {"INSTANCE", "api-1"},
          {"DATABASE_URL", "postgresql://a@b/c"},
          {"REDIS_URL", "redis://c"},
          {"QUEUES", "decisions,pipelines"}};
}

TEST(Settings, TheContractIsEnough) {
  const ReadSettings api = read(Role::api, contract());
  ASSERT_TRUE(api.value) << testing::PrintToString(api.problems);
  EXPECT_EQ(api.value->port, 9001);
  EXPECT_THAT(api.value->queues, ElementsAre("decisions", "pipelines"));
  EXPECT_EQ(api.value->cpu, std::chrono::milliseconds(5));
  EXPECT_EQ(api.value->concurrency, 16);
  EXPECT_EQ(api.value->lame_duck, std::chrono::milliseconds(1500));
  EXPECT_EQ(read(Role::worker, contract()).value->concurrency, 1);
}

TEST(Settings, EveryProblemIsToldAtOnce) {
  Environment environment = contract();
  environment.erase("REDIS_URL");
  environment["PORT"] = "70000";
  environment["CPU_MS"] = "5ms";
  environment["QUEUES"] = "a,,b";
  const ReadSettings settings = read(Role::api, environment);
  EXPECT_FALSE(settings.value);
  EXPECT_THAT(settings.problems,
              ElementsAre("PORT: '70000' is not a whole number of 0..65535", StartsWith("REDIS_URL: not set; redis://"),
                          "CPU_MS: '5ms' is not a whole number of 0..60000", StartsWith("QUEUES: ")));
}

TEST(Settings, AWorkerNeedsAQueueAndAnApiDoesNot) {
  Environment environment = contract();
  environment["QUEUES"] = "";
  EXPECT_TRUE(read(Role::api, environment).value);
  EXPECT_THAT(read(Role::api, environment).value->queues, IsEmpty());
  EXPECT_THAT(read(Role::worker, environment).problems, ElementsAre(StartsWith("QUEUES: not set")));
}

TEST(Settings, HelpNamesWhatIsRead) {
  for (const char* name :
       {"PORT", "INSTANCE", "DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "QUEUES", "CPU_MS", "OUTSIDE_MS", "POOL_SIZE",
        "CONCURRENCY", "JOB_CPU_MS", "JOB_OUTSIDE_MS", "RECLAIM_AFTER", "LAME_DUCK_MS", "START_DELAY_MS", "CACHE_TTL_S"})
    EXPECT_THAT(help(), HasSubstr(std::string("  ") + name + " "));
}

}  // namespace
}  // namespace plimsoll::app
