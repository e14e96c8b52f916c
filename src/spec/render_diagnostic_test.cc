#include "spec/render_diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace plimsoll::spec {
namespace {

Diagnostic at(int line, int column, int length, Severity severity = Severity::error) {
  return {severity, {line, column, length}, "", "wrong", "right", ""};
}

std::string shown(const Diagnostic& d, std::string_view text, bool colour = false) {
  return render(std::vector{d}, "f.yaml", text, colour);
}

TEST(Render, LineCaretAndExpectation) {
  EXPECT_EQ(
      render(std::vector{Diagnostic{Severity::error, {2, 3, 7}, "", "unknown key 'replcas'", "one of run, replicas", "replicas"}},
             "f.yaml", "a:\n  replcas: 3\n", false),
      "f.yaml:2:3: error: unknown key 'replcas'\n"
      "   2 |   replcas: 3\n"
      "     |   ^^^^^^^\n"
      "     expected one of run, replicas; did you mean 'replicas'?\n");
}

TEST(Render, NothingWrongSaysNothing) { EXPECT_EQ(render({}, "f.yaml", "a: 1\n", true), ""); }

TEST(Render, ATabBeforeTheCaretStaysATab) {
  EXPECT_EQ(shown(at(1, 4, 1), "a:\tb\n"), "f.yaml:1:4: error: wrong\n   1 | a:\tb\n     |   \t^\n     expected right\n");
}

// The column is 6 in characters; 日本 takes four cells of the terminal, é (e and a combining accent) one.
TEST(Render, WideAndCombiningCharactersKeepTheirCells) {
  EXPECT_THAT(shown(at(1, 6, 1), "日本: x\n"), ::testing::HasSubstr("\n     |        ^\n"));
  EXPECT_THAT(shown(at(1, 5, 1), "e\xCC\x81: x\n"), ::testing::HasSubstr("\n     |    ^\n"));
  EXPECT_THAT(shown(at(1, 1, 2), "日本: x\n"), ::testing::HasSubstr("\n     | ^^^^\n"));
}

TEST(Render, ColourIsOnlyAround) {
  std::string text = shown(at(1, 1, 1), "a: 1\n", true);
  EXPECT_THAT(text, ::testing::HasSubstr("\x1b[1;31merror:\x1b[0m"));
  for (std::size_t escape; (escape = text.find('\x1b')) != std::string::npos;)
    text.erase(escape, text.find('m', escape) + 1 - escape);
  EXPECT_EQ(text, shown(at(1, 1, 1), "a: 1\n", false));
  EXPECT_THAT(shown(at(1, 1, 1, Severity::warning), "a: 1\n", true), ::testing::HasSubstr("\x1b[1;33mwarning:"));
}

// A hostile file must not drive the terminal.
TEST(Render, ControlCharactersAreNotPassedOn) {
  Diagnostic d = at(1, 1, 1);
  d.message = "unknown key '\x1b[2J'";
  const std::string text = shown(d, "a\x1b[2J\x07\xFF: \xE2\x80\xAE 1\n");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_EQ(text.find('\xFF'), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos) << "right-to-left override";
}

TEST(Render, ALongLineIsShownAroundItsCaret) {
  const std::string line = std::string(1000, 'a') + "X" + std::string(1000, 'b');
  const std::string text = shown(at(1, 1001, 1), line);
  EXPECT_THAT(text, ::testing::HasSubstr("…" + std::string(70, 'a') + "X" + std::string(69, 'b') + "…\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("| " + std::string(71, ' ') + "^\n"));
}

TEST(Render, PlacesOutsideTheTextAreHarmless) {
  EXPECT_EQ(shown(at(9, 1, 1), "a: 1\n"), "f.yaml:9:1: error: wrong\n     expected right\n");
  EXPECT_THAT(shown(at(1, 99, 5), "a: 1"), ::testing::HasSubstr("     |     ^\n"));
}

TEST(Render, VeryManyAreCounted) {
  EXPECT_THAT(render(std::vector<Diagnostic>(60, at(1, 1, 1)), "f.yaml", "a: 1\n", false),
              ::testing::EndsWith("\n… and 10 more\n"));
}

}  // namespace
}  // namespace plimsoll::spec
