#pragma once
// What a workload is: a tier of the owner's own program, or one of the programs every stack is built of.

#include <string>
#include <string_view>
#include <vector>

#include "import/facts.h"

namespace plimsoll::import {

enum class Role { tier, database, cache, sentinel, pooler, balancer, vector_store, external, ignored };

/// A workload and what was concluded of it. `main` is its container that the rest of the pod serves; null if it has none.
struct Part {
  const Workload* workload = nullptr;
  const Container* main = nullptr;
  Role role = Role::tier;
  std::string engine;  // "postgres", "redis", "pgbouncer", "mysql"; empty for tiers
  std::string why;     // ignored: the reason
  std::string name;    // of the component it is, or is a part of; filled in by assemble()
  std::string pooler;  // of the pooler beside it; empty: none
};

/// The name of a program within an image: "ghcr.io/x/Redis:7@sha256:…" → "redis".
std::string program_of(std::string_view image);

/// The role by image, then by command and ports. `nginx` is a balancer only where `passes_on` says it passes requests on.
Part part_of(const Workload& workload, bool passes_on);

/// A container that helps the main one: a proxy of a mesh, an exporter, a log shipper.
bool is_helper(const Container& container);
/// A pooler that runs beside the main container of a tier; null if there is none.
const Container* pooler_beside(const Part& part);

/// Its command, or its name where the command says nothing, is that of a program that takes jobs from a queue.
bool works_on_jobs(const Container& container);
/// Which of the well-known job runners the command starts: "celery", "sidekiq", "rq", "bullmq"; empty: none.
std::string_view job_runner(const Container& container);

}  // namespace plimsoll::import
