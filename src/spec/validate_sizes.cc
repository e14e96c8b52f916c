// Figures of components and plans that must fit each other.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/quantity.h"
#include "spec/checks.h"

namespace plimsoll::spec {
namespace {

/// Of the arrangements of a cache, in the order of CacheArchitecture.
constexpr std::string_view arrangements[] = {"standalone", "replication", "sentinel", "cluster"};

struct ArrangedKey {
  std::string_view key;
  std::string_view whose;  // for people
  bool replication, sentinel, cluster;
};
constexpr ArrangedKey arranged[] = {
    {"shards", "cluster", false, false, true},
    {"replicas", "replication, sentinel and cluster", true, true, true},
    {"node_timeout", "cluster", false, false, true},
    {"sentinels", "sentinel", false, true, false},
    {"quorum", "sentinel", false, true, false},
    {"down_after", "sentinel", false, true, false},
    {"failover_timeout", "sentinel", false, true, false},
};

class SizeValidation : Checks {
 public:
  SizeValidation(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics)
      : Checks(stack, places, diagnostics) {}

  void run() {
    for (const Database& database : stack_.databases) {
      steps("databases." + database.name, database.steps);
      storage("databases." + database.name + ".storage", database.storage);
    }
    for (const Pooler& pooler : stack_.poolers) table(pooler);
    for (const Cache& cache : stack_.caches) {
      steps("caches." + cache.name, cache.steps);
      architecture(cache);
    }
    for (const VectorStore& store : stack_.vector_stores) copies(store);
    for (const External& external : stack_.externals) latency(external);
    if (stack_.growth) bands(stack_.growth->bands);
    shares();
  }

 private:
  void steps(const std::string& owner, const std::vector<SizeStep>& all) {
    for (std::size_t i = 1; i < all.size(); ++i) {
      const std::string before = fmt::format("{}.steps[{}].users", owner, i - 1),
                        at = fmt::format("{}.steps[{}].users", owner, i);
      if (all[i].users > all[i - 1].users || !sound({before, at})) continue;
      complain(places_.value(at), at, fmt::format("the step before it is for {:.10g} users already", all[i - 1].users),
               fmt::format("more than {:.10g}", all[i - 1].users));
    }
  }

  void storage(const std::string& path, const Storage& disk) {
    const std::string size = path + ".size", most = path + ".max", used = path + ".used";
    if (disk.size && disk.max && *disk.max < *disk.size && sound({size, most}))
      complain(places_.value(most), most, fmt::format("max {} is below the size {}", to_text(*disk.max), to_text(*disk.size)),
               fmt::format("at least {}", to_text(*disk.size)));
    if (disk.size && disk.used && *disk.used > *disk.size && sound({size, used}))
      complain(places_.value(used), used, fmt::format("{} in use do not fit {}", to_text(*disk.used), to_text(*disk.size)),
               fmt::format("at most {}", to_text(*disk.size)));
  }

  void table(const Pooler& pooler) {
    if (!sound({"", "tiers"})) return;
    std::vector<std::string_view> names;
    add_names(names, stack_.tiers);
    for (std::size_t i = 0; i < pooler.table.size(); ++i)
      for (const auto& [tier, count] : pooler.table[i].replicas) {
        const std::string at = fmt::format("poolers.{}.table[{}].replicas.{}", pooler.name, i, tier);
        if (stack_.tier(tier) || !sound({at})) continue;
        complain(places_.key(at), at, fmt::format("there is no tier '{}'", tier), choice(names, "a tier"),
                 suggestion_for(tier, names));
      }
  }

  void architecture(const Cache& cache) {
    const std::string path = "caches." + cache.name;
    if (!sound({path, path + ".architecture"})) return;
    const CacheArchitecture is = cache.architecture;
    for (const ArrangedKey& one : arranged) {
      const std::string at = fmt::format("{}.{}", path, one.key);
      const bool belongs = (is == CacheArchitecture::replication && one.replication) ||
                           (is == CacheArchitecture::sentinel && one.sentinel) ||
                           (is == CacheArchitecture::cluster && one.cluster);
      if (belongs || !places_.has(at)) continue;
      complain(places_.key(at), at,
               fmt::format("'{}' has architecture: {}; '{}' is for {}", cache.name, arrangements[static_cast<std::size_t>(is)],
                           one.key, one.whose),
               one.whose.find(' ') == std::string_view::npos ? fmt::format("architecture: {}", one.whose)
                                                             : "architecture: replication, sentinel or cluster");
    }
    const std::string quorum = path + ".quorum", sentinels = path + ".sentinels";
    if (is != CacheArchitecture::sentinel || cache.quorum <= cache.sentinels || !sound({quorum, sentinels})) return;
    const std::string& at = places_.has(quorum) ? quorum : sentinels;
    complain(places_.value(at), at, fmt::format("{} sentinels can never be a quorum of {}", cache.sentinels, cache.quorum),
             fmt::format("a quorum of at most {}", cache.sentinels));
  }

  void copies(const VectorStore& store) {
    const std::string path = "vector_stores." + store.name;
    if (!sound({path, path + ".nodes"})) return;
    for (const VectorStore::Collection& one : store.collections) {
      const std::string at = fmt::format("{}.collections.{}.replication", path, one.name);
      if (one.replication <= store.nodes || !sound({at})) continue;
      complain(places_.value(at), at,
               fmt::format("{} copies of a shard need as many nodes; there are {}", one.replication, store.nodes),
               fmt::format("at most {}, or nodes: {}", store.nodes, one.replication));
    }
  }

  void latency(const External& external) {
    const std::string path = "externals." + external.name + ".latency", low = path + ".p50", high = path + ".p99";
    if (!external.p50 || !external.p99 || *external.p50 <= *external.p99 || !sound({low, high})) return;
    complain(places_.value(high), high, fmt::format("p99 {} is below p50 {}", to_text(*external.p99), to_text(*external.p50)),
             fmt::format("at least {}", to_text(*external.p50)));
  }

  void bands(const std::vector<Band>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string path = fmt::format("growth.bands[{}]", i);
      const Band& band = all[i];
      if (!sound({path, path + ".from", path + ".to"})) return;
      if (band.to <= band.from)
        return complain(places_.value(path + ".to"), path + ".to",
                        fmt::format("the band ends at {:.10g} before it begins at {:.10g}", band.to, band.from),
                        fmt::format("more than {:.10g}", band.from));
      if (i > 0 && band.from < all[i - 1].to) {
        const bool open = all[i - 1].to > 1e12;
        return complain(
            places_.value(path + ".from"), path + ".from",
            open ? "the band before it has no end" : fmt::format("the band before it goes up to {:.10g}", all[i - 1].to),
            open ? "`to` on the band before it" : fmt::format("at least {:.10g}", all[i - 1].to));
      }
      cost(path, band);
    }
  }

  void cost(const std::string& path, const Band& band) {
    const std::string least = path + ".cost_least", most = path + ".cost_most";
    if (!band.cost_least || !band.cost_most || *band.cost_least <= *band.cost_most || !sound({least, most})) return;
    complain(places_.value(most), most,
             fmt::format("cost_most {} is below cost_least {}", to_text(*band.cost_most), to_text(*band.cost_least)),
             fmt::format("at least {}", to_text(*band.cost_least)));
  }

  void shares() {
    double sum = 0;
    for (const Region& region : stack_.regions) {
      const std::string at = fmt::format("regions.{}.share", region.name);
      if (!sound({at})) return;
      if (!region.share) continue;
      const double before = sum;
      sum += region.share->value;
      if (sum <= 1 + 1e-9) continue;
      return complain(places_.value(at), at, fmt::format("the regions' shares are {} in all", to_text(Ratio{sum})),
                      fmt::format("at most {}", to_text(Ratio{before < 1 ? 1 - before : 0})));
    }
  }
};

}  // namespace

void validate_sizes(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics) {
  SizeValidation(stack, places, diagnostics).run();
}

}  // namespace plimsoll::spec
