#include "cli/carried.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "import/import.h"
#include "render/yaml.h"
#include "spec/overlay.h"
#include "spec/write.h"

namespace plimsoll::cli {
namespace {

constexpr std::size_t largest_config_map = 1'000'000;  // a cluster takes 1 MiB with all that is around it

bool is_read(std::string_view path) {
  constexpr std::array<std::string_view, 5> read = {".yaml", ".yml", ".json", ".ini", ".conf"};
  return std::any_of(read.begin(), read.end(), [&](std::string_view end) { return path.ends_with(end); });
}

/// As import finds them in a folder: its own files first, then those of its folders.
std::vector<SourceFile> as_read(const render::Rendered& rendered) {
  std::vector<SourceFile> files;
  for (const bool below : {false, true})
    for (const render::File& file : rendered.files)
      if (is_read(file.path) && (file.path.find('/') != std::string::npos) == below) files.push_back({file.path, file.text});
  return files;
}

constexpr const char* about =
    "What these files have no words for in the spec of the stack {}, made by `plimsoll render`.\n"
    "`plimsoll import` lays it over what it reads in them; nothing else needs it.";

/// Kubernetes: an object of its own. No component's name has a dot in it.
render::File config_map(const Stack& stack, const render::Options& options, const std::string& words) {
  const auto is_taken = [&](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.name == "plimsoll"; });
  };
  const bool taken = is_taken(stack.tiers) || is_taken(stack.databases) || is_taken(stack.poolers) || is_taken(stack.caches) ||
                     is_taken(stack.vector_stores);
  const std::string name = taken ? "plimsoll.spec" : "plimsoll";
  render::Yaml made;
  made.about(fmt::format(about, stack.name));
  made["apiVersion"] = "v1";
  made["kind"] = "ConfigMap";
  made["metadata"]["name"] = name;
  made["metadata"]["namespace"] = options.kube_namespace.empty() ? stack.name : options.kube_namespace;
  made["metadata"]["labels"]["app.kubernetes.io/part-of"] = stack.name;
  made["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "plimsoll";
  made["data"]["stack.yaml"] = words;
  return {"kubernetes/" + name + ".yaml", to_yaml(made)};
}

/// Compose: a section that it passes over, but for its variables: "$$" is its dollar.
std::string section(const Stack& stack, const std::string& words) {
  std::string out = "\n";
  const std::string comment = fmt::format(about, stack.name);
  for (std::size_t at = 0; at <= comment.size();) {
    const std::size_t end = std::min(comment.find('\n', at), comment.size());
    out += "# " + comment.substr(at, end - at) + "\n";
    at = end + 1;
  }
  out += "x-plimsoll:\n";
  bool starts = true;
  for (const char c : words) {
    if (starts) out += "  ";
    out += c;
    if (c == '$') out += '$';
    starts = c == '\n';
  }
  return out;
}

}  // namespace

std::string beyond(const Stack& stack, const render::Rendered& rendered) {
  // Under a name that no stack has: what import calls it follows the folder that the files are in.
  const import::Imported it = import::read(as_read(rendered), {.name = stack.name == "imported" ? "rendered" : "imported"});
  return spec::overlay(spec::write(stack, {}), spec::write(it.stack, {}));
}

void carry_along(const Stack& stack, render::Target target, const render::Options& options, render::Rendered& rendered) {
  const bool is_compose = target == render::Target::compose;
  if ((!is_compose && target != render::Target::kubernetes) || rendered.files.empty()) return;
  const std::string words = beyond(stack, rendered);
  if (words.size() > largest_config_map) {
    rendered.notes.push_back({"", "the spec is too large to travel along: `plimsoll import` won't give all of it back"});
    return;
  }
  if (!is_compose) {
    rendered.files.push_back(config_map(stack, options, words));
    std::ranges::sort(rendered.files, {}, &render::File::path);
    return;
  }
  for (render::File& file : rendered.files)
    if (file.path == "compose.yaml") file.text += section(stack, words);
}

}  // namespace plimsoll::cli
