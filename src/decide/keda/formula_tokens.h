#pragma once
// A formula's words, for compile().

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"

namespace plimsoll::keda {

struct Token {
  enum class Kind : std::uint8_t { number, name, symbol, element, end, unreadable };  // element: '#'
  Kind kind = Kind::end;
  std::string_view text;  // within the formula; empty at its end
  double number = 0;      // Kind::number
  int column = 1;
};

/// Always ends with one `end`, or after the first thing that can't be read. The tokens borrow the text.
std::vector<Token> tokenize(std::string_view text);

}  // namespace plimsoll::keda
