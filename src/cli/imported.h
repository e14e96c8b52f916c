#pragma once
// What `check` and `import` do alike with other tools' files.

#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/origin.h"
#include "import/import.h"

namespace plimsoll::cli {

/// A spec, also one that lacks its first line: it has tiers and is no Compose file.
bool is_spec(const SourceFile& file);

/// A name for the stack of these paths: that of the only folder, or of the one above it where its own says nothing ("k8s",
/// "deploy"); else "imported". Fit for a spec.
std::string name_for(const std::vector<std::string>& paths);

/// Those of one file, in the order of its lines.
std::vector<Diagnostic> diagnostics_of(const import::Imported&, std::size_t file);

/// How many of the files something was understood of.
int files_read(const import::Imported&, const std::vector<SourceFile>& files);

/// Why a file was passed over: its own trouble (empty, binary, UTF-16), else what import says.
std::string why_passed(const SourceFile&, const std::string& import_says);

/// "k8s/api.yaml:14"; empty if nobody says it.
std::string place_of(const std::optional<Spot>&, const std::vector<SourceFile>& files);

/// The spec, with questions and how things were concluded as comments.
std::string spec_of(const import::Imported&, const std::vector<SourceFile>& files);

}  // namespace plimsoll::cli
