#pragma once
// For what can only be wrong if plimsoll is: stays on in release. Bad input and the outside world get a Result instead.

#include <cstdio>
#include <cstdlib>

#define PLIMSOLL_ASSERT(condition)                                                                     \
  do {                                                                                                 \
    if (!(condition)) [[unlikely]] {                                                                   \
      std::fprintf(stderr, "plimsoll: %s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                    \
    }                                                                                                  \
  } while (false)
