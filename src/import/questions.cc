// What the files leave open, and what must be so for the stack to be one that a spec can say.

#include <fmt/format.h>

#include <algorithm>

#include "import/assembly.h"
#include "import/match.h"

namespace plimsoll::import {
namespace {

/// Lists are in exactly one of the caches that a tier uses.
void lists(Assembly& of, Tier& tier) {
  if (tier.consumes.empty()) return;
  int holders = 0;
  for (const Use& use : tier.uses) {
    const Cache* cache = of.out.stack.cache(use.component);
    holders += cache && cache->holds(CacheUse::queue) ? 1 : 0;
  }
  if (holders == 1) return;
  of.infer("tiers." + tier.name + ".consumes", std::nullopt,
           fmt::format("the lists of {} are left out: it uses {} caches for queues", tier.name, holders));
  of.ask("tiers." + tier.name + ".consumes", fmt::format("in which of its caches are the lists of {}?", tier.name),
         fmt::format("consumes: {{{}: {{per_instance: {:g}}}}}", tier.consumes.front().list, tier.consumes.front().per_instance));
  tier.consumes.clear();
}

void uses_of(Assembly& of, Cache& cache) {
  if (!cache.used_for.empty()) return;
  cache.used_for.push_back(CacheUse::cache);
  of.infer("caches." + cache.name + ".used_for", std::nullopt,
           fmt::format("{} is taken for a cache: nothing says what is kept in it", cache.name));
}

bool is_written(const Assembly& of, const std::string& path) { return of.out.origins.exact(path) != nullptr; }

void database(Assembly& of, const Database& one) {
  const std::string path = "databases." + one.name + ".max_connections";
  if (!is_written(of, path)) of.ask(path, fmt::format("how many connections does {} take?", one.name), "max_connections: …");
}

void connections(Assembly& of, const Tier& tier) {
  for (const Use& use : tier.uses) {
    const std::string path = fmt::format("tiers.{}.uses.{}", tier.name, use.component);
    if (!of.out.stack.database(use.component) || is_written(of, path + ".connections")) continue;
    of.ask(path + ".connections",
           fmt::format("how many connections to {} does an instance of {} open?", use.component, tier.name),
           fmt::format("{}: {{{}connections: …}}", use.component,
                       use.through.empty() ? "" : fmt::format("through: {}, ", use.through)));
  }
}

void capacity(Assembly& of, const Tier& tier) {
  if (tier.kind != TierKind::service) return;  // a worker's arrivals would have to be known too
  of.ask("tiers." + tier.name + ".capacity",
         fmt::format("how long does a request of {} take, and how many does an instance work on at once?", tier.name),
         "capacity: {concurrency: …, service_time: {mean: …}}");
}

/// A Secret's variables are not seen: is there a database among them?
void hidden_variables(Assembly& of, const Part& part, const Tier& tier) {
  if (of.out.stack.databases.empty()) return;
  for (const Use& use : tier.uses)
    if (of.out.stack.database(use.component)) return;
  for (const Container::From& from : part.main->environment_from)
    if (from.secret)
      return of.ask(
          "tiers." + tier.name + ".uses",
          fmt::format("does {} use {}? Secret {} may say so", tier.name, of.out.stack.databases.front().name, from.name),
          fmt::format("uses: {{{}: {{connections: …}}}}", of.out.stack.databases.front().name));
}

}  // namespace

void assemble_questions(Assembly& of) {
  for (Cache& one : of.out.stack.caches) uses_of(of, one);
  for (Tier& tier : of.out.stack.tiers) lists(of, tier);
  for (const Database& one : of.out.stack.databases) database(of, one);
  for (const Tier& tier : of.out.stack.tiers) {
    connections(of, tier);
    for (const Part& part : of.parts)
      if (part.role == Role::tier && part.name == tier.name) hidden_variables(of, part, tier);
    capacity(of, tier);
  }
}

}  // namespace plimsoll::import
