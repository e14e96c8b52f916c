#pragma once
// Shows a stack coming up, and what runs where once it is.

#include <vector>

#include "cli/local_stack.h"
#include "show/progress.h"
#include "show/terminal.h"

namespace plimsoll::cli {

/// Prints rows as they change; on a terminal in place. Give rows() to LocalStack::bring_up.
class BringUpView {
 public:
  explicit BringUpView(const show::Terminal& terminal) : terminal_(terminal), progress_(terminal.is_tty(), terminal.style()) {}
  void show(const std::vector<show::BringUpRow>& rows);

 private:
  show::Terminal terminal_;
  show::BringUp progress_;
};

/// The table of everything that runs, and how to reach and stop it.
void print_what_runs(const LocalStack&, const StackChoice&, const show::Terminal&);

/// How to stop it, as the user would type it: "plimsoll down quickstart".
std::string down_command(const LocalStack&, const StackChoice&);

}  // namespace plimsoll::cli
