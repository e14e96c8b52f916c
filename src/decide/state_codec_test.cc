#include "decide/state_codec.h"

#include <gtest/gtest.h>

#include "decide/testing/scene.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing_::Scene;

Scene busy_scene() {
  Scene scene({.replicas = {1, 20},
               .consumes = {{"jobs", 10}},
               .scale = {.metrics = {{SignalKind::requests_per_second, "", TargetType::average, 10}},
                         .behavior = {.up = {5s, {{RatePolicy::Unit::instances, 2, 30s}}}, .down = {60s, {}}},
                         .rules = {{SignalKind::cpu, "", ThresholdRule::Comparison::above, 0.8, 30s, 60s, 1}}}});
  for (int i = 0; i < 90; ++i) {
    scene.see(SignalKind::requests_per_second, 20 + (i * 37) % 150);
    scene.see(SignalKind::backlog, (i * 13) % 90, "jobs");
    scene.see(SignalKind::cpu, 0.5 + (i % 10) * 0.05);
    scene.tick();
  }
  return scene;
}

TEST(StateCodec, ReadsBackTheSameBytes) {
  Scene scene = busy_scene();
  const ByteVector bytes = encode(scene.state());
  const Result<StackState> back = decode_state(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), bytes);
}

// Restart and fail-over change no decision: the restored state decides as the one that never stopped.
TEST(StateCodec, ARestoredStateDecidesTheSame) {
  Scene lived = busy_scene();
  Scene restored = busy_scene();
  restored.state() = *decode_state(encode(lived.state()));
  for (int i = 0; i < 200; ++i) {
    for (Scene* scene : {&lived, &restored}) {
      scene->see(SignalKind::requests_per_second, 200 - i);
      scene->tick();
    }
    ASSERT_EQ(encode(lived.state()), encode(restored.state())) << i;
    ASSERT_EQ(lived.decision().asked, restored.decision().asked) << i;
  }
}

TEST(StateCodec, DamagedBytesAreAnError) {
  const ByteVector bytes = encode(busy_scene().state());
  for (std::size_t size = 0; size < bytes.size(); size += 7) EXPECT_FALSE(decode_state(std::span(bytes).first(size))) << size;
  ByteVector longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_state(longer));
  ByteVector foreign = bytes;
  foreign[0] ^= 1;
  EXPECT_FALSE(decode_state(foreign));
}

TEST(ObservationCodec, ReadsBackTheSameBytes) {
  OwnedObservation seen;
  OwnedObservation::Tier tier;
  tier.seen.asked = 4;
  tier.seen.reported = 3;
  tier.seen.unsettled = true;
  tier.seen.pending = Pending::backing_off;
  tier.instances = {{1, Phase::ready, TimePoint(5s), TimePoint(6s)}, {2, Phase::draining, TimePoint(7s), TimePoint(8s)}};
  tier.samples = {{0.7, TimePoint(9s), 3s, Gap::none}, {0, TimePoint(1s), 0s, Gap::unreachable}};
  seen.tiers.push_back(tier);
  Order order;
  order.who = "ops";
  order.why = "flash sale";
  order.until = TimePoint(99s);
  seen.orders.push_back(order);

  const ByteVector bytes = encode(seen.view());
  Result<OwnedObservation> back = decode_observation(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(back->view()), bytes);
  EXPECT_EQ(back->orders[0].why, "flash sale");
  EXPECT_EQ(back->tiers[0].samples[1].gap, Gap::unreachable);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_observation(std::span(bytes).first(size)));
}

TEST(ExplanationCodec, ReadsBackTheSameBytes) {
  Scene scene = busy_scene();
  const ByteVector bytes = encode(std::span(&scene.why(), 1));
  const auto back = decode_explanations(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(std::span(*back)), bytes);
  EXPECT_EQ(back->at(0).policies.size(), scene.why().policies.size());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_explanations(std::span(bytes).first(size)));
}

}  // namespace
}  // namespace plimsoll
