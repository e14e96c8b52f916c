#pragma once
// What the readers of plain texts share: lines, and the places of their parts in the outer file.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"
#include "import/readers.h"

namespace plimsoll::import {

/// The lines of a text, for one thread. Borrows it; every part handed back must be a view into it.
class TextLines {
 public:
  explicit TextLines(const TextAt& text);

  /// Without their ends.
  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }
  /// Where a part of the text stands; the whole text's place if its lines are not the file's.
  [[nodiscard]] Spot spot(std::string_view part) const;
  /// A value, its key, and the line's text from the key to the value as the prefix (none if they stand on two lines).
  [[nodiscard]] Found<std::string> found(std::string value, std::string_view key, std::string_view at) const;
  /// Adds a warning to facts; at most 50 a text, more are no help.
  void warn(Facts& facts, std::string_view part, std::string message, std::string expected = {});
  void note(Facts& facts, std::string_view part, std::string text) const;

 private:
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;
  [[nodiscard]] std::size_t offset(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.text.data());
  }

  TextAt text_;
  std::vector<std::string_view> lines_;
  std::vector<std::size_t> starts_;
  struct Counted {
    std::size_t line = 0, offset = 0;
    int characters = 0;  // from the line's start to the offset
  };
  mutable Counted last_;
  int warnings_ = 0;
};

/// ASCII only.
bool is_blank(char c);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
/// Of a path, with either slash: what stands behind the last one.
std::string base_name(std::string_view path);
/// Of an image, without registry, tag and digest, in lower case: "Registry:5000/Bitnami/Redis:7" is redis.
std::string image_name(std::string_view image);

/// One word of a command or of a configuration line.
struct Word {
  std::string text;      // without quotes and escapes
  std::string_view raw;  // as it stands, with its quotes
};

/// Split as a shell would, without running one: quotes and backslashes, no variables, no operators. An open quote ends with
/// the text.
std::vector<Word> shell_words(std::string_view text);

}  // namespace plimsoll::import
