#pragma once
// The parts of the target cloud, each in its own file; cloud.cc lays them out as one page.

#include <string>
#include <vector>

#include "render/render.h"

namespace plimsoll::render::cloud_parts {

/// A part of a change: a sentence or none, and commands for a POSIX shell or none. Not both empty.
struct Step {
  std::string says;
  std::string commands;  // lines, without an end
};

/// One change to the cloud, as somebody carries it out by hand.
struct Change {
  std::string title;  // "main: instance class db.r6g.xlarge"
  std::string says;   // what it costs: an outage, money
  Step before, command, verify, undo;
};

/// "kaireon-main": what a component is called there.
std::string identifier(const Stack&, const std::string& component);
/// A text as one word of a shell, whatever is in it.
std::string shell_word(std::string_view text);
/// The engine's own max_connections for so much memory (K15): LEAST(bytes / 9531392, 5000).
std::int64_t default_max_connections(Bytes memory);
/// A CloudWatch figure of the last hour.
std::string metric(std::string_view name_space, std::string_view name, std::string_view dimension, std::string_view value,
                   std::string_view statistic);

bool is_rds(const Database&);
bool is_elasticache(const Cache&);

// cloud_rds.cc
void add_database(const Stack&, const Database&, std::vector<Change>&, std::vector<Note>&);
// cloud_proxy.cc
void add_proxy(const Stack&, const Pooler&, const Database&, std::vector<Change>&);
// cloud_elasticache.cc
void add_cache(const Stack&, const Cache&, std::vector<Change>&, std::vector<Note>&);

}  // namespace plimsoll::render::cloud_parts
