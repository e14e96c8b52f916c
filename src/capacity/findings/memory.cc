// What instances take, against one machine and against all of them.

#include <fmt/format.h>

#include <algorithm>

#include "capacity/findings/rules.h"
#include "capacity/findings/shared_limit.h"
#include "capacity/wording.h"
#include "core/quantity.h"

namespace plimsoll::capacity::rules {
namespace {

/// One resource of one tier against a machine, in bytes or cores.
struct Fit {
  const char* what;  // "memory"
  double request = 0, limit = 0, machine = 0;
  std::string request_text, limit_text, machine_text;
};

void judge_fit(const Tier& tier, const Fit& fit, Out out) {
  if (!(fit.machine > 0)) return;
  const bool never = fit.request > fit.machine;
  if (!never && fit.limit <= fit.machine) return;
  Finding finding;
  finding.level = never ? Level::error : Level::warning;
  finding.path = tier_path(tier, fmt::format("instance.{}", fit.what));
  if (never)
    finding.message = fmt::format("{}: {} asks for {} of a machine's {}: no machine has room for it", tier.name, fit.what,
                                  fit.request_text, fit.machine_text);
  else
    finding.message = fmt::format("{}: {} may reach {}, a machine has {}: the limit is never met", tier.name, fit.what,
                                  fit.limit_text, fit.machine_text);
  const std::string value = never || fit.request == fit.machine ? fit.machine_text : fit.request_text + ".." + fit.machine_text;
  finding.fixes.push_back({finding.path, value, fmt::format("{}: {}", fit.what, value), "as much as a machine has"});
  finding.advice = "larger machines (limits.node)";
  out.push_back(std::move(finding));
}

}  // namespace

void memory_over_node(const Scene& scene, Out out) {
  const Limits& limits = scene.stack.limits;
  for (const Tier& tier : scene.stack.tiers) {
    const auto& memory = tier.instance.memory;
    if (limits.node_memory && memory && scene.holds(tier_path(tier, "instance.memory")))
      judge_fit(
          tier,
          {"memory", static_cast<double>(memory->request.count),
           static_cast<double>(memory->limit.value_or(memory->request).count), static_cast<double>(limits.node_memory->count),
           to_text(memory->request), to_text(memory->limit.value_or(memory->request)), to_text(*limits.node_memory)},
          out);
    const auto& cpu = tier.instance.cpu;
    if (limits.node_cores && scene.holds(tier_path(tier, "instance.cpu")))
      judge_fit(tier,
                {"cpu", cpu.request.count, cpu.limit.value_or(cpu.request).count, limits.node_cores->count, to_text(cpu.request),
                 to_text(cpu.limit.value_or(cpu.request)), to_text(*limits.node_cores)},
                out);
  }
}

void memory_over_machine(const Scene& scene, Out out) {
  const Limits& limits = scene.stack.limits;
  if (limits.memory)
    judge_shared(
        scene,
        {"limits.memory " + size(*limits.memory), "limits.memory", static_cast<double>(limits.memory->count),
         [](const Tier& tier) { return tier.instance.memory ? static_cast<double>(tier.instance.memory->request.count) : 0; },
         [](double bytes) { return size(Bytes{static_cast<std::int64_t>(std::min(bytes, 0x1p62))}); }},
        out);
  if (limits.cores)
    judge_shared(scene,
                 {fmt::format("limits.cores {}", number(limits.cores->count)), "limits.cores", limits.cores->count,
                  [](const Tier& tier) { return tier.instance.cpu.request.count; }, [](double cores) { return number(cores); }},
                 out);
}

}  // namespace plimsoll::capacity::rules
