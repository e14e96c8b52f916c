#pragma once
// One stack → the files of the programs that carry it. Pure text in, text out: the same stack and options give the same bytes.
//
//   const Rendered made = render(stack, Target::kubernetes, {.kube = {1, 34}});
//
// A target is one row of targets() and one function; no target knows another. Paths are laid out so that the files of several
// targets form one folder: the same path is the same text whichever target it came from (Compose mounts ./nginx/nginx.conf, and
// the target nginx writes just that). In every file the others are known by their component's name, which is a host name on
// Compose and in a Kubernetes namespace of the stack's own; Options::at says otherwise for machines.
//
// No file has a secret in it: a Secret, a variable or a file that the reader makes, named in a Note.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/stack.h"

namespace plimsoll::render {

/// In the order in which help and `--to all` have them.
enum class Target {
  kubernetes,
  helm,
  compose,
  nginx,
  haproxy,
  traefik,
  pgbouncer,
  postgresql,
  redis,
  qdrant,
  prometheus,
  alertmanager,
  grafana,
  cloud
};

/// The cluster's; decides on API versions and on fields that older ones refuse. From 1.16 on.
struct KubeVersion {
  int major = 1, minor = 34;
  auto operator<=>(const KubeVersion&) const = default;
};

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

struct Options {
  KubeVersion kube;
  std::string kube_namespace;  // empty: the stack's name
  /// Where a component, or each instance of a tier, is found, by its name; who is not here answers at its own name.
  std::map<std::string, std::vector<Endpoint>> at;
};

struct File {
  std::string path;  // relative, '/' between: "kubernetes/api.yaml"
  std::string text;  // ends in a newline
};

/// What a target can't say of the stack, or what it leaves to the reader. `path`: the key of the spec it is about; may be empty.
struct Note {
  ModelPath path;
  std::string text;
  bool to_make = false;  // something that must be there before the files are of use: a Secret, a variable, a controller
  bool operator==(const Note&) const = default;
};

struct Rendered {
  std::vector<File> files;  // by path, each once; empty: the stack has nothing for this target, and a note says why
  std::vector<Note> notes;
};

struct TargetInfo {
  Target target;
  std::string_view word;  // "kubernetes": what --to takes, and the folder of its files
  std::string_view says;  // one line for the help
  Rendered (*make)(const Stack&, const Options&);
};

std::span<const TargetInfo> targets();

/// The row of a word; null if there is none.
const TargetInfo* target_of(std::string_view word);

/// The stack is one that spec accepted (asserted where it matters).
Rendered render(const Stack&, Target, const Options&);

/// What `--to all` is: every target, but of the balancers only the stack's own.
std::vector<Target> all_targets(const Stack&);

/// Another target's files and notes into the same folder, each once. The same path is the same text (asserted).
void merge(Rendered& into, Rendered more);

}  // namespace plimsoll::render
