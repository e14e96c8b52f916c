#include "decide/hpa/pods.h"

namespace plimsoll::hpa {

std::int32_t count_ready(std::span<const Pod> pods) {
  std::int32_t count = 0;
  for (const Pod& pod : pods) count += pod.phase == Phase::running && pod.ready == Ready::yes ? 1 : 0;
  return count;
}

}  // namespace plimsoll::hpa
