#include "load/request_mix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/assert.h"
#include "core/rng.h"

namespace plimsoll::load {

namespace {

constexpr std::uint64_t max_users = 1'000'000'000;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

bool is_word(std::string_view text, std::string_view forbidden) {
  return !text.empty() && !has_control(text) && text.find_first_of(forbidden) == std::string_view::npos;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// What is wrong with a template, if anything. Header values are not repeated: they may be secrets.
std::optional<std::string> fault(const RequestTemplate& t) {
  if (!is_word(t.method, " \t:()<>@,;\\\"/[]?={}")) return fmt::format("method '{}' is not a word", t.method);
  if (t.path.empty() || t.path[0] != '/' || !is_word(t.path, " \t"))
    return fmt::format("path '{}' does not start with / or has blanks", t.path);
  if (!(t.weight > 0) || !std::isfinite(t.weight)) return fmt::format("weight {} is not above 0", t.weight);
  for (const auto& [name, value] : t.headers) {
    if (!is_word(name, " \t:()<>@,;\\\"/[]?={}")) return fmt::format("header name '{}' is not a word", name);
    if (has_control(value)) return fmt::format("the value of header {} has a line break or control character", name);
    if (same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding"))
      return fmt::format("header {} is computed from the body and can't be given", name);
  }
  return std::nullopt;
}

void write_digits(char* end, std::size_t width, std::uint64_t value) {
  for (; width > 0; --width, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

void RequestMix::append(Request& request, std::string_view text) const {
  while (!text.empty()) {
    const std::size_t brace = text.find('{');
    request.bytes += text.substr(0, brace);
    if (brace == std::string_view::npos) return;
    text.remove_prefix(brace);
    if (text.starts_with("{id}")) {
      request.bytes += id_prefix_;
      request.slots.push_back({request.bytes.size(), id_digits, false});
      request.bytes.append(id_digits, '0');
      text.remove_prefix(4);
    } else if (text.starts_with("{user}")) {
      request.slots.push_back({request.bytes.size(), user_digits_, true});
      request.bytes.append(user_digits_, '0');
      text.remove_prefix(6);
    } else {
      request.bytes += '{';
      text.remove_prefix(1);
    }
  }
}

Result<RequestMix> RequestMix::build(const MixOptions& options, const std::vector<RequestTemplate>& templates) {
  if (templates.empty()) return fail(Errc::malformed, "load: no request to send");
  if (options.users < 1 || options.users > max_users)
    return fail(Errc::malformed, fmt::format("load: {} users; expected 1 to {}", options.users, max_users));
  if (!is_word(options.authority, " \t")) return fail(Errc::malformed, "load: the host to send to is empty or has blanks");
  if (has_control(options.id_prefix)) return fail(Errc::malformed, "load: the prefix of request ids has a control character");

  RequestMix mix;
  mix.id_prefix_ = options.id_prefix;
  mix.users_ = options.users;
  mix.seed_ = options.seed;
  mix.user_digits_ = fmt::formatted_size("{}", options.users - 1);
  double total = 0;
  for (const RequestTemplate& t : templates) {
    if (auto wrong = fault(t)) return fail(Errc::malformed, fmt::format("load request {} {}: {}", t.method, t.path, *wrong));
    total += t.weight;
  }
  double up_to = 0;
  for (const RequestTemplate& t : templates) {
    up_to += t.weight;
    Request body{.bytes = {}, .slots = {}, .up_to = 0, .head = false, .repeatable = false};
    mix.append(body, t.body);
    Request request{.bytes = {}, .slots = {}, .up_to = up_to / total, .head = t.method == "HEAD", .repeatable = t.repeatable};
    mix.append(request, t.method + " " + t.path + " HTTP/1.1\r\n");
    const auto names_host = [](const auto& header) { return same_name(header.first, "Host"); };
    if (std::none_of(t.headers.begin(), t.headers.end(), names_host)) mix.append(request, "Host: " + options.authority + "\r\n");
    for (const auto& [name, value] : t.headers) mix.append(request, name + ": " + value + "\r\n");
    if (!body.bytes.empty() || t.method == "POST" || t.method == "PUT" || t.method == "PATCH")
      request.bytes += fmt::format("Content-Length: {}\r\n", body.bytes.size());
    request.bytes += "\r\n";
    mix.append(request, t.body);
    mix.requests_.push_back(std::move(request));
  }
  mix.requests_.back().up_to = 1;
  return mix;
}

RequestMix::Choice RequestMix::choose(std::uint64_t id) const {
  if (requests_.size() == 1 && users_ == 1) return {0, 0};
  Rng rng(seed_ ^ (id * 0x9e3779b97f4a7c15ULL));
  const double at = rng.uniform();
  std::size_t i = 0;
  while (i + 1 < requests_.size() && at >= requests_[i].up_to) ++i;
  return {i, rng.below(users_)};
}

std::string_view RequestMix::bytes(std::uint64_t id, const Choice& choice) {
  PLIMSOLL_ASSERT(choice.request < requests_.size() && id < 1'000'000'000'000ULL);
  Request& request = requests_[choice.request];
  for (const Slot& slot : request.slots) {
    char* const end = request.bytes.data() + slot.at + slot.width;
    write_digits(end, slot.width, slot.user ? choice.user : id);
  }
  return request.bytes;
}

std::string RequestMix::id_text(std::uint64_t id) const { return fmt::format("{}{:0{}}", id_prefix_, id, id_digits); }

}  // namespace plimsoll::load
