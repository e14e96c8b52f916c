#include "decide/say.h"

#include <gtest/gtest.h>

#include "decide/testing/scene.h"

namespace plimsoll {
namespace {
using namespace std::chrono_literals;
using testing_::Scene;

TEST(Say, GrowthNamesTheWinnerAndWhatItBrings) {
  Scene scene({.replicas = {2, 10}, .scale = {.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7}}}});
  scene.see(SignalKind::cpu, 0.91);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api 2→3: cpu 91%, target 70%; 3 should bring it to 61%");
}

TEST(Say, AQueueIsCountedInJobs) {
  Scene scene({.kind = TierKind::worker, .replicas = {1, 3}, .consumes = {{"decisions", 20}}});
  scene.tick();
  scene.see(SignalKind::backlog, 95, "decisions");
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()),
            "api 1→3: backlog decisions 95 jobs, target 20 jobs an instance; 5 wanted, max is 3");
}

TEST(Say, AWindowAndALostSignalAreNamed) {
  Scene scene(
      {.replicas = {1, 10},
       .scale = {.metrics = {{SignalKind::requests_per_second, "", TargetType::average, 10}}, .behavior = {.down = {60s, {}}}}});
  scene.see(SignalKind::requests_per_second, 40);
  scene.tick();
  scene.see(SignalKind::requests_per_second, 10);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()),
            "api stays at 4: requests 10/s, target 10/s an instance; 1 wanted, the highest of the 1m down window is 4");
  scene.lose(SignalKind::requests_per_second, Gap::unreachable);
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api stays at 4: no data: the count stands");
}

TEST(Say, AnOrderSpeaksForItself) {
  Scene scene({.replicas = {1, 10}, .scale = {.metrics = {{SignalKind::cpu, "", TargetType::utilization, 0.7}}}});
  scene.see(SignalKind::cpu, 0.2);
  scene.tick();
  Order hold;
  hold.id = 12;
  hold.value = 5;
  scene.orders = {hold};
  scene.tick();
  EXPECT_EQ(sentence(scene.plan(), scene.why()), "api 1→5: held at 5 by order 12");
}

}  // namespace
}  // namespace plimsoll
