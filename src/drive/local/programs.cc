#include "drive/local/programs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "drive/local/files.h"

namespace plimsoll::local {

namespace {

namespace fs = std::filesystem;

constexpr int oldest_postgres = 13;

bool executable(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<int> installed_postgres(const std::string& root) {
  std::vector<int> versions;
  std::error_code error;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    int major = 0;
    const auto [last, bad] = std::from_chars(name.data(), name.data() + name.size(), major);
    const bool whole = bad == std::errc() && last == name.data() + name.size();
    if (whole && executable(at->path().string() + "/bin/postgres") && executable(at->path().string() + "/bin/initdb"))
      versions.push_back(major);
  }
  return versions;
}

}  // namespace

ProgramPaths ProgramPaths::of_this_machine() {
  ProgramPaths paths;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    if (rest.starts_with('/')) paths.directories.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  for (const char* usual : {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
    if (std::find(paths.directories.begin(), paths.directories.end(), usual) == paths.directories.end())
      paths.directories.emplace_back(usual);
  return paths;
}

Result<std::string> find_packaged(const ProgramPaths& paths, const std::string& program, const std::string& package) {
  for (const std::string& directory : paths.directories)
    if (std::string path = directory + "/" + program; executable(path)) return path;
  return fail(Errc::not_found, fmt::format("{} not found: apt-get install {}", program, package));
}

Result<PostgresPrograms> find_postgres(const ProgramPaths& paths, std::optional<int> major) {
  const std::vector<int> versions = installed_postgres(paths.postgresql);
  if (major && std::find(versions.begin(), versions.end(), *major) == versions.end())
    return fail(Errc::not_found, fmt::format("postgres {} not found, and the data were made by it: apt-get install postgresql-{}",
                                             *major, *major));
  if (versions.empty()) return fail(Errc::not_found, "postgres not found: apt-get install postgresql");
  const int chosen = major ? *major : *std::max_element(versions.begin(), versions.end());
  if (chosen < oldest_postgres)
    return fail(Errc::not_found, fmt::format("postgres {} is too old, {} or later is needed: apt-get install postgresql", chosen,
                                             oldest_postgres));
  const std::string home = fmt::format("{}/{}", paths.postgresql, chosen);
  return PostgresPrograms{chosen, home + "/bin/postgres", home + "/bin/initdb", home + "/bin/pg_basebackup",
                          ::access((home + "/lib/pg_stat_statements.so").c_str(), R_OK) == 0};
}

Result<std::optional<std::string>> server_user() {
  if (::geteuid() != 0) return std::optional<std::string>();
  if (!find_user("postgres"))
    return fail(Errc::not_found,
                "postgres and pgbouncer must not run as root, and there is no user postgres: apt-get install postgresql");
  return std::optional<std::string>("postgres");
}

std::map<std::string, std::string> server_environment() {
  return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}};
}

}  // namespace plimsoll::local
