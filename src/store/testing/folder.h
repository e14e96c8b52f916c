#pragma once
// What the tests of this folder share.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/assert.h"
#include "store/sqlite_store.h"

namespace plimsoll::store {

using namespace std::chrono_literals;

/// A private folder that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plimsoll-store-XXXXXX").string();
    PLIMSOLL_ASSERT(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

constexpr TimePoint at(Duration since) { return TimePoint(std::chrono::hours(24 * 365 * 56)) + since; }

/// The value, or the test program ends with the error.
template <class T>
T must(Result<T> result) {
  if (!result) ADD_FAILURE() << result.error().message;
  PLIMSOLL_ASSERT(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline Action start_of(std::string instance, Duration when = 0s) {
  return {.kind = Action::Kind::start, .tier = "api", .instance = std::move(instance), .detail = "port 40123", .begun = at(when)};
}

}  // namespace plimsoll::store
