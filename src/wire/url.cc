#include "wire/url.h"

#include <algorithm>
#include <charconv>

namespace plimsoll::wire {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_scheme_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

Result<void> read_host_and_port(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return fail(Errc::malformed, "URL: '[' of an IPv6 address without ']'");
    url.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text[0] != ':') return fail(Errc::malformed, "URL: something after the ']' of an IPv6 address");
    port = text.empty() ? text : text.substr(1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    url.host = percent_decoded(text.substr(0, colon));
    port = colon == text.size() ? std::string_view() : text.substr(colon + 1);
  }
  if (port.empty()) return {};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc() || end != port.data() + port.size() || url.port == 0)
    return fail(Errc::malformed, "URL: the port is not a number of 1..65535");
  return {};
}

}  // namespace

std::string percent_decoded(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(plus && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos || mark == 0) return fail(Errc::malformed, "not a URL: no scheme such as redis://");
  for (const char c : text.substr(0, mark)) {
    if (!is_scheme_char(c)) return fail(Errc::malformed, "not a URL: no scheme such as redis://");
    url.scheme.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  text.remove_prefix(mark + 3);
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  text = text.substr(0, text.find('#'));
  const std::size_t question = text.find('?');
  url.path = text.substr(0, question);
  if (question != std::string_view::npos) url.query = text.substr(question + 1);
  // The last @: a password pasted in raw may hold one.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    const std::size_t colon = login.find(':');
    url.user = percent_decoded(login.substr(0, colon));
    if (colon != std::string_view::npos) url.password = percent_decoded(login.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  if (Result<void> read = read_host_and_port(authority, url); !read) return fail(read.error());
  return url;
}

std::string without_password(std::string_view text) {
  std::string out(text);
  if (const std::size_t scheme = out.find("://"); scheme != std::string::npos) {
    const std::size_t begin = scheme + 3;
    const std::size_t end = std::min(out.find_first_of("/?#", begin), out.size());
    std::size_t at = out.rfind('@', end);
    if (at == std::string::npos || at < begin) at = out.rfind('@');  // a raw '/' in the password
    const std::size_t colon = out.find(':', begin);
    if (at != std::string::npos && at > begin && colon < at) out.replace(colon + 1, at - colon - 1, "***");
  }
  for (std::size_t at = 0; (at = out.find("password=", at)) != std::string::npos;) {
    at += 9;
    std::size_t end = at;
    if (end < out.size() && out[end] == '\'') {
      for (++end; end < out.size() && out[end] != '\''; ++end)
        if (out[end] == '\\') ++end;
      end = std::min(end + 1, out.size());
    } else {
      end = std::min(out.find_first_of(" &\t\n", at), out.size());
    }
    out.replace(at, end - at, "***");
  }
  return out;
}

}  // namespace plimsoll::wire
