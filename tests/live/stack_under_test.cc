#include "stack_under_test.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "app/keys.h"
#include "drive/local/driver.h"
#include "drive/local/endpoints.h"
#include "drive/local/purge.h"
#include "proc/process.h"
#include "render/haproxy.h"

namespace plimsoll::live {
namespace {

using namespace std::chrono_literals;

const std::string program = std::string(PLIMSOLL_BINARY_DIR) + "/bin/plimsoll";

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::pair<std::string, std::string>> plain_environment() {
  return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LANG", "C.UTF-8"}};
}

std::string environment_of(int pid, const std::string& name) {
  const std::string all = read_text(fmt::format("/proc/{}/environ", pid));
  std::istringstream entries(all);
  std::string entry;
  while (std::getline(entries, entry, '\0'))
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  return {};
}

}  // namespace

std::string spec_text(std::uint16_t port, const StackOptions& options) {
  return fmt::format(R"(apiVersion: plimsoll/v1
name: test
balancer: {{engine: haproxy, listen: {}, health: {{path: /ready, every: 1s, timeout: 1s}}, drain: 10s}}
tiers:
  api:
    kind: service
    run: {{command: [plimsoll-app, api], env: {{{}}}, ready: /ready, metrics: /metrics, ready_within: 20s, stop_within: 10s}}
    instance: {{cpu: 200m..2, memory: 64Mi..512Mi}}
    replicas: {}
    uses: {{main: {{through: pooler, connections: 4}}, redis: {{}}}}
    publishes: [jobs]
{}  worker:
    kind: worker
    run: {{command: [plimsoll-app, worker], env: {{{}}}, stop_within: 10s}}
    instance: {{cpu: 200m..2, memory: 64Mi..512Mi}}
    replicas: {}
    uses: {{main: {{through: pooler, connections: 2}}, redis: {{}}}}
    consumes: {{jobs: {{per_instance: 200}}}}
{}databases: {{main: {{engine: postgres, read_replicas: 1, max_connections: 60}}}}
poolers: {{pooler: {{for: main, mode: transaction, default_pool_size: 20, max_client_conn: 200, max_db_connections: 40}}}}
caches: {{redis: {{engine: redis, used_for: [cache, queue, session]}}}}
)",
                     port, options.api_env, options.api_replicas, options.api_extra, options.worker_env, options.worker_replicas,
                     options.worker_extra);
}

StackUnderTest::StackUnderTest(StackOptions options) : port_(wire::live::free_port()) {
  folder_.write("stack.yaml", spec_text(port_, options));
}

StackUnderTest::~StackUnderTest() {
  controller_.reset();
  end_all(root());
}

bool StackUnderTest::up() {
  const std::string before = log();
  const std::string ready = "test is ready at";
  wire::live::ProgramOptions options;
  options.log = folder_ / "up.log";
  options.environment = plain_environment();
  controller_ = std::make_unique<wire::live::Program>(
      std::vector<std::string>{program, "up", spec_file(), "--state-dir", state_dir()}, options);
  wire::live::wait_until([&] { return log().find(ready, before.size()) != std::string::npos || !controller_->running(); }, 90s);
  return log().find(ready, before.size()) != std::string::npos;
}

void StackUnderTest::kill_controller() {
  controller_->signal(SIGKILL);
  controller_->wait();
}

int StackUnderTest::interrupt_controller() {
  controller_->signal(SIGINT);
  return controller_->wait(60s).value_or(-1);
}

Outcome StackUnderTest::plimsoll(std::vector<std::string> arguments, const std::string& spec) {
  for (const std::string& more : {std::string("--state-dir"), state_dir(), std::string("-f"), spec.empty() ? spec_file() : spec})
    arguments.push_back(more);
  return plimsoll_at(std::move(arguments));
}

Outcome StackUnderTest::plimsoll_at(std::vector<std::string> arguments, const std::string& folder) {
  const std::string out = folder_ / "verb.log";
  std::filesystem::remove(out);
  wire::live::ProgramOptions options;
  options.log = out;
  options.directory = folder;
  options.environment = plain_environment();
  arguments.insert(arguments.begin(), program);
  wire::live::Program verb(arguments, options);
  const std::optional<int> code = verb.wait(150s);
  return {code.value_or(-1), read_text(out)};
}

std::vector<StackUnderTest::Running> StackUnderTest::instances(const std::string& tier) const {
  std::vector<Running> found;
  for (const proc::Identity& one : proc::find_by_environment("PLIMSOLL_STACK", root()))
    if (const std::string name = environment_of(one.pid, "INSTANCE"); name.starts_with(tier + "-"))
      found.push_back({name, one.pid});
  std::ranges::sort(found, {}, &Running::instance);
  return found;
}

int StackUnderTest::component_pid(const std::string& name) const {
  const auto place = local::find_place(state_dir(), "test");
  if (!place) return 0;
  const auto process = proc::adopt(place->pidfile(name));
  return process && *process ? (*process)->pid() : 0;
}

std::vector<wire::HaproxyServerStat> StackUnderTest::servers(const std::string& tier) const {
  std::vector<wire::HaproxyServerStat> found;
  const auto stat = wire::HaproxySocket(root() + "/" + render::haproxy_socket).show_stat(2s);
  if (!stat) return found;
  for (const wire::HaproxyServerStat& row : *stat)
    if (row.kind == wire::HaproxyServerStat::Kind::server && row.proxy == tier) found.push_back(row);
  return found;
}

std::vector<std::string> StackUnderTest::servers_up(const std::string& tier) const {
  std::vector<std::string> names;
  for (const wire::HaproxyServerStat& row : servers(tier))
    if (row.status.starts_with("UP")) names.push_back(row.server);
  return names;
}

std::string StackUnderTest::log() const { return read_text(folder_ / "up.log"); }

std::int64_t StackUnderTest::count(const std::string& sql) {
  const auto place = local::find_place(state_dir(), "test");
  if (!place) throw std::runtime_error(place.error().message);
  auto ports = local::Ports::open(*place);
  auto secrets = local::Secrets::open(*place);
  Stack stack;
  stack.name = "test";
  Database main;
  main.name = "main";
  stack.databases.push_back(main);
  Tier tier;
  tier.uses.push_back({"main", "", 1, {}});
  const auto found = local::endpoints(stack, tier, *ports, *secrets);
  if (!found) throw std::runtime_error(found.error().message);
  auto database = wire::PgConnection::connect(found->database_url, 10s);
  if (!database) throw std::runtime_error(database.error().message);
  const auto rows = database->exec(sql, 10s);
  if (!rows) throw std::runtime_error(rows.error().message);
  return std::stoll(std::string(rows->value(0, 0).value_or("-1")));
}

wire::RedisClient StackUnderTest::redis() const {
  const auto place = local::find_place(state_dir(), "test");
  if (!place) throw std::runtime_error(place.error().message);
  auto ports = local::Ports::open(*place);
  auto secrets = local::Secrets::open(*place);
  Cache cache;
  cache.name = "redis";
  const auto url = local::cache_url(cache, *ports, *secrets);
  if (!url) throw std::runtime_error(url.error().message);
  auto client = wire::RedisClient::connect(*url, 10s);
  if (!client) throw std::runtime_error(client.error().message);
  return std::move(*client);
}

std::int64_t StackUnderTest::jobs_left() const {
  wire::RedisClient client = redis();
  const auto length = [&](const std::string& list) {
    const auto answer = client.command({"LLEN", list}, 10s);
    if (!answer) throw std::runtime_error(answer.error().message);
    return answer->integer;
  };
  const auto in_hand = client.command({"KEYS", app::processing_key("jobs", "*")}, 10s);
  if (!in_hand) throw std::runtime_error(in_hand.error().message);
  std::int64_t left = length("jobs") + length(app::dead_key("jobs"));
  for (const wire::RespValue& list : in_hand->items) left += length(list.text);
  return left;
}

std::unique_ptr<load::Engine> StackUnderTest::decisions(const std::string& stages, const std::string& keys) const {
  load::RequestTemplate decide;
  decide.method = "POST";
  decide.path = "/api/decide";
  decide.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "{id}"}};
  decide.body = R"({"user": "user-{user}", "features": [1, 2, 3]})";
  decide.repeatable = true;
  load::MixOptions options;
  options.authority = fmt::format("127.0.0.1:{}", port_);
  options.id_prefix = keys + "-";
  options.users = 100;
  load::Plan plan;
  plan.port = port_;
  plan.mix = *load::RequestMix::build(options, {decide});
  plan.model = load::OpenLoop{*load::Schedule::parse(stages), load::Pattern::even, 1};
  plan.timeout = 30s;
  plan.remember_accepted = true;
  return std::make_unique<load::Engine>(std::move(plan));
}

bool answers(load::Engine& engine, std::uint64_t more) {
  const auto succeeded = [&] { return engine.snapshot().so_far.counts.succeeded; };
  const std::uint64_t wanted = succeeded() + more;
  return wire::live::wait_until([&] { return succeeded() >= wanted || !engine.running(); }, 90s) && engine.running();
}

std::size_t count_running(const std::string& root) {
  const auto place =
      local::find_place(std::filesystem::path(root).parent_path().string(), std::filesystem::path(root).filename().string());
  const std::size_t components = place ? local::running_in(*place).size() : 0;
  return components + proc::find_by_environment("PLIMSOLL_STACK", root).size();
}

void end_all(const std::string& root) {
  const auto place =
      local::find_place(std::filesystem::path(root).parent_path().string(), std::filesystem::path(root).filename().string());
  std::vector<int> pids;
  for (const proc::Identity& one : proc::find_by_environment("PLIMSOLL_STACK", root)) pids.push_back(one.pid);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/run", ignored))
    if (const auto process = proc::adopt(entry.path().string()); process && *process) pids.push_back((*process)->pid());
  for (const int pid : pids) kill(pid, SIGTERM);
  wire::live::wait_until([&] { return count_running(root) == 0; }, 5s);
  for (const int pid : pids)
    if (count_running(root) > 0) kill(pid, SIGKILL);
  wire::live::wait_until([&] { return count_running(root) == 0; }, 5s);
  if (!place) return;
  for (const std::string tier : {"api", "worker"})
    for (int number = 1; number <= 24; ++number)
      proc::remove_limits(local::instance_cgroup(*place, fmt::format("{}-{}", tier, number)));
}

}  // namespace plimsoll::live
