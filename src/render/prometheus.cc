// prometheus.yml: who is scraped, and as which job; rules.yml: render/alerts.h.

#include "render/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "render/alerts.h"
#include "render/names.h"
#include "render/postgresql.h"
#include "render/promql.h"
#include "render/proxies.h"
#include "render/redis.h"
#include "render/targets.h"
#include "render/yaml.h"

namespace plimsoll::render {
namespace {

/// Where a job's targets are: those of Options::at, else whatever the name means to DNS, so that each instance is one target.
struct Place {
  std::string host;
  std::uint16_t port = 0;
};

/// One exporter that asks each of the targets.
struct Through {
  Endpoint exporter;
  std::string target;       // what it is told to ask; $1 is the place
  std::string module = "";  // of its own configuration, with the login; empty: none
};

struct Job {
  std::string name;
  std::vector<Place> places = {};
  std::string path = "/metrics";
  std::vector<Endpoint> fixed = {};  // beside the places
  std::string credentials = "";      // a file with the key that the page wants; empty: none
  std::optional<Through> through = std::nullopt;
};

void add_targets(Yaml& scrape, const Job& job, const Options& options) {
  std::vector<Endpoint> fixed = job.fixed;
  for (const Place& place : job.places)
    if (options.at.contains(place.host))
      for (const Endpoint& at : endpoints_of(options, place.host, place.port)) fixed.push_back(at);
  if (!fixed.empty()) {
    Yaml& targets = scrape["static_configs"].add()["targets"];
    for (const Endpoint& at : fixed) targets.add(to_text(at)).flow();
  }
  for (const Place& place : job.places) {
    if (options.at.contains(place.host)) continue;
    Yaml& found = scrape["dns_sd_configs"].add();
    found["names"].add(place.host);
    found["names"].flow();
    found["type"] = "A";
    found["port"] = place.port;
    found["refresh_interval"] = "15s";
  }
}

void add_relabeling(Yaml& scrape, const Through& through) {
  Yaml& steps = scrape["relabel_configs"];
  steps.about("Each target is asked by way of the exporter.");
  const auto copy = [&](std::string_view to, std::string_view as) {
    Yaml& step = steps.add();
    step["source_labels"].add("__address__");
    step["source_labels"].flow();
    step["target_label"] = to;
    if (!as.empty()) step["replacement"] = as;
  };
  copy("__param_target", through.target);
  copy("instance", "");
  Yaml& exporter = steps.add();
  exporter["target_label"] = "__address__";
  exporter["replacement"] = to_text(through.exporter);
}

Yaml scrape_of(const Job& job, const Options& options) {
  Yaml scrape;
  scrape["job_name"] = job.name;
  if (job.path != "/metrics") add_page(scrape, "metrics_path", job.path);
  if (job.through && !job.through->module.empty()) scrape["params"]["auth_module"].add(job.through->module);
  if (!job.credentials.empty()) scrape["authorization"]["credentials_file"] = job.credentials;
  add_targets(scrape, job, options);
  if (job.through) add_relabeling(scrape, *job.through);
  return scrape;
}

/// Its own pages: the tiers, by run.metrics.
void add_tiers(const Stack& stack, std::vector<Job>& jobs) {
  for (const Tier& tier : stack.tiers)
    if (!tier.run.metrics.empty()) jobs.push_back({tier.name, {{tier.name, instance_port}}, tier.run.metrics});
}

void add_balancer(const Stack& stack, const Options& options, std::vector<Job>& jobs, std::vector<Note>& notes) {
  if (stack.balancer && stack.balancer->engine == BalancerEngine::nginx)
    notes.push_back(
        {"balancer.engine", "nginx has no metrics page of its own: no alert on it, the tiers' own figures are all there is"});
  if (!promql::tells_of_itself(stack)) return;
  if (!options.at.contains("balancer-metrics") && options.at.contains("balancer")) {
    jobs.push_back({.name = "balancer", .fixed = {balancer_metrics_bind(stack, options)}});
    return;
  }
  const std::string place = options.at.contains("balancer-metrics") ? "balancer-metrics" : "balancer";
  jobs.push_back({"balancer", {{place, balancer_metrics_port}}});
}

/// Whether one exporter is to ask several: not where Options has an exporter for each.
bool is_shared(const Options& options, const std::string& exporter) {
  const auto given = options.at.find(exporter);
  return given == options.at.end() || given->second.size() < 2;
}

void add_read_replicas(const Database& database, const Options& options, std::vector<Job>& jobs, std::vector<Note>& notes) {
  const std::string name = promql::read_job(database.name), exporter = name + "-exporter";
  if (database.read_replicas == 1 || !is_shared(options, exporter)) {
    jobs.push_back({name, {{exporter, postgres_exporter_port}}});
    return;
  }
  const Endpoint at = endpoints_of(options, exporter, postgres_exporter_port).front();
  jobs.push_back(
      {.name = name,
       .places = {{name, postgres_port}},
       .path = "/probe",
       .through = Through{at, fmt::format("postgresql://$1/{}", database_of(database)), std::string(postgres_probe_module)}});
  notes.push_back({fmt::format("databases.{}", database.name),
                   fmt::format("{} asks each of {}: it needs a --config.file with the auth module {}, the login of {}", exporter,
                               name, postgres_probe_module, postgres_monitoring_role),
                   true});
}

void add_databases(const Stack& stack, const Options& options, std::vector<Job>& jobs, std::vector<Note>& notes) {
  for (const Pooler& pooler : stack.poolers)
    jobs.push_back({pooler.name, {{pooler.name + "-exporter", pgbouncer_exporter_port}}});
  for (const Database& database : stack.databases) {
    jobs.push_back({database.name, {{database.name + "-exporter", postgres_exporter_port}}});
    if (database.read_replicas > 0) add_read_replicas(database, options, jobs, notes);
  }
}

/// Each node by itself. Where a copy may take over, it is the cache as well; where none may, a master that is down is not made up
/// for by its copies.
void add_nodes(const Cache& cache, const Options& options, std::vector<Job>& jobs) {
  const std::string exporter = cache.name + "-exporter", copies = promql::replica_job(cache.name);
  if (cache.nodes() == 1 || !is_shared(options, exporter)) {
    jobs.push_back({cache.name, {{exporter, redis_exporter_port}}});
    return;
  }
  Job job{.name = cache.name,
          .path = "/scrape",
          .through = Through{endpoints_of(options, exporter, redis_exporter_port).front(), "redis://$1"}};
  if (cache.architecture == CacheArchitecture::cluster) {
    job.fixed = redis_nodes(cache, options);
    jobs.push_back(std::move(job));
    return;
  }
  Job others = job;
  job.fixed = endpoints_of(options, cache.name, redis_port);
  if (cache.architecture == CacheArchitecture::sentinel) job.places.push_back({copies, redis_port});
  jobs.push_back(std::move(job));
  if (cache.architecture == CacheArchitecture::sentinel) return;
  others.name = copies;
  others.places.push_back({copies, redis_port});
  jobs.push_back(std::move(others));
}

void add_caches(const Stack& stack, const Options& options, std::vector<Job>& jobs, std::vector<Note>& notes) {
  for (const Cache& cache : stack.caches) {
    add_nodes(cache, options, jobs);
    if (const std::string lists = promql::lists_in(stack, cache); !lists.empty())
      notes.push_back(
          {fmt::format("caches.{}", cache.name),
           fmt::format("its exporter counts the jobs that wait only if it is told the lists: --check-single-keys={}", lists)});
  }
}

void add_vector_stores(const Stack& stack, std::vector<Job>& jobs, std::vector<Note>& notes) {
  for (const VectorStore& store : stack.vector_stores) {
    const std::string file = api_key_file(store);
    jobs.push_back({.name = store.name, .places = {{store.name, qdrant_port}}, .credentials = file});
    notes.push_back({fmt::format("vector_stores.{}", store.name),
                     fmt::format("Prometheus reads {}'s page with its API key, from the file {}", store.name, file), true});
  }
}

/// Machines, where Options says that something answers for them.
void add_machines(const Stack& stack, const Options& options, std::vector<Job>& jobs) {
  for (const Database& database : stack.databases)
    if (const std::string job = promql::machine_job(database.name); options.at.contains(job))
      jobs.push_back({job, {{job, 9100}}});
}

std::string config(const Stack& stack, const Options& options, std::vector<Note>& notes) {
  std::vector<Job> jobs;
  add_tiers(stack, jobs);
  add_balancer(stack, options, jobs, notes);
  add_databases(stack, options, jobs, notes);
  add_caches(stack, options, jobs, notes);
  add_vector_stores(stack, jobs, notes);
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

void add_page(Yaml& scrape, std::string_view key, std::string_view page) {
  const std::size_t mark = page.find('?');
  scrape[key] = page.substr(0, mark);
  if (mark == std::string_view::npos) return;
  Yaml& parameters = scrape["params"];
  std::string_view rest = page.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (!pair.empty()) parameters[pair.substr(0, equals)].add(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
}

std::string api_key_file(const VectorStore& store) { return fmt::format("/run/secrets/{}_api_key", store.name); }

Rendered prometheus(const Stack& stack, const Options& options) {
  Rendered made;
  Yaml rules;
  Yaml groups = rule_groups(stack, made.notes);
  add_balancer_group(stack, groups);
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
