// The tree's own rules, checked on its text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::SizeIs;

const fs::path root = PLIMSOLL_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> sources(const std::vector<std::string>& folders) {
  std::vector<fs::path> found;
  for (const std::string& folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".h")
        found.push_back(fs::relative(entry.path(), root));
  }
  return found;
}

bool is_test(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with("_test.cc") || file.string().find("/testing/") != std::string::npos;
}

/// Files (tests aside) with a line that matches, as "file:line".
std::vector<std::string> uses_of(const std::string& pattern, const std::vector<std::string>& folders) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (const fs::path& file : sources(folders)) {
    if (is_test(file)) continue;
    std::istringstream text(text_of(root / file));
    std::string line;
    for (int number = 1; std::getline(text, line); ++number)
      if (std::regex_search(line, expression)) found.push_back(file.string() + ":" + std::to_string(number));
  }
  return found;
}

std::vector<std::string> files_using(const std::string& pattern, const std::vector<std::string>& folders) {
  std::vector<std::string> files = uses_of(pattern, folders);
  for (std::string& place : files) place.resize(place.rfind(':'));
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

const std::vector<std::string> pure = {"src/core", "src/capacity", "src/decide", "src/sim", "src/render", "src/spec"};

TEST(Tidy, ThereIsSomethingToCheck) { EXPECT_GT(sources({"src"}).size(), 50U); }

TEST(Tidy, PureFoldersReadNoClock) {
  EXPECT_THAT(uses_of("(system|steady|high_resolution)_clock::now", pure), IsEmpty()) << "take `TimePoint now` instead";
}

TEST(Tidy, PureFoldersSeeNoMachine) {
  EXPECT_THAT(uses_of("#include <(thread|mutex|fstream|iostream|filesystem|sys/|unistd|boost/)", pure), IsEmpty());
  EXPECT_THAT(uses_of("std::random_device|getenv\\(", pure), IsEmpty());
}

TEST(Tidy, HeavyHeadersStayWhereTheyAre) {
  EXPECT_THAT(files_using("#include <boost/beast", {"src", "app"}), SizeIs(testing::Le(2U))) << "Beast costs 15 s a file";
  EXPECT_THAT(files_using("#include <CLI/", {"src", "app"}), SizeIs(testing::Le(1U)));
  for (const std::string& file : files_using("#include <nlohmann/", {"src", "app"}))
    EXPECT_TRUE(file.ends_with(".cc")) << file << ": JSON stays behind codecs";
}

TEST(Tidy, NothingPassesThroughAShell) {
  EXPECT_THAT(uses_of(R"re((^|[^_:\w.>])(std::)?(system|popen)\(|"/bin/(ba)?sh")re", {"src", "app"}), IsEmpty());
}

TEST(Tidy, EveryFolderHasItsSentence) {
  const std::string readme = text_of(root / "src/README.md");
  for (const auto& entry : fs::directory_iterator(root / "src"))
    if (entry.is_directory() && !fs::is_empty(entry)) {
      EXPECT_NE(readme.find("`" + entry.path().filename().string() + "/`"), std::string::npos) << entry.path().filename();
    }
}

TEST(Tidy, NoTestIsSwitchedOff) {
  const std::regex off("GTEST_SKIP|DISABLED_");
  for (const fs::path& file : sources({"src", "app", "tests"}))
    if (file != "tests/tidy_test.cc") {
      EXPECT_FALSE(std::regex_search(text_of(root / file), off)) << file;
    }
}

}  // namespace
