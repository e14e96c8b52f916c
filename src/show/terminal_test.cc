#include "show/terminal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <string>

namespace plimsoll::show {
namespace {

/// What a child did to a terminal of 100x30.
struct Ran {
  std::string output;
  int status = -1;    // of waitpid
  bool echo = false;  // is the keyboard as it was?
};

Ran run_on_terminal(const std::function<void(const Terminal&)>& child) {
  const winsize size{.ws_row = 30, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  int master = -1, slave = -1;
  Ran ran;
  if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) return ran;
  const pid_t pid = fork();
  if (pid == 0) {
    close(master);
    const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &no_core);
    child(Terminal(slave));
    _exit(0);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool gone = false;
  while (std::chrono::steady_clock::now() < deadline) {
    gone = gone || waitpid(pid, &ran.status, WNOHANG) == pid;
    pollfd readable{.fd = master, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, gone ? 0 : 10) > 0) {
      char buffer[4096];
      const ssize_t n = read(master, buffer, sizeof buffer);
      ran.output.append(buffer, static_cast<std::size_t>(n > 0 ? n : 0));
    } else if (gone) {
      break;
    }
  }
  if (!gone) {
    kill(pid, SIGKILL);
    waitpid(pid, &ran.status, 0);
  }
  termios modes{};
  ran.echo = tcgetattr(slave, &modes) == 0 && (modes.c_lflag & ECHO) != 0 && (modes.c_lflag & ICANON) != 0;
  close(slave);
  close(master);
  return ran;
}

/// Cursor and screen are given back, as the last thing that was written.
void expect_given_back(const Ran& ran) {
  EXPECT_TRUE(ran.output.starts_with("\x1b[?1049h\x1b[?25l")) << ran.output;
  EXPECT_TRUE(ran.output.ends_with("\x1b[?7h\x1b[?25h\x1b[?1049l")) << ran.output;
  EXPECT_TRUE(ran.echo);
}

TEST(Terminal, KnowsItsSizeAndThatItIsOne) {
  const Ran ran = run_on_terminal([](const Terminal& terminal) {
    if (terminal.is_tty() && terminal.size() == Size{.columns = 100, .rows = 30} && terminal.write("here")) _exit(7);
  });
  EXPECT_EQ(WEXITSTATUS(ran.status), 7);
  EXPECT_EQ(ran.output, "here");
}

TEST(Terminal, APipeIsNoneAndAClosedOneAnError) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const Terminal terminal(fds[1]);
  EXPECT_FALSE(terminal.is_tty());
  EXPECT_EQ(terminal.size(), Size{});
  EXPECT_TRUE(terminal.write("x").has_value());
  close(fds[0]);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const Result<void> written = terminal.write("x");
  std::signal(SIGPIPE, before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unreachable);
  close(fds[1]);
}

TEST(Screen, ShowsFramesAndGivesTheTerminalBack) {
  const Ran ran = run_on_terminal([](const Terminal& terminal) {
    Screen screen(terminal);
    if (!screen.show("one\ntwo")) _exit(1);
  });
  expect_given_back(ran);
  EXPECT_NE(ran.output.find(frame_bytes("one\ntwo", 100)), std::string::npos);
  EXPECT_EQ(ran.status, 0);
}

TEST(Screen, GivesTheTerminalBackOnAnException) {
  expect_given_back(run_on_terminal([](const Terminal& terminal) {
    try {
      const Screen screen(terminal);
      throw std::runtime_error("no");
    } catch (const std::runtime_error&) {
    }
  }));
}

class ScreenUnder : public testing::TestWithParam<int> {};
TEST_P(ScreenUnder, SignalsGivesTheTerminalBackAndLetsThemGoOn) {
  const Ran ran = run_on_terminal([](const Terminal& terminal) {
    const Screen screen(terminal);
    raise(GetParam());
  });
  expect_given_back(ran);
  EXPECT_TRUE(WIFSIGNALED(ran.status));
  EXPECT_EQ(WTERMSIG(ran.status), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Show, ScreenUnder, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGABRT));

TEST(Screen, LeavesAHandlerThatIsThereAlone) {
  const Ran ran = run_on_terminal([](const Terminal& terminal) {
    std::signal(SIGINT, [](int) {});
    Screen screen(terminal);
    raise(SIGINT);
    if (!screen.show("still here")) _exit(1);
  });
  expect_given_back(ran);
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.output.find("still here"), std::string::npos);
}

TEST(FrameBytes, ClearWhatALineLeavesButNotItsLastCharacter) {
  EXPECT_EQ(frame_bytes("ab\nabcd\n\x1b[1ma\x1b[0m", 4),
            "\x1b[?2026h\x1b[1;1Hab\x1b[K\x1b[2;1Habcd\x1b[3;1H\x1b[1ma\x1b[0m\x1b[J\x1b[?2026l");
}

}  // namespace
}  // namespace plimsoll::show
