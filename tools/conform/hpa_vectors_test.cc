// The committed vectors, one test a file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conform/runner.h"

namespace plimsoll::conform {
namespace {

const std::filesystem::path folder = PLIMSOLL_SOURCE_DIR "/tests/data/hpa";

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> files() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json") found.push_back(entry.path().stem().string());
  std::sort(found.begin(), found.end());
  return found;
}

class HpaVectors : public testing::TestWithParam<std::string> {};

TEST_P(HpaVectors, AllPass) {
  const auto report = run_hpa(text_of(folder / (GetParam() + ".json")));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(report->passed, 0);
  for (const Failure& f : report->failures)
    ADD_FAILURE() << f.id << " " << f.function << " " << f.name << "\nexpected " << f.expected << "\ngot      " << f.got;
}
INSTANTIATE_TEST_SUITE_P(Files, HpaVectors, testing::ValuesIn(files()), [](const auto& file) { return file.param; });

TEST(HpaVectors, AreThereInFull) { EXPECT_THAT(files(), testing::SizeIs(14)); }

}  // namespace
}  // namespace plimsoll::conform
