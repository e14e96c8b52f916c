#pragma once
// What the command line says of a rendering, held against the stack.

#include <string>
#include <vector>

#include "core/result.h"
#include "core/stack.h"
#include "render/render.h"

namespace plimsoll::cli {

struct RenderTexts {
  std::vector<std::string> to;        // targets' words, also by commas; "all"
  std::string kube_version = "1.34";  // "1.29"
  std::string kube_namespace;         // empty: the stack's name
  std::vector<std::string> at;        // "api=10.0.0.7:8080,10.0.0.8:8080"
};

struct RenderAsk {
  std::vector<render::Target> targets;  // each once
  bool all = false;
  render::Options options;
};

/// An Error (malformed) names the option, what is wrong with it and the nearest word or name.
Result<RenderAsk> render_ask(const RenderTexts&, const Stack&);

/// "kubernetes, helm, …, all"
std::string target_words();

}  // namespace plimsoll::cli
