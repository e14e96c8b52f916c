#pragma once
// Lines that know how wide they are. Every screen is made of these, so none can be wider than asked for, and no text from
// outside (a server's error, a name) can move the cursor.

#include <string>
#include <string_view>
#include <vector>

#include "show/style.h"

namespace plimsoll::show {

/// Columns a terminal needs for UTF-8 text: escape sequences of colour count 0, combining characters 0, East Asian wide ones
/// and emoji 2, everything else 1.
int display_width(std::string_view text);

/// One line of text in the making. Control characters become spaces, bytes that are not UTF-8 '?'; without Style::unicode
/// what is not ASCII is written as its nearest likeness ("→" as "->"), before it is measured.
class Line {
 public:
  explicit Line(Style style) : style_(style) {}
  Line(Style style, std::string_view text, Ink ink = Ink::plain) : style_(style) { add(text, ink); }

  Line& add(std::string_view text, Ink ink = Ink::plain);
  Line& add(const Line& other);
  /// Spaces until the line is `columns` wide; nothing if it is already.
  Line& pad_to(int columns);
  /// At most `columns` wide, >= 0; what was cut off is marked by an ellipsis in the last column.
  Line& cut_to(int columns);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] bool empty() const { return width_ == 0; }
  /// With its escape sequences, without spaces at the end and without a line break.
  [[nodiscard]] std::string str() const;

 private:
  struct Span {
    std::string text;
    Ink ink;
  };
  Style style_;
  std::vector<Span> spans_;
  int width_ = 0;
};

using Block = std::vector<Line>;

/// Left and right side by side: right begins at column `left_width + gap`, the left one is cut to its width.
Block beside(Block left, int left_width, int gap, const Block& right, Style);

/// `text` in lines of at most `columns` (>= 1), broken at spaces; a word longer than a line is broken where it must be.
/// At least one line, which may be empty.
std::vector<std::string> wrap(std::string_view text, int columns, Style);

/// The lines with a line break after each.
std::string joined(const Block&);

}  // namespace plimsoll::show
