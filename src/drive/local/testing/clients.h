#pragma once
// Clients that never stop asking: one request at a time each, over a connection that is kept. A test's way to notice a single
// lost request.

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire/socket.h"

namespace plimsoll::local {

class Clients {
 public:
  Clients(std::uint16_t port, int count, const std::string& head = "GET /work HTTP/1.1\r\nHost: test\r\n\r\n") {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, port, head](const std::stop_token& stop) { run(port, head, stop); });
  }
  void stop() { threads_.clear(); }  // each finishes its request

  [[nodiscard]] int answered() const { return answered_; }
  /// By instance.
  std::map<std::string, int> answered_by() {
    const std::lock_guard lock(mutex_);
    return by_;
  }
  /// What went wrong, one entry for each failed request.
  std::vector<std::string> failures() {
    const std::lock_guard lock(mutex_);
    return failures_;
  }

 private:
  static constexpr auto patience = std::chrono::seconds(20);

  /// Status line, headers and body; empty if the connection ended before. Answers of the test server are shorter than a packet.
  static std::string exchange(wire::Socket& socket, const std::string& head) {
    const wire::Deadline deadline = wire::deadline_in(patience);
    if (!socket.send_all(head, deadline)) return "";
    std::string answer;
    char chunk[4096];
    for (;;) {
      const auto received = socket.receive(chunk, sizeof chunk, deadline);
      if (!received || *received == 0) return "";
      answer.append(chunk, *received);
      const std::size_t body = answer.find("\r\n\r\n");
      const std::size_t length = answer.find("ontent-");  // Content-Length or content-length
      if (body == std::string::npos) continue;
      if (length == std::string::npos || length > body) return answer;  // an error of the balancer's own, ended by its close
      const std::size_t size = std::stoul(answer.substr(answer.find(':', length) + 1));
      if (answer.size() >= body + 4 + size) return answer;
    }
  }

  void note(const std::string& answer) {
    const std::lock_guard lock(mutex_);
    if (!answer.starts_with("HTTP/1.1 200")) {
      failures_.push_back(answer.empty() ? "connection lost" : answer.substr(0, answer.find('\r')));
      return;
    }
    ++answered_;
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    ++by_[body.substr(0, body.find('\n'))];
  }

  void run(std::uint16_t port, const std::string& head, const std::stop_token& stop) {
    wire::Socket socket;
    while (!stop.stop_requested()) {
      if (socket.descriptor() < 0) {
        auto connected = wire::Socket::connect_tcp("127.0.0.1", port, wire::deadline_in(patience));
        if (!connected) {
          note("");
          continue;
        }
        socket = std::move(*connected);
      }
      const std::string answer = exchange(socket, head);
      note(answer);
      const bool closes = answer.find("onnection: close") != std::string::npos;
      if (answer.empty() || closes) socket.close();
    }
  }

  std::atomic<int> answered_ = 0;
  std::mutex mutex_;
  std::map<std::string, int> by_;
  std::vector<std::string> failures_;
  std::vector<std::jthread> threads_;
};

}  // namespace plimsoll::local
