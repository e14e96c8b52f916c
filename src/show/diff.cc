#include "show/diff.h"

#include "show/text.h"

namespace plimsoll::show {

std::string render_diff(std::string_view unified, Style style) {
  Block block;
  while (!unified.empty()) {
    const std::size_t end = unified.find('\n');
    const std::string_view line = unified.substr(0, end);
    unified.remove_prefix(end == std::string_view::npos ? unified.size() : end + 1);
    const bool header = line.starts_with("---") || line.starts_with("+++") || line.starts_with("@@");
    block.emplace_back(style, line,
                       header || line.starts_with("-") ? Ink::dim
                       : line.starts_with("+")         ? Ink::accent
                                                       : Ink::plain);
  }
  return joined(block);
}

}  // namespace plimsoll::show
