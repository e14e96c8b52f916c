#pragma once
// Errors on which the program decides are values. Only this header names the library behind Result.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace plimsoll {

enum class Errc {
  unreachable,  // nobody answers there
  timed_out,    // somebody may be there, but not in time
  refused,      // the other side said no
  not_found,    // a file, program, name or instance that is not there
  malformed,    // an answer or file that can't be understood
  exhausted,    // a port, slot, descriptor or disk is used up
  failed,       // an operation of the system failed; the message says which and why
};

/// `message` names the thing and what was wrong with it, in one line, ready to be shown:
/// "pgbouncer 127.0.0.1:6432: RELOAD refused; is the admin user listed?"
struct Error {
  Errc code = Errc::failed;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

/// return fail(Errc::malformed, "redis INFO: keyspace_hits missing");
inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace plimsoll
