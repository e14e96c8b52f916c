#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "core/assert.h"
#include "drive/local/files.h"
#include "drive/local/place.h"

namespace plimsoll::local {

namespace {

constexpr std::size_t length = 32;
constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Result<std::string> random_password() {
  std::string password;
  while (password.size() < length) {
    unsigned char byte = 0;
    if (::getrandom(&byte, 1, 0) != 1) {
      if (errno == EINTR) continue;
      return fail(Errc::failed, fmt::format("no randomness from the system: {}", std::strerror(errno)));
    }
    // The remainder of 256 / 62 is thrown away: each letter is as likely as any other.
    if (byte < 256 / alphabet.size() * alphabet.size()) password += alphabet[byte % alphabet.size()];
  }
  return password;
}

}  // namespace

Result<Secrets> Secrets::open(const Place& place) {
  Secrets secrets;
  secrets.file_ = place.root + "/secrets";
  const Result<std::string> text = read_file(secrets.file_);
  if (!text && text.error().code == Errc::not_found) return secrets;
  if (!text) return fail(text.error());
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::string name, value, more;
    if (!(words >> name >> value) || words >> more)
      return fail(Errc::malformed, fmt::format("{} line {}: not a name and a password", secrets.file_, number));
    secrets.values_[name] = value;
  }
  return secrets;
}

Result<std::string> Secrets::of(const std::string& name) {
  PLIMSOLL_ASSERT(!name.empty() && name.find_first_of(" \t\r\n") == std::string::npos);
  if (const auto found = values_.find(name); found != values_.end()) return found->second;
  const Result<std::string> password = random_password();
  if (!password) return password;
  std::map<std::string, std::string> next = values_;
  next[name] = *password;
  std::string text;
  for (const auto& [each, value] : next) text += fmt::format("{} {}\n", each, value);
  if (Result<void> written = write_file(file_, text, {.mode = 0600, .owner = std::nullopt}); !written)
    return fail(written.error());
  values_ = std::move(next);
  return *password;
}

}  // namespace plimsoll::local
