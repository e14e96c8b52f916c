// The half of Worker that talks to sockets: what happens to one connection.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "core/assert.h"
#include "load/worker.h"

namespace plimsoll::load {

using State = Connection::State;

void Worker::dispatch(Connection& c, const Exchange& exchange) {
  c.exchange = exchange;
  if (c.fd >= 0)
    send_request(c);
  else
    open_socket(c);
}

void Worker::open_socket(Connection& c) {
  c.reused = false;
  ++c.generation;
  c.state = State::connecting;
  c.fd = ::socket(address_.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) return fail_connect(c, errno);
  recorder_.count(&Counts::connections_opened);
  const int on = 1;
  ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int outcome = ::connect(c.fd, reinterpret_cast<const sockaddr*>(&address_.storage), address_.size);
  if (outcome != 0 && errno != EINPROGRESS) return fail_connect(c, errno);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{c.generation} << 32 | pool_.index(c);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event) != 0) return fail_connect(c, errno);
  if (outcome == 0) send_request(c);
}

void Worker::connected(Connection& c) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return fail_connect(c, error);
  send_request(c);
}

void Worker::send_request(Connection& c) {
  c.parser.begin(mix_.is_head(c.exchange.choice));
  const std::string_view bytes = mix_.bytes(c.exchange.id, c.exchange.choice);
  c.exchange.sent = now();
  c.state = State::receiving;
  const ssize_t n = ::send(c.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n == static_cast<ssize_t>(bytes.size())) [[likely]]
    return;
  if (n < 0 && errno != EAGAIN) return lost(c);
  c.unsent.assign(bytes.substr(n < 0 ? 0 : static_cast<std::size_t>(n)));
  c.unsent_from = 0;
  c.state = State::sending;
}

void Worker::send_rest(Connection& c) {
  while (c.unsent_from < c.unsent.size()) {
    const ssize_t n = ::send(c.fd, c.unsent.data() + c.unsent_from, c.unsent.size() - c.unsent_from, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) return;  // the answer that explains it, or the reset, is found by reading
    c.unsent_from += static_cast<std::size_t>(n);
  }
  c.state = State::receiving;
}

void Worker::handle(Connection& c, std::uint32_t events) {
  const std::uint32_t generation = c.generation;
  if (c.state == State::connecting) {
    if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) connected(c);
  } else if (c.state == State::sending && (events & EPOLLOUT)) {
    send_rest(c);
  }
  constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  const bool same_socket = c.fd >= 0 && c.generation == generation && c.state != State::connecting;
  if (same_socket && (events & (EPOLLIN | ended))) read(c, (events & ended) != 0);
}

void Worker::read(Connection& c, bool closing) {
  while (true) {
    const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (c.state == State::idle) {  // closed by the server, or bytes nobody asked for: not a request's failure
      close_socket(c);
      return pool_.make_free(c);
    }
    if (n < 0) return c.parser.started() ? fail(c, &Counts::truncated) : lost(c);
    if (n == 0) {
      if (!c.parser.started()) return lost(c);
      c.parser.finish();
      return c.parser.state() == ResponseParser::State::done ? answered(c, false) : fail(c, &Counts::truncated);
    }
    const auto size = static_cast<std::size_t>(n);
    const std::size_t taken = c.parser.feed(std::span(buffer_.data(), size));
    if (c.parser.state() == ResponseParser::State::malformed) return fail(c, &Counts::malformed);
    if (c.parser.state() == ResponseParser::State::done) {
      const bool whole = c.state == State::receiving && taken == size;
      return answered(c, whole && !closing && c.parser.keep_alive());
    }
    // A buffer not filled is a socket drained; more, or its end, will be a new event. Unless the end is there already.
    if (size < buffer_.size() && !closing) return;
  }
}

void Worker::answered(Connection& c, bool reuse) {
  const Duration at = now();
  const int status = c.parser.status();
  recorder_.tick(at);
  recorder_.answered(status, c.parser.body_bytes(), c.parser.captured(0), at - c.exchange.due, at - c.exchange.sent);
  if (accepted_ && status < 300) {
    PLIMSOLL_ASSERT(c.exchange.id / 64 < accepted_->size());
    (*accepted_)[c.exchange.id / 64].fetch_or(std::uint64_t{1} << (c.exchange.id % 64), std::memory_order_relaxed);
  }
  if (!reuse) {
    close_socket(c);
    return pool_.make_free(c);
  }
  c.reused = true;
  pool_.make_idle(c);
  if (closed_loop_) release_closed(at);
}

void Worker::lost(Connection& c) {
  if (!plan_.retry_on_stale || !c.reused || c.exchange.retried || !mix_.repeatable(c.exchange.choice))
    return fail(c, &Counts::reset);
  recorder_.count(&Counts::retried_on_stale);
  c.exchange.retried = true;
  close_socket(c);
  open_socket(c);  // stays where it is among the busy: its deadline has not moved
}

void Worker::fail(Connection& c, Kind kind) {
  recorder_.failed(kind);
  close_socket(c);
  pool_.make_free(c);
}

void Worker::fail_connect(Connection& c, int error) {
  // A closed loop against a server that is down must not turn into a storm of connects.
  if (closed_loop_) refill_at_ = now() + std::chrono::milliseconds(10);
  fail(c, error == ECONNREFUSED ? &Counts::connect_refused : &Counts::connect_failed);
}

void Worker::close_socket(Connection& c) {
  if (c.fd < 0) return;
  ::close(c.fd);
  c.fd = -1;
}

}  // namespace plimsoll::load
