#include "spec/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "core/rng.h"
#include "spec/render_diagnostic.h"
#include "spec/testing/mistakes.h"

namespace plimsoll::spec {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string head(std::string_view keys) { return "apiVersion: plimsoll/v1\nkind: catalog\nname: c\n" + std::string(keys); }

Catalog good(std::string_view text) {
  const Parsed<Catalog> parsed = parse_catalog(text);
  EXPECT_TRUE(parsed.ok()) << render(parsed.diagnostics, "catalog.yaml", text, false);
  return parsed.value.value_or(Catalog{});
}

std::vector<std::string> names(const Catalog& catalog) {
  std::vector<std::string> all;
  for (const InstanceClass& row : catalog.classes) all.push_back(row.name);
  return all;
}

TEST(Catalog, EveryKey) {
  const Catalog catalog = good(testing::source_file("fuzz/corpus/catalog/whole.yaml"));
  EXPECT_EQ(catalog.name, "whole");
  EXPECT_EQ(catalog.source, "list prices, January 2026");
  const InstanceClass* medium = catalog.find("t3.medium");
  ASSERT_TRUE(medium);
  EXPECT_EQ(medium->kind, ClassKind::instance);
  EXPECT_EQ(medium->family, "burst");
  EXPECT_EQ(medium->tier, "Small");
  EXPECT_EQ(medium->cpu, Cores{2});
  EXPECT_EQ(medium->memory, Bytes{4LL << 30});
  EXPECT_EQ(medium->price, Money{30.37 / hours_a_month});
  EXPECT_EQ(medium->network, "Up to 5 Gbps");
  EXPECT_EQ(medium->use, "API server");
  EXPECT_EQ(medium->max_connections, std::nullopt);
  EXPECT_EQ(catalog.find("bare-metal-1")->price, std::nullopt) << "unknown, not free";
  EXPECT_EQ(catalog.find("db.r6g.large")->kind, ClassKind::database);
  EXPECT_EQ(catalog.find("db.r6g.large")->max_connections, 200);
  EXPECT_EQ(catalog.find("cache.r6g.large")->kind, ClassKind::cache);
  EXPECT_EQ(catalog.find("alb")->kind, ClassKind::service);
  EXPECT_EQ(catalog.factors.spot.least, 0.3);
  EXPECT_EQ(catalog.factors.spot.most, 0.3);
  EXPECT_EQ(catalog.factors.reserved.least, 0.4);
  EXPECT_EQ(catalog.factors.reserved.most, 0.6);
  EXPECT_DOUBLE_EQ(catalog.factors.arm64.most, 0.833);
  EXPECT_EQ(catalog.factors.off_hours.most, 0.5);
  EXPECT_EQ(catalog.factors.multi_az, 1.8);
  ASSERT_EQ(catalog.regions.size(), 2U);
  EXPECT_EQ(catalog.regions[1].name, "eu-west-1");
  EXPECT_EQ(catalog.regions[1].factor, 1.1);
}

TEST(Catalog, WithoutFactorsNothingIsSaved) {
  const Catalog catalog = good(head(""));
  EXPECT_THAT(catalog.classes, IsEmpty());
  EXPECT_EQ(catalog.factors.spot.most, 1);
  EXPECT_EQ(catalog.factors.reserved.least, 1);
  EXPECT_EQ(catalog.factors.multi_az, 2);
}

TEST(Catalog, AFamilyIsTheNameUpToItsLastDot) {
  const Catalog catalog =
      good(head("instances: {t3.micro: {}, standard-4: {}, a.b: {family: own}}\ndatabases: {db.r6g.large: {}}\n"));
  EXPECT_EQ(catalog.find("t3.micro")->family, "t3");
  EXPECT_EQ(catalog.find("standard-4")->family, "standard-4") << "a ladder of its own: names without a dot share nothing";
  EXPECT_EQ(catalog.find("a.b")->family, "own");
  EXPECT_EQ(catalog.find("db.r6g.large")->family, "db.r6g");
}

// The next row of a family is the next size up, so a family is sorted where it stands; other rows stay where they are.
TEST(Catalog, AFamilyIsALadderHoweverItWasWrittenDown) {
  EXPECT_THAT(
      names(good(head("databases: {db.t3.medium: {memory: 4GB}, db.m5.large: {memory: 8GB}, db.t3.small: {memory: 2GB}}\n"))),
      ElementsAre("db.t3.small", "db.m5.large", "db.t3.medium"));
  EXPECT_THAT(names(good(head("instances: {a.z: {memory: 4GB, cpu: 4}, a.y: {memory: 4GB, cpu: 2}}\n"))),
              ElementsAre("a.y", "a.z"));
  EXPECT_THAT(names(good(head("instances: {a.z: {memory: 4GB}, a.y: {}}\n"))), ElementsAre("a.z", "a.y"))
      << "without its size a row stays where its owner put it";
}

// The five rows of the runbook's table.
TEST(K11, DatabaseClassesAsACatalog) {
  const Catalog catalog = good(testing::source_file("catalogs/reference.yaml"));
  struct Row {
    const char* name;
    const char* tier;
    double cores;
    int gigabytes, connections;
  };
  for (const Row& want : {Row{"db.t3.medium", "Dev", 2, 4, 100}, Row{"db.r6g.large", "Small", 2, 16, 200},
                          Row{"db.r6g.xlarge", "Medium", 4, 32, 400}, Row{"db.r6g.2xlarge", "Large", 8, 64, 800},
                          Row{"db.r6g.4xlarge", "XLarge", 16, 128, 1600}}) {
    const InstanceClass* row = catalog.find(want.name);
    ASSERT_TRUE(row) << want.name;
    EXPECT_EQ(row->kind, ClassKind::database);
    EXPECT_EQ(row->tier, want.tier);
    EXPECT_EQ(row->cpu, Cores{want.cores});
    EXPECT_EQ(row->memory, Bytes{std::int64_t{want.gigabytes} << 30});
    EXPECT_EQ(row->max_connections, want.connections);
  }
}

// The four rows of the runbook's table; 13.07 GB are read as Redis and AWS mean them, as GiB.
TEST(K16, CacheClassesAsACatalog) {
  const Catalog catalog = good(testing::source_file("catalogs/reference.yaml"));
  struct Row {
    const char* name;
    const char* tier;
    double gigabytes;
  };
  for (const Row& want : {Row{"cache.t3.small", "Dev", 1.37}, Row{"cache.r6g.large", "Small", 13.07},
                          Row{"cache.r6g.xlarge", "Medium", 26.32}, Row{"cache.r6g.2xlarge", "Large", 52.82}}) {
    const InstanceClass* row = catalog.find(want.name);
    ASSERT_TRUE(row) << want.name;
    EXPECT_EQ(row->kind, ClassKind::cache);
    EXPECT_EQ(row->tier, want.tier);
    ASSERT_TRUE(row->memory);
    EXPECT_NEAR(static_cast<double>(row->memory->count) / 0x1p30, want.gigabytes, 1e-6);
  }
}

constexpr std::string_view base = R"(apiVersion: plimsoll/v1
kind: catalog
name: own
instances:
  t3.medium: {cpu: 2, memory: 4GB, price: $30/month}
databases: {db.large: {memory: 8GB, max_connections: 200}}
services: {alb: {price: $20/month}}
factors: {spot: 30%, reserved: 40%..60%, multi_az: 2}
regions: {us-east-1: 1}
)";

const std::vector<testing::Mistake> mistakes = {
    {"catalog", "unknown key", "memory: 4GB", "memroy: 4GB"},
    {"catalog", "unknown section", "instances:", "instance:"},
    {"catalog", "connections of a machine", "price: $30/month", "max_connections: 5"},
    {"catalog", "no name", "name: own\n", ""},
    {"catalog", "a stack is no catalog", "kind: catalog", "kind: stack"},
    {"catalog", "a price without its time", "$30/month", "$30"},
    {"catalog", "a size", "memory: 8GB", "memory: 8"},
    {"catalog", "one name in two kinds", "services: {alb:", "services: {t3.medium:"},
    {"catalog", "a share without a percent sign", "spot: 30%", "spot: 30"},
    {"catalog", "a range that falls", "40%..60%", "60%..40%"},
    {"catalog", "a range without an end", "40%..60%", "40%.."},
    {"catalog", "a range with a bad end", "40%..60%", "40%..lots"},
    {"catalog", "a factor of nothing", "spot: 30%", "spot: 0%"},
    {"catalog", "a region's factor", "us-east-1: 1", "us-east-1: -1"},
    {"catalog", "the name of a class", "t3.medium:", "\"t3 medium\":"},
    {"catalog", "not a map", nullptr, "- a\n"},
    {"catalog", "empty", nullptr, ""},
    {"catalog", "no YAML", nullptr, "a: [b\n"},
    {"catalog", "duplicate class", "  t3.medium:", "  t3.medium: {}\n  t3.medium:"},
};

TEST(CatalogDiagnostics, OneMistakeIsOneErrorAndShownAsInTheGolden) {
  good(base);
  std::string shown;
  for (const testing::Mistake& row : mistakes) {
    const std::string text = testing::apply(base, row);
    const Parsed<Catalog> parsed = parse_catalog(text);
    EXPECT_FALSE(parsed.ok()) << row.name;
    EXPECT_EQ(parsed.diagnostics.size(), row.errors) << row.name << "\n" << render(parsed.diagnostics, "f", text, false);
    shown += std::string("## ") + row.name + "\n" + render(parsed.diagnostics, "catalog.yaml", text, false) + "\n";
  }
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/tests/golden/spec/catalog.txt";
  if (std::getenv("PLIMSOLL_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << shown;
  EXPECT_EQ(testing::read_file(path), shown);
}

void survives(const std::string& text) {
  const Parsed<Catalog> parsed = parse_catalog(text);
  ASSERT_EQ(parsed.ok(), parsed.value.has_value());
  ASSERT_TRUE(parsed.value || !parsed.diagnostics.empty()) << "neither a value nor an error";
  if (!parsed.value) return;
  for (const InstanceClass& row : parsed.value->classes) {
    ASSERT_EQ(parsed.value->find(row.name), &row);
    ASSERT_FALSE(row.family.empty());
  }
}

TEST(CatalogRobustness, TruncatedOrChangedAnywhere) {
  constexpr std::string_view bytes = "\n\t :-{}[],&*!|>'\"%@`#$~?<.\\/0aZ\x01\x7F\x80\xC3\xE2\xFF";
  const std::string text = testing::source_file("fuzz/corpus/catalog/whole.yaml");
  Rng rng(13);
  for (std::size_t i = 0; i < text.size(); ++i) {
    SCOPED_TRACE(i);
    survives(text.substr(0, i));
    std::string changed = text;
    changed[i] = bytes[rng.below(bytes.size())];
    survives(changed);
    if (HasFatalFailure()) return;
  }
}

TEST(CatalogRobustness, ManyRows) {
  std::string text = head("instances:\n");
  for (int i = 0; i < 20'000; ++i) text += "  f" + std::to_string(i % 100) + "." + std::to_string(i) + ": {memory: 1Gi}\n";
  EXPECT_EQ(good(text).classes.size(), 20'000U);
}

TEST(CatalogRobustness, TheFuzzersCorpus) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "fuzz" / "corpus" / "catalog")) {
    SCOPED_TRACE(entry.path().filename().string());
    survives(testing::read_file(entry.path()));
    ++files;
  }
  EXPECT_GE(files, 4U);
}

TEST(CatalogFiles, EveryCatalogParses) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "catalogs")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = testing::read_file(entry.path());
    const Parsed<Catalog> parsed = parse_catalog(text);
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(parsed.ok() && parsed.diagnostics.empty()) << render(parsed.diagnostics, name, text, false);
    EXPECT_EQ(parsed.value.value_or(Catalog{}).name + ".yaml", name) << "a stack finds it by its name";
    ++files;
  }
  EXPECT_GE(files, 2U);
}

}  // namespace
}  // namespace plimsoll::spec
