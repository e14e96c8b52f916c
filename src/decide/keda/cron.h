#pragma once

#include "core/cron.h"
#include "decide/keda/trigger.h"

namespace plimsoll::keda {

/// KEDA's cron trigger: a floor, since the HPA takes the highest of all metrics, never a ceiling.
struct CronTrigger {
  CronWindow window;
  int desired = 1;  // replicas inside, >= 0
};

/// Inside `desired`, outside 0. Never fails. Compare with Trigger{.source = cron, .threshold = 1}: active inside, if desired > 0.
Reading read(const CronTrigger&, CronMemory&, const TimeZone&, TimePoint now);

}  // namespace plimsoll::keda
