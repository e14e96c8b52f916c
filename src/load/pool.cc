#include "load/pool.h"

#include "core/assert.h"

namespace plimsoll::load {

Pool::Pool(std::uint32_t size, const CaptureNames* captures) : places_(size) {
  free_.reserve(size);
  idle_.reserve(size);
  for (std::uint32_t i = size; i > 0; --i) free_.push_back(i - 1);
  for (Connection& c : places_) c.parser = ResponseParser(captures);
}

Connection* Pool::acquire() {
  std::vector<std::uint32_t>& from = idle_.empty() ? free_ : idle_;
  if (from.empty()) return nullptr;
  Connection& c = places_[from.back()];
  from.pop_back();
  c.earlier = last_;
  c.later = Connection::none;
  (last_ == Connection::none ? first_ : places_[last_].later) = index(c);
  last_ = index(c);
  ++busy_;
  return &c;
}

void Pool::unlink_busy(Connection& c) {
  PLIMSOLL_ASSERT(busy_ > 0);
  (c.earlier == Connection::none ? first_ : places_[c.earlier].later) = c.later;
  (c.later == Connection::none ? last_ : places_[c.later].earlier) = c.earlier;
  --busy_;
}

void Pool::make_idle(Connection& c) {
  unlink_busy(c);
  c.state = Connection::State::idle;
  c.idle_at = static_cast<std::uint32_t>(idle_.size());
  idle_.push_back(index(c));
}

void Pool::make_free(Connection& c) {
  if (c.state == Connection::State::idle) {
    PLIMSOLL_ASSERT(idle_[c.idle_at] == index(c));
    idle_[c.idle_at] = idle_.back();
    places_[idle_.back()].idle_at = c.idle_at;
    idle_.pop_back();
  } else {
    unlink_busy(c);
  }
  c.state = Connection::State::closed;
  free_.push_back(index(c));
}

}  // namespace plimsoll::load
