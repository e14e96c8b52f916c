#include "core/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace plimsoll {
namespace {

constexpr std::array<std::string_view, 5> keys = {"replicas", "run", "uses", "scale", "instance"};

TEST(Suggest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("replcas", keys), "replicas");
  EXPECT_EQ(nearest("Replicas", keys), "replicas");
  EXPECT_EQ(nearest("isntance", keys), "instance");
  EXPECT_EQ(nearest("rnu", keys), "run");
  EXPECT_EQ(nearest("use", keys), "uses");
}

TEST(Suggest, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest("databases", keys), "");
  EXPECT_EQ(nearest("xyz", keys), "");
  EXPECT_EQ(nearest("", keys), "");
  EXPECT_EQ(nearest("run", {}), "");
}

}  // namespace
}  // namespace plimsoll
