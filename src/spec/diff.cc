// unified_diff(): Myers' greedy algorithm over lines.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "spec/patch.h"

namespace plimsoll::spec {
namespace {

constexpr std::size_t context = 3;
constexpr int most_changes = 2000;  // beyond, what lies between the first and the last difference is replaced as a whole

using Lines = std::vector<std::string_view>;

/// With their ends, so that a last line without one is another line.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

/// [begin, end) of the old lines went for [begin, end) of the new ones; in order, never touching.
struct Change {
  std::size_t old_begin, old_end, new_begin, new_end;
};

/// Marks which lines of two ranges have a partner in the other.
class Matcher {
 public:
  Matcher(std::span<const std::string_view> a, std::span<const std::string_view> b) : a_(a), b_(b) {}

  /// Pairs of equal lines, rising in both; none if there are too many changes.
  std::vector<std::pair<std::size_t, std::size_t>> pairs() {
    const int n = static_cast<int>(a_.size()), m = static_cast<int>(b_.size());
    const int most = std::min(n + m, most_changes);
    std::vector<int> furthest(static_cast<std::size_t>(2 * most + 3), 0);  // x by diagonal
    const auto at = [&](std::vector<int>& v, int k) -> int& { return v[static_cast<std::size_t>(k + most + 1)]; };
    std::vector<std::vector<int>> trace;
    for (int d = 0; d <= most; ++d) {
      // Only what the way back will look at.
      trace.emplace_back(furthest.begin() + (most + 1 - d), furthest.begin() + (most + 2 + d));
      for (int k = -d; k <= d; k += 2) {
        int x = is_down(d, k, at(furthest, k - 1), at(furthest, k + 1)) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
        int y = x - k;
        while (x < n && y < m && a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(y)]) ++x, ++y;
        at(furthest, k) = x;
        if (x >= n && y >= m) return way_back(trace, d);
      }
    }
    return {};
  }

 private:
  static bool is_down(int d, int k, int left, int right) { return k == -d || (k != d && left < right); }

  std::vector<std::pair<std::size_t, std::size_t>> way_back(const std::vector<std::vector<int>>& trace, int d) const {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    int x = static_cast<int>(a_.size()), y = static_cast<int>(b_.size());
    const auto take_equal = [&](int until_x, int until_y) {
      while (x > until_x && y > until_y) pairs.emplace_back(--x, --y);
    };
    for (; d > 0; --d) {
      const std::vector<int>& before = trace[static_cast<std::size_t>(d)];
      const auto at = [&](int k) { return k < -d || k > d ? 0 : before[static_cast<std::size_t>(k + d)]; };
      const int k = x - y;
      const bool down = is_down(d, k, at(k - 1), at(k + 1));
      const int from_x = down ? at(k + 1) : at(k - 1);
      const int from_y = from_x - (down ? k + 1 : k - 1);
      take_equal(down ? from_x : from_x + 1, down ? from_y + 1 : from_y);
      x = from_x;
      y = from_y;
    }
    take_equal(0, 0);
    std::reverse(pairs.begin(), pairs.end());
    return pairs;
  }

  std::span<const std::string_view> a_, b_;
};

std::vector<Change> changes_between(const Lines& a, const Lines& b) {
  std::size_t front = 0;
  while (front < a.size() && front < b.size() && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < a.size() - front && back < b.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const std::span<const std::string_view> middle_a(a.data() + front, a.size() - front - back);
  const std::span<const std::string_view> middle_b(b.data() + front, b.size() - front - back);
  std::vector<Change> changes;
  std::size_t x = 0, y = 0;
  const auto until = [&](std::size_t next_x, std::size_t next_y) {
    if (next_x > x || next_y > y) changes.push_back({front + x, front + next_x, front + y, front + next_y});
    x = next_x + 1;
    y = next_y + 1;
  };
  for (const auto& [same_x, same_y] : Matcher(middle_a, middle_b).pairs()) until(same_x, same_y);
  until(middle_a.size(), middle_b.size());
  return changes;
}

void add_line(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

/// "12,3": first line and count; an empty range stands behind the line before it.
std::string range(std::size_t begin, std::size_t end) {
  if (end - begin == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", end == begin ? begin : begin + 1, end - begin);
}

/// Changes with no more than twice the context between them.
void add_hunk(std::string& out, std::span<const Change> changes, const Lines& a, const Lines& b) {
  const std::size_t before = std::min(context, changes.front().old_begin);
  const std::size_t after = std::min(context, a.size() - changes.back().old_end);
  std::size_t at = changes.front().old_begin - before;
  out += fmt::format("@@ -{} +{} @@\n", range(at, changes.back().old_end + after),
                     range(changes.front().new_begin - before, changes.back().new_end + after));
  for (const Change& change : changes) {
    for (; at < change.old_begin; ++at) add_line(out, ' ', a[at]);
    for (; at < change.old_end; ++at) add_line(out, '-', a[at]);
    for (std::size_t i = change.new_begin; i < change.new_end; ++i) add_line(out, '+', b[i]);
  }
  for (std::size_t i = 0; i < after; ++i) add_line(out, ' ', a[at + i]);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  const Lines a = lines_of(before), b = lines_of(after);
  const std::vector<Change> changes = changes_between(a, b);
  std::string out = fmt::format("--- {0}\n+++ {0}\n", name);
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t last = first + 1;
    while (last < changes.size() && changes[last].old_begin - changes[last - 1].old_end <= 2 * context) ++last;
    add_hunk(out, std::span(changes).subspan(first, last - first), a, b);
    first = last;
  }
  return out;
}

}  // namespace plimsoll::spec
