#include "cli/stack_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "cli/local_problems.h"
#include "core/suggest.h"
#include "show/terminal.h"
#include "spec/located.h"
#include "spec/render_diagnostic.h"
#include "zones/load.h"

namespace plimsoll::cli {
namespace {

constexpr std::uintmax_t largest_file = 4U << 20U;

/// The copy `up` keeps beside a stack's data, so that `down NAME` needs no file.
std::string kept_copy(const StackChoice& choice) { return fmt::format("{}/{}/conf/stack.yaml", choice.state_dir, choice.stack); }

bool plain_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.find('.') == std::string::npos;
}

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

void print_problem(const std::string& file, const std::string& problem) { print_error({Errc::malformed, file + ": " + problem}); }

/// What the engine needs beyond what spec checks. False, and all of it printed, if something is missing.
bool prepare(LoadedStack& loaded, bool to_run) {
  bool well = true;
  for (const std::string& name : zones_of(loaded.stack)) {
    const Result<TimeZone> zone = zones::load(name);
    if (!zone && to_run) print_problem(loaded.source.file, zone.error().message);
    well = well && (zone || !to_run);
    loaded.zones.emplace(name, zone ? *zone : TimeZone{});
  }
  for (const std::string& problem : problems(loaded.stack, loaded.zones)) {
    print_problem(loaded.source.file, problem);
    well = false;
  }
  return well;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(Errc::not_found, fmt::format("{}: no such file", path));
  if (std::filesystem::is_directory(status))
    return fail(Errc::malformed, fmt::format("{}: is a directory, expected a YAML file", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::refused, fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  std::string text(largest_file + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > largest_file) return fail(Errc::exhausted, fmt::format("{}: larger than 4 MiB", path));
  return text;
}

Result<StackText> find_stack(const StackChoice& choice) {
  std::string file = choice.stack.empty() ? "stack.yaml" : choice.stack;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored) || (plain_name(file) && std::filesystem::is_directory(file, ignored))) {
    if (choice.stack.empty())
      return fail(Errc::not_found,
                  "no stack given and no ./stack.yaml here; name a file, e.g. `plimsoll up stacks/quickstart.yaml`");
    if (!plain_name(choice.stack)) return fail(Errc::not_found, fmt::format("{}: no such file", choice.stack));
    file = kept_copy(choice);
    if (!std::filesystem::exists(file, ignored))
      return fail(Errc::not_found,
                  fmt::format("{}: neither a file nor the name of a stack under {}/", choice.stack, choice.state_dir));
  }
  Result<std::string> text = read_file(file);
  if (!text) return fail(text.error());
  return StackText{file, std::move(*text)};
}

std::optional<LoadedStack> load_stack(const StackChoice& choice, bool to_run) {
  Result<StackText> source = find_stack(choice);
  if (!source) {
    print_error(source.error());
    return std::nullopt;
  }
  Parsed<spec::Located> parsed = spec::parse_located(source->text, [to_run](std::string_view name) {
    std::optional<std::string> value = environment(name);
    return value || to_run ? value : std::string();
  });
  if (parsed.value && to_run) {
    const std::vector<Diagnostic> problems = local_problems(parsed.value->stack, parsed.value->origins);
    parsed.diagnostics.insert(parsed.diagnostics.end(), problems.begin(), problems.end());
  }
  if (!parsed.diagnostics.empty()) {
    const bool colour = show::Terminal(STDERR_FILENO).style().color;
    fmt::print(stderr, "{}", spec::render(parsed.diagnostics, source->file, source->text, colour));
  }
  if (!parsed.ok()) return std::nullopt;
  LoadedStack loaded{std::move(parsed.value->stack), std::move(*source), {}};
  if (!prepare(loaded, to_run)) return std::nullopt;
  return loaded;
}

bool names_tier(const Stack& stack, const std::string& name) {
  if (stack.tier(name)) return true;
  std::vector<std::string_view> names;
  for (const Tier& tier : stack.tiers) names.emplace_back(tier.name);
  const std::string_view near = nearest(name, names);
  const std::string hint =
      near.empty() ? fmt::format("; it has {}", fmt::join(names, ", ")) : fmt::format("; did you mean '{}'?", near);
  print_error({Errc::not_found, fmt::format("stack {} has no tier '{}'{}", stack.name, name, hint)});
  return false;
}

void print_error(const Error& error) { fmt::print(stderr, "plimsoll: error: {}\n", error.message); }

bool print_out(std::string_view text) {
  errno = 0;
  const Result<void> wrote = show::Terminal(STDOUT_FILENO).write(text);
  if (wrote || errno == EPIPE) return true;
  print_error(wrote.error());
  return false;
}

}  // namespace plimsoll::cli
