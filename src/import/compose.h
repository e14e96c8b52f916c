#pragma once
// Compose's own spellings, and the pieces of its reader.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"
#include "spec/yaml.h"

namespace plimsoll::import {

/// "512M", "2g", "1gb", "1.5GiB", "2 GB": all powers of 1024; a bare number is bytes.
std::optional<Bytes> compose_bytes(std::string_view value);

/// A text with its variables filled in: ${NAME:-default} and ${NAME-default} take the default, ${NAME:+other} nothing, $$ is a
/// dollar; what has no default stays as it is written.
struct Interpolated {
  std::string text;
  bool unknown = false;  // something stayed
  std::string variable;  // its name, if it is all there is: "${DATABASE_URL}" -> "DATABASE_URL"
};
Interpolated interpolate(std::string_view text);

namespace compose {

/// A service as a workload, and the names it is reached by.
struct Service {
  Workload workload;
  std::vector<Endpoint> endpoints;
  std::string built;                           // build, dockerfile and target: what makes two builds the same
  std::map<std::string, std::string> links;    // service -> name it is called by here
  std::vector<std::string> completed;          // services that must have ended well before this one starts
  std::map<std::string, std::string> configs;  // config -> file name it is mounted as
};

/// `services` is the file's map of them, for `extends`.
Service read_service(std::uint32_t file, std::string_view file_name, const spec::Node& services, const spec::Node::Entry& entry,
                     Facts& facts);

/// api-1, api-2, api-3 of the same image, command and environment -> api with 3 replicas, where the first one stands; their
/// names still lead to it. Databases stay apart, and Redis that is no cluster, replica or sentinel.
void merge_numbered(std::vector<Service>& services, Facts& facts);

/// The label that a service's endpoints select it by.
inline constexpr std::string_view service_label = "com.docker.compose.service";

}  // namespace compose
}  // namespace plimsoll::import
