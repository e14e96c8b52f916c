#include "wire/resp.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace plimsoll::wire {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

void RespParser::feed(std::string_view bytes) {
  // What was consumed goes when it is at least half: every byte is moved at most once on average.
  if (at_ > 0 && at_ >= buffer_.size() / 2) {
    buffer_.erase(0, at_);
    searched_ -= std::min(searched_, at_);
    at_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<RespValue>> RespParser::next() {
  if (broken_) return fail(*broken_);
  Result<std::optional<RespValue>> value = scan();
  if (!value) {
    broken_ = value.error();
    buffer_ = {};
    open_.clear();
  }
  return value;
}

Result<std::optional<RespValue>> RespParser::scan() {
  for (;;) {
    RespValue value;
    const std::size_t depth = open_.size();
    const Result<bool> read = read_element(value);
    if (!read) return fail(read.error());
    if (!*read) return std::nullopt;
    if (open_.size() > depth) continue;  // an array began: its first item is next
    while (!open_.empty()) {
      open_.back().value.items.push_back(std::move(value));
      if (--open_.back().missing > 0) break;
      value = std::move(open_.back().value);
      open_.pop_back();
      if (open_.empty()) {
        items_ = 0;
        return std::optional(std::move(value));
      }
    }
    if (open_.empty()) {
      items_ = 0;
      return std::optional(std::move(value));
    }
  }
}

Result<bool> RespParser::read_element(RespValue& value) {
  const std::size_t end = buffer_.find("\r\n", std::max(at_, searched_));
  if (end == std::string::npos) {
    searched_ = std::max(at_, buffer_.empty() ? 0 : buffer_.size() - 1);  // the last byte may be the \r
    if (buffer_.size() - at_ > limits_.line + 1) return fail(Errc::exhausted, fmt::format("a line over {} bytes", limits_.line));
    return false;
  }
  searched_ = end;  // while a string's bytes are awaited its line is not searched again
  if (end - at_ > limits_.line) return fail(Errc::exhausted, fmt::format("a line over {} bytes", limits_.line));
  if (end == at_) return fail(Errc::malformed, "an empty line where a reply was expected");
  const std::string_view line = std::string_view(buffer_).substr(at_ + 1, end - at_ - 1);
  const char type = buffer_[at_];
  const std::size_t after = end + 2;
  using Kind = RespValue::Kind;
  if (type == '+' || type == '-') {
    value.kind = type == '+' ? Kind::simple : Kind::error;
    value.text = line;
    at_ = after;
    return true;
  }
  if (type != ':' && type != '$' && type != '*')
    return fail(Errc::malformed, fmt::format("a reply can't begin with byte 0x{:02x}", static_cast<unsigned char>(type)));
  const std::optional<std::int64_t> number = whole_number(line);
  if (!number) return fail(Errc::malformed, fmt::format("a '{}' without a number", type));
  if (type == ':') {
    value.kind = Kind::integer;
    value.integer = *number;
  } else if (*number < -1) {
    return fail(Errc::malformed, "a negative length");
  } else if (*number == -1) {
    value.kind = Kind::nil;
  } else if (type == '*') {
    at_ = after;
    return open_array(*number, value);
  } else {
    const auto size = static_cast<std::size_t>(*number);
    if (size > limits_.bulk)
      return fail(Errc::exhausted, fmt::format("a string of {} bytes; the limit is {}", size, limits_.bulk));
    if (buffer_.size() - after < size + 2) return false;
    if (buffer_.compare(after + size, 2, "\r\n") != 0) return fail(Errc::malformed, "a string longer than it says");
    value.kind = Kind::bulk;
    value.text = buffer_.substr(after, size);
    at_ = after + size + 2;
    return true;
  }
  at_ = after;
  return true;
}

Result<bool> RespParser::open_array(std::int64_t count, RespValue& value) {
  value.kind = RespValue::Kind::array;
  if (count == 0) return true;
  const auto size = static_cast<std::size_t>(count);
  if (size > limits_.items - items_) return fail(Errc::exhausted, fmt::format("a reply of over {} values", limits_.items));
  if (open_.size() >= limits_.depth) return fail(Errc::exhausted, fmt::format("arrays over {} deep", limits_.depth));
  items_ += size;
  // Not reserved: the count is the peer's word.
  open_.push_back({std::move(value), size});
  return true;
}

void append_command(std::string& out, std::span<const std::string_view> arguments) {
  fmt::format_to(std::back_inserter(out), "*{}\r\n", arguments.size());
  for (const std::string_view argument : arguments) {
    fmt::format_to(std::back_inserter(out), "${}\r\n", argument.size());
    out.append(argument);
    out.append("\r\n");
  }
}

}  // namespace plimsoll::wire
