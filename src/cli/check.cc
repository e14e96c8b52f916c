#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "capacity/catalog.h"
#include "capacity/findings/findings.h"
#include "cli/catalog_source.h"
#include "cli/files.h"
#include "cli/imported.h"
#include "cli/spec_file.h"
#include "cli/verbs.h"
#include "show/findings.h"
#include "show/terminal.h"
#include "spec/write.h"

namespace plimsoll::cli {
namespace {

/// What is piped is for grep and the like: a finding's message stays one line.
constexpr int no_wrap = 4000;

TimePoint now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// A check in the making.
struct Check {
  const CheckOptions& options;
  show::CheckReport report;
  bool bad_input = false;

  void mistakes(const std::vector<Diagnostic>& diagnostics, const SourceFile& file) {
    print_diagnostics(diagnostics, file.name, file.text);
    for (const Diagnostic& one : diagnostics) {
      std::string message = one.message;
      if (!one.expected.empty()) message += "; expected " + one.expected;
      if (!one.nearest.empty()) message += "; did you mean '" + one.nearest + "'?";
      report.mistakes.push_back({one.severity, {file.name, one.at.line, one.at.column, one.at.length}, std::move(message)});
      bad_input = bad_input || one.severity == Severity::error;
    }
  }

  /// Fills in what the classes say and adds the model's findings. `origins` says where a value stands in the files, `written`
  /// what was written down at all.
  void judge(Stack& stack, const Origins& origins, const Origins& written, std::span<const SourceFile> files,
             const Catalog& catalog, bool imported) {
    if (!catalog.classes.empty()) {
      for (Diagnostic& warning : capacity::fill_in(stack, catalog)) {
        const Origin* origin = origins.nearest(warning.path);
        const std::size_t file = origin ? origin->value.file : 0;
        if (origin) warning.at = origin->value.at;
        if (file < files.size()) mistakes({warning}, files[file]);
      }
    }
    capacity::FindingsContext context;
    context.catalog = catalog.classes.empty() ? nullptr : &catalog;
    context.now = now();
    context.imported = imported;
    context.given = [&written](std::string_view path) { return written.exact(path) != nullptr; };
    const std::vector<Finding> found = capacity::findings(stack, context);
    add(found, origins, files);
    show::count_model(report, stack);
  }

  void add(std::span<const Finding> findings, const Origins& origins, std::span<const SourceFile> files) {
    for (show::PlacedFinding& one : show::placed(findings, origins, files)) report.findings.push_back(std::move(one));
  }

  void spec(const SourceFile& file) {
    Parsed<spec::Located> parsed = parse_spec(file.text);
    mistakes(parsed.diagnostics, file);
    if (!parsed.ok()) return;
    ++report.files;
    const std::optional<Catalog> catalog = find_catalog(parsed.value->stack, options.catalog, file.name);
    bad_input = bad_input || !catalog;
    if (catalog) judge(parsed.value->stack, parsed.value->origins, parsed.value->origins, {&file, 1}, *catalog, false);
  }

  void other_files(const std::vector<SourceFile>& files) {
    if (files.empty()) return;
    import::Imported it = import::read(files, {.name = name_for(options.paths)});
    for (std::size_t i = 0; i < files.size(); ++i) mistakes(diagnostics_of(it, i), files[i]);
    for (const import::Passed& one : it.passed)
      report.passed.push_back({files.at(one.file).name, why_passed(files.at(one.file), one.why)});
    for (const import::Question& one : it.questions) report.questions.push_back({one.path, one.text, one.line});
    report.files += files_read(it, files);
    const std::optional<Catalog> catalog = find_catalog(it.whole ? it.stack : Stack{}, options.catalog, "");
    bad_input = bad_input || !catalog;
    if (it.documents == 0 || !catalog) return;
    report.no_tier = it.stack.tiers.empty();
    add(it.findings, it.origins, files);
    written_spec(it, files);
    // Of files that `plimsoll render` made the whole spec is known: they are held to what the spec itself would be.
    const Parsed<spec::Located> whole = it.whole ? parse_spec(spec::write(it.stack, {})) : Parsed<spec::Located>{};
    if (whole.ok())
      judge(it.stack, it.origins, whole.value->origins, files, *catalog, false);
    else
      judge(it.stack, it.origins, it.origins, files, *catalog, true);
  }

  /// --write, before what the classes say is filled in: a spec states what was found.
  void written_spec(const import::Imported& it, const std::vector<SourceFile>& files) {
    if (options.write.empty()) return;
    const Result<void> wrote = write_whole(options.write, spec_of(it, files), Existing::refuse);
    if (wrote) return report.remarks.push_back(fmt::format("Wrote {}; its questions stand in it as comments.", options.write));
    print_error(wrote.error());
    bad_input = true;
  }
};

/// The files to check, specs apart from the others. Nothing, and an error printed, if there are none.
struct Sorted {
  std::vector<SourceFile> specs, others;
};
std::optional<Sorted> gather(const CheckOptions& options, Check& check) {
  Sorted out;
  if (!options.file.stack.empty() || options.paths.empty()) {
    Result<StackText> source = find_stack(options.file);
    if (source) {
      if (const std::optional<Error> other = other_tools_file(*source)) {
        print_error(*other);
        return std::nullopt;
      }
      out.specs.push_back({std::move(source->file), std::move(source->text)});
    } else {
      const bool none = options.file.stack.empty();
      print_error(none ? Error{Errc::not_found, "no file or folder named and no ./stack.yaml here; e.g. `plimsoll check k8s/`"}
                       : source.error());
      return std::nullopt;
    }
  }
  Result<Inputs> inputs = read_inputs(options.paths);
  if (!inputs) {
    print_error(inputs.error());
    return std::nullopt;
  }
  check.bad_input = !inputs->complete();
  for (auto& [name, why] : inputs->passed) check.report.passed.push_back({std::move(name), std::move(why)});
  for (SourceFile& file : inputs->files) (is_spec(file) ? out.specs : out.others).push_back(std::move(file));
  if (!out.others.empty())
    for (const SourceFile& spec : out.specs)
      check.report.remarks.push_back(fmt::format("{} is a spec and was checked as one, apart from the other files.", spec.name));
  return out;
}

/// Findings to stdout, or SARIF to a file beside the screen. False, and an error printed, if one can't be written.
bool print(const CheckOptions& options, const show::CheckReport& report) {
  const show::Terminal terminal(STDOUT_FILENO);
  const bool to_file = options.sarif && !options.output.empty();
  if (to_file) {
    const Result<void> wrote = write_whole(options.output, show::check_sarif(report, PLIMSOLL_VERSION), Existing::replace);
    if (!wrote) {
      print_error(wrote.error());
      return false;
    }
  }
  if (options.sarif && !to_file) return print_out(show::check_sarif(report, PLIMSOLL_VERSION));
  if (options.json) return print_out(show::check_json(report));
  return print_out(show::render_check(report, terminal.style(), terminal.is_tty() ? terminal.size().columns : no_wrap));
}

}  // namespace

int run_check(const CheckOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  if (options.sarif && !options.output.empty())
    if (const Result<void> may = may_hold(options.output, Report::sarif); !may) {
      print_error(may.error());
      return exit_bad_input;
    }
  Check check{options, {}, false};
  const std::optional<Sorted> files = gather(options, check);
  if (!files) return exit_bad_input;
  if (!options.write.empty() && files->others.empty()) {
    print_error({Errc::malformed, "--write keeps what was found in manifests; there is only a spec here"});
    return exit_bad_input;
  }
  for (const SourceFile& file : files->specs) check.spec(file);
  check.other_files(files->others);
  check.report.no_tier = check.report.no_tier && files->specs.empty();
  show::sort_findings(check.report);
  const bool understood = check.report.files > 0 || check.bad_input;
  if (!print(options, check.report)) return exit_bad_input;
  if (!understood)
    print_error({Errc::not_found,
                 "nothing there that plimsoll can check: no Kubernetes manifest, Compose file, pgbouncer.ini, redis.conf, "
                 "postgresql.conf, nginx upstream or spec"});
  if (check.bad_input || !understood) return exit_bad_input;
  const int against = count_of(check.report, Level::error) + (options.strict ? count_of(check.report, Level::warning) : 0);
  return against > 0 ? exit_negative : exit_well;
}

}  // namespace plimsoll::cli
