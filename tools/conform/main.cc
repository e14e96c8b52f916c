// conform SUITE FILE…: runs conformance vectors and says what differs.

#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "conform/runner.h"

namespace {

using plimsoll::Errc;
using plimsoll::Result;
using plimsoll::conform::Failure;
using plimsoll::conform::Report;

constexpr std::string_view help = R"(Usage: conform hpa FILE.json…

Runs conformance vectors through plimsoll's own decision code and says what differs.

  hpa   the steps of the Kubernetes HorizontalPodAutoscaler; the schema is in docs/conform.md

Each failure shows the case, what was expected and what came out. The last line is "N passed, N failed".
Exit: 0 all passed, 1 a case failed, 2 a file can't be read or is no file of vectors.
)";

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return plimsoll::fail(Errc::not_found, "can't be read");
  return std::move(text).str();
}

void show(const std::string& path, const Failure& f) {
  fmt::print("FAILED {}: {} {}{}\n  expected {}\n  got      {}\n", path, f.id, f.function,
             f.name.empty() ? "" : fmt::format(" ({})", f.name), f.expected, f.got);
}

int run_files(std::span<char*> paths) {
  std::size_t passed = 0, failed = 0;
  bool unreadable = false;
  for (const std::string path : paths) {
    const Result<Report> report = read(path).and_then([](const std::string& text) { return plimsoll::conform::run_hpa(text); });
    if (!report) {
      fmt::print(stderr, "conform: {}: {}\n", path, report.error().message);
      unreadable = true;
      continue;
    }
    for (const Failure& f : report->failures) show(path, f);
    passed += static_cast<std::size_t>(report->passed);
    failed += report->failures.size();
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return unreadable ? 2 : failed > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  for (const std::string_view a : arguments)
    if (a == "--help" || a == "-h") {
      fmt::print("{}", help);
      return 0;
    }
  if (arguments.size() < 2 || std::string_view(arguments[0]) != "hpa") {
    fmt::print(stderr, "conform: {}\nUsage: conform hpa FILE.json…\n",
               arguments.empty()                         ? "no suite given"
               : std::string_view(arguments[0]) != "hpa" ? fmt::format("unknown suite '{}'", arguments[0])
                                                         : "no file given");
    return 2;
  }
  return run_files(arguments.subspan(1));
} catch (const std::exception& e) {
  fmt::print(stderr, "conform: {}\n", e.what());
  return 2;
}
