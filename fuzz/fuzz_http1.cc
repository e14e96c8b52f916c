// Bytes a server might send. The first byte chooses how they are cut; a second parser gets them whole. Both must agree.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/assert.h"
#include "load/http1.h"

namespace {

using plimsoll::load::CaptureNames;
using plimsoll::load::ResponseParser;

struct Reader {
  static inline const CaptureNames names{{"x-instance", "server"}};
  ResponseParser parser{&names};
  std::uint64_t responses = 0, body = 0, statuses = 0;

  explicit Reader(bool head) { parser.begin(head); }

  void feed(std::span<const char> bytes, bool head) {
    while (!bytes.empty() && parser.state() == ResponseParser::State::reading) {
      const std::size_t taken = parser.feed(bytes);
      PLIMSOLL_ASSERT(taken <= bytes.size());
      PLIMSOLL_ASSERT(taken == bytes.size() || parser.state() != ResponseParser::State::reading);
      bytes = bytes.subspan(taken);
      if (parser.state() != ResponseParser::State::done) continue;
      PLIMSOLL_ASSERT(parser.status() >= 200 && parser.status() <= 599);
      PLIMSOLL_ASSERT(parser.captured(0).size() <= plimsoll::load::CapturedValue::capacity);
      ++responses;
      body += parser.body_bytes();
      statuses = statuses * 31 + static_cast<std::uint64_t>(parser.status());
      parser.begin(head);
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool head = (data[0] & 0x80) != 0;
  const std::size_t piece = 1 + (data[0] & 0x7f);
  const std::span<const char> bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Reader whole(head), cut(head);
  whole.feed(bytes, head);
  for (std::size_t at = 0; at < bytes.size(); at += piece) cut.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)), head);
  whole.parser.finish();
  cut.parser.finish();
  PLIMSOLL_ASSERT(whole.parser.state() == cut.parser.state());
  PLIMSOLL_ASSERT(whole.responses == cut.responses && whole.body == cut.body && whole.statuses == cut.statuses);
  return 0;
}
