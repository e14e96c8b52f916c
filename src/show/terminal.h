#pragma once
// The one place that knows a real terminal: is there one, how large, what can it do; and a full screen that is always given
// back. Everything that draws is pure and gets Size and Style from here.

#include <string>
#include <string_view>

#include "core/result.h"
#include "show/live.h"
#include "show/style.h"

namespace plimsoll::show {

/// The output behind a descriptor, borrowed: 1 as a rule. Cheap to copy.
class Terminal {
 public:
  /// Reads the environment (NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG) once.
  explicit Terminal(int fd, ColorWish = ColorWish::automatic);

  /// A terminal, and ours to draw on: false for a job in the background, too.
  [[nodiscard]] bool is_tty() const { return is_tty_; }
  [[nodiscard]] Style style() const { return style_; }
  [[nodiscard]] int fd() const { return fd_; }
  /// As it is now (so a resize shows in the next frame); where it can't be told 80x24. Columns and rows are >= 1.
  [[nodiscard]] Size size() const;
  /// All of it, however many writes that takes. unreachable: nobody reads any more (closed pipe, terminal gone). The caller
  /// ignores SIGPIPE.
  [[nodiscard]] Result<void> write(std::string_view) const;

 private:
  int fd_;
  bool is_tty_;
  Style style_;
};

/// Takes the whole screen for frames: alternate screen, no cursor, no echo of keys. The destructor gives back what was there,
/// and so do SIGINT, SIGTERM, SIGHUP, SIGQUIT and a crash if nobody handles them otherwise: their handlers are only set where
/// the default stood, restore the terminal and let the signal go on. Ctrl-Z gives the screen back; the first frame back in the
/// foreground takes it again. At most one at a time (asserted); construct and destroy it on the thread that shows frames.
/// terminal.is_tty() is required.
class Screen {
 public:
  explicit Screen(const Terminal&);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// A frame of lines with '\n' between them (render_live). Written over the last one in place, so that nothing flickers.
  /// Nothing is written while the program runs on in the background.
  [[nodiscard]] Result<void> show(std::string_view frame);

 private:
  Terminal terminal_;
};

/// The bytes that put a frame on a screen of that many columns: each line at its place, with the rest of it cleared.
std::string frame_bytes(std::string_view frame, int columns);

}  // namespace plimsoll::show
