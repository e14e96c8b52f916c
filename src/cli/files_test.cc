#include "cli/files.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace plimsoll::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (fs::temp_directory_path() / "plimsoll-files-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& text = "a: 1\n") const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  /// Names of what is read, below the folder.
  [[nodiscard]] std::vector<std::string> read(const std::vector<std::string>& paths) const {
    const Result<Inputs> inputs = read_inputs(paths);
    EXPECT_TRUE(inputs) << inputs.error().message;
    std::vector<std::string> names;
    if (inputs)
      for (const SourceFile& file : inputs->files) names.push_back(fs::relative(file.name, folder_).string());
    return names;
  }
  [[nodiscard]] static std::string error_of(const std::vector<std::string>& paths) {
    const Result<Inputs> inputs = read_inputs(paths);
    return inputs ? "" : inputs.error().message;
  }
  [[nodiscard]] std::vector<std::string> names_here() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path folder_;
};

TEST_F(Files, OfAFolderByNameAndWithoutWhatIsHidden) {
  for (const char* name : {"b.yaml", "a.YML", "c.json", "p.ini", "r.conf", "readme.md", "x.yaml.bak", ".hidden.yaml",
                           ".git/config.ini", "node_modules/m/a.yaml", "sub/z.yaml"})
    put(name);
  EXPECT_THAT(read({at("")}), ElementsAre("a.YML", "b.yaml", "c.json", "p.ini", "r.conf", "sub/z.yaml"));
}

TEST_F(Files, ANamedFileIsReadWhateverItsName) {
  put("Chart.lock", "x");
  EXPECT_THAT(read({at("Chart.lock"), at("Chart.lock")}), ElementsAre("Chart.lock")) << "once, though named twice";
}

TEST_F(Files, ALoopOfLinksEnds) {
  put("a/one.yaml");
  fs::create_directory_symlink(folder_, folder_ / "a" / "up");
  fs::create_directory_symlink(folder_ / "a", folder_ / "b");
  EXPECT_THAT(read({at("")}), ElementsAre("a/one.yaml"));
}

TEST_F(Files, WhatIsNotThereIsNamed) {
  EXPECT_THAT(error_of({at("nowhere")}), HasSubstr("nowhere: no such file or folder"));
  fs::create_directory(folder_ / "empty");
  EXPECT_THAT(error_of({at("empty")}), HasSubstr("no *.yaml, *.yml, *.json, *.ini or *.conf file in it"));
  EXPECT_THAT(error_of({"/proc/self/mem"}), HasSubstr("/proc/self/mem: can't be read"));
}

TEST_F(Files, WhatAFolderHasAndCannotBeReadIsPassedOver) {
  put("good.yaml");
  fs::create_symlink("/nowhere/at/all", folder_ / "broken.yaml");
  ASSERT_EQ(::mkfifo(at("pipe.yaml").c_str(), 0600), 0) << "opening it would wait for ever";
  fs::create_symlink("/proc/self/mem", folder_ / "unreadable.yaml");
  const Result<Inputs> inputs = read_inputs(std::vector{at("")});
  ASSERT_TRUE(inputs);
  EXPECT_EQ(inputs->files.size(), 1U);
  EXPECT_FALSE(inputs->complete());
  std::vector<std::string> passed;
  for (const auto& [name, why] : inputs->passed) passed.push_back(fs::path(name).filename().string() + ": " + why);
  EXPECT_THAT(passed, ElementsAre("broken.yaml: can't be read: No such file or directory", "pipe.yaml: not a regular file",
                                  HasSubstr("unreadable.yaml: can't be read")));
}

TEST_F(Files, TooLargeIsRefused) {
  put("large.yaml", std::string((16U << 20U) + 1, 'x'));
  EXPECT_THAT(error_of({at("large.yaml")}), HasSubstr("larger than 16 MiB"));
}

TEST_F(Files, ANewFileIsWrittenOnceAndNothingElseIsLeft) {
  EXPECT_TRUE(write_whole(at("stack.yaml"), "name: a\n", Existing::refuse));
  const Result<void> again = write_whole(at("stack.yaml"), "name: b\n", Existing::refuse);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("is there already"));
  EXPECT_EQ(text_of("stack.yaml"), "name: a\n");
  EXPECT_THAT(names_here(), ElementsAre("stack.yaml"));
}

TEST_F(Files, AReplacedFileKeepsItsModeAndTheLinkToIt) {
  put("real.yaml", "old");
  ::chmod(at("real.yaml").c_str(), 0640);
  fs::create_symlink("real.yaml", folder_ / "stack.yaml");
  ASSERT_TRUE(write_whole(at("stack.yaml"), "new", Existing::replace));
  EXPECT_EQ(text_of("real.yaml"), "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "stack.yaml"));
  EXPECT_EQ(fs::status(folder_ / "real.yaml").permissions(), fs::perms(0640));
  EXPECT_THAT(names_here(), ElementsAre("real.yaml", "stack.yaml"));
}

TEST_F(Files, AReadOnlyFileStaysAsItIs) {
  put("stack.yaml", "old");
  ::chmod(at("stack.yaml").c_str(), 0444);
  const Result<void> wrote = write_whole(at("stack.yaml"), "new", Existing::replace);
  ASSERT_FALSE(wrote);
  EXPECT_THAT(wrote.error().message, HasSubstr("is read-only"));
  EXPECT_EQ(text_of("stack.yaml"), "old");
}

TEST_F(Files, AFolderThatIsNotThereIsNamed) {
  const Result<void> wrote = write_whole(at("no/stack.yaml"), "new", Existing::replace);
  ASSERT_FALSE(wrote);
  EXPECT_THAT(wrote.error().message, HasSubstr("no/stack.yaml: can't be written: No such file or directory"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(Files, AReportReplacesNothingButAReport) {
  put("stack.yaml", "apiVersion: plimsoll/v1\n");
  put("page.html", "<!doctype html>\n<html>somebody's\n");
  put("other.sarif", R"({"$schema": "sarif-2.1.0", "name": "another"})");
  put("ours.html", "<!doctype html>\n<meta name=\"generator\" content=\"plimsoll\">\n");
  put("ours.sarif", "{\n  \"$schema\": \"sarif-2.1.0.json\", \"name\": \"plimsoll\"}\n");
  put("empty", "");
  for (const char* name : {"stack.yaml", "page.html", "other.sarif", "ours.sarif"})
    EXPECT_FALSE(may_hold(at(name), Report::html)) << name;
  for (const char* name : {"stack.yaml", "page.html", "other.sarif", "ours.html"})
    EXPECT_FALSE(may_hold(at(name), Report::sarif)) << name;
  for (const char* name : {"ours.html", "empty", "nowhere"}) EXPECT_TRUE(may_hold(at(name), Report::html)) << name;
  for (const char* name : {"ours.sarif", "empty", "nowhere"}) EXPECT_TRUE(may_hold(at(name), Report::sarif)) << name;
}

}  // namespace
}  // namespace plimsoll::cli
