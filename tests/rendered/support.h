#pragma once
// For the live tests of rendered files: a folder with what was rendered, and other programs run on it.

#include <string>
#include <utility>
#include <vector>

#include "render/render.h"
#include "render/testing/stacks.h"
#include "wire/testing/live_components.h"

namespace plimsoll::render::live {

using wire::live::TempDir;

/// Writes each file below the folder.
void put(const Rendered&, const TempDir&);

/// A stack's files of one target in a folder of their own.
class Rendering {
 public:
  Rendering(const Stack&, Target, const Options& = {});
  [[nodiscard]] std::string path(const std::string& file) const { return dir_ / file; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const Rendered& rendered() const { return rendered_; }

 private:
  TempDir dir_;
  Rendered rendered_;
};

struct Ran {
  int code = -1;       // 128 + signal if it was killed by one
  std::string output;  // stdout and stderr
};

/// Runs a program to its end, at most 60 s, no shell between; nothing of the environment is inherited but PATH.
Ran run(std::vector<std::string> command, std::vector<std::pair<std::string, std::string>> environment = {},
        const std::string& directory = "/");

}  // namespace plimsoll::render::live
