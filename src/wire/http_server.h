#pragma once
// An HTTP/1.1 server with keep-alive whose handlers may block: one thread does all socket work, a pool runs the handlers.
// It is built to leave without a failed request: drain() answers everything that was read and gives what is under way time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "wire/http.h"

namespace plimsoll::wire {

struct HttpServerOptions {
  std::string address = "127.0.0.1";      // an IP literal
  std::uint16_t port = 0;                 // 0: any free one, see HttpServer::port()
  int worker_threads = 16;                // 1..1024; handlers running at once
  std::size_t max_in_flight = 2048;       // requests running or waiting for a worker; one more is answered 503 at once
  std::size_t max_connections = 8192;     // one more is closed at once
  std::size_t header_limit = 16U << 10U;  // bytes; answered 431
  std::size_t body_limit = 1U << 20U;     // bytes; answered 413
  Duration idle_timeout =
      std::chrono::seconds(75);  // between requests of a connection; above the balancer's own, so that it closes first
  Duration read_timeout = std::chrono::seconds(15);   // from a request's first byte to its last
  Duration write_timeout = std::chrono::seconds(15);  // for a whole answer
};

/// Runs on any worker thread, several at once. What it throws becomes a 500 without details.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;
/// Asked first, on the socket thread: must not block. For health and metrics, which have to answer when every worker is busy.
using HttpQuickHandler = std::function<std::optional<HttpResponse>(const HttpRequest&)>;

class HttpServer {
 public:
  struct Impl;  // in the .cc

  struct Load {
    std::size_t connections = 0;  // open
    std::size_t in_flight = 0;    // read whole and not yet answered, handler's part only
  };

  /// Listens when it returns. Errc::exhausted: the port is taken.
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options, HttpHandler handler,
                                                   HttpQuickHandler quick = {});
  /// drain(0) if that was not done: handlers already running are waited for.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] Load load() const;

  /// Every answer from now on says `Connection: close`; new connections are still taken. Clients move away by themselves.
  void announce_close();
  /// Takes what the kernel has already accepted for us, then closes the listening socket. Connections live on.
  void stop_accepting();
  /// announce_close and stop_accepting, then waits until every connection is done. A connection that is idle is closed only
  /// after `idle_grace` without a byte, for its next request may be on its way; one that is being read or answered stays until
  /// the answer is out. At the deadline what is left is cut.
  /// @return true if nothing was cut. Call it from outside the handlers; calling again is harmless.
  bool drain(Duration deadline, Duration idle_grace = std::chrono::milliseconds(100));

 private:
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace plimsoll::wire
