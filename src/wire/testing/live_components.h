#pragma once
// For live tests only: real components as private processes on free loopback ports, data in a folder of their own, all gone when
// the object goes, also when the test fails or dies. What can't be set up throws std::runtime_error with the component's own log.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace plimsoll::wire::live {

/// Polls every 5 ms. @return false if it did not come true within the (generous) time.
bool wait_until(const std::function<bool()>& condition, Duration within = std::chrono::seconds(30));

/// A TCP port nobody used a moment ago.
std::uint16_t free_port();

/// Whether this process is root: some components refuse to be, and run as "postgres" then.
bool is_root();

class TempDir {
 public:
  /// Open to everybody, so that components of another user get in.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

struct ProgramOptions {
  std::vector<std::pair<std::string, std::string>> environment = {};  // besides PATH; nothing is inherited
  std::string directory = "/";                                        // working directory
  std::string log = "/dev/null";                                      // stdout and stderr
  bool as_postgres = false;                                           // the user of Debian's package, if this is root
};

/// A child process; killed with this object or with the test.
class Program {
 public:
  explicit Program(std::vector<std::string> command, ProgramOptions options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Exit code, 128 + signal if killed by one; nothing if it still runs after the time.
  std::optional<int> wait(Duration within = std::chrono::seconds(30));
  [[nodiscard]] bool running();

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_;
};

/// Runs a program to its end. Throws if that is not 0.
void run(std::vector<std::string> command, ProgramOptions options = {});

class Redis {
 public:
  explicit Redis(std::string password = "");
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void kill();     // SIGKILL; data is gone (no persistence)
  void restart();  // on the same port
  Program& program() { return *program_; }

 private:
  TempDir dir_;
  std::string password_;
  std::uint16_t port_;
  std::unique_ptr<Program> program_;
};

class Postgres {
 public:
  Postgres();                                  // a primary with database "app", user "app", no passwords
  explicit Postgres(const Postgres& primary);  // a streaming read replica
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void restart();

 private:
  void start();
  TempDir dir_;
  std::uint16_t port_;
  std::unique_ptr<Program> program_;
};

/// Transaction mode, user "app" with password "apppw", admin console for "adm" with password "admpw".
class PgBouncer {
 public:
  explicit PgBouncer(const Postgres& database, int pool_size = 10);
  [[nodiscard]] std::string url() const;        // to the database
  [[nodiscard]] std::string admin_url() const;  // to the console
  void restart();

 private:
  void start();
  TempDir dir_;
  std::uint16_t port_;
  std::unique_ptr<Program> program_;
};

/// One backend "api" of the given servers (name, port), checked by GET /ready, retries and redispatch as plimsoll renders them.
class Haproxy {
 public:
  explicit Haproxy(const std::vector<std::pair<std::string, std::uint16_t>>& servers);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string admin_socket() const { return dir_ / "admin.sock"; }
  [[nodiscard]] std::string master_socket() const { return dir_ / "master.sock"; }

 private:
  TempDir dir_;
  std::uint16_t port_;
  std::unique_ptr<Program> program_;
};

}  // namespace plimsoll::wire::live
