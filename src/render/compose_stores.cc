// Databases, their read replicas, poolers and vector stores.

#include <fmt/format.h>

#include <algorithm>

#include "render/compose_parts.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"

namespace plimsoll::render::compose_parts {
namespace {

constexpr std::string_view conf_at = "/etc/postgresql/postgresql.conf";
constexpr std::string_view hba_at = "/etc/postgresql/pg_hba.conf";
constexpr std::string_view data_at = "/var/lib/postgresql/data";

std::string_view image_of(const Database& database) {
  return std::ranges::find(database.extensions, "vector") != database.extensions.end() ? pgvector_image : postgres_image;
}

/// Its limits: what the spec says it has. A share of the machine is not kept free for it.
void size(Yaml& service, const Database& database) {
  Yaml limits;
  if (database.cpu) limits["cpus"] = cpus(*database.cpu);
  if (database.memory) limits["memory"] = memory(*database.memory);
  if (!limits.empty()) service["deploy"]["resources"]["limits"] = std::move(limits);
  service["shm_size"] = Yaml("256m").why("parallel queries meet there; Docker's own 64 MB are soon full");
}

std::vector<Yaml> server_command(const Project& project, const Database& database, const std::string& conf) {
  std::vector<Yaml> words = {"postgres"};
  if (project.has_file("postgresql/" + conf)) {
    words.emplace_back("-c");
    words.emplace_back(fmt::format("config_file={}", conf_at));
  }
  if (project.has_file(fmt::format("postgresql/{}-pg_hba.conf", database.name))) {
    words.emplace_back("-c");
    words.emplace_back(fmt::format("hba_file={}", hba_at));
  }
  return words;
}

void mount_conf(const Project& project, Yaml& service, const Database& database, const std::string& conf) {
  mount(project, service, "postgresql/" + conf, conf_at);
  mount(project, service, fmt::format("postgresql/{}-pg_hba.conf", database.name), hba_at);
}

void add_primary(Project& project, const Database& database) {
  const std::string variable = variable_of(database.name);
  const std::string conf = database.name + ".conf";
  Yaml service;
  service["image"] = image_of(database);
  service["command"] = Yaml::list(server_command(project, database, conf)).flow();
  Yaml& environment = service["environment"];
  environment["POSTGRES_PASSWORD"] =
      Yaml(project.password(variable + "_SUPERUSER_PASSWORD")).why(fmt::format("of {}", postgres_superuser));
  environment[variable + "_PASSWORD"] =
      Yaml(project.password(variable + "_PASSWORD")).why(fmt::format("of {}, made at the first start", postgres_app_role));
  if (database.read_replicas > 0)
    environment[variable + "_REPLICATION_PASSWORD"] = project.password(variable + "_REPLICATION_PASSWORD");
  environment[variable + "_MONITORING_PASSWORD"] = project.password(variable + "_MONITORING_PASSWORD");
  mount_conf(project, service, database, conf);
  mount(project, service, fmt::format("postgresql/{}-init.sql", database.name), "/docker-entrypoint-initdb.d/init.sql");
  keep_data(project, service, database.name, data_at);
  size(service, database);
  // By TCP: while the first start makes roles and database, only the socket is open.
  health(service, {"CMD", "pg_isready", "-h", "127.0.0.1", "-U", postgres_superuser}, "60s");
  service["stop_grace_period"] = Yaml("60s").why("a fast shutdown ends with a checkpoint");
  service["restart"] = "unless-stopped";
  project.services[database.name] = std::move(service);
}

/// A copy of the primary at the first start; later it goes on from there.
std::string replica_script(const Project& project, const Database& database) {
  const Endpoint primary = endpoints_of(project.options, database.name, postgres_port).front();
  std::string server;
  for (const Yaml& word : server_command(project, database, database.name + "-read.conf"))
    server += (server.empty() ? "" : " ") + word.text();
  // Whole or not there: half a copy, or one without its signal, would start as a primary of its own.
  return fmt::format(
      "install -d -m 0700 -o postgres -g postgres \"${{PGDATA%/*}}\"\n"
      "if [ ! -e \"$PGDATA\" ]; then\n"
      "  rm -rf \"$PGDATA.new\"\n"
      "  gosu postgres pg_basebackup -h {} -p {} -U {} -D \"$PGDATA.new\" -X stream -c fast\n"
      "  gosu postgres touch \"$PGDATA.new/standby.signal\"\n"
      "  mv \"$PGDATA.new\" \"$PGDATA\"\n"
      "fi\n"
      "exec gosu postgres {}\n",
      primary.host, primary.port, postgres_replication_role, server);
}

void add_replicas(Project& project, const Database& database) {
  const std::string name = database.name + "-read";
  if (database.read_replicas == 0 || !project.is_here(name)) return;
  const std::string conf = name + ".conf";
  Yaml service;
  service["image"] = image_of(database);
  service["entrypoint"] = Yaml::list({"sh", "-ec"}).flow();
  service["command"].add(plain(replica_script(project, database)));
  service["environment"]["PGPASSWORD"] =
      Yaml(project.password(variable_of(database.name) + "_REPLICATION_PASSWORD")).why("to copy and to follow");
  service["environment"]["PGDATA"] =
      Yaml(fmt::format("{}/copy", data_at)).why("within the volume, so that a copy that is whole can be moved there");
  mount_conf(project, service, database, conf);
  service["deploy"]["replicas"] = Yaml(database.read_replicas).why("each has a volume of its own, gone with the container");
  size(service, database);
  health(service, {"CMD", "pg_isready", "-h", "127.0.0.1", "-U", postgres_superuser}, "300s");
  service["stop_grace_period"] = "60s";
  wait_for(project, service, database.name);
  service["restart"] = "unless-stopped";
  project.services[name] = std::move(service);
  if (!database.replica.instance_class.empty() && database.replica.instance_class != database.bought.instance_class)
    project.notes.push_back(
        {fmt::format("databases.{}.replica", database.name), fmt::format("{} has the limits of {} here", name, database.name)});
}

std::string userlist(const Pooler& pooler) {
  const std::string variable = variable_of(pooler.database);
  return fmt::format(
      "printf '\"{}\" \"%s\"\\n\"{}\" \"%s\"\\n\"{}\" \"%s\"\\n' \"${}_PASSWORD\" \"$(openssl rand -hex 16)\" "
      "\"${}_MONITORING_PASSWORD\"",
      postgres_app_role, pgbouncer_admin, pgbouncer_stats, variable, variable);
}

Yaml vector_node(Project& project, const VectorStore& store, const std::string& name, const std::string& first) {
  Yaml service;
  service["image"] = qdrant_image;
  if (!first.empty()) {
    std::vector<Yaml> words = {"./entrypoint.sh"};
    if (name != first) {
      words.emplace_back("--bootstrap");
      words.emplace_back(fmt::format("http://{}:{}", first, qdrant_peer_port));
    }
    words.emplace_back("--uri");
    words.emplace_back(fmt::format("http://{}:{}", name, qdrant_peer_port));
    service["command"] = Yaml::list(std::move(words)).flow();
    service["networks"]["default"]["aliases"].add(store.name);
    service["networks"]["default"]["aliases"].flow();
  }
  service["environment"]["QDRANT__SERVICE__API_KEY"] = project.password(variable_of(store.name) + "_API_KEY");
  mount(project, service, fmt::format("qdrant/{}.yaml", store.name), "/qdrant/config/production.yaml");
  keep_data(project, service, name, "/qdrant/storage");
  resources(service, store.cpu, store.memory);
  health(service, {"CMD", "bash", "-c", fmt::format(": > /dev/tcp/127.0.0.1/{}", qdrant_port)});
  if (name != first) wait_for(project, service, first);
  service["restart"] = "unless-stopped";
  return service;
}

}  // namespace

void add_databases(Project& project) {
  for (const Database& database : project.stack.databases) {
    if (project.is_here(database.name)) add_primary(project, database);
    add_replicas(project, database);
    for (const Partitions& one : database.partitions)
      project.notes.push_back({fmt::format("databases.{}.partitions", database.name),
                               fmt::format("Compose has no cron: make the partitions of {} from outside", one.table)});
  }
}

void add_poolers(Project& project) {
  for (const Pooler& pooler : project.stack.poolers) {
    if (!project.is_here(pooler.name)) continue;
    Yaml service;
    service["image"] = pgbouncer_image;
    service["working_dir"] = "/etc/pgbouncer";
    service["command"] = Yaml::list({"pgbouncer", "pgbouncer.ini"}).flow();
    mount(project, service, fmt::format("pgbouncer/{}.ini", pooler.name), "/etc/pgbouncer/pgbouncer.ini");
    use_secret(project, service, pooler.name + "_userlist", "/etc/pgbouncer/userlist.txt", userlist(pooler));
    service["deploy"]["replicas"] = pooler.replicas.min;
    if (pooler.replicas.max > pooler.replicas.min)
      service["deploy"]["replicas"].why(fmt::format("derived: poolers.{}.replicas, up to {}", pooler.name, pooler.replicas.max));
    health(service, {"CMD", "nc", "-z", "127.0.0.1",
                     std::to_string(endpoints_of(project.options, pooler.name, pgbouncer_port).front().port)});
    wait_for(project, service, pooler.database);
    service["stop_signal"] = Yaml("SIGINT").why("lets transactions end; SIGTERM, Docker's own, cuts them off");
    service["stop_grace_period"] = "30s";
    service["restart"] = "unless-stopped";
    project.services[pooler.name] = std::move(service);
  }
}

void add_vector_stores(Project& project) {
  for (const VectorStore& store : project.stack.vector_stores) {
    if (!project.is_here(store.name)) continue;
    if (store.nodes == 1) {
      project.services[store.name] = vector_node(project, store, store.name, "");
      continue;
    }
    for (int i = 1; i <= store.nodes; ++i) {
      const std::string name = fmt::format("{}-{}", store.name, i);
      project.services[name] = vector_node(project, store, name, store.name + "-1");
    }
  }
}

}  // namespace plimsoll::render::compose_parts
