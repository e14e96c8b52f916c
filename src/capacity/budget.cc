#include "capacity/budget.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr double unlimited = 1e9;  // connections or instances; more than any count here

int whole(double n) { return static_cast<int>(std::clamp(n, 0.0, unlimited)); }

}  // namespace

double used_by(const Consumer& consumer) {
  PLIMSOLL_ASSERT(consumer.per_instance >= 0 && consumer.instances >= 0 && consumer.surge >= 0);
  return consumer.per_instance * (static_cast<double>(consumer.instances) + consumer.surge);
}

double used_by(std::span<const Consumer> consumers) {
  double sum = 0;
  for (const Consumer& consumer : consumers) sum += used_by(consumer);
  return sum;
}

Balance balance(const Limit& limit, std::span<const Consumer> consumers) {
  const double used = used_by(consumers);
  return {used, limit.room(), limit.room() - used};
}

int fits(double total, double reserve, double used_by_others, double per_instance) {
  PLIMSOLL_ASSERT(total >= 0 && reserve >= 0 && used_by_others >= 0 && per_instance >= 0);
  const double room = total - reserve - used_by_others;
  if (room < 0) return 0;
  if (per_instance == 0) return whole(unlimited);
  // 0.3 / 0.1 is three, though a double says a little less.
  return whole(std::floor(room / per_instance * (1 + 1e-12)));
}

int pool_max(int cores) {
  PLIMSOLL_ASSERT(cores >= 1);
  return 2 * cores + 5;
}

int pool_min(int cores) {
  PLIMSOLL_ASSERT(cores >= 1);
  return cores;
}

int workers_for(int cores) {
  PLIMSOLL_ASSERT(cores >= 1);
  return 2 * cores + 1;
}

int max_connections(Bytes memory) {
  PLIMSOLL_ASSERT(memory.count >= 0);
  return static_cast<int>(std::min<std::int64_t>(memory.count / 9531392, 5000));
}

}  // namespace plimsoll::capacity
