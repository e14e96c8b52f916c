// prometheus.yml: who is scraped, and as which job; rules.yml: render/alerts.h.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "render/alerts.h"
#include "render/names.h"
#include "render/promql.h"
#include "render/proxies.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

/// Where a job's places are: those of Options::at, else whatever the name means to DNS, so that each instance is one target.
struct Job {
  std::string name, host;
  std::uint16_t port = 0;
  std::string path = "/metrics";
  std::string about;
  std::vector<Endpoint> fixed = {};  // instead of host and port
};

/// "/metrics?format=prometheus" is a path and parameters to Prometheus.
void add_path(Yaml& scrape, const std::string& path) {
  const std::size_t mark = path.find('?');
  scrape["metrics_path"] = path.substr(0, mark);
  if (mark == std::string::npos) return;
  Yaml& parameters = scrape["params"];
  std::string_view rest = std::string_view(path).substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (!pair.empty()) parameters[pair.substr(0, equals)].add(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
}

Yaml scrape_of(const Job& job, const Options& options) {
  Yaml scrape;
  scrape["job_name"] = job.name;
  if (!job.about.empty()) scrape.about(job.about);
  if (job.path != "/metrics") add_path(scrape, job.path);
  if (!job.fixed.empty() || options.at.contains(job.host)) {
    Yaml& targets = scrape["static_configs"].add()["targets"];
    for (const Endpoint& at : job.fixed.empty() ? endpoints_of(options, job.host, job.port) : job.fixed)
      targets.add(to_text(at)).flow();
    return scrape;
  }
  Yaml& found = scrape["dns_sd_configs"].add();
  found["names"].add(job.host);
  found["names"].flow();
  found["type"] = "A";
  found["port"] = job.port;
  found["refresh_interval"] = "15s";
  return scrape;
}

/// Its own pages: the tiers, by run.metrics.
void add_tiers(const Stack& stack, std::vector<Job>& jobs) {
  for (const Tier& tier : stack.tiers)
    if (!tier.run.metrics.empty()) jobs.push_back({tier.name, tier.name, instance_port, tier.run.metrics, ""});
}

void add_balancer(const Stack& stack, const Options& options, std::vector<Job>& jobs, std::vector<Note>& notes) {
  if (!stack.balancer) return;
  if (stack.balancer->engine == BalancerEngine::nginx) {
    notes.push_back({"balancer.engine", "nginx has no metrics page of its own: the tiers' own figures are all there is"});
    return;
  }
  const std::string place = options.at.contains("balancer-metrics") ? "balancer-metrics" : "balancer";
  Job job{"balancer", place, balancer_metrics_port, "/metrics", ""};
  if (place == "balancer" && options.at.contains(place)) job.fixed = {balancer_metrics_bind(stack, options)};
  jobs.push_back(std::move(job));
}

std::string lists_in(const Stack& stack, const Cache& cache) {
  std::string lists;
  for (const Tier& tier : stack.tiers)
    if (!tier.consumes.empty() && promql::queue_cache_of(stack, tier) == &cache)
      for (const QueueTarget& queue : tier.consumes) lists += (lists.empty() ? "" : ",") + queue.list;
  return lists;
}

void add_stores(const Stack& stack, std::vector<Job>& jobs, std::vector<Note>& notes) {
  for (const Pooler& pooler : stack.poolers)
    jobs.push_back({pooler.name, pooler.name + "-exporter", pgbouncer_exporter_port, "/metrics", ""});
  for (const Database& database : stack.databases) {
    jobs.push_back({database.name, database.name + "-exporter", postgres_exporter_port, "/metrics", ""});
    if (database.read_replicas > 0)
      jobs.push_back({promql::read_job(database.name), promql::read_job(database.name) + "-exporter", postgres_exporter_port,
                      "/metrics", ""});
  }
  for (const Cache& cache : stack.caches) {
    jobs.push_back({cache.name, cache.name + "-exporter", redis_exporter_port, "/metrics", ""});
    if (const std::string lists = lists_in(stack, cache); !lists.empty())
      notes.push_back(
          {fmt::format("caches.{}", cache.name),
           fmt::format("its exporter counts the jobs that wait only if it is told the lists: --check-single-keys={}", lists)});
  }
  for (const VectorStore& store : stack.vector_stores) jobs.push_back({store.name, store.name, qdrant_port, "/metrics", ""});
}

/// Machines, where Options says that something answers for them.
void add_machines(const Stack& stack, const Options& options, std::vector<Job>& jobs) {
  for (const Database& database : stack.databases)
    if (const std::string job = promql::machine_job(database.name); options.at.contains(job))
      jobs.push_back({job, job, 9100, "/metrics", ""});
}

std::string config(const Stack& stack, const Options& options, std::vector<Note>& notes) {
  std::vector<Job> jobs;
  add_tiers(stack, jobs);
  add_balancer(stack, options, jobs, notes);
  add_stores(stack, jobs, notes);
  add_machines(stack, options, jobs);

  Yaml root;
  root.about(
      fmt::format("Prometheus of the stack {}, made by `plimsoll render`.\n"
                  "A job is called like its component: the alerts in rules.yml find it by that.",
                  stack.name));
  root["global"]["scrape_interval"] = "30s";
  root["global"]["evaluation_interval"] = "30s";
  root["rule_files"] = Yaml::list(std::vector<Yaml>{"rules.yml"});
  Yaml& managers = root["alerting"]["alertmanagers"].add()["static_configs"].add()["targets"];
  for (const Endpoint& at : endpoints_of(options, "alertmanager", alertmanager_port)) managers.add(to_text(at)).flow();
  Yaml& scrapes = root["scrape_configs"];
  for (const Job& job : jobs) scrapes.add(scrape_of(job, options));
  return to_yaml(root);
}

}  // namespace

Rendered prometheus(const Stack& stack, const Options& options) {
  Rendered made;
  Yaml rules;
  Yaml groups = rule_groups(stack, made.notes);
  rules.about(
      fmt::format("Alerts of the stack {}, made by `plimsoll render`.\n"
                  "critical: now; warning: today; info: plan for it.",
                  stack.name));
  rules["groups"] = std::move(groups);
  made.files.push_back({"prometheus/prometheus.yml", config(stack, options, made.notes)});
  made.files.push_back({"prometheus/rules.yml", to_yaml(rules)});
  return made;
}

}  // namespace plimsoll::render
