// What conform makes of files and cases that are not as they should be, and what it prints and returns.

#include "conform/runner.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <vector>

namespace plimsoll::conform {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string file(const std::string& cases) { return R"({"format": 1, "cases": [)" + cases + "]}"; }

std::string quantity_case(const std::string& text, const std::string& expected) {
  return fmt::format(R"({{"id": "q", "function": "quantity", "input": {{"quantity": "{}"}}, "expected": {}}})", text, expected);
}

/// The only failure of one case; "" if it passed.
std::string got(const std::string& one) {
  const auto report = run_hpa(file(one));
  if (!report) return report.error().message;
  return report->failures.empty() ? "" : report->failures.front().got;
}

TEST(Runner, ComparesFloatsByTheirBits) {
  EXPECT_EQ(got(quantity_case("100u", R"({"float": 9.999999999999999e-05, "float_hex": "0x1.a36e2eb1c432cp-14", "milli": 1})")),
            "");
  EXPECT_NE(got(quantity_case("100u", R"({"float": 9.999999999999999e-05, "float_hex": "0x1.a36e2eb1c432dp-14", "milli": 1})")),
            "");
  EXPECT_NE(got(quantity_case("100u", R"({"float": 0.0001, "float_hex": "0x1.a36e2eb1c432cp-14", "milli": 1})")), "");
}

TEST(Runner, AKeyTooManyAndAKeyTooFewAreFailures) {
  EXPECT_NE(got(quantity_case("1", R"({"milli": 1000})")), "");
  EXPECT_NE(got(quantity_case("x", R"({"error": "invalid", "milli": 0})")), "");
  EXPECT_EQ(got(quantity_case("x", R"({"error": "invalid"})")), "");
}

TEST(Runner, IntegersAreExactUpToTheirEnds) {
  const std::string one =
      R"({"id": "e", "function": "external_average_value", "input": {"current_replicas": 1, "target_milli": 9223372036854775807,
          "metric_values_milli": [9223372036854775807], "tolerance": {"scale_down": 0.1, "scale_up": 0.1}},
          "expected": {"replicas": 1, "usage_milli": 922337203685477580X}})";
  const auto with = [&](char last) { return std::string(one).replace(one.find('X'), 1, 1, last); };
  EXPECT_EQ(got(with('7')), "");
  EXPECT_NE(got(with('6')), "");
}

TEST(Runner, DefaultsAreOverlaidFieldByField) {
  const auto report = run_hpa(R"({"format": 1, "function": "quantity", "defaults": {"quantity": {"quantity": "2"}}, "cases": [
    {"id": "a", "input": {}, "expected": {"float": 2, "float_hex": "0x1p+01", "milli": 2000}},
    {"id": "b", "input": {"quantity": "x"}, "expected": {"error": "invalid"}}]})");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->passed, 2);
}

// A case that can't be run has failed, and says why; the others are run all the same.
struct BadCase {
  std::string one, why;
};
void PrintTo(const BadCase& bad, std::ostream* out) { *out << bad.why; }
class BadCases : public testing::TestWithParam<BadCase> {};
TEST_P(BadCases, FailAndSayWhy) {
  const auto report = run_hpa(file(GetParam().one + "," + quantity_case("x", R"({"error": "invalid"})")));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->passed, 1);
  ASSERT_THAT(report->failures, SizeIs(1));
  EXPECT_THAT(report->failures[0].got, HasSubstr(GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Runner, BadCases,
    testing::Values(
        BadCase{R"({"id": "1", "function": "divine", "input": {}, "expected": {}})", "unknown function 'divine'"},
        BadCase{R"({"id": "2", "function": "quantity", "input": {}, "expected": {}})", "quantity: missing"},
        BadCase{R"({"id": "3", "function": "quantity", "input": {"quantity": 5}, "expected": {}})", "a text is needed"},
        BadCase{R"({"id": "4", "function": "replicas_changed_in_period",
                                "input": {"period_seconds": 5000000000, "scale_up_events": []}, "expected": {}})",
                "period_seconds: beyond 32 bits"},
        BadCase{R"({"id": "5", "function": "replicas_changed_in_period",
                                "input": {"period_seconds": 1.5, "scale_up_events": []}, "expected": {}})",
                "a whole number is needed"},
        BadCase{R"({"id": "6", "function": "replicas_changed_in_period",
                                "input": {"period_seconds": 15, "scale_up_events": [[1]]}, "expected": {}})",
                "not run"},
        BadCase{R"({"id": "7", "function": "replicas_changed_in_period",
                                "input": {"period_seconds": 15, "scale_up_events": [[1, 9223372036854775807]]}, "expected": {}})",
                "too long a time"},
        BadCase{R"({"id": "8", "function": "group_pods", "input": {"pods": {}}, "expected": {}})", "a list is needed"},
        BadCase{R"({"id": "9", "function": "behavior_defaults",
                                "input": {"direction": "up", "rules": null}, "expected": {}})",
                "direction"}));

TEST(Runner, TextsThatAreNoFilesOfVectorsAreErrors) {
  EXPECT_THAT(run_hpa("{").error().message, HasSubstr("no JSON"));
  EXPECT_THAT(run_hpa("[]").error().message, HasSubstr("'cases' is missing"));
  EXPECT_THAT(run_hpa(R"({"cases": []})").error().message, HasSubstr("format 1"));
  EXPECT_THAT(run_hpa(R"({"format": 2, "cases": []})").error().message, HasSubstr("format 1"));
  EXPECT_THAT(run_hpa(R"({"format": 1, "cases": [5]})").error().message, HasSubstr("case 0"));
}

struct Ran {
  int exit = -1;
  std::string out, err;
};

/// Runs the binary itself.
Ran conform(std::vector<std::string> arguments) {
  std::array<int, 2> out{}, err{};
  EXPECT_EQ(pipe(out.data()), 0);
  EXPECT_EQ(pipe(err.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    arguments.insert(arguments.begin(), PLIMSOLL_CONFORM);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    execv(PLIMSOLL_CONFORM, argv.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  const auto drain = [](int from) {
    std::string all;
    std::array<char, 4096> piece{};
    for (ssize_t n; (n = read(from, piece.data(), piece.size())) > 0;) all.append(piece.data(), static_cast<std::size_t>(n));
    close(from);
    return all;
  };
  Ran run;
  run.out = drain(out[0]);  // the program's errors are a few lines: they wait in their pipe
  run.err = drain(err[0]);
  int status = 0;
  waitpid(child, &status, 0);
  run.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

/// A file that is gone with the test.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& text)
      : path(std::filesystem::temp_directory_path() / fmt::format("conform_{}_{}.json", getpid(), count++)) {
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
  static inline int count = 0;
};

TEST(Conform, SaysNothingButTheSumWhereAllPass) {
  const Ran run =
      conform({"hpa", PLIMSOLL_SOURCE_DIR "/tests/data/hpa/pods.json", PLIMSOLL_SOURCE_DIR "/tests/data/hpa/quantity.json"});
  EXPECT_EQ(run.exit, 0);
  EXPECT_EQ(run.out, "205 passed, 0 failed\n");
}

TEST(Conform, ShowsCaseExpectedAndGotOfAFailure) {
  const TemporaryFile wrong(file(quantity_case("1", R"({"error": "invalid"})")));
  const Ran run = conform({"hpa", wrong.path});
  EXPECT_EQ(run.exit, 1);
  EXPECT_THAT(run.out, HasSubstr("q quantity\n  expected {\"error\":\"invalid\"}\n  got      {"));
  EXPECT_THAT(run.out, EndsWith("\n0 passed, 1 failed\n"));
}

TEST(Conform, AFileThatCannotBeReadIsExitTwo) {
  const TemporaryFile broken("{");
  for (const std::string& path : {broken.path, std::string("/nonexistent/vectors.json"), std::string("/")}) {
    const Ran run = conform({"hpa", path, PLIMSOLL_SOURCE_DIR "/tests/data/hpa/pods.json"});
    EXPECT_EQ(run.exit, 2) << path;
    EXPECT_THAT(run.err, HasSubstr(path + ": "));
    EXPECT_THAT(run.out, EndsWith("18 passed, 0 failed\n")) << "the other file is run all the same";
  }
}

TEST(Conform, ExplainsItself) {
  EXPECT_EQ(conform({"--help"}).exit, 0);
  EXPECT_THAT(conform({"--help"}).out, HasSubstr("conform hpa FILE.json"));
  EXPECT_THAT(conform({}).err, HasSubstr("no suite given"));
  EXPECT_THAT(conform({"vpa", "x"}).err, HasSubstr("unknown suite 'vpa'"));
  const Ran run = conform({"hpa"});
  EXPECT_THAT(run.err, HasSubstr("no file given"));
  EXPECT_EQ(run.exit, 2);
  EXPECT_THAT(run.out, IsEmpty());
}

}  // namespace
}  // namespace plimsoll::conform
