#pragma once
// What reading one document and reading many share.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "spec/yaml.h"

namespace plimsoll::spec {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Not one of the bytes behind the first of a character in UTF-8.
inline bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

struct BuildOptions {
  Limits limits;
  bool lenient = false;
  int lines_before = 0;  // of the text that the document is a part of
};

/// Of the limits; over all documents of a text.
struct Spent {
  std::size_t nodes = 0, bytes = 0;
};

/// The one document of a text; nothing if there is none (no diagnostic) or it can't be read (one error).
std::optional<Node> build_document(std::string_view text, const BuildOptions& options, Spent& spent,
                                   std::vector<Diagnostic>& diagnostics);

/// Why a text can't even be begun: too long, or no UTF-8.
std::optional<Diagnostic> unreadable(std::string_view text, const Limits& limits);

}  // namespace plimsoll::spec
