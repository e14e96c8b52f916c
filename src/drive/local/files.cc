#include "drive/local/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace plimsoll::local {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(std::string_view what, const std::string& path, int error) {
  return fail(error == ENOENT ? Errc::not_found : Errc::failed, fmt::format("{} {}: {}", what, path, std::strerror(error)));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("can't write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> fill(const std::string& path, std::string_view text, const FileAccess& access) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok()) return system_error("can't write", path, errno);
  if (access.owner) {
    const Result<UserIds> user = find_user(*access.owner);
    if (!user) return fail(user.error());
    if (::fchown(file.get(), user->uid, user->gid) != 0) return system_error("can't give away", path, errno);
  }
  if (::fchmod(file.get(), access.mode) != 0) return system_error("can't set the mode of", path, errno);
  if (Result<void> written = write_all(file.get(), text, path); !written) return written;
  if (::fsync(file.get()) != 0) return system_error("can't write", path, errno);
  return {};
}

}  // namespace

Result<UserIds> find_user(const std::string& name) {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return fail(Errc::not_found, fmt::format("there is no user {} on this machine", name));
  UserIds ids{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(64)};
  int count = static_cast<int>(ids.groups.size());
  if (::getgrouplist(name.c_str(), entry.pw_gid, ids.groups.data(), &count) < 0) {
    ids.groups.resize(static_cast<std::size_t>(std::max(count, 1)));
    count = static_cast<int>(ids.groups.size());
    if (::getgrouplist(name.c_str(), entry.pw_gid, ids.groups.data(), &count) < 0)
      return fail(Errc::failed, fmt::format("can't read the groups of user {}", name));
  }
  ids.groups.resize(static_cast<std::size_t>(count));
  return ids;
}

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return system_error("can't read", path, errno);
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("can't read", path, errno);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> write_file(const std::string& path, std::string_view text, const FileAccess& access) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());  // of a crash in the middle of this
  if (Result<void> filled = fill(draft, text, access); !filled) {
    ::unlink(draft.c_str());
    return filled;
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    return system_error("can't write", path, error);
  }
  return sync_folder(folder_of(path));
}

Result<bool> write_if_changed(const std::string& path, std::string_view text, const FileAccess& access) {
  if (const Result<std::string> old = read_file(path); old && *old == text) return false;
  if (Result<void> written = write_file(path, text, access); !written) return fail(written.error());
  return true;
}

Result<void> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || ::fsync(folder.get()) != 0) return system_error("can't sync", path, errno);
  return {};
}

std::uint64_t file_size(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

std::string log_tail(const std::string& path, std::uint64_t from, int lines) {
  constexpr std::uint64_t looked_at = 64U << 10U;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return {};
  const std::uint64_t size = file_size(path);
  const std::uint64_t start = std::max(std::min(from, size), size > looked_at ? size - looked_at : 0);
  std::string text(static_cast<std::size_t>(std::min(looked_at, size - start)), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(start));
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.empty()) return {};
  std::size_t begin = text.size();
  for (int i = 0; i < lines && begin != 0; ++i) {
    const std::size_t newline = text.rfind('\n', begin - 1);
    begin = newline == std::string::npos ? 0 : newline;
  }
  std::string tail = fmt::format("; {} ends with:", path);
  for (std::size_t at = begin; at < text.size();) {
    if (text[at] == '\n') ++at;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    tail += "\n  " + text.substr(at, end - at);
    at = end;
  }
  return tail;
}

}  // namespace plimsoll::local
