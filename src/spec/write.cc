// Stack → spec text: the top of the file.

#include "spec/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spec/pattern.h"
#include "spec/section.h"

namespace plimsoll::spec {
namespace {

YamlTree write_balancer(const Balancer& balancer, Section section) {
  const Balancer usual;
  section.put("engine", balancer.engine, usual.engine);
  const std::string port = exact_text(static_cast<int>(balancer.listen));
  if (balancer.address != usual.address)
    section.raw("listen", yaml_scalar(balancer.address + ":" + port));
  else if (section.defaults() || balancer.listen != usual.listen)
    section.raw("listen", port);
  section.put("algorithm", balancer.algorithm, usual.algorithm);
  Section health = section.under("health");
  health.put("path", balancer.health.path, usual.health.path);
  health.put("every", balancer.health.every, usual.health.every);
  health.put("timeout", balancer.health.timeout, usual.health.timeout);
  section.put("health", health.take());
  section.put("drain", balancer.drain, usual.drain);
  section.put("timeout", balancer.timeout, usual.timeout);
  section.put("sticky", balancer.sticky);
  section.put("client_rate", balancer.client_rate);
  if (balancer.client_rate) section.put("client_burst", balancer.client_burst, usual.client_burst);
  write_bought(section, balancer.bought);
  return section.take();
}

YamlTree write_signal(const NamedSignal& signal, Section section) {
  const NamedSignal usual;
  using From = NamedSignal::From;
  section.put("from", signal.from, usual.from);
  switch (signal.from) {
    case From::metrics:
      section.always("name", signal.query);
      section.put("path", signal.url);
      break;
    case From::json:
      section.always("path", signal.url);
      section.always("pointer", signal.query);
      break;
    case From::prometheus:
      section.always("url", signal.url);
      section.always("query", signal.query);
      break;
  }
  if (section.defaults() || signal.per_instance) section.raw("per", signal.per_instance ? "instance" : "tier");
  section.put("unit", signal.unit, usual.unit);
  section.put("max_age", signal.max_age, usual.max_age);
  return section.take();
}

YamlTree write_limits(const plimsoll::Limits& limits, Section section) {
  section.put("cost", limits.cost);
  section.put("cores", limits.cores);
  section.put("memory", limits.memory);
  Section node = section.under("node");
  node.put("cores", limits.node_cores);
  node.put("memory", limits.node_memory);
  section.put("node", node.take());
  return section.take();
}

YamlTree write_region(const Region& region, Section section) {
  section.put("share", region.share);
  return section.take();
}

/// name: {…} pairs, one a line.
template <class T, class Write>
void components(Section& stack, std::string_view key, const std::vector<T>& all, const Write& write) {
  if (all.empty()) return;
  YamlTree map;
  map.block = true;
  for (const T& one : all) map.entries.push_back({one.name, write(one, stack.under(key))});
  stack.add(key, std::move(map));
}

YamlTree tree_of(const Stack& stack, bool defaults) {
  Section file(root_object(), defaults);
  file.raw("apiVersion", "plimsoll/v1");
  file.always("name", stack.name);
  file.put("catalog", stack.catalog);
  file.put("objectives", write_objectives(stack.objectives, file.under("objectives")));
  if (stack.balancer) file.add("balancer", write_balancer(*stack.balancer, file.under("balancer")));
  components(file, "signals", stack.signals, write_signal);
  components(file, "tiers", stack.tiers, [&](const Tier& tier, Section section) {
    YamlTree tree = write_tier(stack, tier, std::move(section));
    tree.block = true;
    return tree;
  });
  components(file, "databases", stack.databases, write_database);
  components(file, "poolers", stack.poolers, write_pooler);
  components(file, "caches", stack.caches, write_cache);
  components(file, "vector_stores", stack.vector_stores, write_vector_store);
  components(file, "externals", stack.externals, write_external);
  file.put("limits", write_limits(stack.limits, file.under("limits")));
  file.put("budget", stack.budget);
  if (stack.growth) file.add("growth", write_growth(*stack.growth, file.under("growth")));
  components(file, "regions", stack.regions, write_region);
  YamlTree tree = file.take();
  tree.spaced = true;
  for (auto& [key, value] : tree.entries) value.spaced = key == "tiers";
  return tree;
}

/// The deepest map on the way to a path that has something in it.
YamlTree& section_at(YamlTree& tree, std::string_view path) {
  for (auto& [key, value] : tree.entries) {
    if (!path.starts_with(key) || value.kind != YamlTree::Kind::map || value.entries.empty()) continue;
    const std::string_view rest = path.substr(key.size());
    if (rest.empty()) return value;
    if (rest.front() == '.') return section_at(value, rest.substr(1));
  }
  return tree;
}

}  // namespace

std::string spec_text(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') out += '$';
    out += text[i];
  }
  return yaml_scalar(out);
}

std::string spec_text_with_references(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      const std::size_t close = text.find('}', i);
      const bool is_reference =
          close != std::string::npos && variable_name.matches(std::string_view(text).substr(i + 2, close - i - 2));
      if (!is_reference) out += '$';
    }
    out += text[i];
  }
  return yaml_scalar(out);
}

YamlTree write_texts(const std::map<std::string, std::string>& texts) {
  YamlTree map;
  for (const auto& [name, text] : texts) map.entries.push_back({name, YamlTree::scalar(spec_text_with_references(text))});
  return map;
}

YamlTree write_objectives(const Objectives& objectives, Section section) {
  Section latency = section.under("latency");
  latency.put("p50", objectives.p50);
  latency.put("p95", objectives.p95);
  latency.put("p99", objectives.p99);
  section.put("latency", latency.take());
  section.put("errors", objectives.errors);
  section.put("age", objectives.age);
  return section.take();
}

void write_bought(Section& section, const Bought& bought) {
  const Bought usual;
  section.put("class", bought.instance_class);
  section.put("price", bought.price);
  section.put("market", bought.market, usual.market);
  section.put("arch", bought.arch, usual.arch);
}

std::string write(const Stack& stack, const WriteOptions& options) {
  YamlTree tree = tree_of(stack, options.defaults);
  for (const auto& [path, line] : options.notes) {
    std::vector<std::string>& notes = section_at(tree, path).notes;
    std::size_t start = 0;
    for (std::size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n', start)) {
      notes.push_back(line.substr(start, end - start));
      start = end + 1;
    }
    notes.push_back(line.substr(start));
  }
  return block_text(tree, {options.comments.begin(), options.comments.end()});
}

Environment keep_references() {
  return [](std::string_view name) { return std::optional(fmt::format("${{{}}}", name)); };
}

}  // namespace plimsoll::spec
