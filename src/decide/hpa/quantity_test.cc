#include "decide/hpa/quantity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>

namespace plimsoll::hpa {
namespace {

struct Row {
  std::string text;
  Milli milli;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.text; }
class Quantities : public testing::TestWithParam<Row> {};
TEST_P(Quantities, AreReadInThousandths) {
  const auto read = parse_quantity(GetParam().text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->milli, GetParam().milli);
}
INSTANTIATE_TEST_SUITE_P(Usual, Quantities,
                         testing::Values(Row{"250m", 250}, Row{"1.5Gi", 1'610'612'736'000}, Row{"12e6", 12'000'000'000},
                                         Row{"1.0001", 1001}, Row{"-1.0001", -1001}, Row{"0.9n", 1}));
// Where upstream overflows, rounds in an odd way or takes a text for a number that is none: the same here.
INSTANTIATE_TEST_SUITE_P(Odd, Quantities,
                         testing::Values(Row{"1E", 0}, Row{"8Ei", -1000}, Row{".", 0}, Row{"-", 0}, Row{"m", 0},
                                         Row{"99999999999999999", 7766279631452240920}, Row{"1e4294967296", 1000},
                                         Row{"-1000000000000000000000n", -3'875'820'019'683},
                                         Row{"12345678901234567890123n", 12'345'678'901'234'568}, Row{"5e-999999999", 1}));

TEST(Quantity, RefusesWhatIsNone) {
  for (const char* bad :
       {"", "abc", "1 m", "1Kib", "1mi", "1,000", "1.2.3", "0x10", "1e", "1e+", "1e--3", "1E9223372036854775808", "m 9"})
    EXPECT_FALSE(parse_quantity(bad)) << bad;
}

TEST(Quantity, ToleranceIsAProductAndNotTheNearestDouble) {
  EXPECT_EQ(parse_quantity("100u")->approximate, 0x1.a36e2eb1c432cp-14);
  EXPECT_EQ(parse_quantity("0.0001")->approximate, 0x1.a36e2eb1c432dp-14);
  EXPECT_TRUE(std::isinf(parse_quantity("1e400")->approximate));
  EXPECT_TRUE(std::isnan(parse_quantity("0e400")->approximate));
}

// Every text of the fuzz corpus is read or refused, and so is every cut of it.
TEST(Quantity, CorpusEndsInANumberOrNot) {
  int texts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/quantity")) {
    std::ifstream in(entry.path());
    std::ostringstream whole;
    whole << in.rdbuf();
    const std::string text = whole.str();
    for (std::size_t n = 0; n <= text.size(); ++n) (void)parse_quantity(std::string_view(text).substr(0, n));
    ++texts;
  }
  EXPECT_GT(texts, 5);
}

}  // namespace
}  // namespace plimsoll::hpa
