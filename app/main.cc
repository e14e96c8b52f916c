// plimsoll-app api | worker

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "app/api.h"
#include "app/service.h"
#include "app/settings.h"
#include "app/worker.h"

namespace {

using namespace plimsoll::app;

int run(const Settings& settings) {
  Stores stores(settings);
  if (settings.role == Role::api) {
    Api api(settings, stores);
    return serve(settings, stores, [&](const Readiness&) {
      return Pages{.handler = [&](const plimsoll::wire::HttpRequest& request) { return api.handle(request); },
                   .metrics = [&](MetricsText& out) { api.write_metrics(out); }};
    });
  }
  std::unique_ptr<Worker> worker;
  return serve(settings, stores, [&](const Readiness& readiness) {
    worker = std::make_unique<Worker>(settings, stores, readiness);
    return Pages{.handler =
                     [](const plimsoll::wire::HttpRequest&) {
                       return plimsoll::wire::HttpResponse{404, {}, "a worker has no such page\n"};
                     },
                 .metrics = [&](MetricsText& out) { worker->write_metrics(out); },
                 .finish = [&] { worker->finish(); }};
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view word = argc == 2 ? argv[1] : "";
  if (word == "--help" || word == "-h" || word == "help") {
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  if (word != "api" && word != "worker") {
    std::fputs("usage: plimsoll-app api | worker    (--help tells the settings)\n", stderr);
    return 2;
  }
  const ReadSettings read =
      read_settings(word == "api" ? Role::api : Role::worker, [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      });
  for (const std::string& problem : read.problems) std::fprintf(stderr, "plimsoll-app: %s\n", problem.c_str());
  if (!read.value) return 2;

  // Before any thread begins, so that all of them leave the signals to the one that waits for them.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGINT);
  sigprocmask(SIG_BLOCK, &ours, nullptr);
  spdlog::set_default_logger(spdlog::stderr_logger_mt(read.value->instance));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l %v");
  try {
    return run(*read.value);
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    return 1;
  }
}
