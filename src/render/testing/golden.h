#pragma once
// For the tests of this folder: compares a text with tests/golden/render/NAME. PLIMSOLL_UPDATE_GOLDEN=1 rewrites it instead.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace plimsoll::render {

inline void expect_golden(const std::string& name, std::string_view text) {
  const std::string path = std::string(PLIMSOLL_SOURCE_DIR) + "/tests/golden/render/" + name;
  if (std::getenv("PLIMSOLL_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; PLIMSOLL_UPDATE_GOLDEN=1 writes it";
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << "differs from " << path << "; PLIMSOLL_UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace plimsoll::render
