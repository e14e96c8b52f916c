#pragma once
// The words of nginx's configuration language.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "import/text_lines.h"

namespace plimsoll::import {

/// "30s", "1m30s", "1h 30m" without the blank, "500ms", "1d"; a bare number is seconds.
std::optional<Duration> nginx_duration(std::string_view value);
/// "100r/m" or "10r/s", per second.
std::optional<double> nginx_rate(std::string_view value);

/// Cuts a configuration into directives. Borrows the text. Whatever the text is, it ends.
class NginxTokens {
 public:
  enum class End {
    statement,  // ';'
    block,      // '{'
    close,      // '}': words before it lack their ';'
    text,       // the text is over
  };
  explicit NginxTokens(std::string_view text) : text_(text) {}
  /// The next directive's words, and what ended them.
  End next(std::vector<Word>& words);
  /// After End::block: passes over the block whole, for those with another language in them (content_by_lua_block).
  void skip_block();
  /// What ended the last directive, as a part of the text.
  [[nodiscard]] std::string_view end_mark() const { return text_.substr(mark_, mark_ < text_.size() ? 1 : 0); }

 private:
  Word word();
  std::string_view text_;
  std::size_t at_ = 0, mark_ = 0;
};

}  // namespace plimsoll::import
