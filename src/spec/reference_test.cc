#include "spec/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "spec/condition.h"
#include "spec/descriptor.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {

using ::testing::HasSubstr;

TEST(Reference, IsDocsSpecMd) {
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/docs/spec.md";
  if (std::getenv("PLIMSOLL_UPDATE_GOLDEN") != nullptr)
    std::ofstream(path, std::ios::binary | std::ios::trunc) << reference_markdown();
  EXPECT_EQ(reference_markdown(), testing::source_file("docs/spec.md")) << "PLIMSOLL_UPDATE_GOLDEN=1 rewrites " << path;
}

TEST(Reference, HasARowForEveryKeyAndSignal) {
  const std::string text = reference_markdown();
  walk(root_object(), "", [&](const std::string& path, const Field& field) {
    EXPECT_THAT(text, HasSubstr("| `" + std::string(field.key) + "` | ")) << path;
    EXPECT_THAT(text, HasSubstr(std::string(field.doc))) << path;
  });
  for (const std::string_view signal : signal_names) EXPECT_THAT(text, HasSubstr("| `" + std::string(signal) + "` | "));
}

// A cell of its own for every value: a stray '|' would move the columns.
TEST(Reference, EveryRowHasFourCells) {
  std::istringstream lines(reference_markdown());
  std::string line;
  bool in_keys = false;
  int rows = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with("#")) in_keys = false;
    if (line.starts_with("| key |")) in_keys = true;
    if (!in_keys || !line.starts_with("| ")) continue;
    ++rows;
    int bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    EXPECT_EQ(bars, 5) << line;
  }
  EXPECT_GT(rows, 60);
}

}  // namespace
}  // namespace plimsoll::spec
