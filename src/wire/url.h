#pragma once
// URLs of services: redis://:secret@127.0.0.1:6379/0, postgresql://app@db:5432/app?sslmode=disable. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace plimsoll::wire {

struct Url {
  std::string scheme;          // lower case
  std::string user, password;  // decoded
  std::string host;            // without the brackets of [::1]
  std::uint16_t port = 0;      // 0: not given
  std::string path;            // with its "/"; as sent
  std::string query;           // without "?"; as sent
};

/// Errc::malformed, with a message that never repeats the input, for it may hold a password.
Result<Url> parse_url(std::string_view text);

/// "%20" -> " "; a "%" that is no escape stays. With `plus`, "+" is a space, as in queries.
std::string percent_decoded(std::string_view text, bool plus = false);

/// The URL with its password as "***", to be shown; also "key=value" strings of libpq.
std::string without_password(std::string_view text);

}  // namespace plimsoll::wire
