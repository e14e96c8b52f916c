#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "spec/patch.h"

namespace plimsoll::spec {
namespace {

struct Row {
  std::string name, before, after, diff;
};
class UnifiedDiff : public ::testing::TestWithParam<Row> {};
TEST_P(UnifiedDiff, IsWhatDiffUShows) { EXPECT_EQ(unified_diff(GetParam().before, GetParam().after, "s.yaml"), GetParam().diff); }
const std::string head = "--- s.yaml\n+++ s.yaml\n";
INSTANTIATE_TEST_SUITE_P(
    Diff, UnifiedDiff,
    ::testing::Values(Row{"Same", "a\nb\n", "a\nb\n", ""}, Row{"BothEmpty", "", "", ""},
                      Row{"OneLine", "a\nb\nc\n", "a\nB\nc\n", head + "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
                      Row{"ThreeLinesAround", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
                          head + "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
                      Row{"Added", "a\nb\n", "a\nx\ny\nb\n", head + "@@ -1,2 +1,4 @@\n a\n+x\n+y\n b\n"},
                      Row{"Removed", "a\nx\nb\n", "a\nb\n", head + "@@ -1,3 +1,2 @@\n a\n-x\n b\n"},
                      Row{"FromNothing", "", "a\nb\n", head + "@@ -0,0 +1,2 @@\n+a\n+b\n"},
                      Row{"ToNothing", "a\n", "", head + "@@ -1 +0,0 @@\n-a\n"},
                      Row{"AtTheEnd", "1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", head + "@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n"},
                      Row{"FarApart", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
                          head + "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
                      Row{"SixApartAreOneHunk", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
                          head + "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
                      Row{"NoNewlineInEither", "a\nb", "a\nc",
                          head + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"},
                      Row{"NewlineAdded", "a\nb", "a\nb\n", head + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
                      Row{"NoNewlineInContext", "x\na", "y\na",
                          head + "@@ -1,2 +1,2 @@\n-x\n+y\n a\n\\ No newline at end of file\n"},
                      Row{"KeepsCarriageReturns", "a\r\nb\r\n", "a\r\nc\r\n", head + "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"}),
    [](const auto& one) { return one.param.name; });

/// What `patch` makes of the old text and a diff.
std::string patched(const std::string& before, const std::string& diff) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < before.size();) {
    const std::size_t end = before.find('\n', at);
    lines.push_back(before.substr(at, end == std::string::npos ? end : end + 1 - at));
    at += lines.back().size();
  }
  std::string out;
  std::size_t done = 0;
  std::size_t at = 0;
  std::string* last = nullptr;
  std::string held;
  const auto flush = [&] {
    if (last) out += held;
    last = nullptr;
  };
  while (at < diff.size()) {
    const std::size_t end = diff.find('\n', at);
    const std::string line = diff.substr(at, end + 1 - at);
    at = end + 1;
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("\\")) {
      if (last) held.pop_back();
      continue;
    }
    flush();
    if (line.starts_with("@@")) {
      const std::size_t from = std::stoul(line.substr(4));
      const bool is_empty = line.find(",0 +") != std::string::npos;
      for (const std::size_t first = is_empty ? from : from - 1; done < first; ++done) out += lines.at(done);
      continue;
    }
    if (line[0] == '-' || line[0] == ' ') {
      if (line[0] == ' ' && lines.at(done).substr(0, line.size() - 2) != line.substr(1, line.size() - 2)) return "wrong context";
      ++done;
    }
    if (line[0] == '+' || line[0] == ' ') {
      held = line.substr(1);
      last = &held;
    }
  }
  flush();
  for (; done < lines.size(); ++done) out += lines[done];
  return out;
}

TEST(UnifiedDiff, TurnsTheOldTextIntoTheNew) {
  const bool holds = rc::check([] {
    const auto text = [] {
      const std::string all = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', '\n', '\n'));
      return all;
    };
    const std::string before = text(), after = text();
    const std::string diff = unified_diff(before, after, "x");
    RC_ASSERT((before == after) == diff.empty());
    RC_ASSERT(patched(before, diff) == after);
  });
  EXPECT_TRUE(holds);
}

TEST(UnifiedDiff, ManyDifferencesTakeLittleTime) {
  std::string before, after;
  for (int i = 0; i < 20'000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i) + "\n";
  }
  const std::string diff = unified_diff("same\n" + before + "same\n", "same\n" + after + "same\n", "x");
  EXPECT_TRUE(diff.starts_with("--- x\n+++ x\n@@ -1,20002 +1,20002 @@\n same\n-old 0\n"));
}

}  // namespace
}  // namespace plimsoll::spec
