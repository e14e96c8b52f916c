#pragma once
// plimsoll run to its end in a folder of its own.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace plimsoll::scenes {

struct Outcome {
  int code = -1;         // 128 + signal if it was killed by one
  std::string out, err;  // on a terminal all of it is in `out`
};

/// A folder that goes with this object, and the program called from it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Makes the folders on the way, too.
  void put(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string text_of(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
  /// Names of what is in it, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

  /// Nothing of the environment is inherited; `environment` is added to PATH and LANG. `output`, if given, is where stdout goes
  /// instead: "/dev/full".
  [[nodiscard]] Outcome plimsoll(std::vector<std::string> arguments, const std::string& input = {},
                                 const std::vector<std::pair<std::string, std::string>>& environment = {},
                                 const char* output = nullptr) const;
  /// The same on a terminal of that many columns, where `input` is typed once `asked` is on the screen.
  [[nodiscard]] Outcome on_terminal(std::vector<std::string> arguments, int columns, const std::string& asked = {},
                                    const std::string& input = {}) const;

 private:
  std::filesystem::path path_;
};

/// A file of the source.
std::string source_text(const std::string& name);
std::string source_path(const std::string& name);

}  // namespace plimsoll::scenes
