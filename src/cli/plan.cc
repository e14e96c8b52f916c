#include "show/plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>

#include "capacity/catalog.h"
#include "capacity/planning/planning.h"
#include "cli/catalog_source.h"
#include "cli/files.h"
#include "cli/spec_file.h"
#include "cli/verbs.h"
#include "show/diff.h"
#include "show/terminal.h"
#include "spec/patch.h"

namespace plimsoll::cli {
namespace {

/// Reports and pipes have no width; tables are made for this one.
constexpr int usual_width = 120;

/// The spec's text with these edits, read again to be sure of it.
Result<std::string> edited_text(const std::vector<spec::Edit>& edits, const SpecFile& spec) {
  Result<std::string> text = spec::patch(spec.source.text, edits);
  if (!text) return text;
  const Parsed<spec::Located> again = parse_spec(*text);
  if (again.ok()) return text;
  for (const Diagnostic& one : again.diagnostics)
    if (one.severity == Severity::error)
      return fail(Errc::malformed, one.message + (one.expected.empty() ? "" : "; expected " + one.expected));
  return fail(Errc::malformed, "the spec can't be read with it");
}

/// The spec's text with the plan's changes. An Error names the changes a spec can't say (a count beyond what it allows) or whose
/// place can't be patched (an anchor in the way); the plan stands without it.
Result<std::string> changed_text(const capacity::CapacityPlan& plan, const SpecFile& spec) {
  std::vector<spec::Edit> edits;
  for (const capacity::Change& change : plan.changes) edits.push_back({change.path, change.value});
  Result<std::string> text = edited_text(edits, spec);
  if (text) return text;
  std::string refused;
  for (const spec::Edit& edit : edits)
    if (const Result<std::string> alone = edited_text({edit}, spec); !alone)
      refused += fmt::format("\n  {}: {}  ({})", edit.path, edit.value, alone.error().message);
  if (refused.empty()) refused = "\n  all of them together  (" + text.error().message + ")";
  return fail(Errc::malformed, fmt::format("{}: changes of the plan that can't be written:{}", spec.source.file, refused));
}

/// Whether the spec may be changed: asked where there is somebody to ask.
bool agrees(const PlanOptions& options, const std::string& file) {
  if (options.yes) return true;
  if (isatty(STDIN_FILENO) == 0) {
    print_error({Errc::refused, "--write asks before it changes a file; there is no terminal to ask on, so say --yes too"});
    return false;
  }
  fmt::print("write this to {}? [y/N] ", file);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// --write: only if the file still says what was planned on.
ExitCode patch_file(const PlanOptions& options, const SpecFile& spec, const std::string& text) {
  if (text == spec.source.text) {
    fmt::print(stderr, "{}: nothing to change\n", spec.source.file);
    return exit_well;
  }
  if (options.json)
    fmt::print(
        stderr, "{}",
        show::render_diff(spec::unified_diff(spec.source.text, text, spec.source.file), show::Terminal(STDERR_FILENO).style()));
  if (!agrees(options, spec.source.file)) return exit_bad_input;
  const Result<std::string> now = read_file(spec.source.file);
  if (!now || *now != spec.source.text) {
    print_error({Errc::refused, fmt::format("{}: somebody changed it meanwhile; nothing was written", spec.source.file)});
    return exit_bad_input;
  }
  if (const Result<void> wrote = write_whole(spec.source.file, text, Existing::replace); !wrote) {
    print_error(wrote.error());
    return exit_bad_input;
  }
  fmt::print(stderr, "wrote {}\n", spec.source.file);
  return exit_well;
}

bool write_to(const std::string& file, const std::string& text, Existing existing) {
  const Result<void> wrote = write_whole(file, text, existing);
  if (!wrote)
    print_error(wrote.error());
  else
    fmt::print(stderr, "wrote {}\n", file);
  return wrote.has_value();
}

/// What is shown, then what is written.
int carry_out(const PlanOptions& options, const SpecFile& spec, const capacity::CapacityPlan& plan, show::PlanView view) {
  const Result<std::string> text = changed_text(plan, spec);
  if (!text)
    print_error(text.error());
  else
    view.diff = spec::unified_diff(spec.source.text, *text, spec.source.file);
  const show::Terminal terminal(STDOUT_FILENO);
  const int width = terminal.is_tty() ? terminal.size().columns : usual_width;
  if (!print_out(options.json ? show::plan_json(plan, view) : show::render_plan(plan, view, terminal.style(), width)))
    return exit_bad_input;
  if (!options.report.empty() && !write_to(options.report, show::plan_html(plan, view), Existing::replace)) return exit_bad_input;
  if (!text) return options.write || !options.output.empty() ? exit_negative : exit_well;
  if (!options.output.empty() && !write_to(options.output, *text, Existing::refuse)) return exit_bad_input;
  return options.write ? patch_file(options, spec, *text) : exit_well;
}

}  // namespace

int run_plan(const PlanOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!options.report.empty())
    if (const Result<void> may = may_hold(options.report, Report::html); !may) {
      print_error(may.error());
      return exit_bad_input;
    }
  const std::optional<SpecFile> spec = open_spec(options.stack);
  if (!spec) return exit_bad_input;
  Stack stack = spec->located.stack;
  const std::optional<Catalog> catalog = find_catalog(stack, options.catalog, spec->source.file);
  if (!catalog) return exit_bad_input;
  std::vector<Diagnostic> warnings = capacity::fill_in(stack, *catalog);
  for (Diagnostic& one : warnings)
    if (const Origin* origin = spec->located.origins.nearest(one.path)) one.at = origin->value.at;
  if (!catalog->classes.empty()) print_diagnostics(warnings, spec->source.file, spec->source.text);
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const Result<capacity::Ask> ask = ask_of(options.asked, stack, now);
  if (!ask) {
    print_error(ask.error());
    return exit_bad_input;
  }
  const capacity::CapacityPlan plan = capacity::plan_for(stack, *catalog, *ask);
  return carry_out(options, *spec, plan, {stack.name, asked_text(*ask, stack), source_text(*catalog), {}});
}

}  // namespace plimsoll::cli
