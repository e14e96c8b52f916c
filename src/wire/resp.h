#pragma once
// Redis' protocol (RESP2): a pure incremental parser with limits, and the encoder of commands.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace plimsoll::wire {

struct RespValue {
  enum class Kind { nil, simple, error, integer, bulk, array };
  Kind kind = Kind::nil;
  std::string text;              // of simple, error and bulk
  std::int64_t integer = 0;      // of integer
  std::vector<RespValue> items;  // of array

  [[nodiscard]] bool is_nil() const { return kind == Kind::nil; }
  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  bool operator==(const RespValue&) const = default;
};

/// What a peer may make us hold.
struct RespLimits {
  std::size_t line = 64U << 10U;  // bytes of one line
  std::size_t bulk = 64U << 20U;  // bytes of one string
  std::size_t items = 1U << 20U;  // values in one reply, counted over all its arrays
  std::size_t depth = 16;         // arrays in arrays
};

/// Feed bytes as they arrive, take values as they are complete. Total: any bytes give values or one error, after which the
/// parser stays in that error (the stream has lost its place). Costs time linear in the bytes; not thread-safe.
class RespParser {
 public:
  explicit RespParser(RespLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes);
  /// A value, or nothing until more bytes come. Errc::malformed: not RESP2; Errc::exhausted: over a limit.
  Result<std::optional<RespValue>> next();

 private:
  struct Open {  // an array that still waits for items
    RespValue value;
    std::size_t missing;
  };
  Result<std::optional<RespValue>> scan();
  Result<bool> read_element(RespValue& value);  // false: more bytes needed
  Result<bool> open_array(std::int64_t count, RespValue& value);

  RespLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;        // consumed so far
  std::size_t searched_ = 0;  // no line end before this
  std::size_t items_ = 0;     // of the reply under way
  std::vector<Open> open_;
  std::optional<Error> broken_;
};

/// A command as an array of bulk strings, appended to `out`.
void append_command(std::string& out, std::span<const std::string_view> arguments);

}  // namespace plimsoll::wire
