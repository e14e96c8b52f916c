#pragma once
// What each verb is told, and the function that carries it out. main.cc fills the options; nothing else knows the command line.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/plan_ask.h"
#include "cli/render_ask.h"
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

struct CheckOptions {
  std::vector<std::string> paths;  // files, folders, "-"; none and no `file`: ./stack.yaml
  StackChoice file;                // -f: a spec, by file or name
  bool json = false;
  bool sarif = false;
  std::string output;   // SARIF goes there, and the screen stays
  std::string write;    // the model of what was imported is kept as this spec
  std::string catalog;  // in place of the one the spec names
  bool strict = false;  // warnings are a negative verdict, too
};

struct ImportOptions {
  std::vector<std::string> paths;
  std::string output;  // empty: stdout
  std::string name;    // of the stack; empty: after the folder
  bool json = false;
};

struct PlanOptions {
  StackChoice stack;
  PlanTexts asked;
  std::string catalog;  // in place of the one the spec names
  std::string output;   // the changed spec as a new file
  bool write = false;   // change the spec itself, after asking
  bool yes = false;     // without asking
  bool json = false;
  std::string report;  // an HTML file
};

struct RenderOptions {
  StackChoice stack;
  RenderTexts asked;
  std::string catalog;  // in place of the one the spec names
  std::string output;   // a folder; empty: stdout
  std::string diff;     // a folder: only show what would change in it
  bool write = false;   // replace files of `output` that differ
  bool notes = false;   // all that the files can't say, however much that is
  bool json = false;
};

struct SpecOptions {
  enum class What { overview, resolved, schema, reference };
  StackChoice stack;
  What what = What::overview;
};

// Each returns an ExitCode and prints what there is to say.
int run_up(const UpOptions&);
int run_down(const DownOptions&);
int run_op(const OpOptions&);
int run_explain(const ExplainOptions&);
int run_load(const LoadOptions&);
int run_demo(const DemoOptions&);
int run_check(const CheckOptions&);
int run_import(const ImportOptions&);
int run_plan(const PlanOptions&);
int run_render(const RenderOptions&);
int run_spec(const SpecOptions&);

}  // namespace plimsoll::cli
