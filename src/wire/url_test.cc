#include "wire/url.h"

#include <gtest/gtest.h>

namespace plimsoll::wire {
namespace {

struct UrlRow {
  const char *text, *user, *password, *host;
  int port;
  const char *path, *query;
};
class ParseUrl : public testing::TestWithParam<UrlRow> {};
TEST_P(ParseUrl, FindsEveryPart) {
  const UrlRow& want = GetParam();
  const Result<Url> url = parse_url(want.text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->user, want.user);
  EXPECT_EQ(url->password, want.password);
  EXPECT_EQ(url->host, want.host);
  EXPECT_EQ(url->port, want.port);
  EXPECT_EQ(url->path, want.path);
  EXPECT_EQ(url->query, want.query);
}
INSTANTIATE_TEST_SUITE_P(Url, ParseUrl,
                         testing::Values(UrlRow{"redis://127.0.0.1:6379/2", "", "", "127.0.0.1", 6379, "/2", ""},
                                         UrlRow{"REDIS://:s3%40cret@cache", "", "s3@cret", "cache", 0, "", ""},
                                         UrlRow{"postgresql://app:a@b@db:5432/app?sslmode=disable", "app", "a@b", "db", 5432,
                                                "/app", "sslmode=disable"},
                                         UrlRow{"redis://[::1]:7000", "", "", "::1", 7000, "", ""},
                                         UrlRow{"redis://", "", "", "", 0, "", ""},
                                         UrlRow{"http://h?x=1#part", "", "", "h", 0, "", "x=1"}));

class BadUrl : public testing::TestWithParam<const char*> {};
TEST_P(BadUrl, IsMalformedAndNotRepeated) {
  const Result<Url> url = parse_url(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, Errc::malformed);
  EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Url, BadUrl,
                         testing::Values("", "hunter2", "://x", "redis://:hunter2@h:port", "redis://:hunter2@h:0",
                                         "redis://:hunter2@h:65536", "redis://[::1", "redis://[::1]x", "re dis://x"));

struct ShownRow {
  const char *text, *want;
};
class WithoutPassword : public testing::TestWithParam<ShownRow> {};
TEST_P(WithoutPassword, KeepsTheRest) { EXPECT_EQ(without_password(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Url, WithoutPassword,
                         testing::Values(ShownRow{"redis://:pw@h:1/0", "redis://:***@h:1/0"},
                                         ShownRow{"redis://u:p:w@h", "redis://u:***@h"}, ShownRow{"redis://h:1", "redis://h:1"},
                                         ShownRow{"redis://u@h", "redis://u@h"}, ShownRow{"redis://:p/w@h:1", "redis://:***@h:1"},
                                         ShownRow{"host=h password=pw user=u", "host=h password=*** user=u"},
                                         ShownRow{"password='p w\\'x' host=h", "password=*** host=h"},
                                         ShownRow{"postgresql://h/d?password=pw&a=b", "postgresql://h/d?password=***&a=b"}));

}  // namespace
}  // namespace plimsoll::wire
