// The command line: what each verb takes and says of itself. The only file that knows CLI11.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/verbs.h"
#include "core/quantity.h"

namespace plimsoll::cli {
namespace {

constexpr const char* about =
    "plimsoll keeps a service stack at the load it may carry: it runs it, scales it and says why.\n"
    "\n"
    "  plimsoll demo stacks/quickstart.yaml     see it work: a real stack, load, scaling, two minutes\n"
    "  plimsoll up stack.yaml                   run a stack on this machine and scale it until Ctrl-C\n"
    "  plimsoll down stack.yaml                 stop it; its data stay\n"
    "  plimsoll explain api -f stack.yaml       why did its tier api scale, or not?";

constexpr const char* exit_codes =
    "Exit codes: 0 well, 1 the answer is no (a failed start, request or job), 2 bad input and nothing was changed,\n"
    "130 interrupted. Documentation: docs/ of the source.";

/// A duration as people write it; the error names what was expected.
CLI::Option* add_duration(CLI::App& verb, const std::string& name, std::function<void(Duration)> set, const std::string& doc) {
  return verb
      .add_option_function<std::string>(
          name,
          [name, set](const std::string& text) {
            const auto duration = parse_duration(text);
            if (!duration || *duration <= Duration::zero())
              throw CLI::ValidationError(name, fmt::format("'{}' is no time above 0; expected e.g. 30s, 5m, 2h", text));
            set(*duration);
          },
          doc)
      ->type_name("TIME");
}

void add_stack(CLI::App& verb, StackChoice& choice, bool positional) {
  const char* doc = "the stack: a YAML file, or the NAME of one that was up here before; default ./stack.yaml";
  if (positional)
    verb.add_option("stack,-f,--file", choice.stack, doc)->type_name("FILE|NAME");
  else
    verb.add_option("-f,--file", choice.stack, doc)->type_name("FILE|NAME");
  verb.add_option("--state-dir", choice.state_dir, "where data, logs and the journal are kept, a folder per stack")
      ->type_name("DIR")
      ->capture_default_str();
}

struct Options {
  UpOptions up;
  DownOptions down;
  OpOptions op;
  ExplainOptions explain;
  LoadOptions load;
  DemoOptions demo;
};

void define_up(CLI::App& app, UpOptions& options) {
  CLI::App* verb = app.add_subcommand("up", "Run the whole stack on this machine and scale it until Ctrl-C");
  verb->footer(
      "Starts Postgres (primary and read replicas), PgBouncer, Redis, HAProxy and the tiers' instances on loopback, waits until "
      "all is\n"
      "ready, says what runs where, then decides once a second. Ctrl-C leaves the stack running; `up` again takes it over, "
      "`down` stops it.");
  add_stack(*verb, options.stack, true);
}

void define_down(CLI::App& app, DownOptions& options) {
  CLI::App* verb = app.add_subcommand("down", "Stop a stack in order; its data stay");
  verb->footer("A controller that still runs is ended first. Requests in flight are answered, jobs in hand are finished.");
  add_stack(*verb, options.stack, true);
  verb->add_flag("--purge", options.purge, "remove its data, logs and journal too, after asking");
  verb->add_flag("-y,--yes", options.yes, "do not ask");
}

void define_op(CLI::App& app, OpOptions& options) {
  CLI::App* verb = app.add_subcommand("op", "Tell the controller what to do: hold, floor, pause, maintenance, release");
  verb->require_subcommand(1);
  add_stack(*verb, options.stack, false);
  verb->footer("Orders go through the journal: a running controller obeys within a second, a stopped one at its next start.");
  const auto define = [&](const char* name, const char* doc, OpOptions::Kind kind, bool tier, bool value) {
    CLI::App* order = verb->add_subcommand(name, doc);
    order->callback([&options, kind] { options.kind = kind; });
    order->fallthrough();  // -f and --state-dir may stand before or after the order
    if (tier) order->add_option("tier", options.tier, "the tier's name")->required();
    if (value) order->add_option("replicas", options.value, "how many instances")->required()->check(CLI::Range(0, 10'000));
    if (!tier || kind == OpOptions::Kind::release) return;
    add_duration(
        *order, "--for", [&options](Duration d) { options.lasts = d; },
        "ends by itself after so long; otherwise until `release`");
    order->add_option("--why", options.why, "kept with the order and shown beside the decisions it makes")->type_name("TEXT");
    if (kind != OpOptions::Kind::pause) return;
    CLI::Option* up = order->add_flag_callback(
        "--up", [&options] { options.direction = Direction::up; }, "only growth is paused; it may still shrink");
    order
        ->add_flag_callback(
            "--down", [&options] { options.direction = Direction::down; }, "only scale-in is paused; it may still grow")
        ->excludes(up);
  };
  define("hold", "exactly N replicas, also outside the tier's bounds", OpOptions::Kind::hold, true, true);
  define("floor", "at least N replicas", OpOptions::Kind::floor, true, true);
  define("pause", "leave the count as it is; --up or --down: only don't let it grow, or shrink", OpOptions::Kind::pause, true,
         false);
  define("maintenance", "somebody works on the tier: leave the count as it is", OpOptions::Kind::maintenance, true, false);
  define("release", "withdraw every order for a tier", OpOptions::Kind::release, true, false);
  define("list", "the orders in force", OpOptions::Kind::list, false, false);
}

void define_explain(CLI::App& app, ExplainOptions& options) {
  CLI::App* verb = app.add_subcommand("explain", "Why did it (not) scale? A decision with all its reasons, now or in the past");
  verb->footer(
      "Reads the stack's journal; the controller may run or not. A decision is taken again from what was journalled with it, on\n"
      "the stack as its file is now, and compared with what was decided then.\n"
      "\n"
      "  plimsoll explain -f shop                 the last decision of every tier of the stack that was up as `shop`\n"
      "  plimsoll explain api --at 03:05          what held for tier api at five past three, and why\n"
      "  plimsoll explain api --last 20           its last twenty decisions, a line each\n"
      "\n"
      "Exit: 0 shown, 1 the journal can't be read, 2 no such stack, tier or journal, or nothing on record at that time.");
  verb->add_option("tier", options.tier, "the tier's name; default: every tier");
  add_stack(*verb, options.stack, false);
  CLI::Option* at =
      verb->add_option("--at", options.at, "then: 03:05, '2026-11-22 03:05' (local), 2026-11-22T03:05Z")->type_name("TIME");
  add_duration(
      *verb, "--ago", [&options](Duration d) { options.ago = d; }, "so long ago: 10m, 2h")
      ->excludes(at);
  verb->add_option("--last", options.last, "the last N decisions, a line each")->type_name("N")->check(CLI::Range(1, 10'000));
  verb->add_flag("--json", options.json, "everything as JSON");
}

void define_load(CLI::App& app, LoadOptions& options) {
  CLI::App* verb = app.add_subcommand("load", "Send HTTP load at stated rates and measure what users would wait");
  verb->footer(
      "Open loop: requests are due by the stages, whatever the server does, and a latency counts from when its request was due.\n"
      "Example: plimsoll load http://127.0.0.1:8080/ --stages 10s:50,1m=200,10s:0     (':' ramps to the rate, '=' holds it)\n"
      "{id} in the path, a header or the body becomes a number unique to each request.");
  verb->add_option("url", options.url, "http://HOST:PORT/path")->required()->type_name("URL");
  verb->add_option("--stages", options.stages, "DURATION:RATE or DURATION=RATE, by commas")->required()->type_name("STAGES");
  verb->add_option("-X,--method", options.method, "request method")->capture_default_str();
  verb->add_option("-H,--header", options.headers, "'Name: value', as often as needed")->type_name("HEADER");
  verb->add_option("-d,--body", options.body, "request body")->type_name("TEXT");
  verb->add_flag("--poisson", options.poisson, "independent arrivals instead of even ones");
  verb->add_option("--seed", options.seed, "of random arrivals")->capture_default_str();
  verb->add_option("-c,--connections", options.connections, "at most so many at once")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  add_duration(
      *verb, "--timeout", [&options](Duration d) { options.timeout = d; }, "a request not answered by then has failed (10s)");
  verb->add_flag("--json", options.json, "the result as JSON");
}

void define_demo(CLI::App& app, DemoOptions& options) {
  CLI::App* verb = app.add_subcommand("demo", "Bring a stack up, put load on it, watch it scale, take it down");
  verb->footer(
      "Load climbs to several times what one instance carries, stays, and falls. At the end: a summary with every decision, and "
      "report.json.\n"
      "Exit code 1 if a request failed or a job was lost or done twice. The stack's tiers must run plimsoll-app.");
  add_stack(*verb, options.stack, true);
  verb->add_option("--stages", options.stages, "load over time, as for `plimsoll load`; default: about two minutes")
      ->type_name("STAGES");
  verb->add_option("-o,--report", options.report, "where report.json goes; default: the stack's folder under --state-dir")
      ->type_name("FILE");
  verb->add_flag("--keep", options.keep, "leave the stack running");
}

int dispatch(const CLI::App& app, const Options& options) {
  if (app.got_subcommand("up")) return run_up(options.up);
  if (app.got_subcommand("down")) return run_down(options.down);
  if (app.got_subcommand("op")) return run_op(options.op);
  if (app.got_subcommand("explain")) return run_explain(options.explain);
  if (app.got_subcommand("load")) return run_load(options.load);
  return run_demo(options.demo);
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app(about, "plimsoll");
  app.set_version_flag("--version", "plimsoll " PLIMSOLL_VERSION);
  app.require_subcommand(1);
  app.footer(exit_codes);
  app.get_formatter()->column_width(34);
  define_demo(app, options.demo);
  define_up(app, options.up);
  define_down(app, options.down);
  define_op(app, options.op);
  define_explain(app, options.explain);
  define_load(app, options.load);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);  // prints help, version or what is wrong
    return code == 0 ? exit_well : exit_bad_input;
  }
  return dispatch(app, options);
}

}  // namespace
}  // namespace plimsoll::cli

int main(int argc, char** argv) {
  try {
    return plimsoll::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plimsoll: error: %s\n", error.what());
    return plimsoll::cli::exit_negative;
  }
}
