#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace plimsoll::local {

/// A folder of a test's own that every user may enter; gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::canonical(std::filesystem::temp_directory_path()) / "plimsoll-test-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr || ::chmod(path_.c_str(), 0755) != 0) ADD_FAILURE() << "can't make " << path_;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace plimsoll::local
