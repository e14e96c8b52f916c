#include "capacity/catalog.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "capacity/budget.h"
#include "core/suggest.h"

namespace plimsoll::capacity {
namespace {

/// Says of each class that is named whether the catalog knows it.
class Lookup {
 public:
  explicit Lookup(const Catalog& catalog) : catalog_(catalog) {
    for (const InstanceClass& one : catalog.classes) names_.push_back(one.name);
    for (const RegionPrice& one : catalog.regions) regions_.push_back(one.name);
  }

  /// Null where no class is named, or (with a warning) where the catalog does not have it.
  const InstanceClass* find(const std::string& name, const ModelPath& path) {
    if (name.empty()) return nullptr;
    const InstanceClass* found = catalog_.find(name);
    if (found == nullptr && !names_.empty()) warn(path, "class '" + name + "' is not in catalog ", name, names_);
    return found;
  }

  void steps(const std::vector<SizeStep>& steps, const ModelPath& path) {
    for (std::size_t i = 0; i < steps.size(); ++i)
      find(steps[i].instance_class, path + ".steps[" + std::to_string(i) + "].class");
  }

  void region(const std::string& name) {
    const auto same = [&](const RegionPrice& one) { return one.name == name; };
    if (regions_.empty() || std::any_of(catalog_.regions.begin(), catalog_.regions.end(), same)) return;
    warn("regions." + name, "region '" + name + "' has no price factor in catalog ", name, regions_);
  }

  std::vector<Diagnostic> warnings;

 private:
  void warn(const ModelPath& path, std::string message, const std::string& name, const std::vector<std::string_view>& known) {
    Diagnostic one;
    one.severity = Severity::warning;
    one.path = path;
    one.message = std::move(message) + catalog_.name;
    one.nearest = nearest(name, known);
    warnings.push_back(std::move(one));
  }

  const Catalog& catalog_;
  std::vector<std::string_view> names_, regions_;
};

void fill_in_database(Database& database, const Catalog& catalog, Lookup& lookup) {
  const ModelPath path = "databases." + database.name;
  if (const InstanceClass* row = lookup.find(database.bought.instance_class, path + ".class")) {
    if (!database.cpu) database.cpu = row->cpu;
    if (!database.memory) database.memory = row->memory;
  }
  lookup.find(database.replica.instance_class, path + ".replica.class");
  lookup.steps(database.steps, path);
  if (!database.max_connections_given) database.max_connections = connection_figures(database, catalog).effective;
}

}  // namespace

bool is_arm_class(std::string_view name) {
  const std::size_t end = name.rfind('.');
  if (end == std::string_view::npos) return false;
  std::string_view family = name.substr(0, end);
  family = family.substr(family.rfind('.') + 1);
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto digit = std::find_if(family.begin(), family.end(), is_digit);
  const auto rest = std::find_if_not(digit, family.end(), is_digit);
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return family == "a1" || (digit != family.begin() && std::all_of(rest, family.end(), is_letter) &&
                            std::find(rest, family.end(), 'g') != family.end());
}

std::vector<Diagnostic> fill_in(Stack& stack, const Catalog& catalog) {
  Lookup lookup(catalog);
  if (stack.balancer) lookup.find(stack.balancer->bought.instance_class, "balancer.class");
  for (Tier& tier : stack.tiers) {
    lookup.find(tier.instance.bought.instance_class, "tiers." + tier.name + ".instance.class");
    if (tier.instance.price.per_hour == 0) tier.instance.price = price_of(tier.instance.bought, catalog).value_or(Money{});
  }
  for (Database& database : stack.databases) fill_in_database(database, catalog, lookup);
  for (const Pooler& pooler : stack.poolers) lookup.find(pooler.bought.instance_class, "poolers." + pooler.name + ".class");
  for (Cache& cache : stack.caches) {
    const ModelPath path = "caches." + cache.name;
    const InstanceClass* row = lookup.find(cache.bought.instance_class, path + ".class");
    if (row != nullptr && !cache.memory) cache.memory = row->memory;
    lookup.steps(cache.steps, path);
  }
  for (const VectorStore& store : stack.vector_stores)
    lookup.find(store.bought.instance_class, "vector_stores." + store.name + ".class");
  for (const Region& region : stack.regions) lookup.region(region.name);
  return std::move(lookup.warnings);
}

std::optional<Money> price_of(const Bought& bought, const Catalog& catalog, bool multi_az) {
  if (bought.price) return bought.price;
  const InstanceClass* row = bought.instance_class.empty() ? nullptr : catalog.find(bought.instance_class);
  if (row == nullptr || !row->price) return std::nullopt;
  double price = row->price->per_hour;
  if (bought.market == Market::spot) price *= catalog.factors.spot.most;
  if (bought.market == Market::reserved) price *= catalog.factors.reserved.most;
  if (bought.arch == Arch::arm64 && !is_arm_class(row->name)) price *= catalog.factors.arm64.most;
  if (multi_az) price *= catalog.factors.multi_az;
  return Money{price};
}

const InstanceClass* next_up(const Catalog& catalog, std::string_view class_name) {
  const InstanceClass* now = catalog.find(class_name);
  if (now == nullptr) return nullptr;
  for (const InstanceClass* one = now + 1; one != catalog.classes.data() + catalog.classes.size(); ++one)
    if (one->kind == now->kind && one->family == now->family) return one;
  return nullptr;
}

const InstanceClass* smallest_for(const Catalog& catalog, std::string_view family, ClassKind kind, const Need& need) {
  for (const InstanceClass& one : catalog.classes) {
    if (one.kind != kind || one.family != family) continue;
    if (need.cpu && (!one.cpu || *one.cpu < *need.cpu)) continue;
    if (need.memory && (!one.memory || *one.memory < *need.memory)) continue;
    if (need.max_connections) {
      const int has = one.max_connections ? *one.max_connections : one.memory ? max_connections(*one.memory) : 0;
      if (has < *need.max_connections) continue;
    }
    return &one;
  }
  return nullptr;
}

ConnectionFigures connection_figures(const Database& database, const Catalog& catalog) {
  ConnectionFigures figures;
  const std::string& name = database.bought.instance_class;
  const InstanceClass* row = name.empty() ? nullptr : catalog.find(name);
  if (database.max_connections_given) figures.given = database.max_connections;
  if (row != nullptr) figures.configured = row->max_connections;
  const std::optional<Bytes> memory = database.memory ? database.memory : row != nullptr ? row->memory : std::nullopt;
  if (memory) figures.formula = max_connections(*memory);
  if (figures.given) {
    figures.effective = *figures.given;
  } else if (figures.configured) {
    figures.effective = *figures.configured;
  } else if (figures.formula && !name.empty()) {
    // Only a managed Postgres, which a class stands for, derives it; Postgres itself starts with 100 whatever the machine.
    figures.effective = *figures.formula;
  }
  return figures;
}

}  // namespace plimsoll::capacity
