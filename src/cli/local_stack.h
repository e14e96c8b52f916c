#pragma once
// A stack on this machine, put together from its parts: place, components, instances, collectors, loop. What `up`, `down` and
// `demo` share.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/stack_source.h"
#include "collect/runner.h"
#include "control/loop.h"
#include "control/runner.h"
#include "control/wall_clock.h"
#include "drive/balancer/haproxy.h"
#include "drive/local/bring_up.h"
#include "drive/local/driver.h"
#include "drive/local/endpoints.h"
#include "drive/local/supervise.h"
#include "show/components.h"
#include "show/progress.h"
#include "store/sqlite_store.h"

namespace plimsoll::cli {

/// Told while a stack comes up; all rows so far, in a fixed order.
using OnRows = std::function<void(const std::vector<show::BringUpRow>&)>;

/// One thread uses it, but for what collectors do among themselves.
class LocalStack {
 public:
  /// Opens or makes the place, takes the controller's lock, and checks everything that can be checked before anything is started:
  /// programs, folders, ports. On an Error nothing runs that did not run before.
  static Result<std::unique_ptr<LocalStack>> open(const LoadedStack&, const std::string& state_dir);
  /// The same for a stack that is to be stopped: its place must be there (not_found), and nothing is checked. Takes over what
  /// runs.
  static Result<std::unique_ptr<LocalStack>> open_to_stop(const LoadedStack&, const local::Place&, local::Lock);
  ~LocalStack();

  /// Components, then the controller until every tier has the instances it asked for and they are ready. An Error, or a stop:
  /// what this call started is stopped again; what ran before runs on.
  Result<void> bring_up(const OnRows&, const StopFlag& stop);

  /// Runs the controller until stopped, restarts components that die, then lets open starts and stops settle (unless `now` is
  /// raised).
  void run(Watcher watcher, const StopFlag& stop, const StopFlag& now);

  /// Stops everything in order: instances drained and ended, then components, each before what it needs. `on_line` gets a line
  /// for each.
  Result<void> take_down(const std::function<void(const std::string&)>& on_line);

  [[nodiscard]] const Stack& stack() const { return loaded_.stack; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const local::Place& place() const { return place_; }
  [[nodiscard]] const Fleet& fleet() const { return driver_->fleet(); }
  [[nodiscard]] std::vector<Gauge> gauges() const { return collectors_->gauges(); }
  [[nodiscard]] std::vector<show::ComponentRow> component_rows() const;
  [[nodiscard]] std::vector<show::ComponentRow> instance_rows() const;
  /// For looking at a database's contents as the stack's own services do, past the pooler. Contains a password.
  Result<std::string> database_url(const Tier&);

  /// "127.0.0.1:8080", where the stack is spoken to; empty without a balancer.
  [[nodiscard]] std::string address() const;

 private:
  LocalStack(LoadedStack loaded, local::Place place, local::Lock lock);
  Result<void> assemble();
  Result<void> check();
  Result<void> make_collectors();
  Result<void> keep_copy() const;
  Result<void> start_components(const OnRows&, const StopFlag&);
  Result<void> start_instances(const OnRows&, const StopFlag&);
  Result<void> undo();
  template <class T>
  void note_trouble(const Result<T>& result) {
    if (!result) trouble_ += (trouble_.empty() ? "" : "\n") + result.error().message;
  }
  [[nodiscard]] std::vector<local::Component*> parts() const;
  [[nodiscard]] show::ComponentRow row(const local::Component&) const;

  LoadedStack loaded_;
  local::Place place_;
  local::Lock lock_;
  Plan plan_;
  WallClock clock_;
  std::optional<local::Ports> ports_;
  std::optional<local::Secrets> secrets_;
  std::vector<std::unique_ptr<local::Component>> components_;
  std::unique_ptr<balancer::Haproxy> balancer_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<local::LocalDriver> driver_;
  std::unique_ptr<collect::Collectors> collectors_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<local::Supervisor> supervisor_;
  std::vector<show::BringUpRow> rows_;
  std::vector<local::Component*> started_;  // by bring_up, in order
  std::set<std::string> ran_before_;        // instances that ran before bring_up
  std::string trouble_;                     // of taking over what runs, told when it is taken down
};

/// The user that Postgres and PgBouncer of this stack run as, if that is another than ours and the stack has any.
Result<std::optional<std::string>> other_user(const Stack&);

/// "CPU limits are not enforced on this machine: …"; empty if every limit the stack states is.
std::string limits_note(const Stack&);

}  // namespace plimsoll::cli
