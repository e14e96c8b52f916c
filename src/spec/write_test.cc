#include "spec/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <set>
#include <string>

#include "spec/descriptor.h"
#include "spec/testing/random_stack.h"
#include "spec/testing/stack_text.h"
#include "spec/testing/support.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::stack_text;

std::vector<std::filesystem::path> good_files() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"stacks", "fuzz/corpus/spec"})
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".yaml" && parse(testing::read_file(entry.path()), keep_references()).ok())
        files.push_back(entry.path());
  return files;
}

Stack parsed(const std::string& text, const Environment& environment = keep_references()) {
  Parsed<Stack> got = parse(text, environment);
  EXPECT_TRUE(got.ok()) << testing::brief(got.diagnostics) << text;
  return got.value ? std::move(*got.value) : Stack{};
}

TEST(Write, IsReadBackAsTheSameStack) {
  std::size_t files = 0;
  for (const std::filesystem::path& path : good_files()) {
    SCOPED_TRACE(path.string());
    const Stack stack = parsed(testing::read_file(path));
    const std::string text = write(stack, {});
    EXPECT_EQ(stack_text(parsed(text)), stack_text(stack)) << text;
    EXPECT_EQ(write(parsed(text), {}), text);
    ++files;
  }
  EXPECT_GE(files, 5U);
}

TEST(Write, AnyStackIsReadBackAsTheSame) {
  const bool holds = rc::check([] {
    const Stack stack = testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make();
    const std::string text = write(stack, {});
    const Parsed<Stack> again = parse(text, keep_references());
    if (!again.ok()) RC_FAIL(testing::brief(again.diagnostics) + text);
    if (stack_text(*again.value) != stack_text(stack)) RC_LOG() << text;
    RC_ASSERT(stack_text(*again.value) == stack_text(stack));
  });
  EXPECT_TRUE(holds);
}

// Only flags may differ: max_connections of a class may not be known, and KEDA and the HPA have defaults of their own.
TEST(Write, WithDefaultsItIsStillTheSameStack) {
  const bool holds = rc::check([] {
    const Stack stack = testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make();
    const std::string text = write(stack, {.defaults = true});
    const Parsed<Stack> again = parse(text, keep_references());
    if (!again.ok()) RC_FAIL(testing::brief(again.diagnostics) + text);
    RC_ASSERT(stack_text(*again.value, false) == stack_text(stack, false));
    RC_ASSERT(write(*again.value, {.defaults = true}) == text);
  });
  EXPECT_TRUE(holds);
}

// A key that is added to the tables and forgotten here would be lost by plan --write and import.
TEST(Write, EveryKeyOfTheTablesIsWritten) {
  std::set<const Field*> written;
  const auto note = [&](const auto& self, const Object& object, const Node& node) -> void {
    for (const Node::Entry& entry : node.entries) {
      const Field* field = object.field(entry.key);
      if (!field) continue;
      written.insert(field);
      const auto below = [&](const Node& value) {
        if (field->of) self(self, *field->of, value);
        for (const Variant& variant : field->variants)
          if (value.find("type")) self(self, *variant.of, value);
      };
      below(entry.value);
      if (field->kind == Kind::list)
        for (const Node& item : entry.value.items) below(item);
      if (field->kind == Kind::map)
        for (const Node::Entry& one : entry.value.entries) below(one.value);
    }
  };
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    note(note, root_object(), *parse_yaml(write(testing::RandomStack(seed).make(), {})).value);
  // Of each other tool's spelling there is one in plimsoll's own; profiles are filled in where they are named.
  const std::set<std::string> elsewhere = {"profiles", "tiers.*.scale.profile", "databases.*.engine", "caches.*.engine",
                                           "vector_stores.*.engine"};
  std::set<std::string> missing;
  const auto check = [&](const auto& self, const Object& object, const std::string& prefix) -> void {
    for (const Field& field : object.fields) {
      const std::string path = prefix + std::string(field.key);
      if (field.borrowed || elsewhere.contains(path)) continue;
      if (!written.contains(&field)) missing.insert(path);
      if (field.of) self(self, *field.of, path + (field.kind == Kind::map ? ".*." : field.kind == Kind::list ? "[]." : "."));
    }
  };
  check(check, root_object(), "");
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

// spec --resolved: what a key's default is stands there for everyone to see.
TEST(Write, DefaultsAreShownWhereTheyAreInEffect) {
  const std::string text = write(parsed(testing::source_file("stacks/quickstart.yaml")), {.defaults = true});
  const Parsed<Node> tree = parse_yaml(text);
  ASSERT_TRUE(tree.ok());
  const std::set<std::string> not_in_effect = {
      "tiers.*.uses.*.calls",     // of externals
      "tiers.*.uses.*.overflow",  // of databases
      "caches.*.shards",
      "caches.*.replicas",
      "caches.*.node_timeout",
      "caches.*.sentinels",
      "caches.*.quorum",
      "caches.*.down_after",
      "caches.*.failover_timeout",  // a standalone cache
      "databases.*.replica.market",
      "databases.*.replica.arch",  // the primary's
      "balancer.client_burst",     // with client_rate
  };
  std::set<std::string> missing;
  const auto check = [&](const auto& self, const Object& object, const Node& node, const std::string& prefix) -> void {
    for (const Field& field : object.fields) {
      const std::string path = prefix + std::string(field.key);
      const Node::Entry* entry = node.find(field.key);
      const bool has_companion = field.with.empty() || node.find(field.with);
      if (!entry && !field.fallback.empty() && !field.borrowed && has_companion && !not_in_effect.contains(path))
        missing.insert(path);
      if (!entry || !field.of) continue;
      if (field.kind == Kind::object) self(self, *field.of, entry->value, path + ".");
      if (field.kind == Kind::map)
        for (const Node::Entry& one : entry->value.entries) self(self, *field.of, one.value, path + ".*.");
      if (field.kind == Kind::list)
        for (const Node& one : entry->value.items) self(self, *field.of, one, path + "[].");
    }
  };
  check(check, root_object(), *tree.value, "");
  EXPECT_THAT(missing, ::testing::IsEmpty()) << text;
  for (const char* line : {"drain: 10s", "algorithm: leastconn", "surge: 0", "priority: 10", "cooldown: 5m", "tolerance: 10%"})
    EXPECT_THAT(text, HasSubstr(line));
}

constexpr const char* small =
    "apiVersion: plimsoll/v1\n"
    "name: shop\n"
    "\n"
    "tiers:\n"
    "  w:\n"
    "    kind: worker\n"
    "    run: {command: [app], env: {KEY: \"${SECRET}\", PLAIN: \"no\"}}\n"
    "\n"
    "databases:\n"
    "  main: {settings: {x: \"a ${OTHER}\"}}\n";

TEST(Write, IsWhatAPersonWouldWrite) { EXPECT_EQ(write(parsed(small), {}), small); }

TEST(Write, ValuesOfTheEnvironmentStayReferences) {
  const std::string text = write(parsed(small), {.defaults = true});
  EXPECT_THAT(text, HasSubstr("KEY: \"${SECRET}\""));
  EXPECT_THAT(text, HasSubstr("x: \"a ${OTHER}\""));
  // And they are looked up again where the text is read to be run.
  const Stack stack = parsed(text, testing::environment({{"SECRET", "s3cret"}, {"OTHER", "o"}}));
  EXPECT_EQ(stack.tiers[0].run.env.at("KEY"), "s3cret");
  EXPECT_EQ(stack.databases[0].settings.at("x"), "a o");
}

TEST(Write, ADollarThatIsNoReferenceStaysOne) {
  Stack stack = parsed(small);
  stack.tiers[0].run.env["KEY"] = "${not a name} ${";
  stack.tiers[0].run.command = {"app", "${HOME}"};
  const Stack again = parsed(write(stack, {}), testing::environment({{"OTHER", "o"}}));
  EXPECT_EQ(again.tiers[0].run.env.at("KEY"), "${not a name} ${");
  EXPECT_EQ(again.tiers[0].run.command[1], "${HOME}");
}

TEST(Write, CommentsOnTopAndNotesUnderTheirSections) {
  const std::vector<std::string> comments = {"Made by plimsoll import.", ""};
  const std::vector<std::pair<ModelPath, std::string>> notes = {
      {"tiers.w.capacity", "how long does a job of w take?"},
      {"tiers.w.capacity", "capacity: {concurrency: 1}\nand so on"},
      {"databases.main", "how many connections does it allow?"},
      {"caches.redis", "nobody knows"},
  };
  EXPECT_EQ(write(parsed(small), {.comments = comments, .notes = notes}),
            "# Made by plimsoll import.\n"
            "#\n"
            "# nobody knows\n"
            "apiVersion: plimsoll/v1\n"
            "name: shop\n"
            "\n"
            "tiers:\n"
            "  w:\n"
            "    # how long does a job of w take?\n"
            "    # capacity: {concurrency: 1}\n"
            "    # and so on\n"
            "    kind: worker\n"
            "    run: {command: [app], env: {KEY: \"${SECRET}\", PLAIN: \"no\"}}\n"
            "\n"
            "databases:\n"
            "  main:\n"
            "    # how many connections does it allow?\n"
            "    settings: {x: \"a ${OTHER}\"}\n");
}

// What a ScaledObject or an HPA said is said in plimsoll's own words, and means the same.
TEST(Write, BorrowedSpellingsBecomeTheOwn) {
  const std::string text = write(parsed(testing::source_file("fuzz/corpus/spec/borrowed.yaml")), {});
  for (const char* theirs : {"triggers", "Resource", "pollingInterval", "scaleUp", "minReplicaCount", "advanced"})
    EXPECT_THAT(text, Not(HasSubstr(theirs))) << text;
  EXPECT_THAT(text, HasSubstr("metrics: [{cpu: 70%}, {signal: hits, average: 100}]"));
  EXPECT_THAT(text, HasSubstr("like: hpa"));
}

TEST(Write, WhatAClassSaysIsNotWrittenAsTheOwnersWord) {
  Stack stack = parsed(small);
  stack.databases[0].bought.instance_class = "db.r6g.large";
  EXPECT_THAT(write(stack, {.defaults = true}), Not(HasSubstr("max_connections")));
  stack.databases[0].max_connections = 200;  // filled in
  EXPECT_THAT(write(stack, {}), Not(HasSubstr("max_connections")));
  EXPECT_THAT(write(stack, {.defaults = true}), HasSubstr("max_connections: 200"));
  stack.tiers[0].instance.bought.instance_class = "t3.medium";
  stack.tiers[0].instance.price = Money{0.05};
  EXPECT_THAT(write(stack, {}), HasSubstr("instance: {class: t3.medium}"));
}

}  // namespace
}  // namespace plimsoll::spec
