#include "render/render.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/assert.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace {

constexpr std::array<TargetInfo, 14> rows = {{
    {Target::kubernetes, "kubernetes", "manifests of every tier, pooler and cache, with their autoscalers and monitors",
     kubernetes},
    {Target::helm, "helm", "values of a chart laid out as `helm create` does, one file a tier", helm},
    {Target::compose, "compose", "compose.yaml and the files it mounts", compose},
    {Target::nginx, "nginx", "nginx.conf of the balancer", nginx},
    {Target::haproxy, "haproxy", "haproxy.cfg of the balancer", haproxy},
    {Target::traefik, "traefik", "Traefik's static and dynamic configuration of the balancer", traefik},
    {Target::pgbouncer, "pgbouncer", "pgbouncer.ini of each pooler", pgbouncer},
    {Target::postgresql, "postgresql", "postgresql.conf and pg_hba.conf of each database and its read replicas", postgresql},
    {Target::redis, "redis", "redis.conf and sentinel.conf of each cache", redis},
    {Target::qdrant, "qdrant", "config.yaml and the collections of each vector store", qdrant},
    {Target::prometheus, "prometheus", "prometheus.yml, alerts and recording rules", prometheus},
    {Target::alertmanager, "alertmanager", "alertmanager.yml: who hears of what", alertmanager},
    {Target::grafana, "grafana", "a dashboard and its provisioning", grafana},
    {Target::cloud, "cloud", "AWS commands, each with precondition and verification", cloud},
}};

void sort_files(std::vector<File>& files) { std::ranges::sort(files, {}, &File::path); }

}  // namespace

std::span<const TargetInfo> targets() { return rows; }

const TargetInfo* target_of(std::string_view word) {
  const auto* row = std::ranges::find(rows, word, &TargetInfo::word);
  return row == rows.end() ? nullptr : &*row;
}

Rendered render(const Stack& stack, Target target, const Options& options) {
  const auto* row = std::ranges::find(rows, target, &TargetInfo::target);
  PLIMSOLL_ASSERT(row != rows.end());
  Rendered made = row->make(stack, options);
  sort_files(made.files);
  return made;
}

std::vector<Target> all_targets(const Stack& stack) {
  const auto is_other_balancer = [&](Target target) {
    constexpr std::array<std::pair<Target, BalancerEngine>, 3> engines = {{{Target::nginx, BalancerEngine::nginx},
                                                                           {Target::haproxy, BalancerEngine::haproxy},
                                                                           {Target::traefik, BalancerEngine::traefik}}};
    return std::ranges::any_of(engines, [&](const auto& one) {
      return one.first == target && (!stack.balancer || stack.balancer->engine != one.second);
    });
  };
  std::vector<Target> all;
  for (const TargetInfo& row : rows)
    if (!is_other_balancer(row.target)) all.push_back(row.target);
  return all;
}

void merge(Rendered& into, Rendered more) {
  for (File& file : more.files) {
    const auto same = std::ranges::find(into.files, file.path, &File::path);
    if (same == into.files.end())
      into.files.push_back(std::move(file));
    else
      PLIMSOLL_ASSERT(same->text == file.text);
  }
  for (Note& note : more.notes)
    if (std::ranges::find(into.notes, note) == into.notes.end()) into.notes.push_back(std::move(note));
  sort_files(into.files);
}

}  // namespace plimsoll::render
