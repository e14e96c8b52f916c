#include "decide/keda/cron.h"

namespace plimsoll::keda {

Reading read(const CronTrigger& trigger, CronMemory& memory, const TimeZone& zone, TimePoint now) {
  return Reading::of(memory.inside(trigger.window, zone, now) ? trigger.desired : 0);
}

}  // namespace plimsoll::keda
