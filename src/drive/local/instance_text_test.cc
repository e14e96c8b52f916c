#include "drive/local/instance_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace plimsoll::local {
namespace {

using namespace std::chrono_literals;

TEST(Fate, SaysHowItEnded) {
  EXPECT_EQ(fate(0), "exited with 0");
  EXPECT_EQ(fate(1), "exited with 1");
  EXPECT_EQ(fate(137), "was killed by signal 9");
  EXPECT_EQ(fate(std::nullopt), "ended");
}

TEST(SpanText, IsShort) {
  EXPECT_EQ(span_text(830ms), "0.8 s");
  EXPECT_EQ(span_text(-1s), "0.0 s");
  EXPECT_EQ(span_text(42s), "42 s");
  EXPECT_EQ(span_text(3min), "3 min");
}

class Log : public testing::Test {
 protected:
  Log() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-log-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ + "/x.log";
  }
  ~Log() override { std::filesystem::remove_all(folder_); }
  std::string last(const std::string& text, std::uint64_t from = 0) {
    std::ofstream(file_, std::ios::binary) << text;
    return last_log_line(file_, from);
  }
  std::string folder_, file_;
};

TEST_F(Log, TheLastLineThatSaysSomething) {
  EXPECT_EQ(last("one\ntwo\n"), "two");
  EXPECT_EQ(last("one\ntwo"), "two");
  EXPECT_EQ(last("one\n\n  \n"), "one");
  EXPECT_EQ(last(""), "");
  EXPECT_EQ(last("\n\n"), "");
  EXPECT_EQ(last(std::string(10'000, 'x') + "\nend\n"), "end");
  EXPECT_EQ(last("a\x1b[31mred\x07\n"), "a[31mred") << "nothing that a terminal would obey";
  EXPECT_EQ(last(std::string(300, 'x')), std::string(200, 'x') + "…");
  EXPECT_EQ(last(std::string(199, 'x') + "ü" + std::string(100, 'x')), std::string(199, 'x') + "…") << "no half characters";
  EXPECT_EQ(last("für \xFFund \xC3\n"), "für ?und ?");
}

TEST_F(Log, OnlyWhatThisRunWrote) {
  EXPECT_EQ(last("before\nnow\n", 7), "now");
  EXPECT_EQ(last("before\n", 7), "");
  EXPECT_EQ(last_log_line(folder_ + "/absent", 0), "");
}

}  // namespace
}  // namespace plimsoll::local
