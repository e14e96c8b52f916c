// Whatever the bytes are, the readers end and keep to their ranges: the fuzzers' corpora, cut and changed anywhere.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/rng.h"
#include "import/testing/survives.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

struct Format {
  const char* corpus;
  void (*read)(const TextAt&, Facts&);  // null: Compose
};

void survives(const Format& format, std::string_view text) {
  if (format.read == nullptr) return testing::survives_compose(text);
  testing::survives(format.read, text);
}

std::vector<std::string> corpus(const Format& format) {
  std::vector<std::string> texts;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PLIMSOLL_SOURCE_DIR "/fuzz/corpus/") + format.corpus)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

class Readers : public ::testing::TestWithParam<Format> {};

TEST_P(Readers, EndOnTheFuzzersCorpus) {
  const std::vector<std::string> texts = corpus(GetParam());
  EXPECT_GE(texts.size(), 3U);
  for (const std::string& text : texts) survives(GetParam(), text);
}

TEST_P(Readers, EndOnATextCutAnywhere) {
  std::size_t cuts = 0;
  for (const std::string& text : corpus(GetParam()))
    for (std::size_t length = 0; length < text.size(); length += 7, ++cuts) survives(GetParam(), text.substr(0, length));
  EXPECT_GT(cuts, 50U);
}

TEST_P(Readers, EndOnATextChangedAnywhere) {
  constexpr std::string_view bytes = "\n\t :-{}[];=,&*!|'\"%@#$~?.\\/0aZ\x01\x80\xC3\xFF";
  Rng rng(5);
  std::size_t changes = 0;
  for (const std::string& text : corpus(GetParam()))
    for (std::size_t i = rng.below(5); i < text.size(); i += 1 + rng.below(9), ++changes) {
      std::string changed = text;
      changed[i] = bytes[rng.below(bytes.size())];
      survives(GetParam(), changed);
    }
  EXPECT_GT(changes, 50U);
}

// 200 kB of the worst of each: the work grows with the length, not with its square.
TEST_P(Readers, EndSoonOnLongTexts) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece :
       {"a b ", "a{", "}", "\"", "'a' ", "x = host=a\n", "sentinel monitor a b 1 2\n", "set $a b;", "proxy_pass http://a;",
        "upstream u{server a:1;}", "limit_req zone=a;", "[databases]\nx=a=b c=d ", "save 1 1\n", "# \n", "${", "a://b@", "a:"}) {
    std::string text;
    while (text.size() < 200'000) text += piece;
    survives(GetParam(), text);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

INSTANTIATE_TEST_SUITE_P(Conf, Readers,
                         ::testing::Values(Format{"pgbouncer_ini", read_pgbouncer}, Format{"redis_conf", read_redis_conf},
                                           Format{"postgresql_conf", read_postgresql_conf}, Format{"nginx_conf", read_nginx},
                                           Format{"compose", nullptr}),
                         [](const auto& row) { return std::string(row.param.corpus); });

TEST(UrlReader, EndsSoonOnLongTexts) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece :
       {"a://", "://", "@", "a:1,", "a=b ", "a=b;", "a://b,", "'", "host=", "a://b;c://", "@tcp("}) {
    std::string text;
    while (text.size() < 60'000) text += piece;
    EXPECT_LE(endpoints_in(text).size(), 64U);
    EXPECT_LE(without_credentials(text).size(), text.size());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace plimsoll::import
