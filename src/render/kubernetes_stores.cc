// Poolers, which run in the cluster, and databases, which don't.

#include <fmt/format.h>

#include "render/kubernetes_exporters.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "render/targets.h"

namespace plimsoll::render::kube {
namespace {

constexpr std::string_view pooler_role = "pooler";
constexpr std::string_view database_role = "database";
constexpr std::int64_t transactions_end_within = 30;  // seconds; one that runs longer is cut
constexpr std::int64_t cut_within = 5;                // seconds, of PgBouncer that is told to go at once

/// SIGTERM would wait for all clients to leave, which pools never do (PgBouncer 1.23 on); SIGINT waits for transactions only, and
/// a second signal ends it at once.
Yaml leave_after_transactions() {
  Yaml made;
  Yaml& hook = made["preStop"];
  hook.about(
      "A pod that goes is taken out of its Service; until every node has heard, connections still come. Then SIGINT: it goes as "
      "soon as\nno transaction runs. SIGTERM, which follows, would wait for all clients to leave first, and pools never do.");
  hook["exec"]["command"] =
      Yaml::list({"sh", "-c", fmt::format("sleep {}; kill -INT 1; sleep {}", pre_stop_seconds, transactions_end_within)}).flow();
  return made;
}

Yaml pooler_requests() {
  Yaml made;
  Yaml& requests = made["requests"];
  requests.about("a guess: it works on one core at most, and a client takes a few kilobytes");
  requests["cpu"] = "100m";
  requests["memory"] = "64Mi";
  return made;
}

Yaml pgbouncer_container(const Pooler& pooler) {
  Yaml made;
  made["name"] = pooler.name;
  made["image"] = pgbouncer_image;
  made["command"] = Yaml::list({"pgbouncer", "pgbouncer.ini"}).flow();
  made["workingDir"] = "/etc/pgbouncer";
  Yaml& port = made["ports"].add();
  port["name"] = "postgres";
  port["containerPort"] = pgbouncer_port;
  made["resources"] = pooler_requests();
  made["readinessProbe"]["tcpSocket"]["port"] = "postgres";
  made["readinessProbe"]["periodSeconds"] = 5;
  made["lifecycle"] = leave_after_transactions();
  Yaml& mount = made["volumeMounts"].add();
  mount["name"] = "config";
  mount["mountPath"] = "/etc/pgbouncer";
  mount["readOnly"] = true;
  return made;
}

Yaml pooler_deployment(const Scope& scope, const Pooler& pooler) {
  Yaml made = object(scope, "apps/v1", "Deployment", pooler.name, pooler.name, pooler_role);
  Yaml& spec = made["spec"];
  spec["replicas"] = pooler.replicas.min;
  if (pooler.replicas.max > pooler.replicas.min)
    spec["replicas"].why(fmt::format("the least of {}..{}; each has its own pools, so the database sees the sum",
                                     pooler.replicas.min, pooler.replicas.max));
  spec["selector"]["matchLabels"] = selector(scope, pooler.name);
  Yaml& pod_template = spec["template"];
  pod_template["metadata"]["labels"] = pod_labels(scope, pooler.name, pooler_role);
  Yaml& pod = pod_template["spec"];
  pod["terminationGracePeriodSeconds"] =
      Yaml(pre_stop_seconds + transactions_end_within + cut_within)
          .why(fmt::format("derived: {} s + {} s of preStop, for transactions to end, + {} s; its clients then connect again",
                           pre_stop_seconds, transactions_end_within, cut_within));
  if (pooler.replicas.max > 1) avoid_one_host(scope, pooler.name, pod, 100, false);
  pod["containers"].add(pgbouncer_container(pooler));
  pod["containers"].add(pgbouncer_exporter(pooler, beside(pgbouncer_port)));
  pod["volumes"].add(config_volume(pooler.name, pooler.name, {"userlist.txt"}));
  return made;
}

void pooler_notes(const Scope& scope, const Pooler& pooler, const Database& database) {
  const std::string path = fmt::format("poolers.{}", pooler.name);
  const std::string space = scope.name_space();
  scope.notes.push_back(
      {path,
       fmt::format("make the Secret {0} (bash): kubectl create secret generic {0} -n {1} --from-file=userlist.txt=<(printf "
                   "'\"{2}\" \"%s\"\\n\"{4}\" \"%s\"\\n\"{5}\" \"%s\"\\n' \"${{{3}_PASSWORD:?}}\" "
                   "\"$(openssl rand -hex 16)\" "
                   "\"${{{3}_MONITORING_PASSWORD:?}}\")",
                   pooler.name, space, postgres_app_role, variable_of(database.name), pgbouncer_admin, pgbouncer_stats),
       true});
  if (pooler.replicas.max > pooler.replicas.min)
    scope.notes.push_back(
        {path + ".replicas", fmt::format("{} in the Deployment; nothing there raises it to {}: kubectl scale deployment {} -n {} "
                                         "--replicas=…, once `plimsoll plan` says so",
                                         pooler.replicas.min, pooler.replicas.max, pooler.name, space)});
}

/// What nobody here can start: the reader says where it is.
void note_place(const Scope& scope, const Database& database, const std::string& name) {
  scope.notes.push_back({fmt::format("databases.{}", database.name),
                         fmt::format("{0} runs outside the cluster; say where: kubectl create service externalname {0} -n {1} "
                                     "--external-name HOST",
                                     name, scope.name_space()),
                         true});
}

void note_secret(const Scope& scope, const Database& database) {
  const std::string variable = variable_of(database.name);
  scope.notes.push_back(
      {fmt::format("databases.{}", database.name),
       fmt::format("make the Secret {0}: kubectl create secret generic {0} -n {1} --from-literal=user={2} "
                   "--from-literal=password=\"${{{3}_PASSWORD:?}}\" --from-literal={4}=\"${{{3}_MONITORING_PASSWORD:?}}\"; they "
                   "stand in a "
                   "URL: letters and digits. The second is of the role {5}, by which the exporters look (grant pg_monitor); "
                   "postgresql/{0}-init.sql makes both roles",
                   database.name, scope.name_space(), postgres_app_role, variable, monitoring_key, postgres_monitoring_role),
       true});
}

/// `host`: the primary's name, or the read replicas'.
Documents exporter_of(const Scope& scope, const Database& database, const std::string& host) {
  return exporter_alone(scope, host, postgres_exporter(database, place_of(scope, host, postgres_port)));
}

}  // namespace

Documents pooler_of(const Scope& scope, const Pooler& pooler) {
  Documents made = elsewhere(scope, pooler.name, pooler_role, "postgres", pgbouncer_port);
  if (!made.empty()) {
    append(made, exporter_alone(scope, pooler.name, pgbouncer_exporter(pooler, place_of(scope, pooler.name, pgbouncer_port))));
    return made;
  }
  const Rendered files = pgbouncer(scope.stack, within(scope.stack, scope.options));
  Yaml& config = made.emplace_back(config_map(scope, pooler.name, pooler_role));
  config["data"].about(
      "A change is in the pods within a minute or two, and in effect by RELOAD on the console of each: no restart.");
  config["data"]["pgbouncer.ini"] = text_of(files, fmt::format("pgbouncer/{}.ini", pooler.name));
  made.push_back(pooler_deployment(scope, pooler));
  made.push_back(service(scope, pooler.name, pooler.name, pooler_role, "postgres", pgbouncer_port));
  if (pooler.replicas.min > 1) {
    Disruption one_at_a_time;
    one_at_a_time.max_unavailable = 1;
    made.push_back(disruption_budget(scope, pooler.name, pooler_role, one_at_a_time));
  }
  made.push_back(pod_monitor(scope, pooler.name, pooler_role, pooler.name));
  if (const Database* database = scope.stack.database(pooler.database)) pooler_notes(scope, pooler, *database);
  // How many there are is said above.
  pass_notes(scope, files, fmt::format("poolers.{}", pooler.name), {".replicas"});
  return made;
}

Documents database_of(const Scope& scope, const Database& database) {
  Documents made = elsewhere(scope, database.name, database_role, "postgres", postgres_port);
  if (made.empty()) note_place(scope, database, database.name);
  note_secret(scope, database);
  append(made, exporter_of(scope, database, database.name));
  if (database.read_replicas == 0) return made;
  const std::string read = database.name + "-read";
  Documents replicas = elsewhere(scope, read, database_role, "postgres", postgres_port);
  if (replicas.empty()) note_place(scope, database, read);
  append(made, std::move(replicas));
  append(made, exporter_of(scope, database, read));
  if (database.read_replicas > 1)
    scope.notes.push_back(
        {fmt::format("databases.{}.read_replicas", database.name),
         fmt::format(
             "{0}-exporter asks the one that {0} gives it, so that alerts see one of {1}; an exporter each, all as the job "
             "{0}, sees all",
             read, database.read_replicas)});
  return made;
}

}  // namespace plimsoll::render::kube
