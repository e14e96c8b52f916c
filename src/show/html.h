#pragma once
// Reports as one HTML file: no script, nothing from outside, light and dark, readable without its pictures.

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::show {

struct HtmlColumn {
  std::string header;
  bool number = false;  // set to the right
};

/// Cells are text, not HTML. Every row has a cell for each column (asserted).
std::string html_table(std::string_view caption, const std::vector<HtmlColumn>&,
                       const std::vector<std::vector<std::string>>& rows);

/// A whole document. `body` is HTML, `title` text.
std::string html_page(std::string_view title, std::string_view body);

}  // namespace plimsoll::show
