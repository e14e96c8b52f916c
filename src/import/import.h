#pragma once
// Other tools' files → a stack, with what was understood, what was not and what is wrong in them.
//
//   const Imported it = import::read(files, {.name = "shop"});
//
// Reads Kubernetes manifests (rendered charts too), KEDA, Compose, pgbouncer.ini, redis.conf, nginx, postgresql.conf; says of a
// file it knows nothing of that it was passed over. Pure; no file is too broken to be answered.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/finding.h"
#include "core/origin.h"
#include "core/stack.h"

namespace plimsoll::import {

/// Something the files do not say. `line` is the spec's line to fill: "capacity: {concurrency: …, service_time: {mean: …}}".
struct Question {
  ModelPath path;    // where the answer belongs: "tiers.api.capacity"
  std::string text;  // "how long does a request of api take?"
  std::string line;
};

/// How something was concluded: "api uses main through pooler: DATABASE_URL names service pgbouncer".
struct Inference {
  ModelPath path;
  std::optional<Spot> spot;
  std::string text;
};

/// What became of one file (or one document in it).
struct Passed {
  std::uint32_t file = 0;
  std::string why;  // "a Helm template; render it first: helm template CHART | plimsoll check -"
};

struct Imported {
  Stack stack;  // one that a spec can say (spec::write), if it has a tier
  Origins origins;
  std::vector<Finding> findings;  // of the files themselves: what the model does not hold (two autoscalers on one target)
  std::vector<Question> questions;
  std::vector<Inference> inferences;
  std::vector<Passed> passed;                                     // not read, with the reason
  std::vector<std::pair<std::uint32_t, Diagnostic>> diagnostics;  // mistakes in files that were read: file, what and where
  int documents = 0;                                              // understood
  bool whole = false;  // `plimsoll render` made the files and what they have no words for was there: nothing is a guess
};

struct Options {
  std::string name = "imported";  // the stack's
  /// `plimsoll render` made the files: commands and plain variables of the environment are the spec's own. Known by itself where
  /// it left its mark in them; of other people's files neither is kept.
  bool rendered = false;
};

Imported read(std::span<const SourceFile> files, const Options& options);

/// What files say of a stack, for an overlay (spec/overlay.h): its spec but for the name, which no file says, and for what
/// caches are used for, which others than their own files say.
std::string said_of(const Stack&);

/// What a file is, by its name and first lines; for choosing which files of a folder to read.
enum class FileKind { unknown, spec, kubernetes, compose, pgbouncer, redis, nginx, postgres };
FileKind kind_of(const SourceFile& file);

}  // namespace plimsoll::import
