#include "wire/http_client.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "wire/socket.h"

namespace plimsoll::wire {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t header_limit = 64U << 10U;

struct Target {
  std::string host;
  std::uint16_t port;
};

Error error_of(const error_code& code, const std::string& endpoint) {
  const auto make = [&](Errc kind, const std::string& what) { return Error{kind, endpoint + ": " + what}; };
  if (code == beast::error::timeout) return make(Errc::timed_out, "no whole answer in time");
  if (code == http::error::body_limit) return make(Errc::exhausted, "the body is over the limit");
  if (code == http::error::end_of_stream || code == http::error::partial_message)
    return make(Errc::unreachable, "closed before a whole answer");
  if (code.category() == http::make_error_code(http::error::bad_method).category())
    return make(Errc::malformed, "not an HTTP answer: " + code.message());
  if (code == asio::error::host_not_found || code == asio::error::host_not_found_try_again)
    return make(Errc::not_found, "name not resolved");
  return make(Errc::unreachable, code.message());
}

/// One request from connect to close; keeps itself alive until `done_` holds an answer or an error.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(asio::io_context& context, Target target, const HttpRequest& message, std::size_t body_limit)
      : stream_(context),
        target_(std::move(target)),
        endpoint_(fmt::format("http://{}:{}{}", target_.host, target_.port, message.target)) {
    request_.method_string(message.method);
    request_.target(message.target);
    request_.version(11);
    request_.set(http::field::host, fmt::format("{}:{}", target_.host, target_.port));
    request_.set(http::field::connection, "close");
    for (const HttpHeader& header : message.headers) request_.insert(header.name, header.value);
    request_.body() = message.body;
    request_.prepare_payload();
    parser_.body_limit(body_limit);
    parser_.header_limit(header_limit);
    if (message.method == "HEAD") parser_.skip(true);
  }

  void start(Deadline deadline) {
    stream_.expires_at(deadline);
    error_code error;
    const asio::ip::address literal = asio::ip::make_address(target_.host, error);
    if (!error) {
      stream_.async_connect(tcp::endpoint(literal, target_.port),
                            [self = shared_from_this()](error_code e) { self->connected(e); });
      return;
    }
    tcp::resolver resolver(stream_.get_executor());
    const auto found = resolver.resolve(target_.host, std::to_string(target_.port), tcp::resolver::numeric_service, error);
    if (error) return finish(error);
    stream_.async_connect(found, [self = shared_from_this()](error_code e, const tcp::endpoint&) { self->connected(e); });
  }

  Result<HttpResponse> take() {
    if (!done_) return fail(Errc::failed, endpoint_ + ": not run to its end");
    return std::move(*done_);
  }

 private:
  void connected(error_code error) {
    if (error) return finish(error);
    http::async_write(stream_, request_, [self = shared_from_this()](error_code e, std::size_t) {
      // A server may answer and close before it has read everything: look for the answer before giving up.
      if (e && e != asio::error::broken_pipe && e != asio::error::connection_reset) return self->finish(e);
      self->read();
    });
  }

  void read() {
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](error_code e, std::size_t) { self->finish(e); });
  }

  void finish(error_code error) {
    if (error) {
      done_ = fail(error_of(error, endpoint_));
    } else {
      auto message = parser_.release();
      HttpResponse response;
      response.status = message.result_int();
      for (const auto& field : message)
        response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
      response.body = std::move(message.body());
      done_ = std::move(response);
    }
    stream_.close();
  }

  beast::tcp_stream stream_;
  Target target_;
  std::string endpoint_;
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  std::optional<Result<HttpResponse>> done_;
};

}  // namespace

std::vector<Result<HttpResponse>> get_all(std::span<const HttpGet> requests, Duration within, std::size_t body_limit) {
  const Deadline deadline = deadline_in(within);
  asio::io_context context(1);
  std::vector<std::shared_ptr<Call>> calls;
  calls.reserve(requests.size());
  for (const HttpGet& get : requests) {
    const HttpRequest message{.method = "GET", .target = get.target, .headers = get.headers, .body = {}};
    calls.push_back(std::make_shared<Call>(context, Target{get.host, get.port}, message, body_limit));
    calls.back()->start(deadline);
  }
  context.run();
  std::vector<Result<HttpResponse>> results;
  results.reserve(calls.size());
  for (const std::shared_ptr<Call>& call : calls) results.push_back(call->take());
  return results;
}

Result<HttpResponse> request(std::string_view host, std::uint16_t port, const HttpRequest& message, Duration within,
                             std::size_t body_limit) {
  asio::io_context context(1);
  const auto call = std::make_shared<Call>(context, Target{std::string(host), port}, message, body_limit);
  call->start(deadline_in(within));
  context.run();
  return call->take();
}

Result<HttpResponse> get(std::string_view host, std::uint16_t port, std::string_view target, Duration within,
                         std::size_t body_limit) {
  return request(host, port, {.method = "GET", .target = std::string(target), .headers = {}, .body = {}}, within, body_limit);
}

Result<HttpResponse> post(std::string_view host, std::uint16_t port, std::string_view target, std::string_view content_type,
                          std::string_view body, Duration within, std::size_t body_limit) {
  const HttpRequest message{.method = "POST",
                            .target = std::string(target),
                            .headers = {{"Content-Type", std::string(content_type)}},
                            .body = std::string(body)};
  return request(host, port, message, within, body_limit);
}

}  // namespace plimsoll::wire
