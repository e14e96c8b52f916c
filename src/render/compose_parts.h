#pragma once
// The parts of the target compose, each in its own file; compose.cc puts them together.
//
// A service is called like its component, which makes the name its host name. Files of the other targets are mounted from beside
// compose.yaml; secrets are files of secrets/ or variables of .env, both made by the reader.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "render/render.h"
#include "render/yaml.h"

namespace plimsoll::render::compose_parts {

/// What is put together, and what every part needs; lives for one rendering.
struct Project {
  const Stack& stack;
  const Options& options;
  std::vector<File> files;  // of the other targets; what is there is mounted
  std::vector<Note> notes;
  Yaml services, networks, volumes, secrets;

  /// Passwords that are free to choose, by name, and how each file of secrets/ is made from them (a shell command that prints
  /// it).
  std::vector<std::string> passwords;
  std::map<std::string, std::string> secret_files;

  /// The component is here, not where Options::at says.
  [[nodiscard]] bool is_here(std::string_view name) const { return !options.at.contains(std::string(name)); }
  [[nodiscard]] bool has_file(std::string_view path) const;
  /// "${MAIN_PASSWORD:?…}": Compose stops with a clear word if it is not set. Notes it as one to choose.
  std::string password(const std::string& variable);
};

/// A text as Compose is to take it: a dollar is doubled, so that nothing is filled in.
std::string plain(std::string_view text);
/// The same, but "${NAME}" within it is a variable that the reader sets.
std::string with_references(std::string_view text);

/// "1.5": a share of CPUs, as text.
std::string cpus(Cores);
/// "512M", "2G": Docker's suffixes are powers of 1024; bytes where none is exact.
std::string memory(Bytes);
/// deploy.resources of what has a request and maybe a limit; nothing is added where nothing is stated.
void resources(Yaml& service, const std::optional<RequestLimit<Cores>>& cpu, const std::optional<RequestLimit<Bytes>>& memory);

/// Mounts a file of the rendered ones, if it is there, read-only.
void mount(const Project&, Yaml& service, std::string_view file, std::string_view at);
/// A named volume of its own.
void keep_data(Project&, Yaml& service, const std::string& name, std::string_view at);
/// A file of secrets/ at a place in the container; `made_by` prints it.
void use_secret(Project&, Yaml& service, const std::string& name, std::string_view at, std::string made_by);
void health(Yaml& service, std::vector<Yaml> test, std::string_view start = "");
/// Adds a service that no component of the spec is; where one is called so, a note instead.
void put(Project&, const std::string& name, Yaml service);
/// The other must be up, or healthy where it has a health check, first. Nothing if it is not here.
void wait_for(const Project&, Yaml& service, const std::string& other);

// compose_tiers.cc
void add_balancer(Project&);
void add_tiers(Project&);
// compose_stores.cc
void add_poolers(Project&);
void add_databases(Project&);
void add_vector_stores(Project&);
// compose_redis.cc
void add_caches(Project&);
/// The service that must be up before a cache serves: its first node.
std::string first_node(const Cache&);
// compose_monitoring.cc
void add_monitoring(Project&);

}  // namespace plimsoll::render::compose_parts
