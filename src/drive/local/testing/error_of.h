#pragma once

#include "core/result.h"

namespace plimsoll::local {

/// The error of a result; one without a message if it is none.
template <class T>
Error error_of(const Result<T>& result) {
  return result ? Error{} : result.error();
}

}  // namespace plimsoll::local
