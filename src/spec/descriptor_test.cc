#include "spec/descriptor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/quantity.h"
#include "spec/render_diagnostic.h"
#include "spec/testing/support.h"

namespace plimsoll::spec {
namespace {

TEST(Descriptors, EveryFieldSaysWhatItIs) {
  walk(root_object(), "", [](const std::string& path, const Field& field) {
    SCOPED_TRACE(path);
    EXPECT_TRUE(field.set);
    EXPECT_FALSE(field.doc.empty());
    EXPECT_EQ(field.doc.find('\n'), std::string_view::npos);
    EXPECT_FALSE(expectation(field).empty());
    EXPECT_FALSE(field.required && !field.fallback.empty()) << "a required key has no default";
    const bool collection = field.kind == Kind::list || field.kind == Kind::map;
    const Kind inner = collection ? field.element : field.kind;
    EXPECT_EQ(inner == Kind::object, field.of != nullptr);
    EXPECT_EQ(inner == Kind::enumeration, !field.names.empty());
    EXPECT_EQ(field.kind == Kind::map, field.keys != nullptr);
    EXPECT_EQ(field.taken.empty(), field.taken_by.empty());
  });
}

void check_object(const Object& object) {
  SCOPED_TRACE(object.title);
  std::set<std::string_view> keys;
  for (const Field& field : object.fields) EXPECT_TRUE(keys.insert(field.key).second) << field.key;
  for (const std::string_view key : object.exactly_one) EXPECT_TRUE(keys.contains(key)) << key;
  for (const Field& field : object.fields) {
    EXPECT_TRUE(field.with.empty() || keys.contains(field.with)) << field.with;
    if (field.of) check_object(*field.of);
  }
}

TEST(Descriptors, KeysAreUniqueAndReferToEachOther) { check_object(root_object()); }

// --- the defaults in the table are those of the model ---------------------------------------------------------------

bool has_default(const Object& object) {
  bool found = false;
  walk(object, "", [&](const std::string&, const Field& field) { found = found || !field.fallback.empty(); });
  return found;
}

const std::map<std::string, std::string> samples = {
    {"apiVersion", "plimsoll/v1"},
    {"name", "s"},
    {"tiers.*.kind", "service"},
    {"tiers.*.run.command", "[x]"},
    {"poolers.*.for", "db"},
    {"caches.*.used_for", "[cache]"},
    {"tiers.*.scale.rules[].when", "cpu > 70%"},
    {"tiers.*.scale.rules[].every", "60s"},
    {"tiers.*.scale.rules[].add", "1"},
};
const std::map<std::string, std::string> entry_names = {
    {"tiers", "tier"}, {"databases", "db"}, {"poolers", "pooler"}, {"caches", "cache"}, {"tiers.*.uses", "db"}};

/// A stack with one of everything that has a default somewhere; the defaults written out, or left out.
std::string write(const Object& object, const std::string& prefix, bool defaults) {
  std::string out = "{";
  const auto add = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{}{}: {}", out == "{" ? "" : ", ", key, value);
  };
  for (const Field& field : object.fields) {
    const std::string path = prefix + std::string(field.key);
    if (const auto sample = samples.find(path); sample != samples.end())
      add(field.key, sample->second);
    else if (field.of && has_default(*field.of) && field.kind == Kind::object)
      add(field.key, write(*field.of, path + ".", defaults));
    else if (field.of && has_default(*field.of) && field.kind == Kind::map)
      add(field.key, fmt::format("{{{}: {}}}", entry_names.at(path), write(*field.of, path + ".*.", defaults)));
    else if (field.of && has_default(*field.of) && field.kind == Kind::list)
      add(field.key, fmt::format("[{}]", write(*field.of, path + "[].", defaults)));
    else if (defaults && !field.fallback.empty())
      add(field.key, fmt::format("\"{}\"", field.fallback));
  }
  return out + "}";
}

/// Everything that has a default, as text.
std::string figures(const Stack& s) {
  const Balancer& b = s.balancer.value();
  const Tier& t = s.tiers.at(0);
  const ThresholdRule& rule = t.scale.rules.at(0);
  const Database& d = s.databases.at(0);
  const Pooler& p = s.poolers.at(0);
  const Cache& c = s.caches.at(0);
  std::string out =
      fmt::format("{} {}:{} {} {} {} {} {} {}\n", static_cast<int>(b.engine), b.address, b.listen, static_cast<int>(b.algorithm),
                  b.health.path, b.health.every.count(), b.health.timeout.count(), b.drain.count(), b.timeout.count());
  out += fmt::format("{} {} {} {} {} {}..{} {}\n", t.run.ready, t.run.ready_within.count(), t.run.stop_within.count(),
                     t.instance.cpu.request.count, t.instance.cpu.limit.has_value(), t.replicas.min, t.replicas.max,
                     t.uses.at(0).connections);
  out += fmt::format("{} {} {} {}\n", t.scale.tolerance.value, t.scale.behavior.up.window.count(),
                     t.scale.behavior.down.window.count(), rule.held.count());
  out += fmt::format("{} {} {} {} {} {} {}\n", d.read_replicas, d.max_connections, static_cast<int>(p.mode), p.default_pool_size,
                     p.max_client_conn, p.max_db_connections, c.policy);
  return out;
}

TEST(Descriptors, DefaultsAreThoseOfTheModel) {
  const std::string without = write(root_object(), "", false);
  const std::string with = write(root_object(), "", true);
  ASSERT_GT(with.size(), without.size());
  const Parsed<Stack> plain = parse(without, testing::environment());
  const Parsed<Stack> spelled = parse(with, testing::environment());
  ASSERT_TRUE(plain.ok()) << render(plain.diagnostics, "without", without, false);
  ASSERT_TRUE(spelled.ok()) << render(spelled.diagnostics, "with", with, false);
  EXPECT_EQ(figures(*plain.value), figures(*spelled.value)) << with;
}

}  // namespace
}  // namespace plimsoll::spec
