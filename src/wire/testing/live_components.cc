#include "wire/testing/live_components.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "wire/haproxy_socket.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"

namespace plimsoll::wire::live {
namespace {

using namespace std::chrono_literals;

constexpr const char* search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void must(bool good, const std::string& what, const std::string& log = "") {
  if (!good) throw std::runtime_error(log.empty() ? what : what + "\n" + text_of(log));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Not left to exec: the PATH of whoever runs the tests may lack sbin, and Debian keeps Postgres' programs outside of any PATH.
std::string found(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  std::vector<std::filesystem::path> folders{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
    folders.push_back(version.path() / "bin");
  for (const std::filesystem::path& folder : folders)
    if (::access((folder / program).c_str(), X_OK) == 0) return (folder / program).string();
  throw std::runtime_error("no program '" + program + "' here");
}

[[noreturn]] void become(const std::vector<char*>& command, const std::vector<char*>& environment, const ProgramOptions& options,
                         const passwd* user, pid_t parent) {
  // Between fork and exec: system calls only.
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
                          ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which clears it
  if (::getppid() != parent || ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  const int log = ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || null < 0) ::_exit(126);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(command[0], command.data(), environment.data());
  ::_exit(127);
}

}  // namespace

bool wait_until(const std::function<bool()>& condition, Duration within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  must(good, "no free port");
  return ntohs(address.sin_port);
}

bool is_root() { return ::geteuid() == 0; }

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "plimsoll-test-XXXXXX").string();
  must(::mkdtemp(name.data()) != nullptr && ::chmod(name.c_str(), 0777) == 0, "no temporary folder");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TempDir::write(const std::string& name, const std::string& text) const {
  std::ofstream out(path_ / name, std::ios::binary);
  out << text;
  must(out.good(), "can't write " + name);
}

Program::Program(std::vector<std::string> command, ProgramOptions options) {
  command.front() = found(command.front());
  std::vector<std::string> environment{std::string("PATH=") + search_path};
  for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const passwd* user = options.as_postgres && is_root() ? ::getpwnam("postgres") : nullptr;
  must(!options.as_postgres || !is_root() || user != nullptr, "no user 'postgres' here; the package postgresql-15 makes it");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  must(pid_ >= 0, "fork failed");
  if (pid_ == 0) become(arguments, variables, options, user, parent);
}

Program::~Program() {
  signal(SIGKILL);
  wait(10s);
}

void Program::signal(int number) const {
  if (!exit_) ::kill(pid_, number);
}

bool Program::running() { return !wait(Duration::zero()); }

std::optional<int> Program::wait(Duration within) {
  wait_until(
      [this] {
        int status = 0;
        if (!exit_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
          exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return exit_.has_value();
      },
      within);
  return exit_;
}

void run(std::vector<std::string> command, ProgramOptions options) {
  const std::string name = command.front();
  const std::string log = options.log;
  Program program(std::move(command), std::move(options));
  const std::optional<int> exit = program.wait(60s);
  must(exit == 0, fmt::format("{} ended with {}", name, exit.value_or(-1)), log);
}

Redis::Redis(std::string password) : password_(std::move(password)), port_(free_port()) { restart(); }

std::string Redis::url() const {
  return fmt::format("redis://{}127.0.0.1:{}/0", password_.empty() ? "" : ":" + password_ + "@", port_);
}

void Redis::kill() { program_.reset(); }

void Redis::restart() {
  program_.reset();
  dir_.write("redis.conf", fmt::format("port {}\nbind 127.0.0.1\ndir {}\nsave \"\"\n{}", port_, dir_.path().string(),
                                       password_.empty() ? "" : "requirepass " + password_ + "\n"));
  program_ = std::make_unique<Program>(std::vector<std::string>{"redis-server", dir_ / "redis.conf"},
                                       ProgramOptions{.log = dir_ / "log"});
  must(wait_until([this] {
         auto client = RedisClient::connect(url(), 1s);
         return client && client->command({"PING"}, 1s);
       }),
       "redis-server did not come up", dir_ / "log");
}

Postgres::Postgres() : port_(free_port()) {
  run({"initdb", "-D", dir_ / "data", "-U", "app", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"},
      {.log = dir_ / "log", .as_postgres = true});
  start();
  auto connection = PgConnection::connect(fmt::format("postgresql://app@127.0.0.1:{}/postgres", port_), 10s);
  must(connection && connection->exec("create database app", 20s), "create database failed", dir_ / "log");
}

Postgres::Postgres(const Postgres& primary) : port_(free_port()) {
  run({"pg_basebackup", "-h", "127.0.0.1", "-p", std::to_string(primary.port()), "-U", "app", "-D", dir_ / "data", "-R", "-X",
       "stream", "-c", "fast", "--no-sync"},
      {.log = dir_ / "log", .as_postgres = true});
  start();
}

std::string Postgres::url() const { return fmt::format("postgresql://app@127.0.0.1:{}/app", port_); }

void Postgres::restart() {
  program_->signal(SIGINT);  // fast shutdown
  must(program_->wait().has_value(), "postgres did not stop", dir_ / "log");
  start();
}

void Postgres::start() {
  program_ = std::make_unique<Program>(
      std::vector<std::string>{"postgres", "-D", dir_ / "data", "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1",
                               "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "wal_level=replica", "-c",
                               "max_connections=50", "-c", "shared_buffers=16MB"},
      ProgramOptions{.log = dir_ / "log", .as_postgres = true});
  must(wait_until([this] {
         auto connection = PgConnection::connect(fmt::format("postgresql://app@127.0.0.1:{}/postgres", port_), 1s);
         return connection && connection->exec("select 1", 1s);
       }),
       "postgres did not come up", dir_ / "log");
}

PgBouncer::PgBouncer(const Postgres& database, int pool_size) : port_(free_port()) {
  dir_.write("users.txt", "\"app\" \"apppw\"\n\"adm\" \"admpw\"\n");
  dir_.write(
      "pgbouncer.ini",
      fmt::format(
          "[databases]\napp = host=127.0.0.1 port={} dbname=app user=app\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={}\n"
          "unix_socket_dir=\nauth_type=scram-sha-256\nauth_file={}\nadmin_users=adm\npool_mode=transaction\n"
          "default_pool_size={}\nmax_client_conn=400\nserver_login_retry=1\n",
          database.port(), port_, dir_ / "users.txt", pool_size));
  start();
}

std::string PgBouncer::url() const { return fmt::format("postgresql://app:apppw@127.0.0.1:{}/app", port_); }
std::string PgBouncer::admin_url() const { return fmt::format("postgresql://adm:admpw@127.0.0.1:{}/pgbouncer", port_); }

void PgBouncer::restart() {
  program_.reset();
  start();
}

void PgBouncer::start() {
  program_ = std::make_unique<Program>(std::vector<std::string>{"pgbouncer", dir_ / "pgbouncer.ini"},
                                       ProgramOptions{.log = dir_ / "log", .as_postgres = true});
  must(wait_until([this] { return PgConnection::connect(url(), 1s).has_value(); }), "pgbouncer did not come up", dir_ / "log");
}

Haproxy::Haproxy(const std::vector<std::pair<std::string, std::uint16_t>>& servers) : port_(free_port()) {
  std::string config = fmt::format(
      "global\n  stats socket {} mode 600 level admin expose-fd listeners\n  maxconn 1000\n  nbthread 1\n"
      "defaults\n  mode http\n  option idle-close-on-response\n  timeout connect 500ms\n  timeout client 20s\n  timeout server "
      "20s\n"
      "  retries 3\n  option redispatch 1\n  retry-on conn-failure empty-response response-timeout\n"
      "frontend fe\n  bind 127.0.0.1:{}\n  default_backend api\n"
      "backend api\n  balance leastconn\n  option httpchk\n  http-check send meth GET uri /ready\n  http-check expect status "
      "200\n",
      admin_socket(), port_);
  for (const auto& [name, port] : servers)
    config += fmt::format("  server {} 127.0.0.1:{} check inter 200ms fall 2 rise 1\n", name, port);
  dir_.write("haproxy.cfg", config);
  program_ = std::make_unique<Program>(
      std::vector<std::string>{"haproxy", "-W", "-db", "-S", master_socket(), "-f", dir_ / "haproxy.cfg"},
      ProgramOptions{.log = dir_ / "log"});
  must(wait_until([this] { return HaproxySocket(admin_socket()).command("show info", 1s).has_value(); }),
       "haproxy did not come up", dir_ / "log");
}

}  // namespace plimsoll::wire::live
