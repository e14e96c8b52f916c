#pragma once
// Stacks nobody would write, for what must hold of all.

#include <rapidcheck.h>

#include "capacity/findings/testing/scenes.h"

namespace plimsoll::capacity::testing_ {

rc::Gen<Given> random_given();

}  // namespace plimsoll::capacity::testing_
