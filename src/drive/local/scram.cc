#include "drive/local/scram.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/assert.h"

namespace plimsoll::local {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Digest hmac(const Digest& key, std::string_view message) {
  Digest digest{};
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(message), message.size(), digest.data(), &size);
  PLIMSOLL_ASSERT(done != nullptr && size == digest.size());
  return digest;
}

Digest sha256(const Digest& message) {
  Digest digest{};
  SHA256(message.data(), message.size(), digest.data());
  return digest;
}

std::string base64(const unsigned char* data, std::size_t size) {
  std::string text(4 * ((size + 2) / 3) + 1, '\0');  // OpenSSL writes a zero after it
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

std::string scram_verifier(std::string_view password, std::string_view salt, int iterations) {
  Digest salted{};
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes(salt), static_cast<int>(salt.size()),
                        iterations, EVP_sha256(), static_cast<int>(salted.size()), salted.data());
  PLIMSOLL_ASSERT(done == 1);
  const Digest stored = sha256(hmac(salted, "Client Key"));
  const Digest server = hmac(salted, "Server Key");
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, base64(bytes(salt), salt.size()),
                     base64(stored.data(), stored.size()), base64(server.data(), server.size()));
}

Result<std::string> scram_verifier(std::string_view password) {
  std::array<char, 16> salt{};
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    return fail(Errc::failed, fmt::format("no randomness from the system: {}", std::strerror(errno)));
  return scram_verifier(password, std::string_view(salt.data(), salt.size()));
}

}  // namespace plimsoll::local
