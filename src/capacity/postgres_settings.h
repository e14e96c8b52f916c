#pragma once
// postgresql.conf from the memory of the machine: the figures that rule-of-thumb calculators give for an online service on SSDs.

#include <string>
#include <vector>

#include "core/units.h"

namespace plimsoll::capacity {

struct PostgresSetting {
  std::string name, value;  // "shared_buffers", "2GB": as postgresql.conf has it
  std::string formula;      // "25 % of 8 GB"
  bool restart = false;     // a reload is not enough
};

/// Twelve with max_connections, which is first and taken as it is (V8: 8 GB and 200 connections give 2GB, 6GB, 512MB, 10MB, 16MB,
/// 1GB, 4GB, 0.9, 100, 1.1, 200). Empty below 128 MB, where the formulas say nothing of use.
std::vector<PostgresSetting> postgres_settings(Bytes memory, int max_connections);

}  // namespace plimsoll::capacity
