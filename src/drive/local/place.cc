#include "drive/local/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "drive/local/files.h"

namespace plimsoll::local {

namespace {

namespace fs = std::filesystem;

constexpr const char* folders[] = {"run", "conf", "log", "data", "sock"};
constexpr const char* way_out = "choose another place with --state-dir, e.g. --state-dir /var/lib/plimsoll";

Result<std::string> root_of(const std::string& state_dir, const std::string& stack) {
  if (stack.empty() || stack == "." || stack == ".." || stack.find('/') != std::string::npos)
    return fail(Errc::malformed, fmt::format("'{}' can't be a stack's name: its folder is called so", stack));
  if (state_dir.empty()) return fail(Errc::malformed, "--state-dir is empty");
  std::error_code error;
  const fs::path root = fs::weakly_canonical(fs::absolute(fs::path(state_dir) / stack, error), error);
  if (error) return fail(Errc::failed, fmt::format("can't find the folder {}/{}: {}", state_dir, stack, error.message()));
  return root.string();
}

/// "/a/b" -> "/", "/a", "/a/b".
std::vector<std::string> way_to(const std::string& path) {
  std::vector<std::string> way{"/"};
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    way.push_back(path.substr(0, slash));
  if (path.size() > 1) way.push_back(path);
  return way;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// The first of the folders that the user can't enter; `way.size()` if none. Asked by a child that becomes that user: whatever
/// decides in this system (modes, groups, ACLs, mounts) decides here too. Only system calls between fork and _exit.
Result<std::size_t> first_closed(const std::vector<std::string>& way, const UserIds& user) {
  const pid_t child = ::fork();
  if (child < 0) return fail(Errc::exhausted, fmt::format("can't fork: {}", std::strerror(errno)));
  if (child == 0) {
    if (::setgroups(user.groups.size(), user.groups.data()) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0)
      ::_exit(255);
    for (std::size_t i = 0; i < way.size(); ++i)
      if (::access(way[i].c_str(), X_OK) != 0) ::_exit(static_cast<int>(i < 254 ? i : 254));
    ::_exit(254);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail(Errc::failed, fmt::format("can't wait for a child: {}", std::strerror(errno)));
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 255) return fail(Errc::failed, "can't become another user");
  return WEXITSTATUS(status) == 254 ? way.size() : static_cast<std::size_t>(WEXITSTATUS(status));
}

Result<void> user_can_enter(const std::vector<std::string>& way, const std::string& name) {
  const Result<UserIds> user = find_user(name);
  if (!user) return fail(user.error());
  std::vector<std::string> present;
  for (const std::string& folder : way)
    if (exists(folder)) present.push_back(folder);
  for (const std::string& folder : present)
    if (!is_folder(folder))
      return fail(Errc::refused, fmt::format("{} is not a folder; --state-dir names where data are kept", folder));
  const Result<std::size_t> closed = first_closed(present, *user);
  if (!closed) return fail(closed.error());
  if (*closed == present.size()) return {};
  return fail(Errc::refused, fmt::format("the user {} can't enter {}, which is on the way to {}; {}", name, present[*closed],
                                         way.back(), way_out));
}

Result<void> usable(const std::string& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0)
    return fail(Errc::failed, fmt::format("can't use the folder {}: {}", folder, std::strerror(errno)));
  if (!S_ISDIR(info.st_mode)) return fail(Errc::failed, fmt::format("{} is not a folder; {}", folder, way_out));
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return fail(Errc::failed, fmt::format("can't write in the folder {}: {}; {}", folder, std::strerror(errno), way_out));
  return {};
}

/// Folders made so far; taken back unless all of them could be made.
class Made {
 public:
  Made() = default;
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    for (auto each = made_.rbegin(); each != made_.rend(); ++each) ::rmdir(each->c_str());
  }
  Result<void> make(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0755) != 0)
      return fail(Errc::failed, fmt::format("can't make the folder {}: {}; {}", folder, std::strerror(errno), way_out));
    made_.push_back(folder);
    // Whatever the umask: other users' components live here. What has secrets in it has a mode of its own.
    if (::chmod(folder.c_str(), 0755) != 0)
      return fail(Errc::failed, fmt::format("can't set the mode of {}: {}", folder, std::strerror(errno)));
    return {};
  }
  void keep() { made_.clear(); }

 private:
  std::vector<std::string> made_;
};

}  // namespace

Result<Place> make_place(const std::string& state_dir, const std::string& stack, const std::optional<std::string>& user) {
  const Result<std::string> root = root_of(state_dir, stack);
  if (!root) return fail(root.error());
  const Place place{*root};
  std::vector<std::string> all = way_to(place.root);
  for (const char* folder : folders) all.push_back(place.root + "/" + folder);
  if (user && ::geteuid() == 0) {
    for (const char* folder : {"data", "conf"}) {
      std::vector<std::string> way = way_to(place.root);
      way.push_back(place.root + "/" + folder);
      if (Result<void> enters = user_can_enter(way, *user); !enters) return fail(enters.error());
    }
  }
  Made made;
  for (const std::string& folder : all) {
    const bool ours = folder.size() >= place.root.size();
    if (!exists(folder)) {
      if (Result<void> done = made.make(folder); !done) return fail(done.error());
    } else if (ours) {
      if (Result<void> fine = usable(folder); !fine) return fail(fine.error());
    }
  }
  made.keep();
  return place;
}

Result<Place> find_place(const std::string& state_dir, const std::string& stack) {
  const Result<std::string> root = root_of(state_dir, stack);
  if (!root) return fail(root.error());
  const Place place{*root};
  for (const char* folder : folders) {
    std::error_code error;
    if (!fs::is_directory(place.root + "/" + folder, error))
      return fail(Errc::not_found, fmt::format("no stack {} under {}: `plimsoll up` has not been run there", stack, state_dir));
  }
  return place;
}

}  // namespace plimsoll::local
