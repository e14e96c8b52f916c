#include "cli/bring_up_view.h"

#include <fmt/format.h>

namespace plimsoll::cli {

void BringUpView::show(const std::vector<show::BringUpRow>& rows) {
  const show::Size size = terminal_.size();
  // Nobody reading any more is no reason to stop a stack from coming up.
  (void)terminal_.write(progress_.update(rows, size.columns, size.rows));
}

std::string down_command(const LocalStack& stack, const StackChoice& choice) {
  const std::string where = choice.state_dir == StackChoice{}.state_dir ? "" : fmt::format(" --state-dir {}", choice.state_dir);
  return fmt::format("plimsoll down {}{}", stack.stack().name, where);
}

void print_what_runs(const LocalStack& stack, const StackChoice& choice, const show::Terminal& terminal) {
  std::vector<show::ComponentRow> rows = stack.component_rows();
  const std::vector<show::ComponentRow> instances = stack.instance_rows();
  rows.insert(rows.end(), instances.begin(), instances.end());
  std::string text = "\n" + show::render_components(rows, terminal.style(), terminal.size().columns);
  if (!stack.address().empty())
    text += fmt::format("\n{} is ready at http://{}\n", stack.stack().name, stack.address());
  else
    text += fmt::format("\n{} is ready\n", stack.stack().name);
  text += fmt::format("data, logs and journal in {}\n", stack.place().root);
  if (const std::string note = limits_note(stack.stack()); !note.empty()) text += note + "\n";
  text += fmt::format("Ctrl-C ends the controller and leaves the stack running; `{}` stops it\n\n", down_command(stack, choice));
  (void)terminal.write(text);
}

}  // namespace plimsoll::cli
