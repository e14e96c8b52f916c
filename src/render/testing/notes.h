#pragma once
// For the tests of targets: what their notes say.

#include <gmock/gmock.h>

#include <string>

#include "render/render.h"

namespace plimsoll::render {

/// Among the notes there is one on that path with that text in it.
inline auto has_note(const std::string& path, const std::string& text) {
  using testing::Field;
  return testing::Contains(testing::AllOf(Field(&Note::path, path), Field(&Note::text, testing::HasSubstr(text))));
}

}  // namespace plimsoll::render
