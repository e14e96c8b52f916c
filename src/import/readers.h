#pragma once
// One function a format, each in a file of its own: text → facts. Total: what it does not know it leaves, what is wrong it says
// in Facts::diagnostics.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"
#include "spec/yaml.h"

namespace plimsoll::import {

/// One YAML document of a file.
struct Document {
  std::uint32_t file = 0;
  const spec::Node* root = nullptr;
};

void read_kubernetes(const Document& document, Facts& facts);  // kubernetes*.cc, keda.cc; one object, or a List
void read_compose(const Document& document, std::string_view file_name, Facts& facts);  // compose.cc

/// Texts with lines of their own. `at`: of the first line of `text` in its file; `owner`, `space` as in the facts.
struct TextAt {
  std::string_view text;
  Spot at;
  std::string owner, space;
  bool lines_match = true;  // see ConfigText
  int indent = 0;
};
void read_pgbouncer(const TextAt& text, Facts& facts);        // pgbouncer_ini.cc
void read_redis_conf(const TextAt& text, Facts& facts);       // redis_conf.cc
void read_postgresql_conf(const TextAt& text, Facts& facts);  // postgresql_conf.cc
void read_nginx(const TextAt& text, Facts& facts);            // nginx_conf.cc

/// Arguments and variables of a container say what a file would: redis-server --maxmemory 1gb, postgres -c shared_buffers=2GB,
/// POOL_MODE, PGBOUNCER_MAX_CLIENT_CONN. arguments.cc; called once for each workload after all files were read.
void read_arguments(const Workload& workload, Facts& facts);

}  // namespace plimsoll::import
