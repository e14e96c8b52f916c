// Whatever the bytes are: a value or an error, in bounded time, without a crash.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/rng.h"
#include "spec/render_diagnostic.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {

/// Parses and renders; what must hold for every text.
void survives(const std::string& text) {
  const Environment env = testing::environment({{"NAME", "value"}});
  const Parsed<Stack> parsed = parse(text, env);
  ASSERT_EQ(parsed.ok(), parsed.value.has_value());
  ASSERT_TRUE(parsed.value || !parsed.diagnostics.empty()) << "neither a value nor an error";
  for (const Diagnostic& d : parsed.diagnostics) {
    ASSERT_GE(d.at.line, 1);
    ASSERT_GE(d.at.column, 1);
    ASSERT_GE(d.at.length, 1);
    ASSERT_FALSE(d.message.empty());
  }
  ASSERT_EQ(render(parsed.diagnostics, "text", text, true).empty(), parsed.diagnostics.empty());
}

/// Files that have every part of the spec between them.
std::vector<std::string> good_files() {
  return {testing::source_file("stacks/quickstart.yaml"), testing::source_file("fuzz/corpus/spec/scale.yaml"),
          testing::source_file("fuzz/corpus/spec/borrowed.yaml"), testing::source_file("fuzz/corpus/spec/plan.yaml")};
}

TEST(Robustness, TruncatedAnywhere) {
  for (const std::string& text : good_files())
    for (std::size_t length = 0; length < text.size(); length += 3) {
      SCOPED_TRACE(length);
      survives(text.substr(0, length));
      if (HasFatalFailure()) return;
    }
}

TEST(Robustness, OneByteChangedAnywhere) {
  constexpr std::string_view bytes = "\n\t :-{}[],&*!|>'\"%@`#$~?<.\\/0aZ\x01\x7F\x80\xC3\xE2\xFF";
  Rng rng(11);
  for (const std::string& text : good_files())
    for (std::size_t i = rng.below(3); i < text.size(); i += 1 + rng.below(3)) {
      std::string changed = text;
      changed[i] = bytes[rng.below(bytes.size())];
      SCOPED_TRACE(i);
      survives(changed);
      if (HasFatalFailure()) return;
    }
}

TEST(Robustness, PiecesCutDoubledAndMoved) {
  const std::vector<std::string> files = good_files();
  Rng rng(12);
  for (int round = 0; round < 1200; ++round) {
    std::string changed = files[rng.below(files.size())];
    for (std::uint64_t edits = 1 + rng.below(4); edits > 0; --edits) {
      const std::size_t from = rng.below(changed.size() + 1);
      const std::string piece = changed.substr(from, rng.below(40));
      if (rng.below(2) == 0) changed.erase(from, piece.size());
      changed.insert(rng.below(changed.size() + 1), piece);
    }
    SCOPED_TRACE(round);
    survives(changed);
    if (HasFatalFailure()) return;
  }
}

TEST(Robustness, ManySignalsAndConditionsThatNameNone) {
  std::string text = "apiVersion: plimsoll/v1\nname: s\nsignals:\n";
  for (int i = 0; i < 2000; ++i) text += "  figure_" + std::to_string(i) + ": {name: x}\n";
  text += "tiers:\n  w:\n    kind: worker\n    run: {command: [w]}\n    scale:\n      rules:\n";
  for (int i = 0; i < 5000; ++i) text += "        - {when: unknown_" + std::to_string(i) + " > 5, add: 1}\n";
  survives(text);
}

TEST(Robustness, ManyTriggers) {
  std::string text =
      "apiVersion: plimsoll/v1\nname: s\ntiers:\n  w:\n    kind: worker\n    run: {command: [w]}\n    scale:\n      triggers:\n";
  for (int i = 0; i < 3000; ++i) {
    text += "        - {type: redis, metadata: {listName: l" + std::to_string(i) + "}}\n";
    text += "        - {type: prometheus, metadata: {serverAddress: \"http://p\", query: x, threshold: 1}}\n";
  }
  survives(text);
}

// Hundreds of times what a person writes; comparing every name with every other would take minutes under sanitizers.
TEST(Robustness, ManyNamesThatReferToNothing) {
  std::string text = "apiVersion: plimsoll/v1\nname: s\ntiers:\n  w:\n    kind: worker\n    run: {command: [w]}\n    uses:\n";
  for (int i = 0; i < 2500; ++i) text += "      unknown-" + std::to_string(i) + ": {}\n";
  text += "databases:\n";
  for (int i = 0; i < 2500; ++i) text += "  known-" + std::to_string(i) + ": {}\n";
  survives(text);
}

TEST(Robustness, ManyUnknownKeys) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "key" + std::to_string(i) + ": " + std::to_string(i) + "\n";
  survives(text);
}

// What the fuzzer found or began with.
TEST(Robustness, TheFuzzersCorpus) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "fuzz" / "corpus" / "spec")) {
    SCOPED_TRACE(entry.path().filename().string());
    survives(testing::read_file(entry.path()));
    ++files;
  }
  EXPECT_GE(files, 10U);
}

}  // namespace
}  // namespace plimsoll::spec
