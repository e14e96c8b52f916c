#include "decide/recommend/recommend.h"

namespace plimsoll {

bool is_on(const SchedulePlan& schedule, const Plan& plan, PolicyClock& clock, TimePoint now) {
  if (!schedule.cron) return (!schedule.from || now >= *schedule.from) && (!schedule.until || now < *schedule.until);
  if (clock.since == TimePoint{} || now >= clock.since) {
    const CronWindow::State state = schedule.window.state(now, plan.zones[schedule.zone]);
    clock = {state.until, state.inside};
  }
  return clock.holds;
}

PolicyLine recommend_schedule(const TierView& tier, PolicyId policy, const SchedulePlan& schedule, PolicyClock& clock) {
  PolicyLine line;
  line.policy = policy;
  line.target = schedule.replicas;
  const bool on = is_on(schedule, tier.stack, clock, tier.now);
  line.value = on ? 1 : 0;
  line.note = on ? Note::proposes : Note::outside_window;
  if (on && schedule.kind == ScheduleRule::Kind::floor) line.proposal = schedule.replicas;
  return line;
}

}  // namespace plimsoll
