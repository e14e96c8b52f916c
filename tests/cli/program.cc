#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace plimsoll::scenes {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// In the child: never returns.
[[noreturn]] void become(const fs::path& folder, std::vector<std::string> arguments,
                         const std::vector<std::pair<std::string, std::string>>& more) {
  arguments.insert(arguments.begin(), std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll");
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TERM=dumb"};
  for (const auto& [name, value] : more) environment.push_back(name + "=" + value);
  if (::chdir(folder.c_str()) != 0) ::_exit(126);
  ::execve(arguments[0].c_str(), pointers(arguments).data(), pointers(environment).data());
  ::_exit(127);
}

int code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Reads until all of them are at their end.
void drain(std::vector<std::pair<int, std::string*>> from) {
  std::array<char, 4096> part;
  while (!from.empty()) {
    std::vector<pollfd> polled;
    for (const auto& [fd, text] : from) polled.push_back({fd, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const ssize_t n = ::read(from[i].first, part.data(), part.size());
      if (n > 0) {
        from[i].second->append(part.data(), static_cast<std::size_t>(n));
      } else {
        ::close(from[i].first);
        from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "plimsoll-scene-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void Folder::put(const std::string& name, const std::string& text) const {
  fs::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

std::string Folder::text_of(const std::string& name) const { return read_text(path_ / name); }

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Outcome Folder::plimsoll(std::vector<std::string> arguments, const std::string& input,
                         const std::vector<std::pair<std::string, std::string>>& environment, const char* output) const {
  const fs::path typed = path_.string() + ".stdin";  // a file, so that nobody waits for a reader
  std::ofstream(typed, std::ios::binary) << input;
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const int in = ::open(typed.c_str(), O_RDONLY);
    ::dup2(in, 0);
    ::dup2(output ? ::open(output, O_WRONLY | O_CLOEXEC) : out[1], 1);
    ::dup2(err[1], 2);
    become(path_, std::move(arguments), environment);
  }
  ::close(out[1]);
  ::close(err[1]);
  Outcome outcome;
  drain({{out[0], &outcome.out}, {err[0], &outcome.err}});
  outcome.code = code_of(child);
  fs::remove(typed);
  return outcome;
}

Outcome Folder::on_terminal(std::vector<std::string> arguments, int columns, const std::string& asked,
                            const std::string& input) const {
  winsize size{};
  size.ws_row = 40;
  size.ws_col = static_cast<unsigned short>(columns);
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child < 0) throw std::runtime_error("no terminal");
  if (child == 0) become(path_, std::move(arguments), {});
  Outcome outcome;
  std::array<char, 4096> part;
  bool typed = input.empty();
  for (ssize_t n = 0; (n = ::read(terminal, part.data(), part.size())) > 0;) {
    outcome.out.append(part.data(), static_cast<std::size_t>(n));
    if (typed || outcome.out.find(asked) == std::string::npos) continue;
    typed = ::write(terminal, input.data(), input.size()) == static_cast<ssize_t>(input.size());
  }
  ::close(terminal);
  std::erase(outcome.out, '\r');
  outcome.code = code_of(child);
  return outcome;
}

std::string source_path(const std::string& name) { return std::string(PLIMSOLL_SOURCE_DIR) + "/" + name; }
std::string source_text(const std::string& name) { return read_text(source_path(name)); }

}  // namespace plimsoll::scenes
