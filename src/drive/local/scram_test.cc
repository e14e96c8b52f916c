#include "drive/local/scram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plimsoll::local {
namespace {

// The example of RFC 7677; that Postgres accepts a login against a verifier made here is in components_live_test.cc.
TEST(Scram, VerifierOfTheRfcsExample) {
  const std::string salt = "\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81";
  EXPECT_EQ(scram_verifier("pencil", salt),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST(Scram, EachVerifierHasASaltOfItsOwn) {
  const std::string one = scram_verifier("pencil").value_or("");
  EXPECT_THAT(one, testing::StartsWith("SCRAM-SHA-256$4096:"));
  EXPECT_NE(one, scram_verifier("pencil").value_or(""));
}

}  // namespace
}  // namespace plimsoll::local
