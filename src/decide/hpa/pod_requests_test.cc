#include "decide/hpa/pod_requests.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace plimsoll::hpa {
namespace {

const std::vector<Container> two{{"web", 300}, {"log", 200}};
const std::vector<InitContainer> starting{{"mesh", 50, true}, {"migrate", 700, false}};

TEST(PodRequests, SidecarsCountAndPlainInitContainersDoNot) {
  EXPECT_EQ(pod_request({two, starting}, ""), 550);
  EXPECT_EQ(pod_request({two, starting}, "mesh"), 50);
  EXPECT_EQ(pod_request({two, starting}, "migrate").error(), MetricError::container_not_found);
}

TEST(PodRequests, PodLevelGoesBeforeTheSumButNotBeforeAContainer) {
  EXPECT_EQ(pod_request({two, starting, true, 900}, ""), 900);
  EXPECT_EQ(pod_request({two, starting, true, 900}, "web"), 300);
}

TEST(PodRequests, PodLevelOfAnotherResourceTakesTheHungriestMoment) {
  EXPECT_EQ(pod_request({two, starting, true, std::nullopt}, ""), 750) << "migrate beside mesh";
  EXPECT_EQ(pod_request({{}, {}, true, std::nullopt}, "").error(), MetricError::missing_pod_level_request);
}

TEST(PodRequests, SilenceOfOneContainerSpoilsTheSum) {
  const std::vector<Container> silent{{"web", 300}, {"log", std::nullopt}};
  EXPECT_EQ(pod_request({silent, {}}, "").error(), MetricError::missing_request);
  EXPECT_EQ(pod_request({silent, {}}, "web"), 300);
  EXPECT_EQ(pod_request({silent, {}}, "log").error(), MetricError::missing_request);
}

TEST(PodRequests, SumsWrapButAreComparedBefore) {
  const std::vector<Container> huge{{"a", most_milli}, {"b", 1}};
  EXPECT_EQ(pod_request({huge, {}}, ""), std::numeric_limits<Milli>::min());
  const std::vector<InitContainer> small{{"i", 5, false}};
  EXPECT_EQ(pod_request({huge, small, true, std::nullopt}, ""), std::numeric_limits<Milli>::min());
}

TEST(PodRequests, OnlySomeResourcesHavePodLevels) {
  EXPECT_TRUE(supports_pod_level("cpu"));
  EXPECT_TRUE(supports_pod_level("hugepages-2Mi"));
  EXPECT_FALSE(supports_pod_level("nvidia.com/gpu"));
}

}  // namespace
}  // namespace plimsoll::hpa
