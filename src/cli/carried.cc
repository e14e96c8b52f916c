#include "cli/carried.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "import/import.h"
#include "render/names.h"
#include "render/yaml.h"
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
    "`plimsoll import` lays it over what it reads in them, as far as they still say what they said when rendered; nothing else\n"
    "needs it.";

/// Kubernetes: an object of its own. No component's name has a dot in it.
render::File config_map(const Stack& stack, const render::Options& options, const spec::Overlay& words) {
  const std::string name = render::is_component(stack, "plimsoll") ? "plimsoll.spec" : "plimsoll";
  render::Yaml made;
  made.about(fmt::format(about, stack.name));
  made["apiVersion"] = "v1";
  made["kind"] = "ConfigMap";
  made["metadata"]["name"] = name;
  made["metadata"]["namespace"] = options.kube_namespace.empty() ? stack.name : options.kube_namespace;
  made["metadata"]["labels"]["app.kubernetes.io/part-of"] = stack.name;
  made["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "plimsoll";
  made["data"]["stack.yaml"] = words.words;
  if (!words.rendered.empty()) made["data"]["rendered.yaml"] = words.rendered;
  return {"kubernetes/" + name + ".yaml", to_yaml(made)};
}

/// Compose reads variables even in a section that it passes over: "$$" is its dollar.
std::string indented(const std::string& key, const std::string& text) {
  if (text.empty()) return {};
  std::string out = "  " + key + ":\n";
  bool starts = true;
  for (const char c : text) {
    if (starts) out += "    ";
    out += c;
    if (c == '$') out += '$';
    starts = c == '\n';
  }
  return out;
}

std::string section(const Stack& stack, const spec::Overlay& words) {
  std::string out = "\n";
  const std::string comment = fmt::format(about, stack.name);
  for (std::size_t at = 0; at <= comment.size();) {
    const std::size_t end = std::min(comment.find('\n', at), comment.size());
    out += "# " + comment.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out + "x-plimsoll:\n" + indented("spec", words.words) + indented("rendered", words.rendered);
}

}  // namespace

spec::Overlay beyond(const Stack& stack, const render::Rendered& rendered) {
  const import::Imported it = import::read(as_read(rendered), {.rendered = true});
  return spec::overlay(spec::write(stack, {}), import::said_of(it.stack));
}

void carry_along(const Stack& stack, render::Target target, const render::Options& options, render::Rendered& rendered) {
  const bool is_compose = target == render::Target::compose;
  if ((!is_compose && target != render::Target::kubernetes) || rendered.files.empty()) return;
  const spec::Overlay words = beyond(stack, rendered);
  if (words.words.size() + words.rendered.size() > largest_config_map) {
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
