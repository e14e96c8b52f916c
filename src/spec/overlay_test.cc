#include "spec/overlay.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <ostream>
#include <string>

#include "spec/testing/random_stack.h"
#include "spec/write.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

/// Without differences of style: what a tree says.
std::string normal(std::string_view text) {
  const Parsed<Node> parsed = parse_yaml(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value ? text_of(*parsed.value) : "";
}

struct Row {
  const char* name;
  const char* full;
  const char* partial;
  const char* want;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Overlay : public ::testing::TestWithParam<Row> {};

TEST_P(Overlay, SaysWhatDiffers) {
  const Row& row = GetParam();
  EXPECT_EQ(overlay(row.full, row.partial), row.want);
  EXPECT_EQ(normal(lay_over(row.partial, row.want).value()), normal(row.full));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Overlay,
    ::testing::Values(Row{"Same", "a: {b: 1}", "a: {b: 1}", ""},                         //
                      Row{"Changed", "a: 3..20\nb: 1", "a: 3..30\nb: 1", "a: 3..20\n"},  //
                      Row{"New", "a: 1\nb: {c: 500m}", "a: 1", "b:\n  c: 500m\n"},       //
                      Row{"Gone", "a: 1", "a: 1\nb: {c: 2}", "b: null\n"},               //
                      Row{"GoneWithin", "a: {}", "a: {b: 1}", "a:\n  b: null\n"},        //
                      Row{"EmptyMap", "a: 1\nb: {}", "a: 1", "b: {}\n"},                 //
                      Row{"ListsWhole", "a: [1, 2]", "a: [1]", "a: [1, 2]\n"},           //
                      Row{"OtherKind", "a: {b: 1}", "a: [1]", "a:\n  b: 1\n"},           //
                      Row{"TextsStayTexts", "a: \"null\"\nb: \"3\"", "a: x", "a: \"null\"\nb: \"3\"\n"},
                      Row{"OrderOfMaps", "t: {b: {k: 1}, a: {k: 2}}", "t: {a: {k: 2}, b: {k: 1}}", "t:\n  b: {}\n  a: {}\n"},
                      Row{"NewBeforeOld", "t: {b: {k: 1}, a: {k: 2}}", "t: {a: {k: 2}}", "t:\n  b: {k: 1}\n  a: {}\n"},
                      Row{"OrderOfWork", "work: {b: 1, a: 2}", "work: {a: 2, b: 1}", "work:\n  b: 1\n  a: 2\n"}),
    [](const ::testing::TestParamInfo<Row>& row) { return row.param.name; });

TEST(LayOver, KeepsWhatTheOverlayHasNoWordOn) {
  const std::string partial = "tiers: {api: {replicas: 3..30, image: x}, other: {replicas: 1}}";
  const std::string over =
      overlay("tiers: {api: {kind: service, replicas: 3..20, image: y}}", "tiers: {api: {replicas: 3..20, image: x}}");
  EXPECT_EQ(normal(lay_over(partial, over).value()),
            normal("tiers: {api: {replicas: 3..30, image: y, kind: service}, other: {replicas: 1}}"))
      << over;
}

TEST(OverlayOrder, WithinASectionMeansNothing) { EXPECT_EQ(overlay("a: 1\nb: 2\nc: [1]", "c: [1]\nb: 2\na: 1"), ""); }

TEST(LayOver, ANullTakesAwayOnlyWhatIsThere) { EXPECT_EQ(lay_over("a: 1", "b: {c: null}\nd: null").value(), "a: 1\nb: {}\n"); }

TEST(LayOver, RefusesWhatIsNoMap) {
  EXPECT_FALSE(lay_over("a: 1", "- a").has_value());
  EXPECT_FALSE(lay_over("a: 1", "a: {").has_value());
  EXPECT_FALSE(lay_over("just text", "a: 1").has_value());
  EXPECT_EQ(lay_over("a: 1", "").value(), "a: 1\n");
  EXPECT_NE(lay_over("a: 1", "a: 1\na: 2").error().message.find("line 2"), std::string::npos);
}

TEST(LayOver, MakesAnyStackOfAnyOther) {
  EXPECT_TRUE(rc::check([] {
    const std::string full = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    const std::string partial = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    const std::string beyond = overlay(full, partial);
    const Result<std::string> again = lay_over(partial, beyond);
    RC_ASSERT(again.has_value());
    const Parsed<Stack> read = parse(*again, keep_references());
    if (!read.ok()) RC_FAIL(*again);
    if (write(*read.value, {}) != full) RC_LOG() << beyond;
    RC_ASSERT(write(*read.value, {}) == full);
    RC_ASSERT(overlay(full, *again).empty());
  }));
}

}  // namespace
}  // namespace plimsoll::spec
