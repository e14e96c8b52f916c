#pragma once
// What is sent: weighted requests, built once as bytes; only fixed-width slots change from one to the next.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace plimsoll::load {

/// In path, header values and body, `{id}` stands for the request's own id and `{user}` for a random user of the mix. Both
/// have a fixed width, padded with zeros (in a JSON body they belong inside quotes). Other braces are left as they are.
struct RequestTemplate {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;  // Host and Content-Length are added
  std::string body;
  double weight = 1;  // share among the templates, > 0
  /// Sending it twice has the effect of sending it once: by method, or by an idempotency key made from `{id}`.
  bool repeatable = false;
};

struct MixOptions {
  std::string authority;    // for Host: "127.0.0.1:8080"
  std::string id_prefix;    // makes ids unique among runs: "run7-" -> "run7-000000000042"
  std::uint64_t users = 1;  // {user} is one of 0..users-1; 1..1e9
  std::uint64_t seed = 1;
};

/// Deterministic: which template and user request `id` has depends on seed and id alone, not on threads or timing.
class RequestMix {
 public:
  /// Errors: malformed, naming the template and what is wrong with it (no templates, a weight, a line break in a header).
  static Result<RequestMix> build(const MixOptions& options, const std::vector<RequestTemplate>& templates);

  struct Choice {
    std::size_t request;  // index into the templates
    std::uint64_t user;
  };
  [[nodiscard]] Choice choose(std::uint64_t id) const;

  /// The bytes to send for `id`, valid until the next call on this object. Patches in place, allocates nothing; so each
  /// thread works on its own copy of the mix.
  std::string_view bytes(std::uint64_t id, const Choice& choice);

  [[nodiscard]] bool is_head(const Choice& choice) const { return requests_[choice.request].head; }
  [[nodiscard]] bool repeatable(const Choice& choice) const { return requests_[choice.request].repeatable; }
  [[nodiscard]] std::size_t size() const { return requests_.size(); }

  /// What `{id}` becomes, for a test or a tool that looks effects up by their key.
  [[nodiscard]] std::string id_text(std::uint64_t id) const;

  static constexpr std::size_t id_digits = 12;  // ids below 1e12

 private:
  struct Slot {
    std::size_t at;
    std::size_t width;
    bool user;  // otherwise the id
  };
  struct Request {
    std::string bytes;
    std::vector<Slot> slots;
    double up_to;  // cumulated weight, 1 for the last
    bool head, repeatable;
  };
  void append(Request& request, std::string_view text) const;

  std::vector<Request> requests_;
  std::string id_prefix_;
  std::size_t user_digits_ = 1;
  std::uint64_t users_ = 1, seed_ = 1;
};

}  // namespace plimsoll::load
