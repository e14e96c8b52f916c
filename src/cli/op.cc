#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "cli/stack_source.h"
#include "cli/verbs.h"
#include "drive/local/place.h"
#include "render/haproxy.h"
#include "store/sqlite_store.h"

namespace plimsoll::cli {
namespace {

std::string user_name() {
  const passwd* entry = getpwuid(getuid());
  return entry ? entry->pw_name : fmt::format("uid {}", getuid());
}

/// A service can't have more instances than the balancer has slots for.
bool fits_balancer(const Stack& stack, const OpOptions& options) {
  const Tier& tier = *stack.tier(options.tier);
  const bool count = options.kind == OpOptions::Kind::hold || options.kind == OpOptions::Kind::floor;
  if (!count || tier.kind != TierKind::service || options.value <= render::slot_count(tier)) return true;
  print_error(
      {Errc::exhausted, fmt::format("{}: {} is more than the balancer has slots for ({}, from replicas: {}..{})", tier.name,
                                    options.value, render::slot_count(tier), tier.replicas.min, tier.replicas.max)});
  return false;
}

std::string until_text(const Order& order) {
  if (!order.until) return "until `plimsoll op release`";
  return fmt::format("until {:%Y-%m-%d %H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(*order.until));
}

std::string order_text(const std::string& tier, const Order& order) {
  switch (order.kind) {
    case OrderKind::hold:
      return fmt::format("{}: held at {} {}", tier, order.value, until_text(order));
    case OrderKind::floor:
      return fmt::format("{}: at least {} {}", tier, order.value, until_text(order));
    case OrderKind::pause:
      return fmt::format("{}: {} {}", tier,
                         order.direction == Direction::up     ? "growth paused"
                         : order.direction == Direction::down ? "scale-in paused"
                                                              : "paused",
                         until_text(order));
    case OrderKind::maintenance:
      return fmt::format("{}: under maintenance, its count stands {}", tier, until_text(order));
  }
  return tier;
}

OrderKind kind_of(OpOptions::Kind kind) {
  switch (kind) {
    case OpOptions::Kind::hold:
      return OrderKind::hold;
    case OpOptions::Kind::floor:
      return OrderKind::floor;
    case OpOptions::Kind::maintenance:
      return OrderKind::maintenance;
    default:
      return OrderKind::pause;
  }
}

int list_orders(Store& store, TimePoint now) {
  const auto orders = store.orders(now);
  if (!orders) {
    print_error(orders.error());
    return exit_negative;
  }
  if (orders->empty()) fmt::print("no orders in force\n");
  for (const Store::NamedOrder& one : *orders)
    fmt::print("{}  {}  by {}{}\n", one.order.id, order_text(one.tier, one.order), one.order.who,
               one.order.why.empty() ? "" : ": " + one.order.why);
  return exit_well;
}

int release(Store& store, const OpOptions& options, TimePoint now) {
  const Result<int> withdrawn = store.withdraw(options.tier, user_name(), now);
  if (!withdrawn) {
    print_error(withdrawn.error());
    return exit_negative;
  }
  fmt::print("{}: {}\n", options.tier, *withdrawn == 0 ? "no order was in force" : "released, its policies decide again");
  return exit_well;
}

}  // namespace

int run_op(const OpOptions& options) {
  const auto loaded = load_stack(options.stack, false);
  if (!loaded) return exit_bad_input;
  if (options.kind != OpOptions::Kind::list && !names_tier(loaded->stack, options.tier)) return exit_bad_input;
  const auto place = local::find_place(options.stack.state_dir, loaded->stack.name);
  if (!place) {
    print_error({Errc::not_found, fmt::format("stack {} was never up here; start it with `plimsoll up`", loaded->stack.name)});
    return exit_bad_input;
  }
  auto store = store::SqliteStore::open(place->journal());
  if (!store) {
    print_error(store.error());
    return exit_negative;
  }
  const TimePoint now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  if (options.kind == OpOptions::Kind::list) return list_orders(**store, now);
  if (options.kind == OpOptions::Kind::release) return release(**store, options, now);

  if (!fits_balancer(loaded->stack, options)) return exit_bad_input;
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(options.why, control)) {
    print_error({Errc::malformed, "--why: one line of plain text, without control characters"});
    return exit_bad_input;
  }
  Store::NamedOrder given;
  given.tier = options.tier;
  given.order.kind = kind_of(options.kind);
  given.order.value = options.value;
  given.order.direction = options.direction;
  given.order.who = user_name();
  given.order.why = options.why;
  given.order.given = now;
  if (options.lasts) given.order.until = now + *options.lasts;
  const Result<std::int64_t> id = (*store)->give(given);
  if (!id) {
    print_error(id.error());
    return exit_negative;
  }
  fmt::print("order {}: {}\n", *id, order_text(given.tier, given.order));
  if (!local::Lock::holder(*place))
    fmt::print("nobody controls {} at the moment; it takes effect with the next `plimsoll up`\n", loaded->stack.name);
  return exit_well;
}

}  // namespace plimsoll::cli
