// Postgres, PgBouncer and Redis started with what is rendered for them. Other than in a real stack are: ports and hosts
// (Options::at), Redis' data folder, Postgres' folders and fsync (flags), and the extension vector, which Debian 12 has no
// package of: citext takes its place.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capacity/postgres_settings.h"
#include "render/names.h"
#include "render/pgbouncer.h"
#include "render/postgresql.h"
#include "render/redis.h"
#include "rendered/support.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"

namespace plimsoll::render::live {
namespace {

using namespace std::chrono_literals;
using wire::PgConnection;
using wire::PgResult;
using wire::RedisClient;
using wire::RespValue;
using wire::live::free_port;
using wire::live::Program;
using wire::live::wait_until;

constexpr const char* password = "n0tasecret";

/// Before any test: who is not here is named with the package that brings him.
class Programs : public testing::Environment {
 public:
  void SetUp() override {
    for (const auto& [program, package] : {std::pair{"/usr/lib/postgresql/15/bin/postgres", "postgresql-15"},
                                           {"/usr/sbin/pgbouncer", "pgbouncer"},
                                           {"/usr/bin/redis-server", "redis-server"},
                                           {"/usr/bin/redis-cli", "redis-tools"}})
      if (!std::filesystem::exists(program)) FAIL() << "no " << program << ": install the package " << package;
  }
};
const testing::Environment* const programs = testing::AddGlobalTestEnvironment(new Programs);

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A secret next to the rendered files, its server's own.
void put_secret(const TempDir& dir, const std::string& name, const std::string& text, bool as_postgres) {
  dir.write(name, text);
  std::filesystem::permissions(dir.path() / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (as_postgres) wire::live::run({"chown", wire::live::is_root() ? "postgres" : std::to_string(::geteuid()), dir / name});
}

/// Replaces a text that must be there.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no '" + from + "' in what was rendered");
  return text.replace(at, from.size(), to);
}

// ---------------------------------------------------------------- Postgres and PgBouncer

/// All databases of a stack: each a primary, one read replica where the stack has any, and the poolers in front.
class Databases {
 public:
  explicit Databases(const Stack& stack) : stack_(stack) {
    for (const Database& database : stack.databases) {
      options_.at[database.name] = {{"127.0.0.1", free_port()}};
      options_.at[database.name + "-read"] = {{"127.0.0.1", free_port()}};
    }
    for (const Pooler& pooler : stack.poolers) options_.at[pooler.name] = {{"127.0.0.1", free_port()}};
    put(render(stack, Target::postgresql, options_), dir_);
    put(render(stack, Target::pgbouncer, options_), dir_);
  }

  void start_primary(const Database& database) {
    wire::live::run(
        {"initdb", "-D", dir_ / database.name, "-U", postgres_superuser, "-A", "peer", "--no-sync", "-E", "UTF8", "--locale=C"},
        {.log = dir_ / "initdb.log", .as_postgres = true});
    start(database.name, database.name);
    // The superuser comes in as the image's start-up does: over the socket, as the user of the same name.
    init(database);
  }

  void start_replica(const Database& database) {
    const std::string name = database.name + "-read";
    put_secret(dir_, "pgpass", fmt::format("127.0.0.1:{}:*:{}:{}\n", port(database.name), postgres_replication_role, password),
               true);
    environment_ = {{"PGPASSFILE", dir_ / "pgpass"}};
    wire::live::run({"pg_basebackup", "-h", "127.0.0.1", "-p", std::to_string(port(database.name)), "-U",
                     postgres_replication_role, "-D", dir_ / name, "-X", "stream", "-c", "fast", "--no-sync"},
                    {.environment = environment_, .log = dir_ / "basebackup.log", .as_postgres = true});
    wire::live::run({"touch", dir_ / (name + "/standby.signal")}, {.as_postgres = true});
    start(name, database.name);
  }

  void start_pooler(const Pooler& pooler) {
    // The file that the note asks for, in the folder that PgBouncer is started in.
    put_secret(dir_, "userlist.txt",
               pgbouncer_userlist({{postgres_app_role, password}, {pgbouncer_admin, password}, {pgbouncer_stats, password}}),
               true);
    const std::string log = dir_ / (pooler.name + ".log");
    programs_.push_back(std::make_unique<Program>(
        std::vector<std::string>{"pgbouncer", dir_ / ("pgbouncer/" + pooler.name + ".ini")},
        wire::live::ProgramOptions{.directory = dir_.path().string(), .log = log, .as_postgres = true}));
    Program& program = *programs_.back();
    if (!wait_until(
            [&] { return !program.running() || PgConnection::connect(url(pooler.name, pgbouncer_stats, "pgbouncer"), 1s); }) ||
        !program.running())
      throw std::runtime_error("pgbouncer did not come up\n" + text_of(log));
  }

  [[nodiscard]] std::uint16_t port(const std::string& name) const { return options_.at.at(name).front().port; }
  [[nodiscard]] std::string url(const std::string& at, const std::string& user, const std::string& database) const {
    return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", user, password, port(at), database);
  }
  [[nodiscard]] std::string log(const std::string& name) const { return text_of(dir_ / (name + ".log")); }

 private:
  void start(const std::string& name, const std::string& database) {
    const std::string log = dir_ / (name + ".log");
    const std::string conf = dir_ / ("postgresql/" + name + ".conf");
    programs_.push_back(
        std::make_unique<Program>(std::vector<std::string>{"postgres", "-D", dir_ / name, "-c", "config_file=" + conf, "-c",
                                                           "hba_file=" + dir_ / ("postgresql/" + database + "-pg_hba.conf"), "-c",
                                                           "unix_socket_directories=" + dir_.path().string(), "-c", "fsync=off"},
                                  wire::live::ProgramOptions{.environment = environment_, .log = log, .as_postgres = true}));
    Program& program = *programs_.back();
    if (!wait_until([&] { return !program.running() || run_psql(port(name), {"-c", "select 1"}) == 0; }) || !program.running())
      throw std::runtime_error("postgres did not come up\n" + text_of(log));
  }

  /// As the superuser, over the socket.
  int run_psql(std::uint16_t at, std::vector<std::string> arguments) const {
    std::vector<std::string> command{"psql",
                                     "-X",
                                     "-q",
                                     "-h",
                                     dir_.path().string(),
                                     "-p",
                                     std::to_string(at),
                                     "-U",
                                     postgres_superuser,
                                     "-d",
                                     "postgres",
                                     "-v",
                                     "ON_ERROR_STOP=1"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Program program(std::move(command), {.environment = {{"MAIN_PASSWORD", password},
                                                         {"MAIN_REPLICATION_PASSWORD", password},
                                                         {"MAIN_MONITORING_PASSWORD", password}},
                                         .log = dir_ / "psql.log",
                                         .as_postgres = true});
    return program.wait().value_or(-1);
  }

  void init(const Database& database) const {
    const std::string sql = dir_ / ("postgresql/" + database.name + "-init.sql");
    for (int i = 0; i < 2; ++i)  // a second time changes nothing
      if (run_psql(port(database.name), {"-f", sql}) != 0)
        throw std::runtime_error(sql + " failed\n" + text_of(dir_ / "psql.log"));
  }

  Stack stack_;
  TempDir dir_;
  Options options_;
  std::vector<std::pair<std::string, std::string>> environment_;
  std::vector<std::unique_ptr<Program>> programs_;  // the last goes first
};

std::string shown(PgConnection& connection, const std::string& setting) {
  const Result<PgResult> answer = connection.exec("show " + setting, 10s);
  return answer && answer->rows() == 1 ? std::string(answer->value(0, 0).value_or("null")) : "no answer";
}

std::map<std::string, std::string> config_of(PgConnection& console) {
  std::map<std::string, std::string> all;
  const Result<PgResult> answer = console.exec("show config", 10s);
  for (int row = 0; answer && row < answer->rows(); ++row)
    all[std::string(*answer->value(row, "key"))] = std::string(answer->value(row, "value").value_or(""));
  return all;
}

class RenderedDatabases : public testing::TestWithParam<const char*> {};

void expect_settings(Databases& running, const Database& database, const std::string& server) {
  Result<PgConnection> connection = PgConnection::connect(running.url(server, postgres_app_role, database_name(database)), 10s);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(shown(*connection, "max_connections"), std::to_string(database.max_connections));
  for (const auto& [name, value] : database.settings) EXPECT_EQ(shown(*connection, name), value) << name << " on " << server;
}

void expect_follows(Databases& running, const Database& database) {
  Result<PgConnection> primary =
      PgConnection::connect(running.url(database.name, postgres_app_role, database_name(database)), 10s);
  ASSERT_TRUE(primary) << primary.error().message;
  ASSERT_TRUE(primary->exec("create table written (n int); insert into written values (42)", 10s));
  Result<PgConnection> replica =
      PgConnection::connect(running.url(database.name + "-read", postgres_app_role, database_name(database)), 10s);
  ASSERT_TRUE(replica) << replica.error().message;
  EXPECT_TRUE(wait_until([&] {
    const Result<PgResult> seen = replica->exec("select n from written", 10s);
    return seen && seen->rows() == 1;
  })) << running.log(database.name + "-read");
  Result<PgConnection> monitor =
      PgConnection::connect(running.url(database.name, postgres_monitoring_role, database_name(database)), 10s);
  ASSERT_TRUE(monitor) << monitor.error().message;
  const Result<PgResult> streams = monitor->exec("select application_name, state from pg_stat_replication", 10s);
  ASSERT_TRUE(streams) << streams.error().message;
  ASSERT_EQ(streams->rows(), 1);
  EXPECT_EQ(streams->value(0, 0), database.name + "-read");
  EXPECT_EQ(streams->value(0, 1), "streaming");
}

void expect_pooled(Databases& running, const Stack& stack, const Pooler& pooler) {
  const std::string database = database_name(*stack.database(pooler.database));
  Result<PgConnection> client = PgConnection::connect(running.url(pooler.name, postgres_app_role, database), 10s);
  ASSERT_TRUE(client) << client.error().message << '\n' << running.log(pooler.name);
  const Result<PgResult> answer = client->exec("select current_user", 10s);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->value(0, 0), postgres_app_role);

  Result<PgConnection> console = PgConnection::connect(running.url(pooler.name, pgbouncer_stats, "pgbouncer"), 10s);
  ASSERT_TRUE(console) << console.error().message;
  std::map<std::string, std::string> config = config_of(*console);
  EXPECT_EQ(config["pool_mode"], "transaction");  // all reference stacks have it
  EXPECT_EQ(config["default_pool_size"], std::to_string(pooler.default_pool_size));
  EXPECT_EQ(config["max_client_conn"], std::to_string(pooler.max_client_conn));
  EXPECT_EQ(config["max_db_connections"], std::to_string(pooler.max_db_connections));
  EXPECT_EQ(config["min_pool_size"], std::to_string(pooler.min_pool_size));
  EXPECT_EQ(config["reserve_pool_size"], std::to_string(pooler.reserve_pool_size));
  EXPECT_EQ(config["server_idle_timeout"], std::to_string(seconds_of(pooler.server_idle_timeout)));
}

void expect_extensions(Databases& running, const Database& database) {
  Result<PgConnection> connection =
      PgConnection::connect(running.url(database.name, postgres_app_role, database_name(database)), 10s);
  ASSERT_TRUE(connection) << connection.error().message;
  for (const std::string& extension : database.extensions) {
    const Result<PgResult> found = connection->query("select from pg_extension where extname = $1", {extension}, 10s);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->rows(), 1) << extension;
  }
}

TEST_P(RenderedDatabases, StartAnswerStreamAndPool) {
  Stack stack = reference_stack(GetParam());
  for (Database& database : stack.databases)
    std::replace(database.extensions.begin(), database.extensions.end(), std::string("vector"), std::string("citext"));
  Databases running(stack);
  for (const Database& database : stack.databases) {
    running.start_primary(database);
    expect_settings(running, database, database.name);
    expect_extensions(running, database);
    if (database.read_replicas == 0) continue;
    running.start_replica(database);
    expect_settings(running, database, database.name + "-read");
    expect_follows(running, database);
  }
  for (const Pooler& pooler : stack.poolers) {
    running.start_pooler(pooler);
    expect_pooled(running, stack, pooler);
  }
}
INSTANTIATE_TEST_SUITE_P(H13_H14_H23_K20_T9_V8, RenderedDatabases, testing::ValuesIn(reference_stacks), [](const auto& row) {
  std::string name = row.param;
  std::erase(name, '-');
  return name;
});

// The same figures where nobody states them: derived from 8 GB.
TEST(RenderedDatabases, V8_DerivedSettingsAreInEffect) {
  Stack stack = reference_stack("voiceassist");
  Database& database = stack.databases[0];
  database.settings.clear();
  database.read_replicas = 0;
  Databases running(stack);
  running.start_primary(database);
  Result<PgConnection> connection = PgConnection::connect(running.url("main", postgres_app_role, "main"), 10s);
  ASSERT_TRUE(connection) << connection.error().message;
  for (const capacity::PostgresSetting& setting : capacity::postgres_settings(*database.memory, database.max_connections))
    EXPECT_EQ(shown(*connection, setting.name), setting.value) << setting.name;
}

// ---------------------------------------------------------------- Redis

bool is_free(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool good = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return good;
}

/// Free together with its neighbour 10000 further on, a cluster's bus. Both below those that the system gives to clients.
std::uint16_t redis_free_port() {
  static int last = 10'000 + ::getpid() % 10'000;
  for (int i = 0; i < 12'000; ++i) {
    last = last < 22'000 ? last + 1 : 10'000;
    if (is_free(last) && is_free(last + 10'000)) return static_cast<std::uint16_t>(last);
  }
  throw std::runtime_error("no free port");
}

/// One process with a rendered file in a folder of its own.
class Node {
 public:
  Node(std::string conf, std::uint16_t port, const std::string& secrets, bool sentinel = false) : port_(port) {
    std::filesystem::create_directory(dir_.path() / "data");
    if (!sentinel) conf = replaced(std::move(conf), "dir \"/data\"", "dir \"" + dir_ / "data" + "\"");
    dir_.write("node.conf", conf);
    put_secret(dir_, sentinel ? "sentinel-auth.conf" : "auth.conf", secrets, false);
    command_ = {"redis-server", dir_ / "node.conf", "--port", std::to_string(port)};
    if (sentinel) command_.push_back("--sentinel");
    start();
  }

  void start() {
    program_ =
        std::make_unique<Program>(command_, wire::live::ProgramOptions{.directory = dir_.path().string(), .log = dir_ / "log"});
    if (!wait_until([this] { return !program_->running() || client(); }) || !program_->running())
      throw std::runtime_error("redis-server did not come up\n" + log());
  }
  void kill() { program_.reset(); }

  [[nodiscard]] Result<RedisClient> client() const {
    return RedisClient::connect(fmt::format("redis://:{}@127.0.0.1:{}/0", password, port_), 1s);
  }
  /// The reply's text; of a list its items, joined by blanks. An error is its message.
  [[nodiscard]] std::string ask(std::initializer_list<std::string_view> command) const {
    Result<RedisClient> one = client();
    if (!one) return one.error().message;
    const Result<RespValue> reply = one->command(command, 10s);
    if (!reply) return reply.error().message;
    if (reply->items.empty()) return reply->text;
    std::string text;
    for (const RespValue& item : reply->items) text += (text.empty() ? "" : " ") + item.text;
    return text;
  }
  [[nodiscard]] std::string setting(std::string_view name) const {
    const std::string pair = ask({"CONFIG", "GET", name});
    return pair.substr(std::min(pair.size(), name.size() + 1));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string log() const { return text_of(dir_ / "log"); }

 private:
  TempDir dir_;
  std::uint16_t port_;
  std::vector<std::string> command_;
  std::unique_ptr<Program> program_;
};

using Nodes = std::vector<std::unique_ptr<Node>>;

const std::string alone = fmt::format("requirepass {}\n", password);
const std::string together = fmt::format("requirepass {0}\nmasterauth {0}\n", password);

void expect_sizes(const Node& node, const Cache& cache) {
  EXPECT_EQ(node.setting("maxmemory"), std::to_string(cache.maxmemory ? cache.maxmemory->count : 0));
  EXPECT_EQ(node.setting("maxmemory-policy"), cache.policy);
  const bool log = cache.persistence.empty() ? is_durable(cache) : cache.persistence == "aof";
  EXPECT_EQ(node.setting("appendonly"), log ? "yes" : "no");
}

/// Starts the nodes of a cluster and makes it one by the note's own command.
Nodes cluster_of(const Stack& stack, const Cache& cache) {
  Options options;
  for (int i = 0; i < cache.nodes(); ++i) options.at[cache.name].push_back({"127.0.0.1", redis_free_port()});
  const Rendered made = render(stack, Target::redis, options);
  Nodes nodes;
  for (const Endpoint& at : options.at[cache.name])
    nodes.push_back(std::make_unique<Node>(file_of(made, "redis/" + cache.name + ".conf"), at.port, together));

  const std::string command = redis_cluster_create(cache, options);
  EXPECT_THAT(made.notes, testing::Contains(testing::Field(&Note::text, testing::HasSubstr(command + "."))));
  const Ran ran = run({"sh", "-c", command}, {{"REDISCLI_AUTH", password}});
  EXPECT_EQ(ran.code, 0) << ran.output;
  for (const auto& node : nodes)
    EXPECT_TRUE(wait_until([&] {
      return node->ask({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos;
    })) << node->log();
  return nodes;
}

void expect_all_slots_serve(const Nodes& nodes) {
  const std::string port = std::to_string(nodes.front()->port());
  const std::vector<std::pair<std::string, std::string>> login = {{"REDISCLI_AUTH", password}};
  for (int i = 0; i < 20; ++i) {
    const std::string key = fmt::format("key:{}", i);
    const Ran written = run({"redis-cli", "-c", "-p", port, "SET", key, std::to_string(i)}, login);
    ASSERT_EQ(written.output, "OK\n");
    const Ran read = run({"redis-cli", "-c", "-p", std::to_string(nodes.back()->port()), "GET", key}, login);
    ASSERT_EQ(read.output, fmt::format("{}\n", i));
  }
}

class RenderedCaches : public testing::TestWithParam<const char*> {};

TEST_P(RenderedCaches, StartWithTheirSizes) {
  const Stack stack = reference_stack(GetParam());
  for (const Cache& cache : stack.caches) {
    if (cache.architecture == CacheArchitecture::cluster) continue;  // below
    Options options;
    for (const char* suffix : {"", "-replica"}) options.at[cache.name + suffix] = {{"127.0.0.1", redis_free_port()}};
    const Rendered made = render(stack, Target::redis, options);
    const bool single = cache.replicas == 0;
    const Node master(file_of(made, "redis/" + cache.name + ".conf"), options.at[cache.name][0].port, single ? alone : together);
    expect_sizes(master, cache);
    EXPECT_EQ(master.ask({"SET", "k", "v"}), "OK");

    Nodes replicas;
    for (int i = 0; i < cache.replicas; ++i) {
      replicas.push_back(std::make_unique<Node>(file_of(made, "redis/" + cache.name + "-replica.conf"),
                                                i == 0 ? options.at[cache.name + "-replica"][0].port : redis_free_port(),
                                                together));
      expect_sizes(*replicas.back(), cache);
    }
    for (const auto& replica : replicas) {
      EXPECT_TRUE(wait_until([&] { return replica->ask({"GET", "k"}) == "v"; })) << replica->log();
      EXPECT_THAT(replica->ask({"SET", "k", "w"}), testing::HasSubstr("READONLY"));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(H16_H23_K18_T10_V9, RenderedCaches, testing::ValuesIn(reference_stacks), [](const auto& row) {
  std::string name = row.param;
  std::erase(name, '-');
  return name;
});

// Three masters, three replicas, as acme has them.
TEST(RenderedCluster, K17_V9_IsMadeByTheNotesCommandAndServesEverySlot) {
  const Stack stack = reference_stack("acme");
  const Cache& cache = *stack.cache("cache");
  ASSERT_EQ(cache.nodes(), 6);
  const Nodes nodes = cluster_of(stack, cache);
  EXPECT_EQ(nodes.front()->setting("cluster-node-timeout"), "5000");
  for (const auto& node : nodes) expect_sizes(*node, cache);
  int masters = 0;
  for (const auto& node : nodes) masters += node->ask({"INFO", "replication"}).find("role:master") != std::string::npos ? 1 : 0;
  EXPECT_EQ(masters, 3);
  EXPECT_THAT(nodes.front()->ask({"CLUSTER", "INFO"}), testing::HasSubstr("cluster_slots_ok:16384"));
  expect_all_slots_serve(nodes);
}

/// The host that all are known by: an address, or a name, as in a cluster, where each node announces its own.
class RenderedSentinel : public testing::TestWithParam<const char*> {};

// The master dies; the three sentinels agree, and one of its replicas takes over and takes writes.
TEST_P(RenderedSentinel, V9_AReplicaTakesOverWhenTheMasterIsGone) {
  const std::string host = GetParam();
  const std::string announced = "\nreplica-announce-ip " + host + "\n";
  Stack stack = reference_stack("voiceassist");
  Cache& cache = stack.caches[0];
  cache.architecture = CacheArchitecture::sentinel;
  cache.replicas = 2;
  Options options;
  options.at[cache.name] = {{host, redis_free_port()}};
  const Rendered made = render(stack, Target::redis, options);
  Node master(file_of(made, "redis/redis.conf") + announced, options.at[cache.name][0].port, together);
  Nodes replicas;
  for (int i = 0; i < 2; ++i)
    replicas.push_back(
        std::make_unique<Node>(file_of(made, "redis/redis-replica.conf") + announced, redis_free_port(), together));
  EXPECT_EQ(master.ask({"SET", "k", "v"}), "OK");
  for (const auto& replica : replicas)
    ASSERT_TRUE(wait_until([&] { return replica->ask({"GET", "k"}) == "v"; })) << replica->log();

  const std::string secrets =
      fmt::format("sentinel auth-pass redis {0}\nrequirepass {0}\nsentinel sentinel-pass {0}\n", password);
  Nodes sentinels;
  for (int i = 0; i < cache.sentinels; ++i)
    sentinels.push_back(std::make_unique<Node>(file_of(made, "redis/redis-sentinel.conf"), redis_free_port(), secrets, true));
  const std::string seen = sentinels[0]->ask({"SENTINEL", "MASTER", "redis"});
  for (const char* pair : {"down-after-milliseconds 5000", "failover-timeout 10000", "quorum 2", "parallel-syncs 1"})
    EXPECT_THAT(seen, testing::HasSubstr(pair));
  for (const auto& sentinel : sentinels)
    ASSERT_TRUE(wait_until([&] {
      const std::string known = sentinel->ask({"SENTINEL", "MASTER", "redis"});
      return known.find("num-slaves 2 num-other-sentinels 2") != std::string::npos;
    })) << sentinel->ask({"SENTINEL", "MASTER", "redis"});
  EXPECT_THAT(sentinels[0]->ask({"SENTINEL", "CKQUORUM", "redis"}), testing::StartsWith("OK 3 usable Sentinels"));

  const std::string old = fmt::format("{} {}", host, master.port());
  EXPECT_EQ(sentinels[0]->ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "redis"}), old);
  master.kill();
  ASSERT_TRUE(wait_until(
      [&] {
        return sentinels[0]->ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "redis"}) != old;
      },
      60s))
      << sentinels[0]->log();
  const std::string now = sentinels[0]->ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "redis"});
  const auto next =
      std::ranges::find_if(replicas, [&](const auto& one) { return now == fmt::format("{} {}", host, one->port()); });
  ASSERT_NE(next, replicas.end()) << now;
  EXPECT_EQ((*next)->ask({"GET", "k"}), "v");
  EXPECT_TRUE(wait_until([&] { return (*next)->ask({"SET", "k", "w"}) == "OK"; }));
}
INSTANTIATE_TEST_SUITE_P(Known, RenderedSentinel, testing::Values("127.0.0.1", "localhost"),
                         [](const auto& one) { return std::string(one.index == 0 ? "by_address" : "by_name"); });

}  // namespace
}  // namespace plimsoll::render::live
