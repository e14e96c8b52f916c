// What an engine calls each tick allocates nothing: operator new of this whole program is counted.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <new>
#include <type_traits>

#include "core/cron.h"
#include "core/quantity.h"
#include "decide/keda/hpa_spec.h"
#include "decide/keda/jobs.h"

namespace {
std::size_t allocations = 0;
}

// Kept out of line: g++ 12 pairs an inlined free() with a new that it did not see replaced.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace plimsoll::keda {
namespace {

using namespace std::chrono_literals;

static_assert(std::is_trivially_copyable_v<LoopState>);
static_assert(sizeof(LoopState) <= 1024, "a tier's whole state has 4 KiB");

TEST(Allocation, ATickAllocatesNothing) {
  const TimeZone berlin = parse_zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin").value();
  const CronWindow office{parse_cron("0 8 * * 1-5").value.value(), parse_cron("0 20 29 2 *").value.value()};
  ScaledObject so;
  so.triggers.push_back({.use_cached_metrics = true});
  so.triggers.push_back({.source = Source::cron, .threshold = 1});
  so.fallback = Fallback{.failure_threshold = 1, .replicas = 3};
  const std::array<std::string_view, 2> names{"queue", "office"};
  so.modifiers = Modifiers{.formula = compile("max(queue ?? 3, office) + count([queue, office], {# > 1})", names).value.value()};
  const HpaSpec spec = hpa_spec(so);
  LoopState state;
  const TimePoint start = parse_time("2026-11-22T00:00Z").value();

  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = start + i * 600s;
    const std::array readings{i % 3 ? Reading::failed() : Reading::of(i % 100),
                              Reading::of(office.state(now, berlin).inside ? 10 : 0)};
    poll(so, state, readings, {i % 10, i % 10}, now);
    serve(so, state, spec.external[0], readings, {i % 10, i % 10}, now);
    (void)office.next_change(now, berlin);
    (void)office.end.previous(now, berlin);
    const std::array jobs{JobTrigger{static_cast<double>(i), 5, true}};
    (void)new_jobs({}, job_demand({}, jobs), i % 7, i % 3);
  }
  EXPECT_EQ(allocations - before, 0U);
}

}  // namespace
}  // namespace plimsoll::keda
