#pragma once
// `render` then `import` gives the same spec back: what other tools' files have no words for travels beside them.

#include <string>

#include "core/stack.h"
#include "render/render.h"
#include "spec/overlay.h"

namespace plimsoll::cli {

/// What the spec of `stack` says beyond what `import` reads in these files.
spec::Overlay beyond(const Stack& stack, const render::Rendered&);

/// Adds it to the files of a target that import reads: Kubernetes as a ConfigMap of its own (stack.yaml, rendered.yaml), Compose
/// as x-plimsoll (spec, rendered). `stack` is as its file says it, without what a catalog fills in. Other targets stay as they
/// are.
void carry_along(const Stack& stack, render::Target, const render::Options&, render::Rendered&);

}  // namespace plimsoll::cli
