#include "show/terminal.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "core/assert.h"
#include "show/text.h"

namespace plimsoll::show {
namespace {

// Without automatic wrap a line too long for a terminal that has just shrunk is cut, and the frame stays in its place.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J\x1b[H";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
}

// What a signal handler needs, in plain variables it may read.
std::atomic<int> held_fd = -1;  // the terminal that is held; -1: none
termios modes_before{};         // of the keyboard
bool have_modes = false;
volatile std::sig_atomic_t stopped = 0;

constexpr std::array kHandled = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTSTP};
std::array<struct sigaction, kHandled.size()> actions_before;
std::array<bool, kHandled.size()> replaced{};

void write_quietly(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n <= 0) return;  // from a signal handler: there is nobody to tell
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Keys must not appear in the frame, and must not reach the shell afterwards; Ctrl-C stays a signal.
void quiet_keyboard() {
  if (!have_modes) return;
  termios quiet = modes_before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  tcsetattr(held_fd, TCSANOW, &quiet);
}

void take_over() {
  quiet_keyboard();
  write_quietly(held_fd, kEnter);
}

void give_back() {
  write_quietly(held_fd, kLeave);
  if (have_modes) tcsetattr(held_fd, TCSAFLUSH, &modes_before);
}

void let_go_on(int signal) {
  struct sigaction normal {};
  normal.sa_handler = SIG_DFL;
  sigaction(signal, &normal, nullptr);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
}

void on_signal(int signal) {
  const int error = errno;
  if (held_fd >= 0 && stopped == 0) give_back();
  if (signal == SIGTSTP) {
    stopped = 1;
    struct sigaction mine {};
    sigaction(SIGTSTP, nullptr, &mine);
    let_go_on(SIGTSTP);  // stops here; what follows runs after SIGCONT
    sigaction(SIGTSTP, &mine, nullptr);
  } else {
    let_go_on(signal);
  }
  errno = error;
}

void set_handlers() {
  for (std::size_t i = 0; i < kHandled.size(); ++i) {
    struct sigaction& before = actions_before[i];
    replaced[i] = false;
    if (sigaction(kHandled[i], nullptr, &before) != 0 || (before.sa_flags & SA_SIGINFO) != 0 || before.sa_handler != SIG_DFL)
      continue;
    struct sigaction mine {};
    mine.sa_handler = on_signal;
    mine.sa_flags = SA_RESTART;
    sigemptyset(&mine.sa_mask);
    replaced[i] = sigaction(kHandled[i], &mine, nullptr) == 0;
  }
}

void restore_handlers() {
  for (std::size_t i = 0; i < kHandled.size(); ++i)
    if (replaced[i]) sigaction(kHandled[i], &actions_before[i], nullptr);
}

// A job in the background owns no terminal: setting its modes would stop the job, drawing would spoil what the shell shows.
bool in_foreground(int fd) {
  const pid_t foreground = tcgetpgrp(fd);
  return foreground < 0 || foreground == getpgrp();
}

}  // namespace

Terminal::Terminal(int fd, ColorWish wish) : fd_(fd), is_tty_(isatty(fd) == 1 && in_foreground(fd)) {
  style_ = style_for({variable("NO_COLOR"), variable("TERM"), variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")},
                     is_tty_, wish);
}

Size Terminal::size() const {
  winsize size{};
  if (ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

Result<void> Terminal::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{.fd = fd_, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, 1000);
    } else if (errno != EINTR) {
      return fail(Errc::unreachable, fmt::format("output: {}", std::strerror(errno)));
    }
  }
  return {};
}

Screen::Screen(const Terminal& terminal) : terminal_(terminal) {
  PLIMSOLL_ASSERT(terminal.is_tty() && held_fd < 0);
  held_fd = terminal.fd();
  have_modes = tcgetattr(held_fd, &modes_before) == 0;
  stopped = 0;
  set_handlers();
  take_over();
}

Screen::~Screen() {
  if (stopped == 0) give_back();
  held_fd = -1;
  restore_handlers();
}

Result<void> Screen::show(std::string_view frame) {
  if (stopped != 0) {
    if (!in_foreground(terminal_.fd())) return {};
    take_over();
    stopped = 0;
  }
  return terminal_.write(frame_bytes(frame, terminal_.size().columns));
}

std::string frame_bytes(std::string_view frame, int columns) {
  std::string out = "\x1b[?2026h";  // terminals that know it show the frame at once; others ignore it
  int row = 1;
  while (true) {
    const std::size_t end = frame.find('\n');
    const std::string_view line = frame.substr(0, end);
    const bool last = end == std::string_view::npos;
    out += fmt::format("\x1b[{};1H", row++);
    out += line;
    // After a full line the cursor still stands on its last character, which clearing would take away.
    if (display_width(line) < columns) out += last ? "\x1b[J" : "\x1b[K";
    if (last) break;
    frame.remove_prefix(end + 1);
  }
  return out + "\x1b[?2026l";
}

}  // namespace plimsoll::show
