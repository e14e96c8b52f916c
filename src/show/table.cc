#include "show/table.h"

#include <algorithm>
#include <numeric>

#include "core/assert.h"

namespace plimsoll::show {
namespace {

constexpr int kGap = 2;

}  // namespace

void Table::add(std::vector<Cell> row) {
  PLIMSOLL_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

std::vector<int> Table::widths(Style style, int width) const {
  std::vector<int> widths(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    widths[c] = Line(style, columns_[c].header).width();
    for (const auto& row : rows_) widths[c] = std::max(widths[c], Line(style, row[c].text).width());
    if (columns_[c].most > 0) widths[c] = std::min(widths[c], columns_[c].most);
  }
  int over = std::accumulate(widths.begin(), widths.end(), kGap * (static_cast<int>(widths.size()) - 1)) - width;
  for (; over > 0; --over) {
    std::size_t widest = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (widths[c] > columns_[c].least && (widest == columns_.size() || widths[c] > widths[widest])) widest = c;
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

Block Table::lines(Style style, int width) const {
  const std::vector<int> widths = this->widths(style, width);
  const auto line_of = [&](auto&& cell_of) {
    Line line(style);
    int begin = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const Cell cell = cell_of(c);
      Line text(style, cell.text, cell.ink);
      text.cut_to(widths[c]);
      line.pad_to(begin + (columns_[c].align == Align::right ? widths[c] - text.width() : 0)).add(text);
      begin += widths[c] + kGap;
    }
    return line.cut_to(std::max(0, width));
  };
  Block block;
  if (std::any_of(columns_.begin(), columns_.end(), [](const Column& c) { return !c.header.empty(); }))
    block.push_back(line_of([&](std::size_t c) { return Cell{columns_[c].header, Ink::dim}; }));
  for (const auto& row : rows_) block.push_back(line_of([&](std::size_t c) { return row[c]; }));
  return block;
}

void Table::add_wrapped(Block& block, const std::vector<Cell>& row, const std::vector<int>& widths, Style style,
                        int width) const {
  std::vector<std::vector<std::string>> parts(columns_.size());
  std::size_t height = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    parts[c] = wrap(row[c].text, std::max(1, widths[c]), style);
    height = std::max(height, parts[c].size());
  }
  for (std::size_t i = 0; i < height; ++i) {
    Line line(style);
    int begin = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      Line text(style, i < parts[c].size() ? parts[c][i] : "", row[c].ink);
      text.cut_to(std::max(0, widths[c]));
      line.pad_to(begin + (columns_[c].align == Align::right ? widths[c] - text.width() : 0)).add(text);
      begin += widths[c] + kGap;
    }
    block.push_back(std::move(line.cut_to(std::max(0, width))));
  }
}

std::vector<Block> Table::wrapped_rows(Style style, int width) const {
  const std::vector<int> widths = this->widths(style, width);
  std::vector<Block> rows(1);
  std::vector<Cell> heads;
  for (const Column& column : columns_) heads.push_back({column.header, Ink::dim});
  if (std::any_of(heads.begin(), heads.end(), [](const Cell& head) { return !head.text.empty(); }))
    add_wrapped(rows[0], heads, widths, style, width);
  for (const std::vector<Cell>& row : rows_) add_wrapped(rows.emplace_back(), row, widths, style, width);
  return rows;
}

Block Table::wrapped_lines(Style style, int width) const {
  Block block;
  for (Block& row : wrapped_rows(style, width))
    for (Line& line : row) block.push_back(std::move(line));
  return block;
}

}  // namespace plimsoll::show
