#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>

#include "capacity/catalog.h"
#include "cli/carried.h"
#include "cli/catalog_source.h"
#include "cli/render_folder.h"
#include "cli/spec_file.h"
#include "cli/verbs.h"
#include "render/names.h"
#include "show/diff.h"
#include "show/terminal.h"

namespace plimsoll::cli {
namespace {

using Json = nlohmann::ordered_json;
using Change = FolderEntry::Change;
using render::Target;

std::string_view word_of(Target target) {
  return std::ranges::find(render::targets(), target, &render::TargetInfo::target)->word;
}

/// All targets that were asked for, as one folder.
struct Rendering {
  std::string stack;
  std::vector<Target> targets;
  render::Rendered made;
  std::vector<std::pair<Target, render::Note>> notes;  // each once, of the first target that says it
  Expected expected;
};

/// A target's files are in the folder that is called like it; those that Compose mounts are in those of the others. Of some
/// targets only, what another one would make of the stack is not left over.
Expected expected_of(const Stack& stack, const RenderAsk& ask) {
  Expected all;
  const bool mounts = std::ranges::find(ask.targets, Target::compose) != ask.targets.end();
  for (const render::TargetInfo& row : render::targets()) {
    const bool asked = std::ranges::find(ask.targets, row.target) != ask.targets.end();
    const bool mounted = mounts && row.target != Target::kubernetes && row.target != Target::helm && row.target != Target::cloud;
    if (ask.all || asked || mounted) all.folders.emplace_back(row.word);
    if (!ask.all)
      for (const render::File& file : render::render(stack, row.target, ask.options).files) all.paths.push_back(file.path);
  }
  return all;
}

Rendering render_stack(const SpecFile& spec, const Stack& filled, const RenderAsk& ask) {
  Rendering all{filled.name, ask.targets, {}, {}, {}};
  for (const Target target : ask.targets) {
    render::Rendered one = render::render(filled, target, ask.options);
    if (ask.all && one.files.empty()) continue;  // its note says that the stack has no such component
    carry_along(spec.located.stack, target, ask.options, one);
    for (const render::Note& note : one.notes)
      if (std::ranges::none_of(all.notes, [&](const auto& other) { return other.second == note; }))
        all.notes.emplace_back(target, note);
    render::merge(all.made, std::move(one));
  }
  return all;
}

/// More lines than that hide what has to be done first.
constexpr std::ptrdiff_t most_notes = 8;

void say_note(const Rendering& all, Target target, const render::Note& note) {
  std::string text = note.text;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5) text.replace(at, 1, "\n    ");
  fmt::print(stderr, "  {}{}{}\n", all.targets.size() > 1 ? fmt::format("[{}] ", word_of(target)) : "",
             note.path.empty() ? "" : note.path + ": ", text);
}

/// What to make first, all of it; of what the files can't say only how much it is where it is much, unless `whole`.
void say_notes(const Rendering& all, bool whole) {
  const auto is_to_make = [](const auto& one) { return one.second.to_make; };
  const std::ptrdiff_t to_make = std::ranges::count_if(all.notes, is_to_make);
  const std::ptrdiff_t others = std::ssize(all.notes) - to_make;
  if (to_make > 0) fmt::print(stderr, "to make first:\n");
  for (const auto& [target, note] : all.notes)
    if (note.to_make) say_note(all, target, note);
  if (others > most_notes && !whole) {
    fmt::print(stderr, "not said by these files: {} things; --notes shows them\n", others);
    return;
  }
  if (others > 0) fmt::print(stderr, "not said by these files:\n");
  for (const auto& [target, note] : all.notes)
    if (!note.to_make) say_note(all, target, note);
}

constexpr std::array<std::string_view, 3> change_words = {"same", "new", "differs"};

std::string json_of(const Rendering& all, const std::string& folder, const FolderView* view) {
  Json body = {{"schema", "plimsoll/render/v1"}, {"stack", all.stack}};
  for (const Target target : all.targets) body["targets"].push_back(word_of(target));
  Json& files = body["files"] = Json::array();
  for (const render::File& file : all.made.files) files.push_back({{"path", file.path}, {"text", file.text}});
  Json& notes = body["notes"] = Json::array();
  for (const auto& [target, note] : all.notes)
    notes.push_back({{"target", word_of(target)},
                     {"path", note.path.empty() ? Json(nullptr) : Json(note.path)},
                     {"to_make", note.to_make},
                     {"text", note.text}});
  if (view) {
    body["folder"] = folder;
    Json& changes = body["changes"] = Json::array();
    for (const FolderEntry& entry : view->entries)
      changes.push_back({{"path", entry.path},
                         {"change", change_words[static_cast<std::size_t>(entry.change)]},
                         {"diff", entry.change == Change::differs ? Json(diff_of(entry)) : Json(nullptr)}});
    body["left_over"] = view->left_over;
  }
  return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The diffs of a view as a descriptor's screen can show them.
std::string shown_diffs(const FolderView& view, int fd) {
  std::string out;
  for (const FolderEntry& entry : view.entries)
    if (entry.change == Change::differs) out += diff_of(entry);
  return out.empty() ? out : show::render_diff(out, show::Terminal(fd).style());
}

std::string names_of(const FolderView& view, Change change) {
  std::string out;
  for (const FolderEntry& entry : view.entries)
    if (entry.change == change) out += fmt::format("  {}\n", entry.place);
  return out;
}

void say_left_over(const FolderView& view) {
  if (view.left_over.empty()) return;
  fmt::print(stderr, "made by an earlier render and no longer; nothing is deleted:\n");
  for (const std::string& place : view.left_over) fmt::print(stderr, "  {}\n", place);
}

/// Several files can be one stream only if they are all manifests.
bool is_stream(const std::vector<render::File>& files) {
  return std::ranges::all_of(files, [](const render::File& file) { return file.path.starts_with("kubernetes/"); });
}

int to_stdout(const Rendering& all) {
  const std::vector<render::File>& files = all.made.files;
  if (files.size() > 1 && !is_stream(files)) {
    std::string names;
    for (const render::File& file : files) names += "\n  " + file.path;
    print_error({Errc::malformed, fmt::format("these are {} files: name a folder for them with -o DIR{}", files.size(), names)});
    return exit_bad_input;
  }
  std::string text;
  for (const render::File& file : files) text += (text.empty() ? "" : "---\n") + file.text;
  return print_out(text) ? exit_well : exit_bad_input;
}

int show_changes(const RenderOptions& options, const Rendering& all, const FolderView& view) {
  const bool same = view.count(Change::same) == static_cast<int>(view.entries.size());
  if (options.json) {
    if (!print_out(json_of(all, options.diff, &view))) return exit_bad_input;
    return same ? exit_well : exit_negative;
  }
  const std::string fresh = names_of(view, Change::fresh);
  if (!print_out(shown_diffs(view, STDOUT_FILENO) + (fresh.empty() ? "" : "new:\n" + fresh))) return exit_bad_input;
  say_left_over(view);
  fmt::print(stderr, "{} new, {} changed, {} the same\n", view.count(Change::fresh), view.count(Change::differs),
             view.count(Change::same));
  return same ? exit_well : exit_negative;
}

int to_folder(const RenderOptions& options, const Rendering& all, const FolderView& view) {
  const int differing = view.count(Change::differs);
  if (differing > 0 && !options.write) {
    print_error({Errc::refused, fmt::format("{} {} there already and other than now; nothing was written\n{}"
                                            "--diff {} shows what would change, --write replaces {}",
                                            differing, differing == 1 ? "file is" : "files are", names_of(view, Change::differs),
                                            options.output, differing == 1 ? "it" : "them")});
    return exit_bad_input;
  }
  if (const Result<void> may = may_write(options.output, view); !may) {
    print_error(may.error());
    return exit_bad_input;
  }
  fmt::print(stderr, "{}", shown_diffs(view, STDERR_FILENO));
  if (const Result<void> wrote = write_files(view); !wrote) {
    print_error(wrote.error());
    return exit_bad_input;
  }
  if (options.json && !print_out(json_of(all, options.output, &view))) return exit_bad_input;
  say_left_over(view);
  fmt::print(stderr, "{}: {} new, {} replaced, {} the same\n", options.output, view.count(Change::fresh), differing,
             view.count(Change::same));
  return exit_well;
}

int carry_out(const RenderOptions& options, const Rendering& all) {
  const std::string& folder = options.diff.empty() ? options.output : options.diff;
  if (folder.empty()) {
    if (!options.json) return to_stdout(all);
    return print_out(json_of(all, "", nullptr)) ? exit_well : exit_bad_input;
  }
  const Result<FolderView> view = look_into(folder, all.stack, all.made.files, all.expected);
  if (!view) {
    print_error(view.error());
    return exit_bad_input;
  }
  return options.diff.empty() ? to_folder(options, all, *view) : show_changes(options, all, *view);
}

}  // namespace

int run_render(const RenderOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::optional<SpecFile> spec = open_spec(options.stack);
  if (!spec) return exit_bad_input;
  Stack stack = spec->located.stack;
  if (const std::string clash = render::name_clash(stack); !clash.empty()) {
    print_error({Errc::malformed, fmt::format("{}: {}", spec->source.file, clash)});
    return exit_bad_input;
  }
  const Result<RenderAsk> ask = render_ask(options.asked, stack);
  if (!ask) {
    print_error(ask.error());
    return exit_bad_input;
  }
  const std::optional<Catalog> catalog = find_catalog(stack, options.catalog, spec->source.file);
  if (!catalog) return exit_bad_input;
  std::vector<Diagnostic> warnings = capacity::fill_in(stack, *catalog);
  for (Diagnostic& one : warnings)
    if (const Origin* origin = spec->located.origins.nearest(one.path)) one.at = origin->value.at;
  if (!catalog->classes.empty()) print_diagnostics(warnings, spec->source.file, spec->source.text);
  Rendering all = render_stack(*spec, stack, *ask);
  if (!options.output.empty() || !options.diff.empty()) all.expected = expected_of(stack, *ask);
  if (all.made.files.empty()) {
    say_notes(all, options.notes);
    const std::string& folder = options.diff.empty() ? options.output : options.diff;
    if (const Result<FolderView> view = look_into(folder, all.stack, {}, all.expected); view) say_left_over(*view);
    print_error({Errc::not_found, "nothing to write: the stack has nothing for this"});
    return exit_negative;
  }
  const int code = carry_out(options, all);
  if (code != exit_bad_input && !options.json && options.diff.empty()) say_notes(all, options.notes);
  return code;
}

}  // namespace plimsoll::cli
