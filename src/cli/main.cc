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
    "plimsoll keeps a service stack at the load it may carry: it checks it, plans it, runs it, scales it and says why.\n"
    "\n"
    "  plimsoll check k8s/                      what is unsound in the manifests you have? Nothing is installed or started\n"
    "  plimsoll plan stack.yaml --users 10k     what does that many users take, and what does it cost?\n"
    "  plimsoll render --to kubernetes -o out   every manifest the stack needs; also Compose, proxies, poolers, monitoring\n"
    "  plimsoll demo stacks/quickstart.yaml     see it work: a real stack, load, scaling, two minutes\n"
    "  plimsoll up stack.yaml                   run a stack on this machine and scale it until Ctrl-C\n"
    "  plimsoll down stack.yaml                 stop it; its data stay\n"
    "  plimsoll explain api -f stack.yaml       why did its tier api scale, or not?";

constexpr const char* exit_codes =
    "Exit codes: 0 well, 1 the answer is no (a finding, a failed start, request or job), 2 bad input and nothing was changed,\n"
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
  CheckOptions check;
  ImportOptions import;
  PlanOptions plan;
  RenderOptions render;
  SpecOptions spec;
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

void define_check(CLI::App& app, CheckOptions& options) {
  CLI::App* verb = app.add_subcommand("check", "Is it sound? Findings in a spec, or in the manifests and config files you have");
  verb->footer(
      "Reads Kubernetes manifests (HPA, PDB, VPA, KEDA, ConfigMaps), rendered charts, Compose files, pgbouncer.ini, redis.conf,\n"
      "postgresql.conf, nginx upstreams, or a spec. Each finding has its place, the sum behind it and the line that mends it.\n"
      "\n"
      "  plimsoll check k8s/                              every file in the folder, as one stack\n"
      "  helm template chart | plimsoll check -           a chart as it would be installed\n"
      "  plimsoll check docker-compose.yml pgbouncer.ini\n"
      "  plimsoll check k8s/ --write stack.yaml           keep what was understood as a spec, questions as comments\n"
      "  plimsoll check stack.yaml --strict               warnings count, too\n"
      "  plimsoll check k8s/ --sarif -o check.sarif       for code review\n"
      "\n"
      "Exit: 0 no errors, 1 errors found (with --strict warnings too), 2 something can't be read. Each rule: docs/check.md.");
  verb->add_option("path", options.paths, "files, folders, or - for stdin; default ./stack.yaml")->type_name("PATH");
  verb->add_option("-f,--file", options.file.stack, "a spec: a YAML file, or the NAME of a stack that was up here")
      ->type_name("FILE|NAME");
  verb->add_option("--state-dir", options.file.state_dir, "where stacks that were up are kept")
      ->type_name("DIR")
      ->capture_default_str();
  CLI::Option* json = verb->add_flag("--json", options.json, "findings, model and questions as JSON");
  CLI::Option* sarif = verb->add_flag("--sarif", options.sarif, "findings as SARIF 2.1.0")->excludes(json);
  verb->add_option("-o,--output", options.output, "SARIF goes to this file, the findings to the screen")
      ->type_name("FILE")
      ->needs(sarif);
  verb->add_option("--write", options.write, "keep the model of what was read as a new spec")->type_name("FILE");
  verb->add_option("--catalog", options.catalog, "classes and prices: a catalog's name or file; default: the spec's")
      ->type_name("NAME|FILE");
  verb->add_flag("--strict", options.strict, "exit 1 for warnings, too");
}

void define_import(CLI::App& app, ImportOptions& options) {
  CLI::App* verb = app.add_subcommand("import", "Make a spec of the manifests and config files you have");
  verb->footer(
      "The spec goes to stdout; what was concluded, from which line, and what could not be, goes to stderr.\n"
      "\n"
      "  plimsoll import k8s/ -o stack.yaml\n"
      "  plimsoll import docker-compose.yml --name shop > shop.yaml\n"
      "\n"
      "Exit: 0 a spec was made, 1 it has errors to mend, 2 nothing was understood or can't be read. Formats: docs/import.md.");
  verb->add_option("path", options.paths, "files, folders, or - for stdin")->required()->type_name("PATH");
  verb->add_option("-o,--output", options.output, "a new file for the spec; default: stdout")->type_name("FILE");
  verb->add_option("--name", options.name, "the stack's name; default: after the folder")->type_name("NAME");
  verb->add_flag("--json", options.json, "spec, inferences and questions as JSON on stdout");
}

void define_plan(CLI::App& app, PlanOptions& options) {
  CLI::App* verb = app.add_subcommand("plan", "What does so much load take, and what does it cost? Figures with their formulas");
  verb->footer(
      "Instances, connections, poolers, database class, read replicas, cache, storage and cost for a load, what gives way "
      "first,\n"
      "ways to pay less, and the changes to the spec. With months or an event: a chart over the months.\n"
      "\n"
      "  plimsoll plan                                    is today's load carried, and what does it cost?\n"
      "  plimsoll plan stack.yaml --users 10k             ten thousand users at once\n"
      "  plimsoll plan --growth 1.5 --months 6            half as much again every month\n"
      "  plimsoll plan --event 3x@2026-11-27              three times the load on that day\n"
      "  plimsoll plan --users 10k --write                change stack.yaml, after showing the diff and asking\n"
      "  plimsoll plan --months 12 --report plan.html     one file to send around\n"
      "\n"
      "Exit: 0 shown, 1 the changes can't be written into the spec's text, 2 bad input. Formulas: docs/plan.md.");
  add_stack(*verb, options.stack, true);
  verb->add_option("--users", options.asked.users, "concurrent users: 10000, 10k, 1.5M")->type_name("N");
  verb->add_option("--rate", options.asked.rate, "requests: 500rps, 3000/min")->type_name("RATE");
  verb->add_option("--growth", options.asked.growth, "a month: 1.5, 1.5/month or 50%; default: the spec's growth.per_month")
      ->type_name("FACTOR");
  verb->add_option("--months", options.asked.months, "so many months ahead, 1 to 120; 12 with --growth")->type_name("N");
  verb->add_option("--event", options.asked.events, "FACTORx@DAY, as often as needed: 3x@2026-11-27")->type_name("EVENT");
  verb->add_option("--work", options.asked.work, "demand by kind of work: simple=400rps, websockets=60")->type_name("KIND=N");
  verb->add_option("--catalog", options.catalog, "classes and prices: a catalog's name or file; default: the spec's")
      ->type_name("NAME|FILE");
  CLI::Option* write = verb->add_flag("--write", options.write, "change the spec's file, after showing the diff and asking");
  verb->add_flag("-y,--yes", options.yes, "do not ask");
  verb->add_option("-o,--output", options.output, "the changed spec as a new file")->type_name("FILE")->excludes(write);
  verb->add_flag("--json", options.json, "everything as JSON");
  verb->add_option("--report", options.report, "an HTML file with charts; needs nothing from outside")->type_name("FILE");
}

std::string render_footer() {
  std::string targets;
  for (const render::TargetInfo& row : render::targets()) targets += fmt::format("  {:<14}{}\n", row.word, row.says);
  return "Targets:\n" + targets +
         "  all           one folder with what the stack has of these; of the balancers its own\n"
         "\n"
         "  plimsoll render --to kubernetes | kubectl apply --dry-run=server -f -\n"
         "  plimsoll render --to kubernetes -o out --kube-version 1.29     a file a component, for an older cluster\n"
         "  plimsoll render --to all -o out                                Compose, proxies, poolers, monitoring, too\n"
         "  plimsoll render --to all --diff out                            what did the change of the spec change?\n"
         "  plimsoll render --to pgbouncer --at main=10.0.0.5:5432         on machines, where names don't lead there\n"
         "\n"
         "No secret is in any file: what to make first is told on stderr. `plimsoll import out` gives the spec back.\n"
         "Exit: 0 written or shown, 1 --diff has differences or the stack has nothing for the target, 2 bad input, or files are\n"
         "there that differ: nothing was written. docs/render.md";
}

void define_render(CLI::App& app, RenderOptions& options) {
  CLI::App* verb = app.add_subcommand("render", "Write the files of other programs: manifests, Compose, proxies, stores, alerts");
  verb->footer(render_footer());
  add_stack(*verb, options.stack, true);
  verb->add_option("--to", options.asked.to, "targets, by commas or again and again; all")
      ->type_name("TARGET")
      ->allow_extra_args(false);
  CLI::Option* output =
      verb->add_option("-o,--output", options.output, "the folder they go to; default: stdout, where they fit there")
          ->type_name("DIR");
  verb->add_option("--diff", options.diff, "write nothing, show what would change in the folder")
      ->type_name("DIR")
      ->excludes(output);
  verb->add_flag("--write", options.write, "replace files that differ, after showing the diff")->needs(output);
  verb->add_option("--kube-version", options.asked.kube_version, "the cluster's: decides on API versions")
      ->type_name("VERSION")
      ->capture_default_str();
  verb->add_option("--namespace", options.asked.kube_namespace, "of the manifests; default: the stack's name")->type_name("NAME");
  verb->add_option("--at", options.asked.at, "NAME=HOST:PORT, of a tier HOST:PORT,…: where it is; default: at its own name")
      ->type_name("PLACE")
      ->allow_extra_args(false);
  verb->add_option("--catalog", options.catalog, "classes and prices: a catalog's name or file; default: the spec's")
      ->type_name("NAME|FILE");
  verb->add_flag("--notes", options.notes, "show all that the files can't say, however much that is");
  verb->add_flag("--json", options.json, "files and notes as JSON");
}

void define_spec(CLI::App& app, SpecOptions& options) {
  CLI::App* verb = app.add_subcommand("spec", "Is the file valid? What does it say, with every default?");
  verb->footer(
      "  plimsoll spec                          the errors with their places, or what is in it in a few words\n"
      "  plimsoll spec stack.yaml --resolved    every key with the value in effect; secrets stay ${NAME}\n"
      "  plimsoll spec --schema                 JSON Schema; in an editor: docs/spec-verb.md\n"
      "\n"
      "Exit: 0 valid, 2 not.");
  add_stack(*verb, options.stack, true);
  const auto flag = [&](const char* name, SpecOptions::What what, const char* doc) {
    return verb->add_flag_callback(
        name, [&options, what] { options.what = what; }, doc);
  };
  CLI::Option* resolved = flag("--resolved", SpecOptions::What::resolved, "the spec with every default");
  CLI::Option* schema = flag("--schema", SpecOptions::What::schema, "the spec's JSON Schema (draft-07)")->excludes(resolved);
  flag("--reference", SpecOptions::What::reference, "every key there is, as Markdown")->excludes(resolved)->excludes(schema);
}

int dispatch(const CLI::App& app, const Options& options) {
  if (app.got_subcommand("check")) return run_check(options.check);
  if (app.got_subcommand("import")) return run_import(options.import);
  if (app.got_subcommand("plan")) return run_plan(options.plan);
  if (app.got_subcommand("render")) return run_render(options.render);
  if (app.got_subcommand("spec")) return run_spec(options.spec);
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
  define_check(app, options.check);
  define_plan(app, options.plan);
  define_import(app, options.import);
  define_render(app, options.render);
  define_spec(app, options.spec);
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
