#pragma once
// A Compose text as facts, and a workload of them by name.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "import/readers.h"

namespace plimsoll::import::testing {

inline Facts read_compose_text(std::string_view text) {
  Facts facts;
  const spec::YamlDocuments parsed = spec::parse_yaml_documents(text, {.limits = spec::large_files, .lenient = true});
  EXPECT_TRUE(parsed.diagnostics.empty()) << parsed.diagnostics.front().message << " in line "
                                          << parsed.diagnostics.front().at.line;
  for (const spec::YamlDocument& document : parsed.documents) read_compose({0, &document.root}, "compose.yaml", facts);
  return facts;
}

inline const Workload& workload(const Facts& facts, std::string_view name) {
  for (const Workload& one : facts.workloads)
    if (one.name == name) return one;
  ADD_FAILURE() << "no workload " << name;
  static const Workload none{.containers = {Container{}}};
  return none;
}

inline const Container& container(const Facts& facts, std::string_view name) { return workload(facts, name).containers.front(); }

/// The workloads that an endpoint of this name leads to, separated by commas.
inline std::string reached(const Facts& facts, std::string_view name) {
  std::string out;
  for (const Endpoint& endpoint : facts.endpoints) {
    if (endpoint.name != name) continue;
    for (const Workload& one : facts.workloads) {
      bool all = true;
      for (const auto& [key, value] : endpoint.selector) all &= one.labels.contains(key) && one.labels.at(key) == value;
      if (all) out += (out.empty() ? "" : ",") + one.name;
    }
  }
  return out;
}

/// "value", "secret" or "secret from ${NAME}"; "<none>" if there is no such variable.
inline std::string variable(const Container& container, std::string_view name) {
  for (const Variable& one : container.environment)
    if (one.name == name) return one.secret ? "secret" + (one.from.empty() ? "" : " from " + one.from) : one.value;
  return "<none>";
}

}  // namespace plimsoll::import::testing
