#pragma once

#include <cstdint>
#include <vector>

#include "load/connection.h"

namespace plimsoll::load {

/// The connections of one worker, each in one of three sets: free (closed), idle (open, nothing on it) and busy. Busy ones are
/// kept in the order they became so, which is the order of their deadlines since requests are dispatched in order of due time.
/// Moves indices only; sockets are the worker's.
class Pool {
 public:
  explicit Pool(std::uint32_t size, const CaptureNames* captures);

  /// The idle one used last (so that a pool too large for the load lets the others lapse), else a free one; null if all are busy.
  /// It becomes busy.
  Connection* acquire();
  [[nodiscard]] bool available() const { return !idle_.empty() || !free_.empty(); }
  void make_idle(Connection&);  // from busy
  void make_free(Connection&);  // from busy or idle

  [[nodiscard]] Connection* oldest_busy() { return first_ == Connection::none ? nullptr : &places_[first_]; }
  [[nodiscard]] std::uint32_t busy() const { return busy_; }
  [[nodiscard]] std::uint32_t open() const { return busy_ + static_cast<std::uint32_t>(idle_.size()); }

  [[nodiscard]] std::uint32_t index(const Connection& c) const { return static_cast<std::uint32_t>(&c - places_.data()); }
  Connection& at(std::uint32_t index) { return places_[index]; }
  std::vector<Connection>& places() { return places_; }

 private:
  void unlink_busy(Connection&);

  std::vector<Connection> places_;
  std::vector<std::uint32_t> free_, idle_;
  std::uint32_t first_ = Connection::none, last_ = Connection::none, busy_ = 0;
};

}  // namespace plimsoll::load
