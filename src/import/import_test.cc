// Files as they come: of which kind, how broken, how large.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/rng.h"
#include "import/testing/scene.h"
#include "spec/parse.h"
#include "spec/write.h"

namespace plimsoll::import {
namespace {

using testing::hpa;
using testing::import_of;
using testing::manifest;
using testing::service;

struct Kind {
  const char* name;
  const char* text;
  FileKind kind;
};
class Kinds : public ::testing::TestWithParam<Kind> {};
TEST_P(Kinds, AreToldByContent) { EXPECT_EQ(kind_of({GetParam().name, GetParam().text}), GetParam().kind) << GetParam().text; }
INSTANTIATE_TEST_SUITE_P(
    Files, Kinds,
    ::testing::Values(Kind{"a.yaml", "apiVersion: plimsoll/v1\nname: x\n", FileKind::spec},
                      Kind{"a.yaml", "# c\n---\nkind: Service\napiVersion: v1\n", FileKind::kubernetes},
                      Kind{"a.json", "{\"apiVersion\": \"v1\",\n \"kind\": \"List\"}", FileKind::kubernetes},
                      Kind{"-", "version: '3'\nservices:\n  a: {}\n", FileKind::compose},
                      Kind{"values.yaml", "replicaCount: 1\nservice: {port: 80}\n", FileKind::unknown},
                      Kind{"x.ini", "; c\n[databases]\na = host=b\n", FileKind::pgbouncer},
                      Kind{"php.ini", "[PHP]\nmemory_limit = 1G\n", FileKind::unknown},
                      Kind{"redis.conf", "# maxmemory <bytes>\nmaxmemory 1gb\n", FileKind::redis},
                      Kind{"postgresql.conf", "#shared_buffers = 1GB\nmax_connections = 200 # x\n", FileKind::postgres},
                      Kind{"nginx.conf", "upstream api {\n server a:1;\n}\n", FileKind::nginx},
                      Kind{"default.conf", "server {\n  location / { proxy_pass http://api; }\n}\n", FileKind::nginx},
                      Kind{"entry.sh", "#!/bin/sh\nsave x\n", FileKind::unknown},
                      Kind{"notes.md", "save the world\n", FileKind::unknown}, Kind{"empty", "", FileKind::unknown}),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST(Files, TemplatesArePassedOverWithAWord) {
  const Imported it = import_of(manifest({}) + service("api", 80) +
                                "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-x\n");
  EXPECT_EQ(testing::model(it), "service api 1..1\n");
  ASSERT_EQ(it.passed.size(), 1U);
  EXPECT_EQ(it.passed[0].why, "line 26: a Helm template: render it first, helm template … | plimsoll check -");
  EXPECT_TRUE(it.diagnostics.empty());
}

TEST(Files, WhatIsNobodysIsPassedOver) {
  const Imported it =
      import_of({{"values.yaml", "a: 1\n"},
                 {"crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"},
                 {"shop.yaml", "apiVersion: plimsoll/v1\nname: x\n"},
                 {"broken.txt", "a: [\n"}});
  std::string said;
  for (const Passed& one : it.passed) said += fmt::format("{} {}\n", one.file, one.why);
  EXPECT_EQ(
      said,
      "0 nothing in it is known: no manifest, Compose file or configuration\n1 CustomResourceDefinition: says nothing of a "
      "stack's size\n"
      "2 a spec of plimsoll, not another tool's file\n3 nothing in it is known: no manifest, Compose file or configuration\n");
  EXPECT_TRUE(it.diagnostics.empty());
  EXPECT_EQ(it.documents, 0);
}

TEST(Files, ABrokenDocumentHasItsPlaceAndTheOthersAreRead) {
  const Imported it =
      import_of(manifest({}) + "---\napiVersion: v1\nkind: Service\n  metadata: {name: x}\n" + service("api", 80));
  EXPECT_EQ(testing::model(it), "service api 1..1\n");
  ASSERT_EQ(it.diagnostics.size(), 1U);
  EXPECT_EQ(it.diagnostics[0].second.at.line, 22);
}

/// A chart as rendered for a company: 150 of everything, and what charts bring along that says nothing here.
std::string big_chart() {
  std::string text;
  for (int i = 0; i < 150; ++i) {
    const std::string name = "service-" + std::to_string(i);
    text += "# Source: shop/templates/deployment.yaml\n" +
            manifest({.name = name,
                      .container = fmt::format("          ports:\n            - name: http\n              containerPort: 8080\n  "
                                               "            protocol: TCP\n          env:\n"
                                               "            - name: DATABASE_URL\n              value: "
                                               "postgres://app@pg:5432/shop?pool_size=2\n            - name: REDIS_URL\n"
                                               "              value: redis://redis:6379/{}\n",
                                               i % 16)}) +
            service(name, 80) + hpa(name, 2, 9) + "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name +
            "\ndata:\n";
    for (int n = 0; n < 40; ++n) text += fmt::format("  KEY_{}: \"value {} of {}\"\n", n, n, name);
    text += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: dash-" + std::to_string(i) + "}\ndata:\n  board.json: |\n";
    for (int n = 0; n < 35; ++n) text += "    {\"expr\": \"rate(x{{$labels}}[5m])\",\n";
  }
  return text + manifest({.name = "pg", .kind = "StatefulSet", .image = "postgres:16"}) + service("pg", 5432) +
         manifest({.name = "redis", .kind = "StatefulSet", .image = "redis:7"}) + service("redis", 6379);
}

// Half a second is promised for a rendered chart of 20,000 lines; a slow machine under a debug build has ten times as long.
TEST(Files, TwentyThousandLinesTakeNoTime) {
  const std::string text = big_chart();
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 20'000);
  const auto before = std::chrono::steady_clock::now();
  const Imported it = import_of(text);
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_EQ(it.stack.tiers.size(), 150U);
  EXPECT_EQ(it.stack.tiers[77].uses.size(), 2U);
  EXPECT_TRUE(it.findings.empty());
  RecordProperty("milliseconds", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_LT(took, std::chrono::seconds(5));
}

/// What must hold for every text: an answer, each place in it is one, and the stack is one that a spec can say.
void survives(const std::string& text) {
  const Imported it = import_of(text);
  for (const Finding& one : it.findings) {
    ASSERT_FALSE(one.rule.empty());
    ASSERT_FALSE(one.message.empty());
    ASSERT_TRUE(!one.spot || one.spot->at.line >= 1);
  }
  for (const auto& [path, one] : it.origins.all()) {
    ASSERT_GE(one.key.at.line, 1) << path;
    ASSERT_GE(one.value.at.column, 1) << path;
  }
  for (const auto& [file, one] : it.diagnostics) ASSERT_GE(one.at.line, 1);
  for (const Question& one : it.questions) ASSERT_FALSE(one.line.empty());
  const std::string written = spec::write(it.stack, {});
  if (it.stack.tiers.empty()) return;  // nothing to say a spec of
  for (const Diagnostic& one : spec::parse(written, [](std::string_view) { return std::nullopt; }).diagnostics)
    ASSERT_EQ(one.severity, Severity::warning) << one.at.line << ": " << one.message << "\n" << written;
}

TEST(Import, ObjectsWithoutALineBetweenThemAreAnErrorNotALoss) {
  const std::vector<SourceFile> files = {{"all.yaml",
                                          "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n"
                                          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\n"}};
  const Imported it = read(files, {});
  std::vector<int> errors;
  for (const auto& [file, diagnostic] : it.diagnostics)
    if (diagnostic.severity == Severity::error) errors.push_back(diagnostic.at.line);
  EXPECT_EQ(errors, std::vector<int>{5});
}

// Read beside its base an override file would be a second stack with a database of its own.
TEST(Import, AnOverrideOfComposeIsPassedOverAndSaysHowToJudgeBoth) {
  const std::vector<SourceFile> files = {
      {"shop/docker-compose.override.yml", "services: {db: {command: postgres -c max_connections=300}}\n"},
      {"shop/docker-compose.yml",
       "services:\n  web: {image: shop, ports: ['80:80'], environment: {DATABASE_URL: 'postgres://db/shop'}}\n"
       "  db: {image: 'postgres:15'}\n"},
      {"other/compose.prod.yaml", "services: {cron: {image: cron}}\n"}};
  const Imported it = read(files, {});
  ASSERT_EQ(it.passed.size(), 1U);
  EXPECT_EQ(it.passed[0].file, 0U);
  EXPECT_NE(it.passed[0].why.find("docker compose -f docker-compose.yml -f docker-compose.override.yml config"),
            std::string::npos);
  EXPECT_EQ(it.stack.databases.size(), 1U);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> corpus() {
  std::vector<std::string> texts;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "fuzz" / "corpus" / "manifests"))
    texts.push_back(read_file(entry.path()));
  return texts;
}

TEST(ImportRobustness, TheFuzzersCorpus) {
  const std::vector<std::string> texts = corpus();
  EXPECT_GE(texts.size(), 8U);
  for (const std::string& text : texts) survives(text);
}

TEST(ImportRobustness, TruncatedAndChangedAnywhere) {
  constexpr std::string_view bytes = "\n\t :-{}[],&*!|>'\"%@`#$~?<.\\/0aZ\x01\x7F\x80\xC3\xE2\xFF";
  Rng rng(21);
  for (const std::string& text : corpus())
    for (int round = 0; round < 300 && !text.empty(); ++round) {
      std::string changed = text;
      if (round % 3 == 0) changed.resize(rng.below(changed.size()));
      for (std::uint64_t edits = 1 + rng.below(3); edits > 0 && !changed.empty(); --edits)
        changed[rng.below(changed.size())] = bytes[rng.below(bytes.size())];
      SCOPED_TRACE(changed);
      survives(changed);
      if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace plimsoll::import
