#pragma once
// The environment of a tier's container. Part of the target kubernetes.

#include <string>
#include <string_view>

#include "render/kubernetes.h"

namespace plimsoll::render::kube {

/// A text as a `value:` of env or a word of command must be written to arrive as it is: Kubernetes replaces $(NAME), and $$ by $.
std::string literal(std::string_view text);

/// The same of a value of run.env, where "${NAME}" is a reference to a secret and becomes $(NAME).
std::string env_value(std::string_view text);

/// The NAMEs of the "${NAME}" in a text, in order.
std::vector<std::string> references_in(std::string_view text);

/// The list under `env:`: the instance contract's variables, then run.env. A variable stands before those that refer to it. Notes
/// say which Secrets the reader makes for run.env.
Yaml environment(const Scope&, const Tier&);

}  // namespace plimsoll::render::kube
