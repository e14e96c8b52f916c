// The load over time: what is asked, growth, onboarding and events.

#include <algorithm>
#include <chrono>
#include <cmath>

#include "capacity/growth.h"
#include "capacity/planning/parts.h"

namespace plimsoll::capacity::planning {
namespace {

constexpr double days_a_month = 30.436875;
constexpr int most_months = 120;

TimePoint months_later(TimePoint from, int months) {
  const auto day = std::chrono::floor<std::chrono::days>(from);
  std::chrono::year_month_day date = std::chrono::year_month_day(day) + std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return std::chrono::sys_days(date) + (from - day);
}

double months_between(TimePoint from, TimePoint to) { return seconds(to - from) / 86400 / days_a_month; }

std::optional<double> times(const std::optional<double>& value, double factor) {
  if (!value) return std::nullopt;
  return *value * factor;
}

Load times(const Load& load, double factor) {
  Load out;
  out.users = times(load.users, factor);
  if (load.rate) out.rate = Rate{load.rate->per_second * factor};
  if (load.data) out.data = bytes_of(static_cast<double>(load.data->count) * factor);
  return out;
}

Load stated(const Stack& stack) {
  Load load;
  if (!stack.growth) return load;
  load.users = stack.growth->users;
  load.rate = stack.growth->rate;
  load.data = stack.growth->data;
  return load;
}

/// Users and rate go together where only one is asked: in today's ratio.
Load start(const Load& today, const Ask& ask) {
  Load load = today;
  if (!ask.users && !ask.rate) return load;
  load.users = ask.users;
  load.rate = ask.rate;
  const bool ratio = today.users && today.rate && *today.users > 0 && today.rate->per_second > 0;
  if (ratio && !load.rate) load.rate = Rate{today.rate->per_second * *load.users / *today.users};
  if (ratio && !load.users) load.users = *today.users * load.rate->per_second / today.rate->per_second;
  return load;
}

std::optional<double> ratio_of(const Load& load, const Load& today) {
  if (load.rate && today.rate && today.rate->per_second > 0) return load.rate->per_second / today.rate->per_second;
  if (load.users && today.users && *today.users > 0) return *load.users / *today.users;
  return std::nullopt;
}

double largest_share(const Stack& stack) {
  if (stack.regions.empty()) return 1;
  double said = 0;
  double most = 0;
  int silent = 0;
  for (const Region& region : stack.regions) {
    if (!region.share) ++silent;
    const double share = region.share ? region.share->value : 0;
    said += share;
    most = std::max(most, share);
  }
  if (silent > 0) most = std::max(most, std::max(0.0, 1 - said) / silent);
  return most > 0 ? most : 1;
}

class Way {
 public:
  Way(const Stack& stack, const Ask& ask) : stack_(stack), ask_(ask), today_(stated(stack)), start_(start(today_, ask)) {
    // Nothing stated and nothing asked: growth and events still say how many times today's load it will be.
    asked_ = ask.users || ask.rate ? ratio_of(start_, today_) : std::optional<double>(1);
    growth_ = ask.growth.value_or(stack.growth ? stack.growth->per_month : 1);
    if (!(growth_ > 0) || !std::isfinite(growth_)) growth_ = 1;
    share_ = largest_share(stack);
  }

  Course walk() {
    Course course;
    course.today = today_;
    course.growth = growth_;
    course.share = share_;
    course.months = std::clamp(ask_.months, 0, most_months);
    for (const Ask::Event& event : ask_.events)
      if (event.at >= ask_.now) course.months = std::max(course.months, month_of(event));
    course.now = demand(today_, 1, 1, 1.0, false);
    for (int month = 0; month <= course.months; ++month) course.steps.push_back(step(month));
    const Course::Step* peak = &course.steps.front();
    for (const Course::Step& one : course.steps)
      if (height(one) > height(*peak)) peak = &one;
    course.then = peak->load;
    course.peak = peak->demand;
    course.then.data = course.steps.back().load.data;
    course.peak.load.data = course.steps.back().demand.load.data;
    course.peak.data_factor = course.steps.back().demand.data_factor;
    if ((ask_.users || ask_.rate) && !asked_)
      course.unknown.push_back(
          "how many times today's load that is: growth: {users: …, rate: …}, what the stack has now at its peak");
    return course;
  }

 private:
  [[nodiscard]] int month_of(const Ask::Event& event) const {
    return static_cast<int>(std::min<double>(most_months, std::ceil(months_between(ask_.now, event.at) - 1e-9)));
  }

  static double height(const Course::Step& step) {
    if (step.demand.load.rate) return step.demand.load.rate->per_second;
    if (step.demand.load.users) return *step.demand.load.users;
    return step.demand.factor.value_or(0);
  }

  /// Over the start: growth and what was taken on board until then.
  [[nodiscard]] double scale_at(double months, TimePoint at) const {
    double scale = grown(1, growth_, months);
    if (stack_.growth && start_.users && *start_.users > 0)
      for (const Growth::Arrival& arrival : stack_.growth->onboarding)
        if (arrival.at > ask_.now && arrival.at <= at) scale += arrival.users / *start_.users;
    return scale;
  }

  [[nodiscard]] Course::Step step(int month) const {
    Course::Step out;
    out.at = months_later(ask_.now, month);
    const double steady = scale_at(month, out.at);
    double scale = steady;
    for (const Ask::Event& event : ask_.events) {
      if (event.at < ask_.now || month_of(event) != month) continue;
      const double then = scale_at(months_between(ask_.now, event.at), event.at) * event.factor;
      if (then <= scale) continue;
      scale = then;
      out.event = event.factor;
    }
    out.load = times(start_, scale);
    const double data = grown(1, growth_, month);
    out.load.data = times(start_, data).data;
    out.demand = demand(out.load, scale, data, asked_ ? std::optional<double>(*asked_ * scale) : std::nullopt, true);
    if (steady > 0) out.demand.event = scale / steady;
    return out;
  }

  [[nodiscard]] Demand demand(const Load& load, double scale, double data, std::optional<double> factor, bool with_asked) const {
    Demand out;
    out.load = times(load, share_);
    out.factor = factor;
    out.data_factor = data;
    if (stack_.growth)
      for (const WorkKind& kind : stack_.growth->work) out.work[kind.name] = kind.per_instance * factor.value_or(scale) * share_;
    if (with_asked)
      for (const auto& [kind, amount] : ask_.work) out.work[kind] = amount * scale * share_;
    return out;
  }

  const Stack& stack_;
  const Ask& ask_;
  Load today_, start_;
  std::optional<double> asked_;
  double growth_ = 1, share_ = 1;
};

}  // namespace

Course course_of(const Stack& stack, const Ask& ask) { return Way(stack, ask).walk(); }

Demand scaled(const Demand& demand, double scale) {
  Demand out = demand;
  const std::optional<Bytes> data = demand.load.data;
  out.load = times(demand.load, scale);
  out.load.data = data;
  out.factor = times(demand.factor, scale);
  for (auto& [kind, amount] : out.work) amount *= scale;
  return out;
}

}  // namespace plimsoll::capacity::planning
