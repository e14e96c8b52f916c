#pragma once
// The spec's JSON Schema, generated from the descriptor table.

#include <string>

namespace plimsoll::spec {

/// Draft-07, which is what editors' YAML servers complete with. docs/spec.schema.json byte for byte, a test compares them.
std::string json_schema();

}  // namespace plimsoll::spec
