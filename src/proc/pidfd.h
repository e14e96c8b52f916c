#pragma once
// glibc 2.36's header forgot to say that its functions are C's.

extern "C" {
#include <sys/pidfd.h>
}
