#include "wire/resp.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace plimsoll::wire {
namespace {

using Kind = RespValue::Kind;

RespValue text(Kind kind, std::string value) { return {kind, std::move(value), 0, {}}; }
RespValue integer(std::int64_t value) { return {Kind::integer, "", value, {}}; }
RespValue array(std::vector<RespValue> items) { return {Kind::array, "", 0, std::move(items)}; }

struct Row {
  const char* name;
  std::string bytes;
  std::vector<RespValue> want;
};
class Resp : public testing::TestWithParam<Row> {};

TEST_P(Resp, ReadsWholeInput) {
  RespParser parser;
  parser.feed(GetParam().bytes);
  for (const RespValue& want : GetParam().want) {
    const auto value = parser.next();
    ASSERT_TRUE(value) << value.error().message;
    ASSERT_TRUE(*value);
    EXPECT_EQ(**value, want);
  }
  const auto more = parser.next();
  ASSERT_TRUE(more);
  EXPECT_FALSE(*more);
}

TEST_P(Resp, ReadsTheSameByteByByte) {
  RespParser parser;
  std::vector<RespValue> values;
  for (const char byte : GetParam().bytes) {
    parser.feed({&byte, 1});
    auto value = parser.next();
    ASSERT_TRUE(value) << value.error().message;
    if (*value) values.push_back(std::move(**value));
  }
  EXPECT_EQ(values, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Wire, Resp,
    testing::Values(Row{"simple", "+OK\r\n", {text(Kind::simple, "OK")}},
                    Row{"error", "-ERR no\r\n", {text(Kind::error, "ERR no")}},
                    Row{"integers", ":42\r\n:-7\r\n", {integer(42), integer(-7)}},
                    Row{"empty", "$0\r\n\r\n*0\r\n", {text(Kind::bulk, ""), array({})}},
                    Row{"nil", "$-1\r\n*-1\r\n", {RespValue{}, RespValue{}}},
                    Row{"nested",
                        "*2\r\n*2\r\n:1\r\n$1\r\nx\r\n*1\r\n$-1\r\n",
                        {array({array({integer(1), text(Kind::bulk, "x")}), array({RespValue{}})})}},
                    Row{"two_replies", "*1\r\n+a\r\n+b\r\n", {array({text(Kind::simple, "a")}), text(Kind::simple, "b")}}),
    [](const auto& row) { return row.param.name; });

TEST(RespParser, StringsMayHoldAnyByte) {
  RespParser parser;
  const std::string body("a\r\nb\0", 5);
  parser.feed("$5\r\n" + body + "\r\n");
  const auto value = parser.next();
  ASSERT_TRUE(value && *value);
  EXPECT_EQ((*value)->text, body);
}

struct BadRow {
  const char* name;
  std::string bytes;
  Errc want;
};
class BadResp : public testing::TestWithParam<BadRow> {};
TEST_P(BadResp, IsAnErrorThatStays) {
  RespParser parser({.line = 32, .bulk = 100, .items = 10, .depth = 2});
  parser.feed(GetParam().bytes);
  const auto value = parser.next();
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, GetParam().want);
  parser.feed("+OK\r\n");
  EXPECT_FALSE(parser.next());
}
INSTANTIATE_TEST_SUITE_P(
    Wire, BadResp,
    testing::Values(BadRow{"http", "HTTP/1.1 200 OK\r\n", Errc::malformed}, BadRow{"empty_line", "\r\n", Errc::malformed},
                    BadRow{"no_number", "$x\r\n", Errc::malformed}, BadRow{"no_digits", ":\r\n", Errc::malformed},
                    BadRow{"negative", "*-2\r\n", Errc::malformed},
                    BadRow{"overflow", ":99999999999999999999\r\n", Errc::malformed},
                    BadRow{"longer", "$1\r\nab\r\n", Errc::malformed}, BadRow{"long_bulk", "$101\r\n", Errc::exhausted},
                    BadRow{"long_line", std::string(40, '+'), Errc::exhausted},
                    BadRow{"long_line_ended", "+" + std::string(40, 'a') + "\r\n", Errc::exhausted},
                    BadRow{"many_items", "*11\r\n", Errc::exhausted}, BadRow{"many_in_all", "*2\r\n*9\r\n", Errc::exhausted},
                    BadRow{"deep", "*1\r\n*1\r\n*1\r\n", Errc::exhausted}),
    [](const auto& row) { return row.param.name; });

TEST(RespParser, AClaimedLengthReservesNothing) {
  RespParser parser;
  parser.feed("*1000000\r\n");
  const auto value = parser.next();
  ASSERT_TRUE(value);
  EXPECT_FALSE(*value);
}

TEST(AppendCommand, IsAnArrayOfStrings) {
  std::string out;
  const std::string_view arguments[] = {"SET", "k", ""};
  append_command(out, arguments);
  EXPECT_EQ(out, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
}

// Every file the fuzzer ever found worth keeping: read in one piece and in halves, the outcome is the same.
TEST(RespParser, CorpusReadsTheSameInPieces) {
  const RespLimits limits{.line = 1024, .bulk = 4096, .items = 256, .depth = 8};
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/resp")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto read = [&](std::size_t split) {
      RespParser parser(limits);
      std::vector<RespValue> values;
      bool failed = false;
      for (const std::string& piece : {bytes.substr(0, split), bytes.substr(split)}) {
        parser.feed(piece);
        for (auto value = parser.next(); !failed && (!value || *value); value = parser.next()) {
          failed = !value;
          if (value) values.push_back(std::move(**value));
        }
      }
      return std::pair(failed, values);
    };
    EXPECT_EQ(read(bytes.size()), read(bytes.size() / 2)) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 8);
}

}  // namespace
}  // namespace plimsoll::wire
