#pragma once
// The HTTP/1.1 response side of the load generator: what a client must know to measure, count and reuse the connection.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plimsoll::load {

/// Names of response headers whose values are wanted, compared without regard to case. At most two.
struct CaptureNames {
  std::array<std::string, 2> names;  // lower case; empty: unused
};

/// One value, cut off after `capacity` bytes; what is in it came from the server and is not safe to print as it is.
class CapturedValue {
 public:
  static constexpr std::size_t capacity = 64;
  void assign(std::string_view value);
  void clear() { size_ = 0; }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, capacity> bytes_;
  std::size_t size_ = 0;
};

/// Reads one response after another from bytes as they come, in any pieces; the outcome never depends on how they are cut.
/// Allocates nothing, keeps no body. Strict where a mistake would misplace the end of a response: a conflicting or
/// unreadable length, both lengths at once, a folded header or a bad chunk is malformed. One thread at a time.
///
/// Interim 1xx answers are skipped; 101 is malformed (we never ask for an upgrade). Lines may end in LF alone.
/// Limits: 64 KiB of head (interim answers and trailers included), 4 KiB for the line of a chunk's size.
class ResponseParser {
 public:
  enum class State {
    reading,    // more bytes are needed; until any byte came, started() is false
    done,       // one whole response; call begin() for the next
    malformed,  // not HTTP/1.x, or over a limit; the connection is of no further use
    truncated,  // finish() came in the middle of a response
  };

  /// Borrows `names` (may be null), which must outlive the parser.
  explicit ResponseParser(const CaptureNames* names = nullptr) : names_(names) {}

  /// Starts anew. `head_request`: the request was HEAD, so the answer has no body whatever its headers say.
  void begin(bool head_request);

  /// Reads from `bytes` up to the end of the response at most; returns how many it took. All of them unless state() is
  /// done or malformed afterwards: what is left over after `done` was not asked for.
  std::size_t feed(std::span<const char> bytes);

  /// The server closed: ends a body that lasts until then, anything else unfinished is truncated (from `reading`).
  void finish();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool started() const { return started_; }
  // The rest holds once state() is done.
  [[nodiscard]] int status() const { return status_; }                    // 200..599
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }           // the connection may carry another request
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }  // without chunk framing
  [[nodiscard]] std::string_view captured(std::size_t i) const { return captured_[i].view(); }  // empty if not sent; first wins

 private:
  enum class Expect : std::uint8_t { status_line, header, body, until_close, chunk_size, chunk_data, chunk_end, trailer };
  static constexpr std::size_t max_head = 64 * 1024;
  static constexpr std::size_t max_chunk_line = 4 * 1024;
  static constexpr std::size_t kept = 512;  // bytes of a line that are looked at; only its length matters beyond

  void begin_message();
  std::size_t take_line(std::span<const char> bytes);
  std::size_t take_body(std::span<const char> bytes);
  void line(std::string_view text, bool cut);
  void status_line(std::string_view text);
  void header(std::string_view text, bool cut);
  void content_length(std::string_view value, bool cut);
  void transfer_encoding(std::string_view value, bool cut);
  void connection(std::string_view value, bool cut);
  void end_of_head();
  void chunk_size(std::string_view text);
  void done();
  void malformed() { state_ = State::malformed; }

  const CaptureNames* names_;
  State state_ = State::reading;
  Expect expect_ = Expect::status_line;
  bool started_ = false, head_request_ = false, http10_ = false;
  bool keep_alive_ = true, said_keep_alive_ = false, said_close_ = false;
  bool has_length_ = false, has_encoding_ = false, chunked_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;    // of the body or of the chunk
  std::uint64_t length_ = 0;  // Content-Length
  std::uint64_t body_bytes_ = 0;
  std::size_t head_bytes_ = 0;   // against max_head
  std::size_t line_bytes_ = 0;   // of the line begun, with what was not kept
  std::array<char, kept> line_;  // its start, if it came in pieces
  std::array<CapturedValue, 2> captured_;
};

}  // namespace plimsoll::load
