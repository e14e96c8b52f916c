#include "rendered/support.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace plimsoll::render::live {

void put(const Rendered& rendered, const TempDir& dir) {
  for (const File& file : rendered.files) {
    std::filesystem::create_directories((dir.path() / file.path).parent_path());
    dir.write(file.path, file.text);
  }
}

Rendering::Rendering(const Stack& stack, Target target, const Options& options) : rendered_(render(stack, target, options)) {
  put(rendered_, dir_);
}

Ran run(std::vector<std::string> command, std::vector<std::pair<std::string, std::string>> environment,
        const std::string& directory) {
  const TempDir dir;
  const std::string log = dir / "output";
  const std::string what = command.empty() ? "" : command.front();
  wire::live::Program program(std::move(command), {.environment = std::move(environment), .directory = directory, .log = log});
  const std::optional<int> code = program.wait(std::chrono::seconds(60));
  if (!code) throw std::runtime_error(what + " did not end within 60 s");
  std::ifstream file(log, std::ios::binary);
  return {*code, std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}};
}

}  // namespace plimsoll::render::live
