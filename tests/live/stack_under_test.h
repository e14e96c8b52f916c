#pragma once
// A stack brought up by the real program, in a state directory of its own, and gone with all its processes when the test ends or
// fails.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "drive/local/place.h"
#include "load/engine.h"
#include "wire/haproxy_socket.h"
#include "wire/postgres.h"
#include "wire/redis_client.h"
#include "wire/testing/live_components.h"

namespace plimsoll::live {

/// What a command of plimsoll printed, both streams, and its exit code.
struct Outcome {
  int code = -1;
  std::string text;
};

struct StackOptions {
  std::string api_replicas = "1..8";
  std::string worker_replicas = "1..4";
  std::string api_env = "CPU_MS: \"0\", LAME_DUCK_MS: \"0\"";
  std::string worker_env = "JOB_CPU_MS: \"0\", RECLAIM_AFTER: \"2\"";
  std::string api_extra;     // further lines of the tier, indented by four
  std::string worker_extra;  // the same
};

class StackUnderTest {
 public:
  explicit StackUnderTest(StackOptions options = {});
  ~StackUnderTest();

  /// Starts `plimsoll up` and waits until it says that the stack is ready. False if it ended instead; log() says why.
  [[nodiscard]] bool up();
  /// kill -9 of the controller.
  void kill_controller();
  /// Ctrl-C; its exit code.
  int interrupt_controller();
  [[nodiscard]] bool controls() { return controller_ && controller_->running(); }

  /// Any verb on this stack, to its end: plimsoll({"op", "hold", "api", "3"}).
  Outcome plimsoll(std::vector<std::string> arguments, const std::string& spec = {});

  /// Exactly these arguments, called from `folder`.
  Outcome plimsoll_at(std::vector<std::string> arguments, const std::string& folder = "/");

  /// Processes of instances by name, from the system's own list.
  struct Running {
    std::string instance;
    int pid;
  };
  [[nodiscard]] std::vector<Running> instances(const std::string& tier) const;
  [[nodiscard]] int component_pid(const std::string& name) const;  // 0: not running
  /// HAProxy's servers for the tier, also free slots, from HAProxy itself; none if it does not answer.
  [[nodiscard]] std::vector<wire::HaproxyServerStat> servers(const std::string& tier) const;
  /// Names of HAProxy's servers for the tier that are up.
  [[nodiscard]] std::vector<std::string> servers_up(const std::string& tier) const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string state_dir() const { return folder_.path().string(); }
  [[nodiscard]] std::string spec_file() const { return folder_ / "stack.yaml"; }
  /// Replaces the spec file's text, for the next command.
  void write_spec(const std::string& text) const { folder_.write("stack.yaml", text); }
  [[nodiscard]] std::string root() const { return folder_ / "test"; }
  /// Everything the controllers printed so far.
  [[nodiscard]] std::string log() const;
  /// A statement at the primary, as the service's own user, past the pooler.
  std::int64_t count(const std::string& sql);
  /// Redis, as plimsoll itself reaches it.
  [[nodiscard]] wire::RedisClient redis() const;
  /// Jobs that wait in list `jobs`, are in a worker's hand, or were put aside as no job.
  [[nodiscard]] std::int64_t jobs_left() const;

  /// Decisions with keys "KEYS-000000000042" at the stated stages; not started.
  [[nodiscard]] std::unique_ptr<load::Engine> decisions(const std::string& stages, const std::string& keys) const;

 private:
  wire::live::TempDir folder_;
  std::uint16_t port_;
  std::unique_ptr<wire::live::Program> controller_;
};

/// The spec of a stack with one service, one worker tier and every component.
std::string spec_text(std::uint16_t port, const StackOptions& options);

/// Waits until `more` further requests were answered. False if the load was over before: what is asserted then happened under
/// no load.
bool answers(load::Engine& engine, std::uint64_t more);

/// Ends every process that has PLIMSOLL_STACK=root in its environment or a pidfile under root.
void end_all(const std::string& root);
/// How many processes of the place still run.
std::size_t count_running(const std::string& root);

}  // namespace plimsoll::live
