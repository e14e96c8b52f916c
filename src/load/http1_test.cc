#include "load/http1.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace plimsoll::load {
namespace {

using State = ResponseParser::State;
using namespace std::string_literals;

struct Outcome {
  State state = State::reading;
  int status = 0;
  std::uint64_t body = 0;
  bool keep_alive = false;
  std::size_t left_over = 0;  // bytes after the response
  std::string first, second;  // captured
  bool operator==(const Outcome&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << "{state " << static_cast<int>(o.state) << ", status " << o.status << ", body " << o.body << ", keep_alive "
             << o.keep_alive << ", left " << o.left_over << ", '" << o.first << "', '" << o.second << "'}";
}

/// Feeds the pieces, then the end of the connection.
Outcome read(std::initializer_list<std::string_view> pieces, bool head = false) {
  const CaptureNames names{{"x-instance", "x-other"}};
  ResponseParser parser(&names);
  parser.begin(head);
  std::size_t total = 0, taken = 0;
  for (const std::string_view piece : pieces) {
    total += piece.size();
    taken += parser.feed(std::span(piece.data(), piece.size()));
  }
  parser.finish();
  if (parser.state() != State::done) return {.state = parser.state(), .first = {}, .second = {}};
  return {parser.state(),
          parser.status(),
          parser.body_bytes(),
          parser.keep_alive(),
          total - taken,
          std::string(parser.captured(0)),
          std::string(parser.captured(1))};
}

struct Row {
  std::string name, bytes;
  Outcome want;
  bool head = false;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Outcome ok(int status, std::uint64_t body, bool keep_alive = true, std::size_t left = 0, std::string first = {},
           std::string second = {}) {
  return {State::done, status, body, keep_alive, left, std::move(first), std::move(second)};
}
const Outcome malformed{.state = State::malformed, .first = {}, .second = {}};
const Outcome truncated{.state = State::truncated, .first = {}, .second = {}};

const std::vector<Row> rows = {
    {"Length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ok(200, 5)},
    {"NoReason", "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", ok(200, 0)},
    {"ReasonOfBlank", "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", ok(503, 0)},
    {"BareLineFeeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", ok(200, 2)},
    {"Chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
     ok(200, 14)},
    {"ChunkedTrailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1 \r\nx\r\n00\r\nA: b\r\nC: d\r\n\r\n", ok(200, 1)},
    {"GzipThenChunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", ok(200, 1)},
    {"EncodedUntilClose", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxyz", ok(200, 3, false)},
    {"UntilClose", "HTTP/1.1 200 OK\r\n\r\nto the end", ok(200, 10, false)},
    {"Http10Closes", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", ok(200, 2, false)},
    {"Http10KeepsAlive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", ok(200, 2)},
    {"ConnectionClose", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", ok(200, 2, false)},
    {"ConnectionList", "HTTP/1.1 200 OK\r\nConnection: upgrade , CLOSE\r\nContent-Length: 0\r\n\r\n", ok(200, 0, false)},
    {"CloseBeatsKeepAlive", "HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
     ok(200, 0, false)},
    {"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", ok(204, 0)},
    {"NotModifiedHasNoBody", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", ok(304, 0)},
    {"Head", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", ok(200, 0), true},
    {"Interim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Instance: no\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: "
     "1\r\n\r\nx",
     ok(201, 1)},
    {"Captured", "HTTP/1.1 200 OK\r\nX-INSTANCE: \t api-1 \r\nx-other: b\r\nX-Instance: api-2\r\nContent-Length: 0\r\n\r\n",
     ok(200, 0, true, 0, "api-1", "b")},
    {"CapturedIsCutOff", "HTTP/1.1 200 OK\r\nX-Other: " + std::string(600, 'v') + "\r\nContent-Length: 0\r\n\r\n",
     ok(200, 0, true, 0, "", std::string(64, 'v'))},
    {"SameLengthTwice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", ok(200, 2)},
    {"LeftOver", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP", ok(200, 2, true, 4)},
    {"LongHeader", "HTTP/1.1 200 OK\r\nCookie: " + std::string(5000, 'c') + "\r\nContent-Length: 1\r\n\r\nx", ok(200, 1)},

    {"Nothing", "", truncated},
    {"HalfAStatus", "HTTP/1.1 2", truncated},
    {"HalfAHead", "HTTP/1.1 200 OK\r\nContent-Le", truncated},
    {"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", truncated},
    {"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwi", truncated},
    {"NoLastChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n", truncated},
    {"OnlyInterim", "HTTP/1.1 100 Continue\r\n\r\n", truncated},

    {"NotHttp", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", malformed},
    {"Http2", "HTTP/2.0 200 OK\r\n\r\n", malformed},
    {"ShortStatus", "HTTP/1.1 20 OK!\r\n\r\n", malformed},
    {"LongStatus", "HTTP/1.1 2000 OK\r\n\r\n", malformed},
    {"StatusOutOfRange", "HTTP/1.1 600 What\r\n\r\n", malformed},
    {"Upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", malformed},
    {"NoColon", "HTTP/1.1 200 OK\r\nbroken\r\n\r\n", malformed},
    {"BlankBeforeColon", "HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc", malformed},
    {"Folded", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n", malformed},
    {"LengthTwice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", malformed},
    {"LengthList", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab", malformed},
    {"LengthSigned", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab", malformed},
    {"LengthEmpty", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", malformed},
    {"LengthTooLong", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n", malformed},
    {"LengthAndChunked", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
    {"ChunkedNotLast", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", malformed},
    {"ChunkedTwice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
    {"ChunkedInHttp10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
    {"ChunkSizeNoHex", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", malformed},
    {"ChunkSizeTooLong", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", malformed},
    {"ChunkLongerThanSaid", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n", malformed},
    {"ChunkExtensionOverLimit",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'x') + "\r\nx\r\n0\r\n\r\n", malformed},
    {"HeadOverLimit", "HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x') + "\r\n\r\n", malformed},
};

class Response : public testing::TestWithParam<Row> {};

TEST_P(Response, IsReadWhole) { EXPECT_EQ(read({GetParam().bytes}, GetParam().head), GetParam().want); }

TEST_P(Response, IsTheSameSplitAtEveryByte) {
  const std::string_view bytes = GetParam().bytes;
  for (std::size_t at = 0; at <= std::min<std::size_t>(bytes.size(), 6000); ++at)
    ASSERT_EQ(read({bytes.substr(0, at), bytes.substr(at)}, GetParam().head), GetParam().want) << "split at " << at;
}

TEST_P(Response, IsTheSameByteByByte) {
  const CaptureNames names{{"x-instance", "x-other"}};
  ResponseParser parser(&names);
  parser.begin(GetParam().head);
  std::size_t taken = 0;
  for (const char c : GetParam().bytes) taken += parser.feed(std::span(&c, 1));
  parser.finish();
  ASSERT_EQ(parser.state(), GetParam().want.state);
  if (parser.state() != State::done) return;
  EXPECT_EQ(taken, GetParam().bytes.size() - GetParam().want.left_over);
  EXPECT_EQ(parser.body_bytes(), GetParam().want.body);
  EXPECT_EQ(parser.captured(0), GetParam().want.first);
}

INSTANTIATE_TEST_SUITE_P(Rfc9112, Response, testing::ValuesIn(rows), [](const auto& row) { return row.param.name; });

TEST(ResponseParser, ReadsOneAfterAnother) {
  const std::string both =
      "HTTP/1.1 200 OK\r\nX-Instance: a\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
  const CaptureNames names{{"x-instance", ""}};
  ResponseParser parser(&names);
  parser.begin(false);
  EXPECT_FALSE(parser.started());
  const std::size_t first = parser.feed(both);
  EXPECT_TRUE(parser.started());
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.captured(0), "a");
  parser.begin(false);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(first + parser.feed(std::span(both).subspan(first)), both.size());
  EXPECT_EQ(parser.state(), State::done);
  EXPECT_EQ(parser.status(), 404);
  EXPECT_EQ(parser.captured(0), "");
}

// What the fuzzer starts from and what it once found: each file must end in the same state in one piece and byte by byte.
// The first byte of a file only tells the fuzzer how to cut the rest.
TEST(ResponseParser, ReplaysTheFuzzCorpus) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/http1")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    ASSERT_FALSE(file.empty()) << entry.path();
    const std::string bytes = file.substr(1);
    ResponseParser whole, single;
    whole.begin(false);
    single.begin(false);
    const std::size_t taken = whole.feed(bytes);
    std::size_t one_by_one = 0;
    for (const char& c : bytes) one_by_one += single.feed(std::span(&c, 1));
    whole.finish();
    single.finish();
    EXPECT_EQ(whole.state(), single.state()) << entry.path();
    EXPECT_EQ(whole.body_bytes(), single.body_bytes()) << entry.path();
    if (whole.state() == State::done) {
      EXPECT_EQ(taken, one_by_one) << entry.path();
    }
    ++files;
  }
  EXPECT_GE(files, 8);
}

}  // namespace
}  // namespace plimsoll::load
