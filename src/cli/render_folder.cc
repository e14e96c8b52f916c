#include "cli/render_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/files.h"
#include "cli/stack_source.h"
#include "spec/patch.h"

namespace plimsoll::cli {
namespace {

namespace fs = std::filesystem;
using Change = FolderEntry::Change;

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// Each step of the way from the folder to the file: links stay inside, what should be a folder is one.
Result<void> check_way(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) return {};  // the folder is not there yet
  fs::path at = folder;
  for (auto part = path.begin(); part != path.end(); ++part) {
    at /= *part;
    const fs::file_status own = fs::symlink_status(at, error);
    if (!fs::exists(own)) return {};
    if (fs::is_symlink(own)) {
      const fs::path target = fs::canonical(at, error);
      if (error) return fail(Errc::refused, fmt::format("{} is a link that leads nowhere", at.string()));
      if (!is_below(target, root))
        return fail(Errc::refused,
                    fmt::format("{} is a link that leads out of {}, to {}", at.string(), folder.string(), target.string()));
    }
    const fs::file_status status = fs::status(at, error);
    const bool last = std::next(part) == path.end();
    if (!last && !fs::is_directory(status))
      return fail(Errc::refused, fmt::format("{} is a file where a folder is needed", at.string()));
    if (last && !fs::is_regular_file(status))
      return fail(Errc::refused, fmt::format("{} is a {} where a file is needed", at.string(),
                                             fs::is_directory(status) ? "folder" : "special file"));
  }
  return {};
}

Result<FolderEntry> entry_of(const std::string& folder, const render::File& file) {
  if (const Result<void> way = check_way(folder, file.path); !way) return fail(way.error());
  FolderEntry entry{file.path, (fs::path(folder) / file.path).string(), {}, file.text, Change::fresh};
  std::error_code error;
  if (!fs::exists(entry.place, error)) return entry;
  Result<std::string> before = read_file(entry.place);
  if (!before) return fail(before.error());
  entry.before = std::move(*before);
  entry.change = entry.before == entry.after ? Change::same : Change::differs;
  return entry;
}

/// JSON has no comments: a dashboard says it in its description and its tags.
bool is_json_of(const std::string& text, const std::string& stack) {
  const nlohmann::json body = nlohmann::json::parse(text, nullptr, false);
  if (!body.is_object() || !body.contains("description") || !body.contains("tags") || !body["tags"].is_array()) return false;
  const auto& tags = body["tags"];
  return body["description"] == "Made by `plimsoll render`." && std::find(tags.begin(), tags.end(), stack) != tags.end();
}

/// A file's first two lines say that it was rendered of this stack.
bool is_of(const std::string& place, const std::string& stack) {
  const Result<std::string> text = read_file(place);
  if (!text) return false;
  if (place.ends_with(".json")) return is_json_of(*text, stack);
  const std::size_t line = text->find('\n');
  const std::string top = text->substr(0, line == std::string::npos ? line : text->find('\n', line + 1));
  const std::string name = fmt::format("stack {}", stack);
  const std::size_t at = top.find(name);
  const bool is_longer = at != std::string::npos && at + name.size() < top.size() &&
                         (top[at + name.size()] == '-' || std::isalnum(static_cast<unsigned char>(top[at + name.size()])) != 0);
  return at != std::string::npos && !is_longer && top.find("`plimsoll render`") != std::string::npos;
}

/// In the folders that this rendering fills or could have filled.
std::vector<std::string> left_over(const std::string& folder, const std::string& stack, const std::vector<render::File>& files,
                                   const Expected& expected) {
  std::set<std::string> folders(expected.folders.begin(), expected.folders.end()), made;
  for (const std::string& path : expected.paths) made.insert((fs::path(folder) / path).string());
  for (const render::File& file : files) {
    const std::size_t slash = file.path.find('/');
    if (slash != std::string::npos) folders.insert(file.path.substr(0, slash));
    made.insert((fs::path(folder) / file.path).string());
  }
  std::vector<std::string> found;
  for (const std::string& one : folders) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(fs::path(folder) / one, error), end; !error && it != end; it.increment(error)) {
      const std::string place = it->path().string();
      std::error_code ignored;
      if (it->is_regular_file(ignored) && !made.contains(place) && is_of(place, stack)) found.push_back(place);
    }
  }
  std::ranges::sort(found);
  return found;
}

/// The nearest folder above that is there.
fs::path standing(fs::path path) {
  std::error_code error;
  while (!path.empty() && !fs::exists(path, error)) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

}  // namespace

int FolderView::count(Change change) const { return static_cast<int>(std::ranges::count(entries, change, &FolderEntry::change)); }

Result<FolderView> look_into(const std::string& folder, const std::string& stack, const std::vector<render::File>& files,
                             const Expected& expected) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error)) && !fs::is_directory(folder, error))
    return fail(Errc::refused, fmt::format("{} is not a folder", folder));
  FolderView view;
  for (const render::File& file : files) {
    Result<FolderEntry> entry = entry_of(folder, file);
    if (!entry) return fail(entry.error());
    view.entries.push_back(std::move(*entry));
  }
  view.left_over = left_over(folder, stack, files, expected);
  return view;
}

Result<void> may_write(const std::string& folder, const FolderView& view) {
  for (const FolderEntry& entry : view.entries) {
    if (entry.change == Change::same) continue;
    struct stat about {};
    const bool there = ::stat(entry.place.c_str(), &about) == 0;
    if (there && ((about.st_mode & 0222U) == 0 || ::access(entry.place.c_str(), W_OK) != 0))
      return fail(Errc::refused, fmt::format("{} is read-only; nothing was written", entry.place));
    const fs::path above = standing(fs::path(entry.place).parent_path());
    std::error_code error;
    if (!fs::is_directory(above, error))
      return fail(Errc::refused, fmt::format("{}: {} is not a folder; nothing was written", folder, above.string()));
    if (::access(above.c_str(), W_OK | X_OK) != 0)
      return fail(Errc::refused, fmt::format("{}: nobody may write there; nothing was written", above.string()));
  }
  return {};
}

Result<void> write_files(const FolderView& view) {
  int done = 0;
  const auto failed = [&](const std::string& why) {
    return fail(Errc::failed, fmt::format("{}; {} files were written before it", why, done));
  };
  for (const FolderEntry& entry : view.entries) {
    if (entry.change == Change::same) continue;
    const fs::path above = fs::path(entry.place).parent_path();
    std::error_code error;
    if (!above.empty()) fs::create_directories(above, error);
    if (error) return failed(fmt::format("{}: can't be made: {}", above.string(), error.message()));
    const Existing existing = entry.change == Change::differs ? Existing::replace : Existing::refuse;
    if (const Result<void> wrote = write_whole(entry.place, entry.after, existing); !wrote) return failed(wrote.error().message);
    ++done;
  }
  return {};
}

std::string diff_of(const FolderEntry& entry) { return spec::unified_diff(entry.before, entry.after, entry.place); }

}  // namespace plimsoll::cli
