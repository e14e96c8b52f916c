#pragma once
// Which stack a command is about, and reading it.

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/stack.h"
#include "decide/plan.h"

namespace plimsoll::cli {

/// How the user named it; both may be empty.
struct StackChoice {
  std::string stack;  // a file, or the name of a stack under the state directory
  std::string state_dir = ".plimsoll";
};

struct StackText {
  std::string file;  // as shown in diagnostics
  std::string text;
};

/// FILE; else NAME under the state directory, as it was when it was last brought up; else ./stack.yaml. The Error says what was
/// looked for.
Result<StackText> find_stack(const StackChoice&);

/// Reads the whole file; an Error names it. A directory, or more than 4 MiB, is an Error too.
Result<std::string> read_file(const std::string& path);

/// Finds, parses, and on any error prints all of it to stderr. Nothing: exit with exit_bad_input.
///
/// `to_run`: a variable the file names and the environment lacks is an error, and so are a time zone this machine lacks and
/// whatever of the stack can't run on it (local_problems.h). A stack that is only to be stopped or told something is read with
/// empty variables and UTC instead: it must not need what it was started with.
struct LoadedStack {
  Stack stack;
  StackText source;
  TimeZones zones;  // all that the stack names: compile() will do
};
std::optional<LoadedStack> load_stack(const StackChoice&, bool to_run = true);

/// Whether the stack has such a tier; if not, that is printed as an error, with the nearest name.
bool names_tier(const Stack&, const std::string& name);

/// Prints "plimsoll: error: MESSAGE" to stderr.
void print_error(const Error&);

/// Writes to stdout what the verb is for. False, and an error printed, if that fails (a full disk): exit with exit_bad_input. A
/// reader who went away (`| head`) is no failure; the caller ignores SIGPIPE.
bool print_out(std::string_view text);

}  // namespace plimsoll::cli
