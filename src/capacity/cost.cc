#include "capacity/cost.h"

#include <algorithm>

#include "capacity/catalog.h"

namespace plimsoll::capacity {
namespace {

std::string named(const Bought& bought, const char* otherwise) {
  return bought.instance_class.empty() ? otherwise : bought.instance_class;
}

int count_of(const std::map<std::string, int>& counts, const std::string& name, int otherwise) {
  const auto found = counts.find(name);
  return found == counts.end() ? otherwise : found->second;
}

std::optional<Money> price_of_instance(const Tier& tier, const Catalog& catalog) {
  if (tier.instance.price.per_hour > 0) return tier.instance.price;
  return price_of(tier.instance.bought, catalog);
}

/// Lines of one region at the catalog's own prices.
class Bill {
 public:
  Bill(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts) {
    if (stack.balancer) add("balancer", named(stack.balancer->bought, "balancer"), 1, price_of(stack.balancer->bought, catalog));
    for (const Tier& tier : stack.tiers)
      add(tier.name, named(tier.instance.bought, "instance"), count_of(counts, tier.name, tier.replicas.min),
          price_of_instance(tier, catalog));
    for (const Pooler& pooler : stack.poolers)
      add(pooler.name, named(pooler.bought, "pooler"), count_of(counts, pooler.name, pooler.replicas.min),
          price_of(pooler.bought, catalog));
    for (const Database& database : stack.databases) {
      add(database.name, named(database.bought, "primary"), 1, price_of(database.bought, catalog, database.multi_az));
      const Bought replica = replica_of(database);
      if (database.read_replicas > 0)
        add(database.name + " (read replica)", named(replica, "read replica"), database.read_replicas,
            price_of(replica, catalog));
    }
    for (const Cache& cache : stack.caches)
      add(cache.name, named(cache.bought, "node"), cache.nodes(), price_of(cache.bought, catalog));
    for (const VectorStore& store : stack.vector_stores)
      add(store.name, named(store.bought, "node"), store.nodes, price_of(store.bought, catalog));
  }

  std::vector<CostLine> lines;

 private:
  void add(std::string component, std::string what, int count, std::optional<Money> each) {
    CostLine line{std::move(component), std::move(what), static_cast<double>(count), each, std::nullopt};
    if (each) line.total = Money{each->per_hour * count};
    lines.push_back(std::move(line));
  }
};

}  // namespace

Bought replica_of(const Database& database) {
  const bool as_primary = database.replica.instance_class.empty() && !database.replica.price;
  return as_primary ? database.bought : database.replica;
}

double region_factor(const Catalog& catalog, const std::string& region) {
  for (const RegionPrice& one : catalog.regions)
    if (one.name == region) return one.factor;
  return 1;
}

Cost cost_of(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts) {
  const Bill bill(stack, catalog, counts);
  Cost cost;
  if (stack.regions.empty()) cost.lines = bill.lines;
  for (const Region& region : stack.regions)
    for (CostLine line : bill.lines) {
      const double factor = region_factor(catalog, region.name);
      line.what += " in " + region.name;
      if (line.each) line.each = Money{line.each->per_hour * factor};
      if (line.total) line.total = Money{line.total->per_hour * factor};
      cost.lines.push_back(std::move(line));
    }
  for (const CostLine& line : cost.lines) {
    if (line.total)
      cost.total.per_hour += line.total->per_hour;
    else if (line.count > 0 && std::find(cost.unknown.begin(), cost.unknown.end(), line.component) == cost.unknown.end())
      cost.unknown.push_back(line.component);
  }
  return cost;
}

}  // namespace plimsoll::capacity
