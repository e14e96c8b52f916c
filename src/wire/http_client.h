#pragma once
// A small HTTP/1.1 client for probes, metrics and admin calls: one connection per request, closed after it. Load is src/load's
// work.
//
// Every function holds the calling thread until it is done, at most `within` and a scheduling delay; any thread may call.
// A host is an IP literal or a name; names are resolved by the system, which may hold the call longer than `within`.
// Errors name the endpoint: "http://127.0.0.1:8080/ready: connection refused".
//   unreachable  refused, reset or closed before a whole answer      timed_out  no whole answer by the deadline
//   malformed    not HTTP                                            exhausted  the body is over the limit
// Any status is an answer, 503 too: Result holds a response then.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "wire/http.h"

namespace plimsoll::wire {

inline constexpr std::size_t default_body_limit = 8U << 20U;  // bytes; a /metrics page of a large service is some 1 MB

struct HttpGet {
  std::string host = "127.0.0.1";
  std::uint16_t port = 80;
  std::string target = "/";
  std::vector<HttpHeader> headers = {};  // besides Host and Connection
};

/// All at once on the calling thread, each with its own deadline `within` from now; results in the order of the requests.
/// 100 endpoints cost little more than the slowest of them.
std::vector<Result<HttpResponse>> get_all(std::span<const HttpGet> requests, Duration within,
                                          std::size_t body_limit = default_body_limit);

Result<HttpResponse> get(std::string_view host, std::uint16_t port, std::string_view target, Duration within,
                         std::size_t body_limit = default_body_limit);

Result<HttpResponse> post(std::string_view host, std::uint16_t port, std::string_view target, std::string_view content_type,
                          std::string_view body, Duration within, std::size_t body_limit = default_body_limit);

/// Any method, headers and body.
Result<HttpResponse> request(std::string_view host, std::uint16_t port, const HttpRequest& message, Duration within,
                             std::size_t body_limit = default_body_limit);

}  // namespace plimsoll::wire
