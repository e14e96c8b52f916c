#include "load/http1.h"

#include <algorithm>
#include <cstring>

#include "core/assert.h"

namespace plimsoll::load {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same(std::string_view a, std::string_view lower_b) {
  return a.size() == lower_b.size() &&
         std::equal(a.begin(), a.end(), lower_b.begin(), [](char x, char y) { return lower(x) == y; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr std::array<bool, 256> token_table = [] {  // RFC 9110 tchar
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

int hex(char c) {
  if (digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Calls `each` with every element of a comma-separated list.
template <class F>
void for_each_element(std::string_view list, F each) {
  while (true) {
    const std::size_t comma = list.find(',');
    each(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

void CapturedValue::assign(std::string_view value) {
  size_ = std::min(value.size(), capacity);
  std::memcpy(bytes_.data(), value.data(), size_);
}

void ResponseParser::begin(bool head_request) {
  head_request_ = head_request;
  started_ = false;
  head_bytes_ = 0;
  begin_message();
}

void ResponseParser::begin_message() {
  state_ = State::reading;
  expect_ = Expect::status_line;
  http10_ = keep_alive_ = said_keep_alive_ = said_close_ = false;
  has_length_ = has_encoding_ = chunked_ = false;
  left_ = length_ = body_bytes_ = 0;
  line_bytes_ = 0;
  for (CapturedValue& value : captured_) value.clear();
}

std::size_t ResponseParser::feed(std::span<const char> bytes) {
  std::size_t taken = 0;
  if (!bytes.empty()) started_ = true;
  while (taken < bytes.size() && state_ == State::reading) {
    const auto rest = bytes.subspan(taken);
    const bool in_body = expect_ == Expect::body || expect_ == Expect::until_close || expect_ == Expect::chunk_data;
    taken += in_body ? take_body(rest) : take_line(rest);
  }
  return taken;
}

void ResponseParser::finish() {
  if (state_ != State::reading) return;
  if (expect_ == Expect::until_close)
    done();
  else
    state_ = State::truncated;
}

std::size_t ResponseParser::take_body(std::span<const char> bytes) {
  if (expect_ == Expect::until_close) {
    body_bytes_ += bytes.size();
    return bytes.size();
  }
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  left_ -= n;
  body_bytes_ += n;
  if (left_ == 0) {
    if (expect_ == Expect::body)
      done();
    else
      expect_ = Expect::chunk_end;
  }
  return n;
}

std::size_t ResponseParser::take_line(std::span<const char> bytes) {
  const auto* end = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t n = end ? static_cast<std::size_t>(end - bytes.data()) + 1 : bytes.size();
  const bool of_chunk = expect_ == Expect::chunk_size || expect_ == Expect::chunk_end;
  const std::size_t allowed = of_chunk ? max_chunk_line - line_bytes_ : max_head - head_bytes_;
  if (n > allowed) {
    malformed();
    return allowed;
  }
  if (!of_chunk) head_bytes_ += n;

  std::string_view text;
  std::size_t length = n;
  if (line_bytes_ == 0 && end) {
    text = {bytes.data(), n};  // the ordinary case: the whole line in one piece, read where it is
  } else {
    if (line_bytes_ < kept) std::memcpy(line_.data() + line_bytes_, bytes.data(), std::min(n, kept - line_bytes_));
    length = line_bytes_ += n;
    if (!end) return n;
    text = {line_.data(), std::min(length, kept)};
  }
  line_bytes_ = 0;
  text = text.substr(0, kept);
  const bool cut = length > kept;
  if (!cut) {
    text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  }
  line(text, cut);
  return n;
}

void ResponseParser::line(std::string_view text, bool cut) {
  switch (expect_) {
    case Expect::status_line:
      return status_line(text);
    case Expect::header:
      return text.empty() ? end_of_head() : header(text, cut);
    case Expect::chunk_size:
      return chunk_size(text);
    case Expect::chunk_end:
      if (!text.empty()) return malformed();
      expect_ = Expect::chunk_size;
      return;
    case Expect::trailer:
      return text.empty() ? done() : void();
    case Expect::body:
    case Expect::until_close:
    case Expect::chunk_data:
      break;
  }
  PLIMSOLL_ASSERT(!"a body has no lines");
}

void ResponseParser::status_line(std::string_view text) {
  // "HTTP/1.1 200 OK"; the reason may be missing, with or without its space.
  if (text.size() < 12 || text.substr(0, 7) != "HTTP/1." || (text[7] != '0' && text[7] != '1') || text[8] != ' ')
    return malformed();
  if (!digit(text[9]) || !digit(text[10]) || !digit(text[11]) || (text.size() > 12 && text[12] != ' ')) return malformed();
  status_ = (text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0');
  if (status_ < 100 || status_ > 599 || status_ == 101) return malformed();
  http10_ = text[7] == '0';
  expect_ = Expect::header;
}

void ResponseParser::header(std::string_view text, bool cut) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_token(text.substr(0, colon))) return malformed();  // also a folded line
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = trim(text.substr(colon + 1));
  if (same(name, "content-length")) return content_length(value, cut);
  if (same(name, "transfer-encoding")) return transfer_encoding(value, cut);
  if (same(name, "connection")) return connection(value, cut);
  if (!names_) return;
  for (std::size_t i = 0; i < captured_.size(); ++i)
    if (!names_->names[i].empty() && captured_[i].view().empty() && same(name, names_->names[i])) captured_[i].assign(value);
}

void ResponseParser::content_length(std::string_view value, bool cut) {
  if (cut || value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), digit)) return malformed();
  std::uint64_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  if (has_length_ && length != length_) return malformed();
  has_length_ = true;
  length_ = length;
}

void ResponseParser::transfer_encoding(std::string_view value, bool cut) {
  if (cut || chunked_) return malformed();  // chunked comes last and once
  has_encoding_ = true;
  bool valid = true;
  for_each_element(value, [&](std::string_view coding) {
    valid = valid && !chunked_ && !coding.empty();
    chunked_ = same(coding, "chunked");
  });
  if (!valid) malformed();
}

void ResponseParser::connection(std::string_view value, bool cut) {
  if (cut) said_close_ = true;  // whatever it says beyond what we read, not reusing is safe
  for_each_element(value, [&](std::string_view option) {
    if (same(option, "close")) said_close_ = true;
    if (same(option, "keep-alive")) said_keep_alive_ = true;
  });
}

void ResponseParser::end_of_head() {
  if (has_encoding_ && (has_length_ || http10_)) return malformed();
  if (status_ < 200) return begin_message();
  keep_alive_ = !said_close_ && (!http10_ || said_keep_alive_);
  if (head_request_ || status_ == 204 || status_ == 304) return done();
  if (chunked_) {
    expect_ = Expect::chunk_size;
  } else if (has_length_) {
    left_ = length_;
    expect_ = Expect::body;
    if (left_ == 0) done();
  } else {
    expect_ = Expect::until_close;
    keep_alive_ = false;
  }
}

void ResponseParser::chunk_size(std::string_view text) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && hex(text[digits]) >= 0; ++digits) {
    if (digits == 15) return malformed();
    size = size << 4 | static_cast<std::uint64_t>(hex(text[digits]));
  }
  const std::string_view after = trim(text.substr(digits));
  if (digits == 0 || (!after.empty() && after.front() != ';')) return malformed();
  left_ = size;
  expect_ = size == 0 ? Expect::trailer : Expect::chunk_data;
}

void ResponseParser::done() { state_ = State::done; }

}  // namespace plimsoll::load
