#include "cli/catalog_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "cli/stack_source.h"
#include "core/suggest.h"
#include "show/terminal.h"
#include "spec/catalog.h"
#include "spec/render_diagnostic.h"

namespace plimsoll::cli {
namespace {

namespace fs = std::filesystem;

bool is_path(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(".yaml") || text.ends_with(".yml");
}

/// Each once, in the order in which they are looked into.
std::vector<fs::path> folders_for(const std::string& spec_file) {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& folder) {
    const fs::path normal = folder.lexically_normal();
    if (std::find(folders.begin(), folders.end(), normal) == folders.end()) folders.push_back(normal);
  };
  std::error_code error;
  fs::path above = fs::weakly_canonical(fs::absolute(spec_file.empty() ? "." : spec_file, error), error);
  if (!spec_file.empty()) above = above.parent_path();
  for (;; above = above.parent_path()) {
    add(above / "catalogs");
    if (above == above.parent_path()) break;
  }
  if (const char* list = std::getenv("PLIMSOLL_CATALOGS")) {
    std::string_view rest = list;
    while (!rest.empty()) {
      const std::size_t end = rest.find(':');
      if (end != 0) add(std::string(rest.substr(0, end)));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) add(program.parent_path().parent_path() / PLIMSOLL_INSTALL_DATADIR / "plimsoll" / "catalogs");
  add(fs::path(PLIMSOLL_DATA_DIR) / "catalogs");
  return folders;
}

/// Names of all catalogs in those folders.
std::vector<std::string> names_in(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
      if (it->path().extension() == ".yaml") names.push_back(it->path().stem().string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<std::string> file_of_name(const std::string& name, const std::string& spec_file) {
  const std::vector<fs::path> folders = folders_for(spec_file);
  std::error_code error;
  for (const fs::path& folder : folders)
    if (const fs::path file = folder / (name + ".yaml"); fs::is_regular_file(file, error)) return file.string();
  const std::vector<std::string> names = names_in(folders);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest(name, views);
  std::string message = fmt::format("catalog '{}' not found", name);
  if (!near.empty())
    message += fmt::format("; did you mean '{}'?", near);
  else if (!names.empty())
    message += fmt::format("; there are {}", fmt::join(names, ", "));
  message += fmt::format("\n  looked for {}.yaml in", name);
  for (const fs::path& folder : folders)
    if (folder.parent_path() != folder.root_path() || fs::is_directory(folder, error)) message += "\n    " + folder.string();
  print_error({Errc::not_found, message});
  return std::nullopt;
}

}  // namespace

std::optional<Catalog> find_catalog(const Stack& stack, const std::string& option, const std::string& spec_file) {
  const std::string& wanted = option.empty() ? stack.catalog : option;
  if (wanted.empty()) return Catalog{};
  std::optional<std::string> file = wanted;
  if (!is_path(wanted))
    file = file_of_name(wanted, spec_file);
  else if (option.empty() && !wanted.starts_with("/"))
    file = (fs::path(spec_file).parent_path() / wanted).string();
  if (!file) return std::nullopt;
  const Result<std::string> text = read_file(*file);
  if (!text) {
    print_error({text.error().code, "catalog " + text.error().message});
    return std::nullopt;
  }
  Parsed<Catalog> parsed = spec::parse_catalog(*text);
  fmt::print(stderr, "{}", spec::render(parsed.diagnostics, *file, *text, show::Terminal(STDERR_FILENO).style().color));
  if (!parsed.ok()) return std::nullopt;
  return std::move(*parsed.value);
}

std::string source_text(const Catalog& catalog) { return catalog.source.empty() ? catalog.name : catalog.source; }

}  // namespace plimsoll::cli
