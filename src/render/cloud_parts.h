#pragma once
// The parts of the target cloud, each in its own file; cloud.cc lays them out as one page.

#include <cstddef>
#include <string>
#include <string_view>
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

/// What AWS takes as a name: begins with a letter, no two hyphens side by side, and at most so many characters.
inline constexpr std::size_t most_of_instance = 63 - std::string_view("-read-99").size();  // a read replica's is longer
inline constexpr std::size_t most_of_proxy = 63;
inline constexpr std::size_t most_of_replication_group = 40;
/// "kaireon-main": what a component is called there. One that AWS would refuse is mended and ends in a digest of itself, so that
/// it stays the component's alone and the same each time.
std::string identifier(const Stack&, const std::string& component, std::size_t most);
/// A note of the identifier where it is not simply STACK-COMPONENT.
void note_identifier(const Stack&, const std::string& component, const std::string& id, const ModelPath&, std::vector<Note>&);
/// A text as one word of a shell, whatever is in it.
std::string shell_word(std::string_view text);
/// A query of ours, which has neither `"` nor `$`: in double quotes where it has single ones, for it to stay readable.
std::string query_word(std::string_view query);
/// The engine's own max_connections for so much memory (K15): LEAST(bytes / 9531392, 5000).
std::int64_t default_max_connections(Bytes memory);
/// A command's answer as one word, "null" if there is none. By JSON: as text, the CLI asks the query of each page by itself.
std::string answer(std::string_view command, std::string_view query);
/// Asks until the answer is the wanted one, an hour at most: right after a change the status is still that of before, so that a
/// waiter for `available` returns at once. `wanted` is a word of a shell.
std::string wait_for(std::string_view wanted, std::string_view command);
/// A CloudWatch figure of the last hour.
std::string metric(std::string_view name_space, std::string_view name, std::string_view dimension, std::string_view value,
                   std::string_view statistic);

bool is_elasticache(const Cache&);

// cloud_rds.cc
void add_database(const Stack&, const Database&, std::vector<Change>&, std::vector<Note>&);
// cloud_proxy.cc
void add_proxy(const Stack&, const Pooler&, const Database&, std::vector<Change>&, std::vector<Note>&);
// cloud_elasticache.cc
void add_cache(const Stack&, const Cache&, std::vector<Change>&, std::vector<Note>&);

}  // namespace plimsoll::render::cloud_parts
