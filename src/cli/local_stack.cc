#include "cli/local_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stop_token>
#include <thread>
#include <utility>

#include "collect/haproxy.h"
#include "collect/process.h"
#include "collect/service_metrics.h"
#include "collect/sources.h"
#include "core/quantity.h"
#include "drive/local/files.h"
#include "drive/local/haproxy_component.h"
#include "drive/local/purge.h"
#include "proc/process.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;

/// Where plimsoll's own program is: plimsoll-app lies beside it.
std::string own_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

/// Where the collectors ask the stack's own servers; with passwords.
Result<collect::ComponentUrls> component_urls(const Stack& stack, const local::Ports& ports, local::Secrets& secrets) {
  collect::ComponentUrls urls;
  std::optional<Error> error;
  const auto add = [&](const std::string& name, Result<std::string> url) {
    if (url)
      urls.emplace(name, std::move(*url));
    else if (!error)
      error = std::move(url.error());
  };
  for (const Database& database : stack.databases) add(database.name, local::monitoring_url(database, 0, ports, secrets));
  for (const Pooler& pooler : stack.poolers) add(pooler.name, local::console_url(pooler, ports, secrets));
  for (const Cache& cache : stack.caches) add(cache.name, local::cache_url(cache, ports, secrets));
  if (error) return fail(std::move(*error));
  return urls;
}

/// ":5601" for what listens on this machine's loopback, as everything does unless it was told otherwise.
std::string short_address(std::string address) {
  constexpr std::string_view loopback = "127.0.0.1";
  if (address.starts_with(loopback)) address.erase(0, loopback.size());
  return address;
}

/// "2.6.12" of "2.6.12-1+deb12u4".
std::string short_version(const std::string& version) { return version.substr(0, version.find('-')); }

}  // namespace

Result<std::optional<std::string>> other_user(const Stack& stack) {
  if (stack.databases.empty() && stack.poolers.empty()) return std::nullopt;
  return local::server_user();
}

std::string limits_note(const Stack& stack) {
  const bool any_cpu = std::ranges::any_of(stack.tiers, [](const Tier& t) { return t.instance.cpu.limit.has_value(); });
  const bool any_memory =
      std::ranges::any_of(stack.tiers, [](const Tier& t) { return t.instance.memory && t.instance.memory->limit; });
  const proc::LimitSupport support = proc::limit_support();
  if ((!any_cpu || support.cpu) && (!any_memory || support.memory)) return {};
  const char* what = any_cpu && !support.cpu ? (any_memory && !support.memory ? "CPU and memory limits are" : "CPU limits are")
                                             : "memory limits are";
  return fmt::format("{} not enforced on this machine: {}", what, support.why_not);
}

LocalStack::LocalStack(LoadedStack loaded, local::Place place, local::Lock lock)
    : loaded_(std::move(loaded)),
      place_(std::move(place)),
      lock_(std::move(lock)),
      plan_(compile(loaded_.stack, loaded_.zones)) {}

// Collectors ask the balancer's socket and read the plan: they end before the rest.
LocalStack::~LocalStack() { collectors_.reset(); }

Result<std::unique_ptr<LocalStack>> LocalStack::open(const LoadedStack& loaded, const std::string& state_dir) {
  const auto user = other_user(loaded.stack);
  if (!user) return fail(user.error());
  Result<local::Place> place = local::make_place(state_dir, loaded.stack.name, *user);
  if (!place) return fail(place.error());
  Result<local::Lock> lock = local::Lock::take(*place);
  if (!lock) return fail(lock.error());
  std::unique_ptr<LocalStack> stack(new LocalStack(loaded, std::move(*place), std::move(*lock)));
  if (const auto assembled = stack->assemble(); !assembled) return fail(assembled.error());
  if (const auto checked = stack->check(); !checked) return fail(checked.error());
  if (const auto kept = stack->keep_copy(); !kept) return fail(kept.error());
  return stack;
}

Result<std::unique_ptr<LocalStack>> LocalStack::open_to_stop(const LoadedStack& loaded, const local::Place& place,
                                                             local::Lock lock) {
  std::unique_ptr<LocalStack> stack(new LocalStack(loaded, place, std::move(lock)));
  if (const auto assembled = stack->assemble(); !assembled) return fail(assembled.error());
  // Whatever can't be taken over is no reason to leave the rest running: take_down finds it by its pidfile.
  for (const auto& component : stack->components_) stack->note_trouble(component->adopt());
  stack->note_trouble(stack->driver_->adopt(stack->clock_.now()));
  return stack;
}

Result<void> LocalStack::assemble() {
  Result<local::Ports> ports = local::Ports::open(place_);
  if (!ports) return fail(ports.error());
  ports_ = std::move(*ports);
  Result<local::Secrets> secrets = local::Secrets::open(place_);
  if (!secrets) return fail(secrets.error());
  secrets_ = std::move(*secrets);

  auto made = local::components(loaded_.stack, place_, *ports_, *secrets_);
  if (!made) return fail(made.error());
  components_ = std::move(*made);
  if (loaded_.stack.balancer) {
    balancer_ = std::make_unique<balancer::Haproxy>(loaded_.stack, place_);
    components_.push_back(
        std::make_unique<local::HaproxyComponent>(loaded_.stack, place_, local::ProgramPaths::of_this_machine(), *balancer_));
  }
  auto store = store::SqliteStore::open(place_.journal());
  if (!store) return fail(store.error());
  store_ = std::move(*store);

  local::DriverOptions options;
  options.working_directory = std::filesystem::current_path().string();
  options.program_folders = {own_folder()};
  driver_ = std::make_unique<local::LocalDriver>(
      loaded_.stack, place_, *ports_, *store_,
      [this](const Tier& tier) { return local::endpoints(loaded_.stack, tier, *ports_, *secrets_); }, balancer_.get(), options);
  return make_collectors();
}

Result<void> LocalStack::make_collectors() {
  std::vector<std::unique_ptr<Collector>> sources;
  sources.push_back(std::make_unique<collect::ProcessCollector>(plan_, loaded_.stack));
  sources.push_back(std::make_unique<collect::ServiceMetricsCollector>(plan_, loaded_.stack));
  if (balancer_) sources.push_back(std::make_unique<collect::HaproxyCollector>(plan_, balancer_->socket().path()));
  std::ranges::move(collect::signal_collectors(plan_, loaded_.stack), std::back_inserter(sources));
  const auto urls = component_urls(loaded_.stack, *ports_, *secrets_);
  if (!urls) return fail(urls.error());
  std::ranges::move(collect::component_collectors(plan_, loaded_.stack, *urls), std::back_inserter(sources));
  // One each: a server that hangs holds up no other source.
  const int threads = static_cast<int>(sources.size());
  collectors_ = std::make_unique<collect::Collectors>(plan_, clock_, std::move(sources), threads);
  loop_ = std::make_unique<Loop>(plan_, clock_, *collectors_, *driver_, *store_, PLIMSOLL_VERSION);
  return {};
}

Result<void> LocalStack::check() {
  const auto components = local::check_all(parts());
  const auto programs = driver_->check();
  if (components && programs) return {};
  Error error = !components ? components.error() : programs.error();
  if (!components && !programs) error.message += "\n" + programs.error().message;
  return fail(error);
}

Result<void> LocalStack::keep_copy() const {
  const std::string path = place_.conf("stack.yaml");
  if (loaded_.source.file == path) return {};
  // run.env may hold what its owner keeps to himself.
  return local::write_file(path, loaded_.source.text, {.mode = 0600, .owner = std::nullopt});
}

std::vector<local::Component*> LocalStack::parts() const {
  std::vector<local::Component*> all;
  for (const auto& component : components_) all.push_back(component.get());
  return all;
}

Result<void> LocalStack::bring_up(const OnRows& on_rows, const StopFlag& stop) {
  Result<void> up = start_components(on_rows, stop);
  if (up) up = start_instances(on_rows, stop);
  if (up) return up;
  Error error = up.error();
  if (const Result<void> undone = undo(); !undone) error.message += undone.error().message;
  return fail(error);
}

Result<void> LocalStack::start_components(const OnRows& on_rows, const StopFlag& stop) {
  // Components that are in the file no more would hold ports and connections.
  const auto known = [this](const std::string& name) {
    if (std::ranges::any_of(components_, [&](const auto& component) { return component->name() == name; })) return true;
    return std::ranges::any_of(loaded_.stack.tiers, [&](const Tier& tier) {
      return name.starts_with(tier.name + "-") && parse_integer(std::string_view(name).substr(tier.name.size() + 1));
    });
  };
  if (auto cleared = local::stop_leftovers(place_, known, 20s); !cleared) return cleared;

  std::vector<local::Component*> order = local::in_order_of_needs(parts());
  rows_.clear();
  for (const local::Component* component : order) rows_.push_back({row(*component), std::nullopt});
  const auto show = [&] {
    if (on_rows) on_rows(rows_);
  };
  const auto progress = [&](const local::Component& component, local::BringUpPhase phase, Duration elapsed) {
    const auto at = std::ranges::find(order, &component);
    show::BringUpRow& shown = rows_[static_cast<std::size_t>(at - order.begin())];
    shown.component = row(component);
    if (phase == local::BringUpPhase::starting) shown.component.state = show::ComponentState::starting;
    if (phase == local::BringUpPhase::starting) started_.push_back(*at);
    if (phase == local::BringUpPhase::adopted) shown.component.note = "ran already";
    if (phase == local::BringUpPhase::adopted || phase == local::BringUpPhase::ready)
      shown.component.state = show::ComponentState::ready;
    if (phase == local::BringUpPhase::stopping || phase == local::BringUpPhase::stopped)
      shown.component.state = show::ComponentState::stopped;
    if (phase != local::BringUpPhase::adopted) shown.took = elapsed;
    if (phase == local::BringUpPhase::stopped) std::erase(started_, *at);
    show();
  };
  show();
  // bring_up polls a stop_token; StopFlag is what signals raise.
  std::stop_source source;
  std::jthread relay([&](const std::stop_token& done) {
    while (!done.stop_requested())
      if (stop.wait(50ms)) {
        source.request_stop();
        return;
      }
  });
  Result<void> up = local::bring_up(order, progress, source.get_token());
  relay.request_stop();
  return up;
}

Result<void> LocalStack::start_instances(const OnRows& on_rows, const StopFlag& stop) {
  if (auto adopted = driver_->adopt(clock_.now()); !adopted) return adopted;
  ran_before_.clear();
  for (const Instance& instance : driver_->fleet().instances) ran_before_.insert(instance.name);
  if (auto restored = loop_->restore(); !restored) return restored;

  const std::size_t first = rows_.size();
  std::optional<Error> failure;
  std::vector<int> failures(plan_.tiers.size());
  const auto look_at = [&](const InstanceEvent& event) {
    if (event.kind != InstanceEvent::Kind::start_failed && event.kind != InstanceEvent::Kind::died) return;
    const bool serves = std::ranges::any_of(driver_->fleet().instances,
                                            [&](const Instance& i) { return i.tier == event.tier && i.phase == Phase::ready; });
    // While a tier serves, its driver may try again twice; one that never came up is the user's to look at.
    const int tries = serves ? 3 : 1;
    if (++failures[event.tier.index] >= tries && !failure) failure = Error{Errc::failed, event.text};
  };
  const auto complete = [&] {
    return std::ranges::all_of(plan_.tiers, [&](const TierPlan& tier) {
      const auto mine = [&](const Instance& i) { return i.tier == tier.id && i.phase == Phase::ready; };
      const int asked = driver_->fleet().tiers[tier.id.index].asked;
      return asked >= 0 && std::ranges::count_if(driver_->fleet().instances, mine) >= asked;
    });
  };
  const TimePoint begun = clock_.now();
  while (!failure && !stop.stopped() && !complete()) {
    if (const Result<Tick> tick = loop_->tick(); !tick) failure = tick.error();
    for (const InstanceEvent& event : loop_->advance()) look_at(event);
    for (const auto& component : components_)
      if (!component->running() && !failure)
        failure = Error{Errc::failed, component->name() + " died while the instances started"};
    for (const TierFleet& tier : driver_->fleet().tiers)
      if (tier.pending == Pending::refused && !failure) failure = Error{Errc::failed, tier.pending_text};
    rows_.resize(first);
    for (const show::ComponentRow& instance : instance_rows()) {
      const bool ready = instance.state == show::ComponentState::ready;
      rows_.push_back({instance, ready || instance.state == show::ComponentState::starting ? std::optional(clock_.now() - begun)
                                                                                           : std::nullopt});
      if (ran_before_.contains(instance.name)) {
        rows_.back().component.note = "ran already";
        rows_.back().took.reset();
      }
    }
    if (on_rows) on_rows(rows_);
    stop.wait(100ms);
  }
  if (failure) return fail(*failure);
  if (stop.stopped()) return fail(Errc::failed, "interrupted");
  supervisor_ = std::make_unique<local::Supervisor>(std::span<local::Component* const>(parts()));
  return {};
}

Result<void> LocalStack::undo() {
  std::string problems;
  const auto note = [&](const Result<void>& result) {
    if (!result) problems += "\n" + result.error().message;
  };
  note(driver_->stop_some([&](const Instance& instance) { return !ran_before_.contains(instance.name); }, clock_.now(), 10s));
  // All parts in order of their needs, but only those that this call started.
  std::vector<local::Component*> order = local::in_order_of_needs(parts());
  std::ranges::reverse(order);
  for (local::Component* part : order)
    if (std::ranges::find(started_, part) != started_.end()) note(part->stop(20s));
  if (!problems.empty()) return fail(Errc::failed, problems);
  return {};
}

void LocalStack::run(Watcher watcher, const StopFlag& stop, const StopFlag& now) {
  const auto on_event = watcher.on_event;
  watcher.every_second = [this, on_event](TimePoint at) {
    if (!supervisor_) return;
    for (const local::ComponentEvent& event : supervisor_->advance(at)) {
      InstanceEvent shown;
      shown.at = event.at;
      shown.kind = event.kind == local::ComponentEvent::Kind::ready || event.kind == local::ComponentEvent::Kind::restarted
                       ? InstanceEvent::Kind::started
                       : InstanceEvent::Kind::died;
      shown.instance = event.component;
      shown.text = event.text;
      if (on_event) on_event(shown);
    }
  };
  plimsoll::run(*loop_, clock_, stop, now, watcher, Cadence{}, 15s);
}

Result<void> LocalStack::take_down(const std::function<void(const std::string&)>& on_line) {
  const auto progress = [&](const local::Component& component, local::BringUpPhase phase, Duration elapsed) {
    if (phase == local::BringUpPhase::stopped && on_line)
      on_line(fmt::format("{} stopped after {:.1f} s", component.name(), seconds(elapsed)));
  };
  std::string problems = std::exchange(trouble_, {});
  const auto note = [&](const Result<void>& result) {
    if (!result) problems += (problems.empty() ? "" : "\n") + result.error().message;
  };
  // Instances go while the balancer can still say when their requests are done.
  note(driver_->stop_all(clock_.now(), 60s, [&](const InstanceEvent& event) {
    if (on_line && (event.kind == InstanceEvent::Kind::stopped || event.kind == InstanceEvent::Kind::killed)) on_line(event.text);
  }));
  note(local::take_down(parts(), progress, 60s));
  if (!problems.empty()) return fail(Errc::failed, problems);
  return {};
}

show::ComponentRow LocalStack::row(const local::Component& component) const {
  const local::ComponentInfo info = component.info();
  show::ComponentRow row;
  row.kind = info.kind;
  row.version = short_version(info.version);
  row.name = component.name();
  row.address = short_address(info.address);
  row.note = info.role;
  row.state = info.pid > 0 ? show::ComponentState::ready : show::ComponentState::waiting;
  return row;
}

std::vector<show::ComponentRow> LocalStack::component_rows() const {
  std::vector<show::ComponentRow> rows;
  for (const local::Component* component : local::in_order_of_needs(parts())) {
    rows.push_back(row(*component));
    if (component->name() != "balancer") continue;
    std::string behind;
    for (const Tier& tier : stack().tiers) {
      if (!balancer_->serves(tier.name)) continue;
      const auto ready = std::ranges::count_if(fleet().instances, [&](const Instance& i) {
        return plan_.tiers[i.tier.index].name == tier.name && i.phase == Phase::ready;
      });
      behind += fmt::format("{}→ {} ({})", behind.empty() ? "" : ", ", tier.name, ready);
    }
    rows.back().note = behind;
  }
  return rows;
}

std::vector<show::ComponentRow> LocalStack::instance_rows() const {
  std::vector<show::ComponentRow> rows;
  for (const Instance& instance : fleet().instances) {
    show::ComponentRow row;
    row.kind = plan_.tiers[instance.tier.index].name;
    row.name = instance.name;
    row.address = short_address(fmt::format("{}:{}", instance.address, instance.port));
    row.state = instance.phase == Phase::ready      ? show::ComponentState::ready
                : instance.phase == Phase::starting ? show::ComponentState::starting
                                                    : show::ComponentState::draining;
    rows.push_back(row);
  }
  return rows;
}

Result<std::string> LocalStack::database_url(const Tier& tier) {
  Tier direct = tier;
  for (Use& use : direct.uses) use.through.clear();
  const Result<local::Endpoints> found = local::endpoints(stack(), direct, *ports_, *secrets_);
  if (!found) return fail(found.error());
  return found->database_url;
}

std::string LocalStack::address() const {
  return stack().balancer ? fmt::format("{}:{}", stack().balancer->address, stack().balancer->listen) : std::string();
}

}  // namespace plimsoll::cli
