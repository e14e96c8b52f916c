// Machines, money, maxima, schedules.

#include <gtest/gtest.h>

#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {
namespace {

using enum Level;
using namespace std::chrono_literals;
constexpr std::nullopt_t silent = std::nullopt;
constexpr std::int64_t gigabyte = std::int64_t{1} << 30;

class LimitRule : public Rule {};
TEST_P(LimitRule, SaysWhatItMustAndNothingElse) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    K4, LimitRule,
    testing::Values(Row{"NoMachineHasRoom", "memory-over-node", error, "api: memory asks for 8Gi of a machine's 4Gi",
                        [](Given& g) {
                          g.stack.limits.node_memory = Bytes{4 * gigabyte};
                          api(g).instance.memory = RequestLimit<Bytes>{Bytes{8 * gigabyte}, std::nullopt};
                        }},
                    Row{"TheLimitIsNeverMet", "memory-over-node", warning, "api: memory may reach 8Gi, a machine has 4Gi",
                        [](Given& g) {
                          g.stack.limits.node_memory = Bytes{4 * gigabyte};
                          api(g).instance.memory = RequestLimit<Bytes>{Bytes{gigabyte}, Bytes{8 * gigabyte}};
                        }},
                    Row{"Cores", "memory-over-node", error, "worker: cpu asks for 8 of a machine's 4",
                        [](Given& g) {
                          g.stack.limits.node_cores = Cores{4};
                          worker(g).instance.cpu = {Cores{8}, std::nullopt};
                        }},
                    Row{"ItFits", "memory-over-node", silent, "", [](Given& g) { g.stack.limits.node_memory = Bytes{gigabyte}; }},
                    Row{"NodeUnknown", "memory-over-node", silent, "",
                        [](Given& g) {
                          api(g).instance.memory = RequestLimit<Bytes>{Bytes{800 * gigabyte}, std::nullopt};
                        }},
                    // Two of api and one worker at 512 MB.
                    Row{"NotEvenTheMinimum", "memory-over-machine", error,
                        "even at the minimum api 2 × 512 MB + worker 1 × 512 MB = 1.5 GB of limits.memory 1 GB",
                        [](Given& g) { g.stack.limits.memory = Bytes{gigabyte}; }},
                    Row{"OneTierAlone", "memory-over-machine", warning,
                        "api cannot reach 9: 9 × 512 MB = 4.5 GB and 512 MB for the others' minimum of limits.memory 4 GB",
                        [](Given& g) {
                          g.stack.limits.memory = Bytes{4 * gigabyte};
                          api(g).replicas.max = 9;
                        }},
                    Row{"NotAllAtOnce", "memory-over-machine", note,
                        "not all maxima at once: api 4 × 512 MB + worker 4 × 512 MB = 4 GB of limits.memory 3 GB",
                        [](Given& g) { g.stack.limits.memory = Bytes{3 * gigabyte}; }},
                    Row{"AllAtOnce", "memory-over-machine", silent, "",
                        [](Given& g) { g.stack.limits.memory = Bytes{4 * gigabyte}; }},
                    Row{"CoresOfTheCluster", "memory-over-machine", warning,
                        "api cannot reach 9: 9 × 0.5 = 4.5 and 0.5 for the others' minimum of limits.cores 4",
                        [](Given& g) {
                          g.stack.limits.cores = Cores{4};
                          api(g).replicas.max = 9;
                        }}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    H2, LimitRule,
    testing::Values(Row{"CallsInFlight", "unreachable-max", warning,
                        "worker cannot reach 4: 4 × 20 = 80 of llm's 50 calls in flight",
                        [](Given& g) {
                          g.stack.externals[0].concurrency = 50;
                          worker(g).uses[2].calls = 20;
                        }},
                    Row{"CallsASecond", "unreachable-max", warning, "4 × 20/s = 80/s of llm's 50/s calls",
                        [](Given& g) {
                          g.stack.externals[0].rate = Rate{50};
                          worker(g).uses[2].rate = Rate{20};
                        }},
                    Row{"EnoughCalls", "unreachable-max", silent, "",
                        [](Given& g) {
                          g.stack.externals[0].concurrency = 80;
                          worker(g).uses[2].calls = 20;
                        }},
                    Row{"AnyNumberOfCalls", "unreachable-max", silent, "", [](Given& g) { worker(g).uses[2].calls = 2000; }},
                    Row{"ClientsOfRedis", "unreachable-max", error, "even at the minimum api 2 × 5 = 10 of redis's max_clients 8",
                        [](Given& g) { redis(g).max_clients = 8; }},
                    Row{"MoneyForThree", "unreachable-max", warning,
                        "api cannot reach 4: 4 × $70 = $280 of limits.cost $210 a month",
                        [](Given& g) {
                          g.stack.limits.cost = Money{210 / hours_a_month};
                          api(g).instance.price = Money{70 / hours_a_month};
                        }}),
    name_of_row);

void requests(Given& g, double each, double rate) {
  api(g).scale.metrics = {{.signal = SignalKind::requests_per_second, .type = TargetType::average, .target = each}};
  g.stack.growth.emplace();
  g.stack.growth->rate = Rate{rate};
}

INSTANTIATE_TEST_SUITE_P(K1, LimitRule,
                         testing::Values(Row{"TodaysPeakIsMore", "unreachable-target", warning,
                                             "api: 4 × 40/s = 160/s at the maximum, growth.rate says 250/s",
                                             [](Given& g) { requests(g, 40, 250); }},
                                         Row{"UsersToo", "unreachable-target", warning,
                                             "api: 4 × 100 = 400 users at the maximum, growth.users says 1,000",
                                             [](Given& g) {
                                               g.stack.growth.emplace();
                                               g.stack.growth->users = 1000;
                                               api(g).baseline = Baseline{.users = 100};
                                             }},
                                         Row{"Enough", "unreachable-target", silent, "", [](Given& g) { requests(g, 40, 160); }},
                                         Row{"OtherServicesHaveTheirPart", "unreachable-target", silent, "",
                                             [](Given& g) {
                                               requests(g, 40, 250);
                                               g.stack.tiers.push_back(api(g));
                                               g.stack.tiers.back().name = "web";
                                             }}),
                         name_of_row);

void prices(Given& g, double budget) {
  api(g).instance.price = Money{70 / hours_a_month};
  main_of(g).bought.price = Money{200 / hours_a_month};
  g.stack.budget = Money{budget / hours_a_month};
}

INSTANTIATE_TEST_SUITE_P(
    H19, LimitRule,
    testing::Values(
        Row{"TheMaximum", "cost-over-budget", warning, "the maximum costs $480 a month, the budget is $450",
            [](Given& g) { prices(g, 450); }},
        Row{"TheSum", "cost-over-budget", warning, "api 4 × $70 + main 1 × $200 = $480", [](Given& g) { prices(g, 450); }},
        Row{"TheMinimum", "cost-over-budget", error, "even the minimum costs $340 a month, the budget is $300",
            [](Given& g) { prices(g, 300); }},
        Row{"ByTheCatalog", "cost-over-budget", warning, "the maximum costs $480 a month",
            [](Given& g) {
              prices(g, 450);
              main_of(g).bought = {.instance_class = "db.large"};
              g.context.catalog = &catalog();
            }},
        Row{"WhatHasNoPriceIsSaid", "cost-over-budget", warning,
            "without a price, not counted: balancer, worker, pooler, redis and 1 more", [](Given& g) { prices(g, 450); }},
        Row{"Within", "cost-over-budget", silent, "", [](Given& g) { prices(g, 480); }},
        Row{"NoBudget", "cost-over-budget", silent, "",
            [](Given& g) {
              prices(g, 1);
              g.stack.budget.reset();
            }},
        Row{"NoPrices", "cost-over-budget", silent, "", [](Given& g) { g.stack.budget = Money{0.001}; }}),
    name_of_row);

ScheduleRule daily(ScheduleRule::Kind kind, int replicas) {
  return {.kind = kind, .when = {.start = "0 20 * * *", .end = "0 8 * * *"}, .replicas = replicas, .why = "nights"};
}
using Kind = ScheduleRule::Kind;

INSTANTIATE_TEST_SUITE_P(
    K25, LimitRule,
    testing::Values(
        Row{"AFloorBelowTheMinimum", "min-over-schedule", warning,
            "api: schedule 'nights' has a floor of 0, and the minimum is 2: it changes nothing",
            [](Given& g) { api(g).scale.schedule = {daily(Kind::floor, 0)}; }},
        Row{"TheMinimumItself", "min-over-schedule", note, "it changes nothing",
            [](Given& g) { api(g).scale.schedule = {daily(Kind::floor, 2)}; }},
        Row{"MoreThanTheMaximum", "min-over-schedule", warning, "api: schedule 'nights' asks for 6, and the maximum is 4",
            [](Given& g) { api(g).scale.schedule = {daily(Kind::floor, 6)}; }},
        Row{"OffHours", "min-over-schedule", silent, "", [](Given& g) { api(g).scale.schedule = {daily(Kind::exact, 0)}; }},
        Row{"AnEventsFloor", "min-over-schedule", silent, "", [](Given& g) { api(g).scale.schedule = {daily(Kind::floor, 3)}; }},
        Row{"APastEvent", "min-over-schedule", silent, "",
            [](Given& g) {
              api(g).scale.schedule = {{.when = {.from = g.context.now - 48h, .until = g.context.now - 24h}, .replicas = 40}};
            }}),
    name_of_row);

/// An event of a day, a week from now.
void event(Given& g) {
  api(g).scale.schedule = {
      {.when = {.from = g.context.now + 7 * 24h, .until = g.context.now + 8 * 24h}, .replicas = 3, .why = "Black Friday"}};
}

INSTANTIATE_TEST_SUITE_P(
    K12, LimitRule,
    testing::Values(Row{"EveryNight", "maintenance-in-event", warning,
                        "main may be restarted at 2025-12-25T03:00Z, within schedule 'Black Friday' of api",
                        [](Given& g) {
                          event(g);
                          main_of(g).maintenance = When{.start = "0 3 * * *", .end = "0 4 * * *"};
                        }},
                    Row{"OnceThatDay", "maintenance-in-event", warning, "main may be restarted at 2025-12-25T05:00Z",
                        [](Given& g) {
                          event(g);
                          main_of(g).maintenance =
                              When{.from = g.context.now + 7 * 24h + 5h, .until = g.context.now + 7 * 24h + 6h};
                        }},
                    Row{"OnAnotherDay", "maintenance-in-event", silent, "",
                        [](Given& g) {
                          event(g);
                          main_of(g).maintenance = When{.from = g.context.now + 5h, .until = g.context.now + 6h};
                        }},
                    Row{"AZoneNobodyCanReadHere", "maintenance-in-event", silent, "",
                        [](Given& g) {
                          event(g);
                          main_of(g).maintenance = When{.start = "0 3 * * *", .end = "0 4 * * *", .zone = "Europe/Berlin"};
                        }},
                    Row{"InAYear", "maintenance-in-event", silent, "",
                        [](Given& g) {
                          event(g);
                          api(g).scale.schedule[0].when = {.from = g.context.now + 365 * 24h, .until = g.context.now + 366 * 24h};
                          main_of(g).maintenance = When{.start = "0 3 * * *", .end = "0 4 * * *"};
                        }},
                    Row{"NobodyUsesIt", "maintenance-in-event", silent, "",
                        [](Given& g) {
                          event(g);
                          api(g).uses.clear();
                          main_of(g).maintenance = When{.start = "0 3 * * *", .end = "0 4 * * *"};
                        }}),
    name_of_row);

}  // namespace
}  // namespace plimsoll::capacity::testing_
