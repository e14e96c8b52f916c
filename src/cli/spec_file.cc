#include "cli/spec_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include "import/import.h"
#include "show/terminal.h"
#include "spec/render_diagnostic.h"
#include "spec/write.h"
#include "zones/load.h"

namespace plimsoll::cli {
namespace {

/// decide's problems name a path of the model before their first ": ".
Diagnostic diagnostic_of(const std::string& problem, const Origins& origins) {
  const std::size_t colon = problem.find(": ");
  Diagnostic out;
  out.message = problem;
  if (colon == std::string::npos) return out;
  out.path = problem.substr(0, colon);
  if (const Origin* origin = origins.nearest(out.path)) {
    out.at = origin->key.at;
    out.message = problem.substr(colon + 2);
  }
  return out;
}

}  // namespace

Parsed<spec::Located> parse_spec(const std::string& text) {
  Parsed<spec::Located> parsed = spec::parse_located(text, spec::keep_references());
  if (!parsed.ok()) return parsed;
  TimeZones zones;
  for (const std::string& name : zones_of(parsed.value->stack)) {
    const Result<TimeZone> zone = zones::load(name);
    if (!zone) parsed.diagnostics.push_back({.message = zone.error().message});
    zones.emplace(name, zone ? *zone : TimeZone{});
  }
  for (const std::string& problem : problems(parsed.value->stack, zones))
    parsed.diagnostics.push_back(diagnostic_of(problem, parsed.value->origins));
  return parsed;
}

std::optional<SpecFile> open_spec(const StackChoice& choice) {
  Result<StackText> source = find_stack(choice);
  if (!source) {
    print_error(source.error());
    return std::nullopt;
  }
  if (const std::optional<Error> other = other_tools_file(*source)) {
    print_error(*other);
    return std::nullopt;
  }
  Parsed<spec::Located> parsed = parse_spec(source->text);
  print_diagnostics(parsed.diagnostics, source->file, source->text);
  if (!parsed.ok()) return std::nullopt;
  return SpecFile{std::move(*source), std::move(*parsed.value)};
}

std::optional<Error> other_tools_file(const StackText& source) {
  const import::FileKind kind = import::kind_of({source.file, source.text});
  const bool compose = kind == import::FileKind::compose;
  if (!compose && kind != import::FileKind::kubernetes) return std::nullopt;
  // A spec with another apiVersion by mistake is a spec still: its own errors say more.
  if (!compose && (source.text.find("\ntiers:") != std::string::npos || source.text.starts_with("tiers:"))) return std::nullopt;
  return Error{Errc::malformed, fmt::format("{0}: this is a {1}, not a spec: plimsoll check {0}, or plimsoll import {0} first",
                                            source.file, compose ? "Compose file" : "Kubernetes manifest")};
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics, const std::string& file, const std::string& text) {
  if (diagnostics.empty()) return;
  fmt::print(stderr, "{}", spec::render(diagnostics, file, text, show::Terminal(STDERR_FILENO).style().color));
}

}  // namespace plimsoll::cli
