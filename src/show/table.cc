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

}  // namespace plimsoll::show
