#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

namespace plimsoll::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 16U << 20U;
constexpr std::size_t largest_sum = 256U << 20U;
constexpr std::size_t most_files = 10'000;

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { (void)close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int close_now() {
    const int fd = fd_;
    fd_ = -1;
    return fd < 0 ? 0 : ::close(fd);
  }

 private:
  int fd_;
};

std::string reason() { return std::strerror(errno); }

Result<std::string> read_all(int fd, const std::string& name) {
  std::string text;
  std::array<char, 65536> part;
  while (true) {
    const ssize_t n = ::read(fd, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Errc::refused, fmt::format("{}: can't be read: {}", name, reason()));
    if (n == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(n));
    if (text.size() > largest_file) return fail(Errc::exhausted, fmt::format("{}: larger than 16 MiB", name));
  }
}

Result<std::string> read_one(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return fail(Errc::not_found, fmt::format("{}: no such file or folder", path));
    return fail(Errc::refused, fmt::format("{}: can't be read: {}", path, reason()));
  }
  return read_all(fd.get(), path);
}

bool wanted(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::array<std::string_view, 5> read = {".yaml", ".yml", ".json", ".ini", ".conf"};
  return std::find(read.begin(), read.end(), extension) != read.end();
}

class Reader {
 public:
  Result<void> add(const std::string& path) {
    if (path == "-") return add_stdin();
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return add_folder(path);
    return take(path, read_one(path));
  }

  Inputs inputs;

 private:
  Result<void> add_stdin() {
    if (stdin_read_) return fail(Errc::malformed, "'-' (stdin) was named twice");
    stdin_read_ = true;
    return take("stdin", read_all(STDIN_FILENO, "stdin"));
  }

  Result<void> take(const std::string& name, Result<std::string> text) {
    if (!text) return fail(text.error());
    sum_ += text->size();
    if (inputs.files.size() >= most_files || sum_ > largest_sum)
      return fail(Errc::exhausted,
                  fmt::format("{}: more than {} files or 256 MiB so far; name the folder of your manifests", name, most_files));
    for (const SourceFile& one : inputs.files)
      if (one.name == name) return {};  // named twice
    inputs.files.push_back({name, std::move(*text)});
    return {};
  }

  /// Files of a folder, then its folders, by name. What can't be read in it is told and passed over: the rest is worth a look.
  Result<void> add_folder(const std::string& folder) {
    const std::size_t before = inputs.files.size() + inputs.passed.size();
    const std::string shown = fs::path(folder).lexically_normal().string();
    Result<void> read = walk(shown.size() > 1 && shown.ends_with('/') ? shown.substr(0, shown.size() - 1) : shown);
    if (read && inputs.files.size() + inputs.passed.size() == before)
      return fail(Errc::not_found, fmt::format("{}: no *.yaml, *.yml, *.json, *.ini or *.conf file in it", folder));
    return read;
  }

  Result<void> walk(const std::string& folder) {
    struct stat about {};
    if (::stat(folder.c_str(), &about) != 0 || !entered_.emplace(about.st_dev, about.st_ino).second) return {};
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
      entries.push_back(*it);
    if (error) inputs.passed.emplace_back(folder, "can't be read: " + error.message());
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path() < b.path(); });
    for (const bool folders : {false, true})
      for (const fs::directory_entry& entry : entries) {
        const Result<void> done = visit(folder, entry, folders);
        if (!done) return done;
      }
    return {};
  }

  Result<void> visit(const std::string& folder, const fs::directory_entry& entry, bool folders) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || name == "node_modules") return {};
    const std::string shown = folder == "." ? name : (fs::path(folder) / name).string();
    std::error_code error;
    if (folders) return entry.is_directory(error) ? walk(shown) : Result<void>{};
    if (!wanted(entry.path()) || entry.is_directory(error)) return {};
    if (!entry.is_regular_file(error)) {
      inputs.passed.emplace_back(shown, error ? "can't be read: " + error.message() : "not a regular file");
      return {};
    }
    Result<std::string> text = read_one(shown);
    if (text) return take(shown, std::move(text));
    const std::string why = text.error().message;
    inputs.passed.emplace_back(shown, why.substr(why.find(": ") + 2));
    return {};
  }

  std::set<std::pair<dev_t, ino_t>> entered_;
  std::size_t sum_ = 0;
  bool stdin_read_ = false;
};

/// Ctrl-C waits until a file is whole.
class Unhurried {
 public:
  Unhurried() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~Unhurried() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Unhurried(const Unhurried&) = delete;
  Unhurried& operator=(const Unhurried&) = delete;

 private:
  sigset_t before_{};
};

/// A file beside its later place, gone with this object.
class Beside {
 public:
  explicit Beside(const std::string& path)
      : name_((fs::path(path).parent_path() / ".plimsoll-XXXXXX").string()), fd_(::mkostemp(name_.data(), O_CLOEXEC)) {}
  ~Beside() {
    if (fd_.get() >= 0 || closed_) ::unlink(name_.c_str());
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  [[nodiscard]] bool open() const { return fd_.get() >= 0; }
  [[nodiscard]] const std::string& name() const { return name_; }
  bool write(std::string_view text, mode_t mode) {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_.get(), text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    closed_ = true;
    return ::fchmod(fd_.get(), mode) == 0 && ::fsync(fd_.get()) == 0 && fd_.close_now() == 0;
  }

 private:
  std::string name_;
  Descriptor fd_;
  bool closed_ = false;
};

/// A new file where links can't be made (FAT, some mounts): a crash may leave part of it, but nobody's file is replaced.
bool write_new(const std::string& path, std::string_view text) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (fd.get() < 0) return false;
  while (!text.empty()) {
    const ssize_t n = ::write(fd.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    const int why = errno;
    ::unlink(path.c_str());
    errno = why;
    return false;
  }
  return ::fsync(fd.get()) == 0 && fd.close_now() == 0;
}

bool no_links_here() { return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK; }

Result<void> cant(const std::string& path) { return fail(Errc::failed, fmt::format("{}: can't be written: {}", path, reason())); }

mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<Inputs> read_inputs(std::span<const std::string> paths) {
  Reader reader;
  for (const std::string& path : paths)
    if (Result<void> read = reader.add(path); !read) return fail(read.error());
  return std::move(reader.inputs);
}

Result<void> write_whole(const std::string& path, std::string_view text, Existing existing) {
  struct stat about {};
  const bool there = ::stat(path.c_str(), &about) == 0;
  if (there && existing == Existing::refuse)
    return fail(Errc::refused, fmt::format("{} is there already; name another file, or remove it first", path));
  if (there && !S_ISREG(about.st_mode)) return fail(Errc::refused, fmt::format("{} is not a regular file", path));
  if (there && ((about.st_mode & 0222U) == 0 || ::access(path.c_str(), W_OK) != 0))
    return fail(Errc::refused, fmt::format("{} is read-only; nothing was written", path));
  std::error_code error;
  const std::string target = there ? fs::canonical(path, error).string() : path;
  if (error) return fail(Errc::failed, fmt::format("{}: {}", path, error.message()));
  const Unhurried unhurried;
  Beside beside(target);
  if (!beside.open() || !beside.write(text, there ? about.st_mode & 07777U : usual_mode())) return cant(path);
  // A new file is linked to its name: that fails if somebody made one meanwhile.
  bool placed = there ? ::rename(beside.name().c_str(), target.c_str()) == 0 : ::link(beside.name().c_str(), target.c_str()) == 0;
  if (!placed && !there && no_links_here()) placed = write_new(target, text);
  return placed ? Result<void>{} : cant(path);
}

Result<void> may_hold(const std::string& path, Report kind) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return {};
  if (!S_ISREG(about.st_mode)) return fail(Errc::refused, fmt::format("{} is not a regular file", path));
  if (about.st_size == 0) return {};
  const Result<std::string> text = read_one(path);
  const auto has = [&](std::string_view part) { return text && text->find(part) != std::string::npos; };
  const bool ours = kind == Report::html
                        ? text && text->starts_with("<!doctype html>") && has(R"(<meta name="generator" content="plimsoll">)")
                        : text && text->starts_with("{") && has("sarif-2.1.0") && has(R"("name": "plimsoll")");
  if (ours) return {};
  return fail(Errc::refused, fmt::format("{} is there and is no earlier report of plimsoll; name another file", path));
}

}  // namespace plimsoll::cli
