#include "collect/window.h"

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

}  // namespace plimsoll::collect
