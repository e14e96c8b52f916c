#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "cli/spec_file.h"
#include "cli/verbs.h"
#include "show/format.h"
#include "show/terminal.h"
#include "show/text.h"
#include "spec/reference.h"
#include "spec/schema.h"
#include "spec/write.h"

namespace plimsoll::cli {
namespace {

std::string tiers_text(const Stack& stack) {
  std::string text;
  for (const Tier& tier : stack.tiers)
    text += fmt::format("{}{} ({}, {}..{})", text.empty() ? "" : ", ", tier.name,
                        tier.kind == TierKind::service ? "service" : "worker", tier.replicas.min, tier.replicas.max);
  return text;
}

template <class T>
void add_components(std::string& text, const char* word, const std::vector<T>& all) {
  if (all.empty()) return;
  text += fmt::format("; {}{} ", word, all.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < all.size(); ++i) text += (i == 0 ? "" : ", ") + all[i].name;
}

/// Keys the resolved spec has beyond those that were written down.
std::size_t keys_left_out(const SpecFile& spec) {
  const Parsed<spec::Located> whole =
      spec::parse_located(spec::write(spec.located.stack, {.defaults = true}), spec::keep_references());
  if (!whole.value) return 0;
  std::size_t left_out = 0;
  for (const auto& [path, origin] : whole.value->origins.all()) left_out += spec.located.origins.exact(path) == nullptr ? 1 : 0;
  return left_out;
}

std::string overview(const SpecFile& spec) {
  const Stack& stack = spec.located.stack;
  std::string text = fmt::format("{}: stack {} is valid. {}: {}", spec.source.file, stack.name,
                                 show::counted(stack.tiers.size(), "tier"), tiers_text(stack));
  if (stack.balancer) text += fmt::format("; balancer on {}:{}", stack.balancer->address, stack.balancer->listen);
  add_components(text, "database", stack.databases);
  add_components(text, "pooler", stack.poolers);
  add_components(text, "cache", stack.caches);
  add_components(text, "vector store", stack.vector_stores);
  add_components(text, "external", stack.externals);
  return text + fmt::format(". {} at their defaults; `plimsoll spec --resolved` shows them all.",
                            show::counted(keys_left_out(spec), "key"));
}

}  // namespace

int run_spec(const SpecOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto print = [](const std::string& text) { return print_out(text) ? exit_well : exit_bad_input; };
  if (options.what == SpecOptions::What::schema) return print(spec::json_schema());
  if (options.what == SpecOptions::What::reference) return print(spec::reference_markdown());
  const std::optional<SpecFile> spec = open_spec(options.stack);
  if (!spec) return exit_bad_input;
  if (options.what == SpecOptions::What::resolved) return print(spec::write(spec->located.stack, {.defaults = true}));
  const show::Terminal terminal(STDOUT_FILENO);
  std::string text;
  for (const std::string& line : show::wrap(overview(*spec), terminal.size().columns, terminal.style())) text += line + "\n";
  return print(text);
}

}  // namespace plimsoll::cli
