#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/files.h"
#include "cli/imported.h"
#include "cli/spec_file.h"
#include "cli/verbs.h"
#include "spec/pattern.h"

namespace plimsoll::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What was concluded, what is asked, what was passed over: to stderr, since stdout is the spec.
void say(const import::Imported& it, const std::vector<SourceFile>& files, const Inputs& inputs) {
  const auto heading = [](const char* text) { fmt::print(stderr, "{}:\n", text); };
  if (!it.inferences.empty()) heading("inferred");
  for (const import::Inference& one : it.inferences) {
    const std::string place = place_of(one.spot, files);
    fmt::print(stderr, "  {}{}\n", one.text, place.empty() ? "" : fmt::format("  [{}]", place));
  }
  if (!it.questions.empty()) heading("not inferred; the line that answers it");
  for (const import::Question& one : it.questions) fmt::print(stderr, "  {}\n    {} → {}\n", one.text, one.path, one.line);
  if (!it.passed.empty() || !inputs.passed.empty()) heading("passed over");
  for (const import::Passed& one : it.passed)
    fmt::print(stderr, "  {}: {}\n", files.at(one.file).name, why_passed(files.at(one.file), one.why));
  for (const auto& [name, why] : inputs.passed) fmt::print(stderr, "  {}: {}\n", name, why);
}

std::string json_of(const import::Imported& it, const std::vector<SourceFile>& files, const Inputs& inputs,
                    const std::string& spec) {
  Json body = {{"schema", "plimsoll/import/v1"}, {"stack", it.stack.name}, {"documents", it.documents}, {"spec", spec}};
  Json& inferences = body["inferences"] = Json::array();
  for (const import::Inference& one : it.inferences) {
    const bool placed = one.spot && one.spot->file < files.size();
    inferences.push_back({{"path", one.path},
                          {"text", one.text},
                          {"file", placed ? Json(files[one.spot->file].name) : Json(nullptr)},
                          {"line", placed ? Json(one.spot->at.line) : Json(nullptr)}});
  }
  Json& questions = body["questions"] = Json::array();
  for (const import::Question& one : it.questions)
    questions.push_back({{"path", one.path}, {"text", one.text}, {"line", one.line}});
  Json& passed = body["passed"] = Json::array();
  for (const import::Passed& one : it.passed)
    passed.push_back({{"file", files.at(one.file).name}, {"why", why_passed(files.at(one.file), one.why)}});
  for (const auto& [name, why] : inputs.passed) passed.push_back({{"file", name}, {"why", why}});
  return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool has_errors(const import::Imported& it) {
  return std::any_of(it.diagnostics.begin(), it.diagnostics.end(),
                     [](const auto& one) { return one.second.severity == Severity::error; });
}

/// The spec goes to a new file or to stdout, JSON to stdout.
bool put(const ImportOptions& options, const std::string& spec, const std::string& json) {
  if (!options.output.empty())
    if (const Result<void> wrote = write_whole(options.output, spec, Existing::refuse); !wrote) {
      print_error(wrote.error());
      return false;
    }
  if (options.json) return print_out(json);
  return !options.output.empty() || print_out(spec);
}

}  // namespace

int run_import(const ImportOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!options.name.empty() && !spec::component_name.matches(options.name)) {
    print_error({Errc::malformed, fmt::format("--name: '{}' is no name; expected {}", options.name, spec::component_name.says)});
    return exit_bad_input;
  }
  Result<Inputs> inputs = read_inputs(options.paths);
  if (!inputs) {
    print_error(inputs.error());
    return exit_bad_input;
  }
  std::vector<SourceFile> files;
  for (SourceFile& file : inputs->files) {
    if (is_spec(file))
      inputs->passed.emplace_back(file.name, "a spec already");
    else
      files.push_back(std::move(file));
  }
  import::Imported it = import::read(files, {.name = options.name.empty() ? name_for(options.paths) : options.name});
  if (!options.name.empty()) it.stack.name = options.name;  // what `render` made brings its own name along
  for (std::size_t i = 0; i < files.size(); ++i) print_diagnostics(diagnostics_of(it, i), files[i].name, files[i].text);
  if (it.documents == 0) {
    say(it, files, *inputs);
    print_error({Errc::not_found,
                 "nothing there that plimsoll can import: no Kubernetes manifest, Compose file, pgbouncer.ini, redis.conf, "
                 "postgresql.conf or nginx upstream"});
    return exit_bad_input;
  }
  if (has_errors(it)) {
    print_error({Errc::malformed, "files with errors: mend them or leave them out, or the spec would lack what they say"});
    return exit_bad_input;
  }
  if (it.stack.tiers.empty()) {
    say(it, files, *inputs);
    print_error({Errc::not_found,
                 "nothing to compare with: no tier in these files; add the manifests or the Compose file that use "
                 "them"});
    return exit_bad_input;
  }
  const std::string text = spec_of(it, files);
  if (!put(options, text, options.json ? json_of(it, files, *inputs, text) : "")) return exit_bad_input;
  if (!options.json) say(it, files, *inputs);
  const Parsed<spec::Located> again = parse_spec(text);
  print_diagnostics(again.diagnostics, options.output.empty() ? "the spec" : options.output, text);
  return again.ok() ? exit_well : exit_negative;
}

}  // namespace plimsoll::cli
