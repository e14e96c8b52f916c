#include "decide/keda/formula_tokens.h"

#include <array>
#include <charconv>
#include <cmath>

namespace plimsoll::keda {
namespace {

// Longer ones first, so that "<=" is not read as "<".
constexpr std::array<std::string_view, 25> symbols{"??", "&&", "||", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "<",
                                                   ">",  "!",  "?",  ":",  "(",  ")",  "[",  "]", "{", "}", ",", "="};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }

Token take_number(std::string_view left, int column) {
  double value = 0;
  const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), value, std::chars_format::general);
  std::size_t size = static_cast<std::size_t>(end - left.data());
  const bool glued = size < left.size() && (is_letter(left[size]) || is_digit(left[size]) || left[size] == '.');
  if (error == std::errc() && !glued) return {Token::Kind::number, left.substr(0, size), value, column};
  while (size < left.size() && (is_letter(left[size]) || is_digit(left[size]) || left[size] == '.')) ++size;
  return {Token::Kind::unreadable, left.substr(0, size), 0, column};
}

Token take(std::string_view left, int column) {
  const char c = left.front();
  if (is_digit(c) || (c == '.' && left.size() > 1 && is_digit(left[1]))) return take_number(left, column);
  if (is_letter(c)) {
    std::size_t size = 1;
    while (size < left.size() && (is_letter(left[size]) || is_digit(left[size]))) ++size;
    return {Token::Kind::name, left.substr(0, size), 0, column};
  }
  if (c == '#') return {Token::Kind::element, left.substr(0, 1), 0, column};
  for (const std::string_view symbol : symbols)
    if (left.starts_with(symbol)) return {Token::Kind::symbol, left.substr(0, symbol.size()), 0, column};
  std::size_t size = 1;  // a whole character, so that a message can show it
  while (size < left.size() && (static_cast<unsigned char>(left[size]) & 0xc0U) == 0x80U) ++size;
  return {Token::Kind::unreadable, left.substr(0, size), 0, column};
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  int column = 1;
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == '\t' || text.front() == '\n' || text.front() == '\r') {
      text.remove_prefix(1);
      ++column;
      continue;
    }
    tokens.push_back(take(text, column));
    if (tokens.back().kind == Token::Kind::unreadable) return tokens;
    column += static_cast<int>(tokens.back().text.size());
    text.remove_prefix(tokens.back().text.size());
  }
  tokens.push_back({Token::Kind::end, text, 0, column});
  return tokens;
}

}  // namespace plimsoll::keda
