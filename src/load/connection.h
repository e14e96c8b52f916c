#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/time.h"
#include "load/http1.h"
#include "load/request_mix.h"

namespace plimsoll::load {

/// One request on its way.
struct Exchange {
  std::uint64_t id = 0;
  RequestMix::Choice choice{};
  Duration due{};        // since the start
  Duration sent{};       // since the start, at the first byte handed to the connected socket
  bool retried = false;  // this is the second attempt, after a stale connection
};

/// A place for one connection in a worker's pool; the worker does all that is done with it.
struct Connection {
  enum class State : std::uint8_t { closed, connecting, sending, receiving, idle };

  static constexpr std::uint32_t none = 0xffffffff;

  int fd = -1;
  State state = State::closed;
  bool reused = false;           // it has carried a whole exchange before this one
  std::uint32_t generation = 0;  // counts sockets in this place, so that a late event of an earlier one is told apart
  std::uint32_t idle_at = 0;     // position in the pool's idle list
  std::uint32_t earlier = none, later = none;  // in the list of busy connections, in order of their deadlines
  Exchange exchange;
  ResponseParser parser;
  std::string unsent;  // what the socket did not take at once
  std::size_t unsent_from = 0;
};

}  // namespace plimsoll::load
