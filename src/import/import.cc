#include "import/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "import/assemble.h"
#include "import/kind.h"
#include "import/node.h"
#include "import/readers.h"
#include "import/roles.h"
#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t most_diagnostics = 200;  // of one file

class Reading {
 public:
  /// `only_manifests`: every other file is passed over.
  Reading(std::span<const SourceFile> files, bool only_manifests, Facts& facts, Imported& out)
      : files_(files), only_manifests_(only_manifests), facts_(facts), out_(out) {}

  void read() {
    for (std::uint32_t file = 0; file < files_.size(); ++file) read_file(file);
    texts();
    variables();
    places();
    for (const Workload& workload : facts_.workloads) read_arguments(workload, facts_);
  }

 private:
  void pass(std::uint32_t file, std::string why) { out_.passed.push_back({file, std::move(why)}); }

  void read_file(std::uint32_t file) {
    const SourceFile& source = files_[file];
    if (only_manifests_ && kind_of(source) != FileKind::kubernetes)
      return pass(file, "manifests beside it were made by `plimsoll render`: they are the whole stack");
    switch (kind_of(source)) {
      case FileKind::spec:
        return pass(file, "a spec of plimsoll, not another tool's file");
      case FileKind::pgbouncer:
      case FileKind::redis:
      case FileKind::nginx:
      case FileKind::postgres: {
        TextAt text{source.text, {file, {1, 1, 1}}, base_name(source.name), "", true, 0};
        read_text(kind_of(source), text);
        ++facts_.documents;
        return;
      }
      default:
        return documents(file);
    }
  }

  void read_text(FileKind kind, const TextAt& text) {
    if (kind == FileKind::pgbouncer) read_pgbouncer(text, facts_);
    if (kind == FileKind::redis) read_redis_conf(text, facts_);
    if (kind == FileKind::nginx) read_nginx(text, facts_);
    if (kind == FileKind::postgres) read_postgresql_conf(text, facts_);
  }

  void documents(std::uint32_t file) {
    const SourceFile& source = files_[file];
    const spec::YamlDocuments read = spec::parse_yaml_documents(source.text, {.limits = spec::large_files, .lenient = true});
    const int before = facts_.documents;
    const bool is_manifest = std::any_of(read.documents.begin(), read.documents.end(),
                                         [](const spec::YamlDocument& one) { return is_known(one.root); });
    const std::map<std::string, int> kinds_before = std::exchange(facts_.unknown_kinds, {});
    for (const spec::YamlDocument& one : read.documents) document({file, &one.root});
    if (!read.templates.empty()) {
      const bool jinja = read.templates.front().language == spec::YamlDocuments::Template::Language::jinja;
      pass(file, fmt::format("line {}: {}", read.templates.front().line,
                             jinja ? "a template of Jinja: render it first"
                                   : "a Helm template: render it first, helm template … | plimsoll check -"));
    }
    // A text that is no YAML and no other file that is known is nobody's mistake.
    if (!is_manifest && !looks_like_manifest(source.text)) {
      if (read.templates.empty()) pass(file, "nothing in it is known: no manifest, Compose file or configuration");
    } else {
      for (std::size_t i = 0; i < std::min(read.diagnostics.size(), most_diagnostics); ++i)
        facts_.diagnostics.emplace_back(file, told(read.diagnostics[i]));
      const bool said = !out_.passed.empty() && out_.passed.back().file == file;
      if (facts_.documents == before && read.templates.empty() && read.diagnostics.empty() && !said) pass(file, nothing_said());
    }
    for (const auto& [kind, count] : kinds_before) facts_.unknown_kinds[kind] += count;
  }

  /// Files that were put together without "---" are one object to YAML, and the first ones are lost.
  static Diagnostic told(Diagnostic one) {
    if (one.at.column != 1 || one.message != "duplicate key 'kind'") return one;
    return {Severity::error,
            one.at,
            one.path,
            "another object begins here, and the one before it is lost",
            "a line with --- between two objects",
            {}};
  }

  [[nodiscard]] std::string nothing_said() const {
    std::vector<std::string> kinds;
    for (const auto& [kind, count] : facts_.unknown_kinds)
      if (kinds.size() < 4) kinds.push_back(kind);
    return kinds.empty() ? "nothing in it is known" : fmt::format("{}: says nothing of a stack's size", fmt::join(kinds, ", "));
  }

  static bool is_known(const Node& root) {
    return root.kind == Node::Kind::map && ((root.find("apiVersion") && root.find("kind")) || is_compose(root));
  }
  static bool is_compose(const Node& root) {
    const Node* services = at(root, {"services"});
    return services && services->kind == Node::Kind::map && !root.find("kind");
  }

  /// The Compose file of the same folder that a file such as docker-compose.override.yml changes; empty if there is none. Alone
  /// it says half of what it is about, and read beside the other it would be a second stack.
  [[nodiscard]] std::string laid_over(const std::string& name) const {
    const std::string own = base_name(name), folder = name.substr(0, name.size() - own.size());
    for (const std::string_view stem : {"docker-compose.", "compose."}) {
      if (!own.starts_with(stem) || std::count(own.begin(), own.end(), '.') < 2) continue;
      for (const std::string_view end : {"yml", "yaml"}) {
        const std::string base = std::string(stem) + std::string(end);
        for (const SourceFile& other : files_)
          if (other.name == folder + base) return base;
      }
    }
    return {};
  }

  void document(const Document& one) {
    const Node& root = *one.root;
    if (root.kind != Node::Kind::map) return;
    if (text(root, {"apiVersion"}).starts_with("plimsoll/")) return pass(one.file, "a spec of plimsoll, not another tool's file");
    if (is_compose(root)) {
      if (const std::string base = laid_over(files_[one.file].name); !base.empty())
        return pass(one.file,
                    fmt::format("Compose lays it over {}: docker compose -f {} -f {} config | plimsoll check - judges both", base,
                                base, base_name(files_[one.file].name)));
      read_compose(one, files_[one.file].name, facts_);
      ++facts_.documents;
      return;
    }
    read_kubernetes(one, facts_);
  }

  /// Files within ConfigMaps.
  void texts() {
    const std::vector<ConfigText> texts = facts_.texts;
    for (const ConfigText& one : texts) {
      const FileKind kind = kind_of_text(one.key, one.text);
      read_text(kind, {one.text, one.at, one.owner, one.space, one.lines_match, one.indent});
    }
  }

  /// What ConfigMaps put into the environment.
  void variables() {
    for (Workload& workload : facts_.workloads)
      for (Container& container : workload.containers) {
        for (Variable& one : container.environment)
          if (one.from_config) from_key(one, workload.space);
        std::set<std::string> known;
        for (const Variable& one : container.environment) known.insert(one.name);
        for (const Container::From& from : container.environment_from)
          if (!from.secret) from_map(from, workload.space, known, container);
      }
  }

  /// Compose says less of places: what has none stands where its container, or its service, does.
  void places() {
    const auto none = [](const Spot& spot) { return spot.at.line == 1 && spot.at.column == 1 && spot.at.length == 1; };
    for (Workload& workload : facts_.workloads)
      for (Container& container : workload.containers) {
        if (none(container.at)) container.at = workload.at;
        if (none(container.image_at)) container.image_at = container.at;
        if (none(container.resources)) container.resources = container.at;
      }
  }

  using ConfigMap = std::map<std::string, Facts::ConfigValue>;

  /// The ConfigMap of that name in the namespace; where either says none, the only one there is.
  [[nodiscard]] const ConfigMap* config_map(const std::string& name, const std::string& space) const {
    const auto named = facts_.config_maps.find(name);
    if (named == facts_.config_maps.end()) return nullptr;
    const auto& spaces = named->second;
    if (const auto own = spaces.find(space); own != spaces.end()) return &own->second;
    if (const auto any = spaces.find(""); any != spaces.end()) return &any->second;
    return space.empty() && spaces.size() == 1 ? &spaces.begin()->second : nullptr;
  }

  void from_key(Variable& variable, const std::string& space) {
    const std::size_t slash = variable.from.find('/');
    if (slash == std::string::npos) return;
    const std::string key = variable.from.substr(slash + 1);
    const ConfigMap* values = config_map(variable.from.substr(0, slash), space);
    if (!values) return;
    const auto found = values->find(key);
    if (found == values->end()) return;
    variable.value = found->second.value;
    variable.at = found->second.at;
    variable.prefix = key + ": ";
  }

  void from_map(const Container::From& from, const std::string& space, std::set<std::string>& known, Container& into) {
    const ConfigMap* values = config_map(from.name, space);
    if (!values) return;
    for (const auto& [key, found] : *values) {
      Variable made;
      made.name = from.prefix + key;
      if (!known.insert(made.name).second) continue;
      made.value = found.value;
      made.from = from.name + "/" + key;
      made.at = found.at;
      made.prefix = key + ": ";
      into.environment.push_back(std::move(made));
    }
  }

  std::span<const SourceFile> files_;
  bool only_manifests_;
  Facts& facts_;
  Imported& out_;
};

}  // namespace

Imported read(std::span<const SourceFile> files, const Options& options) {
  Imported out;
  Facts facts;
  Reading(files, false, facts, out).read();
  if (has_rendered_manifests(facts) && files.size() > 1) {
    out = {};
    facts = {};
    Reading(files, true, facts, out).read();
  }
  Options known = options;
  known.rendered = options.rendered || !facts.carried.empty();
  assemble(facts, known, out);
  lay_over_carried(facts, out);
  lint(facts, out);
  for (const Note& note : facts.notes) out.inferences.push_back({"", note.at, note.text});
  out.diagnostics = std::move(facts.diagnostics);
  return out;
}

}  // namespace plimsoll::import
