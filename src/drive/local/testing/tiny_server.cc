// What the driver's tests start as an instance: an HTTP server whose manners are settings.
//   PORT, INSTANCE, PLIMSOLL_STACK   the instance contract; printed to the log
//   START_DELAY_MS     listens only after that          RESPONSE_MS     how long an answer to /work takes
//   EXIT_AT_ONCE=N     says why and exits with N        EXIT_AFTER_MS   works, then exits with 4
//   NEVER_READY=1      /ready is 503 for ever           IGNORE_TERM=1   SIGTERM does nothing

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "wire/http_server.h"

namespace {

using namespace plimsoll;
using namespace std::chrono_literals;

std::string text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}
int number(const char* name) { return std::atoi(text(name).c_str()); }

int run() {
  const std::string instance = text("INSTANCE");
  fmt::print(stderr, "{} on port {} of {}\n", instance, text("PORT"), text("PLIMSOLL_STACK"));
  if (const int code = number("EXIT_AT_ONCE"); code != 0) {
    fmt::print(stderr, "no licence was found\n");
    return code;
  }
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
  std::this_thread::sleep_for(std::chrono::milliseconds(number("START_DELAY_MS")));

  const auto response_time = std::chrono::milliseconds(number("RESPONSE_MS"));
  const bool never_ready = number("NEVER_READY") != 0;
  wire::HttpServerOptions options;
  options.port = static_cast<std::uint16_t>(number("PORT"));
  auto server = wire::HttpServer::start(
      options,
      [&](const wire::HttpRequest&) {
        std::this_thread::sleep_for(response_time);
        return wire::HttpResponse{200, {{"X-Instance", instance}}, instance + "\n"};
      },
      [&](const wire::HttpRequest& request) -> std::optional<wire::HttpResponse> {
        if (request.path() != "/ready") return std::nullopt;
        return wire::HttpResponse{never_ready ? 503 : 200, {}, ""};
      });
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().message);
    return 5;
  }
  const int life = number("EXIT_AFTER_MS");
  const timespec patience{life > 0 ? life / 1000 : 3600, life > 0 ? (life % 1000) * 1'000'000L : 0};
  while (::sigtimedwait(&term, nullptr, &patience) != SIGTERM || number("IGNORE_TERM") != 0)
    if (life > 0) return 4;
  return (*server)->drain(10s) ? 0 : 1;
}

}  // namespace

int main() { return run(); }
