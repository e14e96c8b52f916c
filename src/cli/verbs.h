#pragma once
// What each verb is told, and the function that carries it out. main.cc fills the options; nothing else knows the command line.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/stack_source.h"
#include "core/time.h"
#include "decide/order.h"

namespace plimsoll::cli {

struct UpOptions {
  StackChoice stack;
};

struct DownOptions {
  StackChoice stack;
  bool purge = false;
  bool yes = false;
};

struct OpOptions {
  enum class Kind { hold, pause, floor, maintenance, release, list };
  StackChoice stack;
  Kind kind = Kind::list;
  std::string tier;
  int value = 0;
  Direction direction = Direction::both;  // pause
  std::optional<Duration> lasts;
  std::string why;
};

struct ExplainOptions {
  StackChoice stack;
  std::string tier;               // empty: all
  std::optional<std::string> at;  // "03:05", "2026-11-22T03:05Z"; absent: now, unless `ago`
  std::optional<Duration> ago;
  int last = 0;  // > 0: that many decisions, a line each
  bool json = false;
};

struct LoadOptions {
  std::string url;  // http://HOST:PORT/path
  std::string method = "GET";
  std::string body;
  std::vector<std::string> headers;  // "Name: value"
  std::string stages;                // "30s:50,1m:200"
  bool poisson = false;
  std::uint64_t seed = 1;
  int connections = 256;
  Duration timeout = std::chrono::seconds(10);
  bool json = false;
};

struct DemoOptions {
  StackChoice stack;
  std::string stages;  // empty: the demo's own
  std::string report;  // empty: <state-dir>/<stack>/report.json
  bool keep = false;   // leave the stack running
};

// Each returns an ExitCode and prints what there is to say.
int run_up(const UpOptions&);
int run_down(const DownOptions&);
int run_op(const OpOptions&);
int run_explain(const ExplainOptions&);
int run_load(const LoadOptions&);
int run_demo(const DemoOptions&);

}  // namespace plimsoll::cli
