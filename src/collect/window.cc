#include "collect/window.h"

#include <algorithm>

#include "core/assert.h"

namespace plimsoll::collect {

CounterWindow::CounterWindow(Duration window) : window_(window) { PLIMSOLL_ASSERT(window > Duration::zero()); }

void CounterWindow::add(TimePoint at, double total) {
  if (!readings_.empty()) {
    if (at <= readings_.back().at) return;
    if (total < readings_.back().total) readings_.clear();
  }
  readings_.push_back({at, total});
  while (readings_.size() > 2 && readings_[1].at <= at - window_) readings_.pop_front();
}

std::optional<CounterWindow::Rate> CounterWindow::rate() const {
  if (readings_.size() < 2) return std::nullopt;
  const Reading& from = readings_.front();
  const Reading& to = readings_.back();
  const Duration span = to.at - from.at;
  return Rate{(to.total - from.total) / seconds(span), to.at, span};
}

ShareWindow::ShareWindow(Duration window) : window_(window) { PLIMSOLL_ASSERT(window > Duration::zero()); }

void ShareWindow::add(TimePoint at, double part, double whole) {
  if (!readings_.empty()) {
    const Reading& last = readings_.back();
    if (at <= last.at) return;
    if (part < last.part || whole < last.whole) readings_.clear();
  }
  readings_.push_back({at, part, whole});
  while (readings_.size() > 2 && readings_[1].at <= at - window_) readings_.pop_front();
}

std::optional<ShareWindow::Share> ShareWindow::share() const {
  if (readings_.size() < 2) return std::nullopt;
  const Reading& from = readings_.front();
  const Reading& to = readings_.back();
  if (to.whole <= from.whole) return std::nullopt;
  return Share{std::min((to.part - from.part) / (to.whole - from.whole), 1.0), to.at, to.at - from.at};
}

}  // namespace plimsoll::collect
