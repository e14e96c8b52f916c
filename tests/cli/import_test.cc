// `plimsoll import`: a spec on stdout, what was concluded on stderr.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace plimsoll::scenes {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* compose = R"(services:
  web:
    image: shop/web:1
    ports: ["80:8000"]
    environment: {DATABASE_URL: "postgres://app:very-secret@db:5432/app", DB_POOL_SIZE: "8"}
    deploy: {replicas: 3}
  db:
    image: postgres:15
    command: postgres -c max_connections=60
)";

TEST(Import, MakesASpecThatIsValid) {
  const Folder folder;
  folder.put("docker-compose.yml", compose);
  const Outcome outcome = folder.plimsoll({"import", "docker-compose.yml", "--name", "shop"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("name: shop"));
  EXPECT_THAT(outcome.out, HasSubstr("connections: 8"));
  EXPECT_THAT(outcome.out, HasSubstr("max_connections: 60"));
  EXPECT_THAT(outcome.err, HasSubstr("inferred:"));
  EXPECT_THAT(outcome.err, HasSubstr("docker-compose.yml:"));
  folder.put("again.yaml", outcome.out);
  EXPECT_EQ(folder.plimsoll({"spec", "again.yaml"}).code, 0);
}

TEST(Import, NeverShowsAPassword) {
  const Folder folder;
  folder.put("docker-compose.yml", compose);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"import", "docker-compose.yml"},
                                                    {"import", "docker-compose.yml", "--json"},
                                                    {"check", "docker-compose.yml", "--json"},
                                                    {"check", "docker-compose.yml", "--sarif"}}) {
    const Outcome outcome = folder.plimsoll(arguments);
    EXPECT_EQ((outcome.out + outcome.err).find("very-secret"), std::string::npos) << outcome.out << outcome.err;
  }
}

TEST(Import, WritesANewFileAndNoOther) {
  const Folder folder;
  folder.put("shop/deploy/docker-compose.yml", compose);
  const Outcome first = folder.plimsoll({"import", "shop/deploy", "-o", "stack.yaml"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, "");
  EXPECT_THAT(folder.text_of("stack.yaml"), HasSubstr("name: shop")) << "after the folder that says something";
  const std::string before = folder.text_of("stack.yaml");
  const Outcome again = folder.plimsoll({"import", "shop/deploy", "-o", "stack.yaml"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("stack.yaml is there already"));
  EXPECT_EQ(folder.text_of("stack.yaml"), before);
  EXPECT_THAT(folder.names(), ElementsAre("shop", "stack.yaml"));
}

TEST(Import, JsonHasTheSpecAndItsReasons) {
  const Folder folder;
  folder.put("docker-compose.yml", compose);
  const Outcome outcome = folder.plimsoll({"import", "docker-compose.yml", "--json"});
  const json body = json::parse(outcome.out);
  EXPECT_EQ(body["schema"], "plimsoll/import/v1");
  EXPECT_EQ(body["stack"], "imported");
  EXPECT_THAT(body["spec"].get<std::string>(), HasSubstr("apiVersion: plimsoll/v1"));
  ASSERT_FALSE(body["inferences"].empty());
  EXPECT_EQ(body["inferences"][0]["file"], "docker-compose.yml");
}

TEST(Import, NothingUnderstoodIsBadInput) {
  const Folder folder;
  folder.put("notes.yaml", "shopping: [milk]\n");
  const Outcome outcome = folder.plimsoll({"import", "notes.yaml"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("notes.yaml"));
  EXPECT_THAT(outcome.err, HasSubstr("nothing there that plimsoll can import"));
}

TEST(Import, ABadNameIsRefused) {
  const Folder folder;
  folder.put("docker-compose.yml", compose);
  const Outcome outcome = folder.plimsoll({"import", "docker-compose.yml", "--name", "My Shop"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--name: 'My Shop' is no name"));
}

}  // namespace
}  // namespace plimsoll::scenes
