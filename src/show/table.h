#pragma once
// Aligned tables: two spaces between columns, no rules, numbers to the right.

#include <string>
#include <vector>

#include "show/text.h"

namespace plimsoll::show {

enum class Align { left, right };

struct Column {
  std::string header;  // shown dim above the column; all empty: no header line
  Align align = Align::left;
  int least = 4;  // columns it keeps when the table must shrink
  int most = 0;   // columns it takes at most, longer cells get an ellipsis; 0: what its cells need
};

struct Cell {
  std::string text;
  Ink ink = Ink::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell per column (asserted).
  void add(std::vector<Cell> row);
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Lines of at most `width`: the widest columns give way first, down to their least; what is still too long is cut.
  [[nodiscard]] Block lines(Style, int width) const;
  /// The same, but what is too long for its column goes on below instead of being cut.
  [[nodiscard]] Block wrapped_lines(Style, int width) const;
  /// The same row by row, for tables with something between their rows; the first is the header, of no lines if there is none.
  [[nodiscard]] std::vector<Block> wrapped_rows(Style, int width) const;

 private:
  void add_wrapped(Block&, const std::vector<Cell>& row, const std::vector<int>& widths, Style, int width) const;
  [[nodiscard]] std::vector<int> widths(Style, int width) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace plimsoll::show
