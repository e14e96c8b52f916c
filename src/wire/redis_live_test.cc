#include <gtest/gtest.h>

#include <thread>

#include "wire/redis_client.h"
#include "wire/testing/live_components.h"

namespace plimsoll::wire {
namespace {

using namespace std::chrono_literals;

TEST(RedisLive, CommandsPipelinesAndErrors) {
  const live::Redis redis("s3cret");
  auto client = RedisClient::connect(redis.url(), 5s);
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_TRUE(client->command({"SET", "k", "v"}, 5s));
  EXPECT_EQ(client->command({"GET", "k"}, 5s)->text, "v");
  EXPECT_TRUE(client->command({"GET", "absent"}, 5s)->is_nil());

  const auto wrong = client->command({"LPUSH", "k", "x"}, 5s);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::refused);
  EXPECT_NE(wrong.error().message.find("WRONGTYPE"), std::string::npos);
  EXPECT_FALSE(client->broken()) << "an error reply leaves the connection in order";

  std::vector<RedisClient::Command> commands(1000, {"INCR", "n"});
  commands.push_back({"LPUSH", "k", "x"});
  const auto replies = client->pipeline(commands, 10s);
  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_EQ((*replies)[999].integer, 1000);
  EXPECT_TRUE((*replies)[1000].is_error());
}

TEST(RedisLive, AWrongPasswordShowsAtConnectAndIsNotRepeated) {
  const live::Redis redis("s3cret");
  const auto client = RedisClient::connect("redis://:hunter2@127.0.0.1:" + std::to_string(redis.port()), 5s);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::refused);
  EXPECT_EQ(client.error().message.find("hunter2"), std::string::npos);
}

TEST(RedisLive, ABlockingMoveWaitsAndIsServed) {
  const live::Redis redis;
  auto waiting = RedisClient::connect(redis.url(), 5s);
  auto other = RedisClient::connect(redis.url(), 5s);
  ASSERT_TRUE(waiting && other);
  EXPECT_TRUE(waiting->command({"BLMOVE", "q", "p", "RIGHT", "LEFT", "0.05"}, 5s)->is_nil());
  std::thread pusher([&] { EXPECT_TRUE(other->command({"LPUSH", "q", "job"}, 5s)); });
  const auto job = waiting->command({"BLMOVE", "q", "p", "RIGHT", "LEFT", "10"}, 15s);
  pusher.join();
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->text, "job");
}

TEST(RedisLive, ATimeoutOrADeadServerBreaksTheConnectionForGood) {
  live::Redis redis;
  auto slow = RedisClient::connect(redis.url(), 5s);
  auto idle = RedisClient::connect(redis.url(), 5s);
  ASSERT_TRUE(slow && idle);
  const auto late = slow->command({"BLPOP", "nothing", "5"}, 30ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timed_out);
  EXPECT_TRUE(slow->broken());
  EXPECT_EQ(slow->command({"PING"}, 1s).error().code, Errc::unreachable);

  redis.kill();
  const auto gone = idle->command({"PING"}, 5s);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::unreachable);
  EXPECT_EQ(RedisClient::connect(redis.url(), 1s).error().code, Errc::unreachable);
  redis.restart();
  EXPECT_TRUE(RedisClient::connect(redis.url(), 5s));
}

}  // namespace
}  // namespace plimsoll::wire
