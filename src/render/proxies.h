#pragma once
// What the files of nginx, HAProxy and Traefik have in common. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "render/render.h"

namespace plimsoll::render {

/// Where HAProxy and Traefik show their own metrics (/metrics), beside the port of the requests.
inline constexpr std::uint16_t balancer_metrics_port = 8405;

/// Who gets the requests of a file for `engine`, and the notes that hold for every engine. Null: nothing to write; a note says
/// why.
const Tier* balanced_tier(const Stack&, BalancerEngine engine, const Options&, std::vector<Note>&);

/// For an engine that asks its instances for balancer.health.path itself, where that is not what they are ready by.
void note_health_path(const Stack&, const Tier&, std::vector<Note>&);

/// In the order of the spec.
std::vector<const Tier*> service_tiers(const Stack&);

/// The first line of a file.
std::string made_by(std::string_view program, const Stack&);

/// What the balancer binds: where Options::at puts "balancer", else every address (host empty), for a container's loopback is
/// nobody's. Its metrics: "balancer-metrics", else `balancer_metrics_port` of the same host.
Endpoint balancer_bind(const Stack&, const Options&);
Endpoint balancer_metrics_bind(const Stack&, const Options&);

/// "10s", "1500ms": rounded up to a millisecond, at least one. HAProxy, nginx and Go read it alike.
std::string plain_time(Duration);

/// So many in a period.
struct CountPer {
  std::int64_t count = 1;
  Duration per = std::chrono::seconds(1);
  bool exact = true;  // no: rounded up
};
/// A rate as a whole count of the first of the periods that has one; rounded up in the last if none has.
CountPer count_per(Rate, std::span<const Duration> periods);

/// An old process leaves when its last request can be done: timeout + drain.
Duration leave_within(const Balancer&);

/// The place is an address, not a name that may stand for several.
bool is_address(const Endpoint&);

}  // namespace plimsoll::render
