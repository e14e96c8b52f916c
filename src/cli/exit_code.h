#pragma once

namespace plimsoll::cli {

/// What the program's end says to scripts (design: conventions of the program).
enum ExitCode : int {
  exit_well = 0,
  exit_negative = 1,      // it ran, and the answer is no: a failed start, a failed request, a lost job
  exit_bad_input = 2,     // nothing was started or changed; or what was to be written could not be, and how much was is said
  exit_interrupted = 130  // by Ctrl-C, before it was done
};

}  // namespace plimsoll::cli
