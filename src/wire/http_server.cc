#include "wire/http_server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "core/assert.h"

namespace plimsoll::wire {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto drain_poll = std::chrono::milliseconds(10);
constexpr auto linger = std::chrono::seconds(1);

HttpResponse plain(int status, std::string text) { return {status, {{"Content-Type", "text/plain"}}, std::move(text)}; }

int status_of(const error_code& error) {
  if (error == http::error::header_limit) return 431;
  return error == http::error::body_limit ? 413 : 400;
}

class Connection;

}  // namespace

/// Everything but the atomics, the condition and the workers belongs to the socket thread.
struct HttpServer::Impl {
  Impl(const HttpServerOptions& o, HttpHandler h, HttpQuickHandler q)
      : options(o), handler(std::move(h)), quick(std::move(q)), workers(static_cast<std::size_t>(o.worker_threads)) {}

  Result<void> listen();
  void accept();
  void adopt(tcp::socket socket);
  void close_acceptor();
  void watch_drain();
  void cut_all();
  void done();
  bool drained() const { return accepting_stopped && active.load() == 0; }

  HttpServerOptions options;
  HttpHandler handler;
  HttpQuickHandler quick;
  std::unordered_set<Connection*> connections;  // each keeps itself alive through its pending operation
  SteadyTime drain_started;
  Duration idle_grace{};
  bool draining = false;

  std::uint16_t port = 0;
  std::atomic<bool> closing{false};
  std::atomic<bool> accepting_stopped{false};
  std::atomic<std::size_t> open{0};    // connections
  std::atomic<std::size_t> active{0};  // connections that still owe something; those that linger do not
  std::atomic<std::size_t> in_flight{0};
  std::mutex mutex;
  std::condition_variable changed;

  // Last, so that what the context still holds when it goes finds the rest alive.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep_running{context.get_executor()};
  tcp::acceptor acceptor{context};
  asio::steady_timer drain_timer{context};
  asio::steady_timer accept_timer{context};
  asio::thread_pool workers;
  std::thread socket_thread;
};

namespace {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(HttpServer::Impl& server, tcp::socket socket);
  ~Connection();

  void await_request();
  /// While draining: closes if nothing came for the grace.
  void close_if_idle(SteadyTime now);
  void cut();

 private:
  enum class State { idle, reading, running, writing, lingering };

  void read_rest();
  void serve();
  void run_handler();
  void answer(HttpResponse reply, bool keep_alive);
  void answered(error_code error, bool keep_alive);
  void hang_up();
  void drop_rest();

  HttpServer::Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  HttpRequest request_;
  bool keep_alive_ = true;
  bool head_ = false;
  State state_ = State::idle;
  SteadyTime last_byte_ = std::chrono::steady_clock::now();
  std::atomic<bool> cut_{false};
};

Connection::Connection(HttpServer::Impl& server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  server_.connections.insert(this);
  ++server_.open;
  ++server_.active;
}

Connection::~Connection() {
  server_.connections.erase(this);
  --server_.open;
  if (state_ != State::lingering) server_.done();
}

void Connection::await_request() {
  state_ = State::idle;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_.options.header_limit));
  parser_->body_limit(server_.options.body_limit);
  if (buffer_.size() > 0) return read_rest();  // a pipelined request is here already
  stream_.expires_after(server_.options.idle_timeout);
  stream_.async_read_some(buffer_.prepare(8192), [self = shared_from_this()](error_code error, std::size_t size) {
    if (error) return;
    self->buffer_.commit(size);
    self->read_rest();
  });
}

void Connection::read_rest() {
  state_ = State::reading;
  stream_.expires_after(server_.options.read_timeout);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (!error) return self->serve();
    const bool is_protocol = error.category() == http::make_error_code(http::error::bad_method).category();
    if (!is_protocol || error == http::error::end_of_stream || error == http::error::partial_message) return;
    self->answer(plain(status_of(error), error.message() + "\n"), false);
  });
}

void Connection::serve() {
  auto message = parser_->release();
  keep_alive_ = message.keep_alive();
  head_ = message.method() == http::verb::head;
  request_.method = message.method_string();
  request_.target = message.target();
  request_.headers.clear();
  for (const auto& field : message) request_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request_.body = std::move(message.body());
  request_.received = std::chrono::steady_clock::now();
  if (server_.quick) {
    if (std::optional<HttpResponse> reply = server_.quick(request_)) return answer(std::move(*reply), keep_alive_);
  }
  if (server_.in_flight.load() >= server_.options.max_in_flight) {
    HttpResponse busy = plain(503, "too many requests in flight\n");
    busy.headers.push_back({"Retry-After", "1"});
    return answer(std::move(busy), keep_alive_);
  }
  ++server_.in_flight;
  state_ = State::running;
  stream_.expires_never();
  asio::post(server_.workers, [self = shared_from_this()] { self->run_handler(); });
}

void Connection::run_handler() {
  HttpResponse reply;
  try {
    // Nobody would get the answer of a connection that was cut while its request waited for a worker.
    reply = cut_ ? plain(503, "shutting down\n") : server_.handler(request_);
  } catch (...) {
    reply = plain(500, "internal error\n");
  }
  asio::post(server_.context, [self = shared_from_this(), reply = std::move(reply)]() mutable {
    --self->server_.in_flight;
    self->answer(std::move(reply), self->keep_alive_);
  });
}

void Connection::answer(HttpResponse reply, bool keep_alive) {
  keep_alive = keep_alive && !server_.closing;
  state_ = State::writing;
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(reply.status));
  for (const HttpHeader& header : reply.headers) response_.insert(header.name, header.value);
  response_.keep_alive(keep_alive);
  const std::size_t size = reply.body.size();
  if (!head_) response_.body() = std::move(reply.body);
  response_.prepare_payload();
  if (head_) response_.content_length(size);
  stream_.expires_after(server_.options.write_timeout);
  http::async_write(stream_, response_, [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
    self->answered(error, keep_alive);
  });
}

void Connection::answered(error_code error, bool keep_alive) {
  if (error) return;
  last_byte_ = std::chrono::steady_clock::now();
  if (keep_alive)
    await_request();
  else
    hang_up();
}

void Connection::hang_up() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  state_ = State::lingering;
  server_.done();
  stream_.expires_after(linger);
  drop_rest();
}

void Connection::drop_rest() {
  // Closing with unread bytes would reset the connection and could destroy the answer on its way.
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t) {
    if (!error) self->drop_rest();
  });
}

void Connection::close_if_idle(SteadyTime now) {
  if (state_ != State::idle) return;
  if (now - std::max(last_byte_, server_.drain_started) < server_.idle_grace) return;
  error_code error;
  if (stream_.socket().available(error) > 0 && !error) return;  // a request is here, only not read yet
  stream_.close();
}

void Connection::cut() {
  cut_ = true;
  stream_.close();
}

}  // namespace

Result<void> HttpServer::Impl::listen() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) return fail(Errc::malformed, fmt::format("'{}' is not an IP address to listen on", options.address));
  const tcp::endpoint endpoint(address, options.port);
  const auto named = [&] {
    const bool taken = error == asio::error::address_in_use;
    const Errc code = taken ? Errc::exhausted : error == asio::error::access_denied ? Errc::refused : Errc::failed;
    return fail(code,
                fmt::format("listen on {}:{}: {}", options.address, options.port, taken ? "the port is taken" : error.message()));
  };
  if (acceptor.open(endpoint.protocol(), error)) return named();
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return named();
  if (acceptor.bind(endpoint, error)) return named();
  if (acceptor.listen(4096, error)) return named();
  port = acceptor.local_endpoint().port();
  return {};
}

void HttpServer::Impl::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) adopt(std::move(socket));
    if (!acceptor.is_open()) return;
    if (!error || error == asio::error::connection_aborted) return accept();
    // Out of descriptors: the connection waits in the kernel until some are free.
    accept_timer.expires_after(std::chrono::milliseconds(50));
    accept_timer.async_wait([this](error_code stopped) {
      if (!stopped && acceptor.is_open()) accept();
    });
  });
}

void HttpServer::Impl::adopt(tcp::socket socket) {
  if (open.load() >= options.max_connections) return;
  std::make_shared<Connection>(*this, std::move(socket))->await_request();
}

void HttpServer::Impl::close_acceptor() {
  if (accepting_stopped) return;
  // The kernel has told these clients that they are connected: closing now would reset them.
  error_code error;
  acceptor.non_blocking(true, error);
  while (!error) {
    tcp::socket socket(context);
    if (!acceptor.accept(socket, error)) adopt(std::move(socket));
  }
  acceptor.close(error);
  accepting_stopped = true;
  const std::lock_guard lock(mutex);
  changed.notify_all();
}

void HttpServer::Impl::watch_drain() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (Connection* connection : connections) connection->close_if_idle(now);
  drain_timer.expires_after(drain_poll);
  drain_timer.async_wait([this](error_code stopped) {
    if (!stopped) watch_drain();
  });
}

void HttpServer::Impl::cut_all() {
  for (Connection* connection : connections) connection->cut();
}

void HttpServer::Impl::done() {
  if (--active > 0) return;
  const std::lock_guard lock(mutex);
  changed.notify_all();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options, HttpHandler handler,
                                                      HttpQuickHandler quick) {
  PLIMSOLL_ASSERT(options.worker_threads >= 1 && options.worker_threads <= 1024);
  auto impl = std::make_unique<Impl>(options, std::move(handler), std::move(quick));
  if (Result<void> listening = impl->listen(); !listening) return fail(listening.error());
  impl->accept();
  Impl& running = *impl;
  impl->socket_thread = std::thread([&running] { running.context.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
  drain(Duration::zero(), Duration::zero());
  impl_->workers.join();
  impl_->keep_running.reset();
  impl_->context.stop();
  impl_->socket_thread.join();
}

std::uint16_t HttpServer::port() const { return impl_->port; }
HttpServer::Load HttpServer::load() const { return {impl_->open.load(), impl_->in_flight.load()}; }
void HttpServer::announce_close() { impl_->closing = true; }

void HttpServer::stop_accepting() {
  asio::post(impl_->context, [this] { impl_->close_acceptor(); });
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->accepting_stopped.load(); });
}

bool HttpServer::drain(Duration deadline, Duration idle_grace) {
  announce_close();
  stop_accepting();
  asio::post(impl_->context, [this, idle_grace] {
    if (impl_->draining) return;
    impl_->draining = true;
    impl_->idle_grace = idle_grace;
    impl_->drain_started = std::chrono::steady_clock::now();
    impl_->watch_drain();
  });
  const auto drained = [this] { return impl_->drained(); };
  std::unique_lock lock(impl_->mutex);
  if (impl_->changed.wait_for(lock, deadline, drained)) return true;
  lock.unlock();
  asio::post(impl_->context, [this] { impl_->cut_all(); });
  return false;
}

}  // namespace plimsoll::wire
