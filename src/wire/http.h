#pragma once
// One HTTP message each way, as the client and the server of this folder exchange them. Values only.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::wire {

struct HttpHeader {
  std::string name, value;
};

/// The first value of a header, matched without regard to case; empty if it is absent.
std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";         // path and query as sent: "/api/history?user=ann"
  std::vector<HttpHeader> headers;  // Host, Content-Length and Connection are the client's and the server's own
  std::string body;
  std::chrono::steady_clock::time_point received = {};  // set by the server when it was whole: waiting for a worker counts

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
  [[nodiscard]] std::string_view path() const;  // "/api/history"
  /// The decoded value of a query parameter; empty if it is absent. First one wins.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers;
  std::string body;

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

}  // namespace plimsoll::wire
