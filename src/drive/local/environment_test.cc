#include "drive/local/environment.h"

#include <gtest/gtest.h>

namespace plimsoll::local {
namespace {

Stack stack() {
  Stack made;
  made.databases.push_back({.name = "main"});
  made.caches.push_back({.name = "redis"});
  return made;
}

Tier api() {
  Tier made;
  made.name = "api";
  made.uses = {{.component = "redis", .connections = 9}, {.component = "main", .through = "pooler", .connections = 3}};
  made.publishes = {"decisions", "pipelines"};
  made.consumes = {{"not-a-service's", 1}};
  return made;
}

const Endpoints endpoints{"postgresql://app:x@127.0.0.1:6432/main", "postgresql://app:x@127.0.0.1:5433/main",
                          "redis://:y@127.0.0.1:6379/0"};

TEST(InstanceEnvironment, IsTheContractAndNothingElse) {
  const Environment made =
      instance_environment({{"PATH", "/bin"}}, stack(), api(), "api-3", 18003, endpoints, "/place/quickstart");
  const Environment want{{"PATH", "/bin"},
                         {"PORT", "18003"},
                         {"INSTANCE", "api-3"},
                         {"PLIMSOLL_STACK", "/place/quickstart"},
                         {"DATABASE_URL", endpoints.database_url},
                         {"DATABASE_READ_URL", endpoints.database_read_url},
                         {"REDIS_URL", endpoints.redis_url},
                         {"QUEUES", "decisions,pipelines"},
                         {"POOL_SIZE", "3"}};
  EXPECT_EQ(made, want);
}

TEST(InstanceEnvironment, AWorkersQueuesAreThoseItConsumes) {
  Tier worker = api();
  worker.kind = TierKind::worker;
  worker.consumes = {{"a", 5}, {"b", 7}};
  EXPECT_EQ(instance_environment({}, stack(), worker, "w-1", 1, {}, "/p").at("QUEUES"), "a,b");
}

TEST(InstanceEnvironment, WhatThereIsNotIsNotSet) {
  const Environment made = instance_environment({}, Stack{}, Tier{}, "x-1", 1, {}, "/p");
  EXPECT_EQ(made.size(), 3U);
}

TEST(InstanceEnvironment, TheUsersOwnMayReplaceUrlsButNotIdentity) {
  Tier tier = api();
  tier.run.env = {
      {"REDIS_URL", "redis://elsewhere"}, {"PORT", "1"}, {"INSTANCE", "me"}, {"PLIMSOLL_STACK", "x"}, {"CPU_MS", "20"}};
  const Environment made = instance_environment({}, stack(), tier, "api-3", 18003, endpoints, "/p");
  EXPECT_EQ(made.at("REDIS_URL"), "redis://elsewhere");
  EXPECT_EQ(made.at("CPU_MS"), "20");
  EXPECT_EQ(made.at("PORT"), "18003");
  EXPECT_EQ(made.at("INSTANCE"), "api-3");
  EXPECT_EQ(made.at("PLIMSOLL_STACK"), "/p");
}

}  // namespace
}  // namespace plimsoll::local
