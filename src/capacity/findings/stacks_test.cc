// The stacks of this repository, as their owners' runbooks have them: exactly what has to be said of each.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "capacity/catalog.h"
#include "capacity/findings/findings.h"
#include "core/quantity.h"
#include "spec/catalog.h"
#include "spec/located.h"

namespace plimsoll::capacity {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(PLIMSOLL_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const char* word(Level level) { return level == Level::error ? "error" : level == Level::warning ? "warning" : "note"; }

/// As the program calls it: with the stack's catalog, and what was written down.
std::vector<std::string> said_of(const std::string& name) {
  const auto parsed = spec::parse_located(text_of("stacks/" + name + ".yaml"), [](std::string_view) { return std::nullopt; });
  if (!parsed.value) {
    std::vector<std::string> mistakes = {"cannot be read"};
    for (const Diagnostic& one : parsed.diagnostics) mistakes.push_back(one.path + ": " + one.message);
    return mistakes;
  }
  Stack stack = parsed.value->stack;
  FindingsContext context;
  Parsed<Catalog> catalog;
  if (!stack.catalog.empty()) {
    catalog = spec::parse_catalog(text_of("catalogs/" + stack.catalog + ".yaml"));
    if (!catalog.value) return {"its catalog cannot be read"};
    fill_in(stack, *catalog.value);
    context.catalog = &*catalog.value;
  }
  context.now = *parse_time("2026-11-01T00:00Z");
  const Origins& origins = parsed.value->origins;
  context.given = [&](std::string_view path) { return origins.exact(path) != nullptr; };
  std::vector<std::string> said;
  for (const Finding& one : findings(stack, context))
    said.push_back(std::string(one.rule) + " " + word(one.level) + ": " + one.message);
  return said;
}

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Newcomers, TheQuickstartIsSound) { EXPECT_THAT(said_of("quickstart"), IsEmpty()); }
TEST(Newcomers, TheOldLoopIsSound) { EXPECT_THAT(said_of("va-autoscale"), IsEmpty()); }

// The table's last row leaves nothing for the reserves; jobs and decisions share one Redis.
TEST(K21, KaireonsLastRow) {
  EXPECT_THAT(
      said_of("kaireon"),
      ElementsAre("pooler-table warning: pooler's table, row 4 (api 30 and worker 30): 4 × 100 = 400 connections, reserved 23: "
                  "423 of main's max_connections 400",
                  StartsWith("queue-and-cache-together warning: redis is queue and cache in one under volatile-lru")));
}

// RDS would take what the memory gives; the runbook's 200 is the parameter group's.
TEST(K15, KaireonsPoolsSayBothFigures) {
  EXPECT_THAT(said_of("kaireon-pools"),
              ElementsAre(StartsWith("max-connections-differs note: main: max_connections 200 is not the 1,802")));
}

TEST(H11, HealthAgentsPoolsBeyondASmallDatabase) {
  EXPECT_THAT(
      said_of("health-agent"),
      ElementsAre(
          "connection-budget error: connections: api can reach 20 × 13 = 260, reserved 3: 263 of main's max_connections 225",
          StartsWith("single-instance note: api"), StartsWith("not-proportional-target note: api: memory")));
}

TEST(T13, TriageWardensBudgetBlocksEveryEviction) {
  EXPECT_THAT(said_of("triage-warden"), ElementsAre(StartsWith("pdb-blocks-eviction warning: api: min_available 2 of 2"),
                                                    StartsWith("not-proportional-target note: api: memory"),
                                                    StartsWith("queue-and-cache-together warning: redis")));
}

// Database latency is a guard there, not a target.
TEST(A8, AcmesGuardIsSound) {
  EXPECT_THAT(said_of("acme"),
              ElementsAre(StartsWith("max-connections-differs note: main: max_connections 400 is not the 3,604")));
}

TEST(V15, VoiceAssistsTenServers) {
  EXPECT_THAT(said_of("voiceassist"),
              ElementsAre("connection-budget error: connections: server can reach 10 × (20 + 10) = 300, reserved 3: "
                          "303 of main's max_connections 200"));
}

}  // namespace
}  // namespace plimsoll::capacity
