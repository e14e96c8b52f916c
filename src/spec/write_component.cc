// Stack → spec text: databases, poolers, caches, vector stores and externals.

#include <utility>

#include "spec/section.h"

namespace plimsoll::spec {
namespace {

YamlTree write_reserve(const ConnectionReserve& reserve, Section section) {
  const ConnectionReserve usual;
  section.put("superuser", reserve.superuser, usual.superuser);
  section.put("monitoring", reserve.monitoring, usual.monitoring);
  section.put("replication", reserve.replication, usual.replication);
  section.put("admin", reserve.admin, usual.admin);
  return section.take();
}

YamlTree write_storage(const Storage& storage, Section section) {
  section.put("size", storage.size);
  section.put("max", storage.max);
  section.put("used", storage.used);
  section.put("act_at", storage.act_at, Storage{}.act_at);
  return section.take();
}

YamlTree write_partitions(const Partitions& partitions, Section section) {
  const Partitions usual;
  section.always("table", partitions.table);
  section.put("by", partitions.by, usual.by);
  section.put("above_rows", partitions.above_rows);
  section.put("ahead", partitions.ahead, usual.ahead);
  section.put("keep", partitions.keep);
  section.put("schedule", partitions.schedule, usual.schedule);
  return section.take();
}

void write_steps(Section& section, const std::vector<SizeStep>& steps) {
  YamlTree list = YamlTree::list();
  for (const SizeStep& one : steps) {
    Section step = section.under("steps");
    step.always("users", one.users);
    step.put("class", one.instance_class);
    step.put("cpu", one.cpu);
    step.put("memory", one.memory);
    step.put("price", one.price);
    list.items.push_back(step.take());
  }
  section.put("steps", std::move(list));
}

/// Empty where a read replica is bought as the primary is.
YamlTree write_replica(const Bought& replica, const Section& database) {
  // Its defaults are the primary's, so none of them is written.
  Section section = database.plain_under("replica");
  write_bought(section, replica);
  return section.take();
}

YamlTree write_window(const When& when, Section section) {
  section.always("start", when.start);
  section.always("end", when.end);
  section.put("zone", when.zone, When{}.zone);
  return section.take();
}

}  // namespace

YamlTree write_database(const Database& database, Section section) {
  const Database usual;
  if (section.defaults()) section.raw("engine", section.word("engine", 0));  // the model knows one
  write_bought(section, database.bought);
  section.put("cpu", database.cpu);
  section.put("memory", database.memory);
  section.put("multi_az", database.multi_az, usual.multi_az);
  section.put("read_replicas", database.read_replicas, usual.read_replicas);
  section.put("replica", write_replica(database.replica, section));
  // What the class says is not the owner's word: writing it would keep it when the class changes.
  const bool in_effect = database.bought.instance_class.empty() || database.max_connections != usual.max_connections;
  if (database.max_connections_given || (section.defaults() && in_effect))
    section.always("max_connections", database.max_connections);
  section.put("reserve", write_reserve(database.reserve, section.under("reserve")));
  if (database.maintenance) section.add("maintenance", write_window(*database.maintenance, section.under("maintenance")));
  section.put("settings", write_texts(database.settings));
  section.put("lag_max", database.lag_max, usual.lag_max);
  section.put("replicas_above_users", database.replicas_above_users);
  section.put("connections_per_replica", database.connections_per_replica);
  section.put("storage", write_storage(database.storage, section.under("storage")));
  YamlTree partitions = YamlTree::list();
  for (const Partitions& one : database.partitions)
    partitions.items.push_back(write_partitions(one, section.under("partitions")));
  section.put("partitions", std::move(partitions));
  section.put("extensions", database.extensions);
  write_steps(section, database.steps);
  return section.take();
}

YamlTree write_pooler(const Pooler& pooler, Section section) {
  const Pooler usual;
  section.always("for", pooler.database);
  write_bought(section, pooler.bought);
  section.put("replicas", pooler.replicas, usual.replicas);
  section.put("mode", pooler.mode, usual.mode);
  section.put("default_pool_size", pooler.default_pool_size, usual.default_pool_size);
  section.put("max_client_conn", pooler.max_client_conn, usual.max_client_conn);
  section.put("max_db_connections", pooler.max_db_connections, usual.max_db_connections);
  section.put("min_pool_size", pooler.min_pool_size, usual.min_pool_size);
  section.put("reserve_pool_size", pooler.reserve_pool_size, usual.reserve_pool_size);
  section.put("server_idle_timeout", pooler.server_idle_timeout, usual.server_idle_timeout);
  YamlTree table = YamlTree::list();
  const PoolerRow usual_row;
  for (const PoolerRow& one : pooler.table) {
    Section row = section.under("table");
    YamlTree replicas;
    for (const auto& [tier, count] : one.replicas) replicas.entries.push_back({tier, YamlTree::scalar(exact_text(count))});
    row.add("replicas", std::move(replicas));
    row.put("instances", one.instances, usual_row.instances);
    row.put("default_pool_size", one.default_pool_size, usual_row.default_pool_size);
    row.put("max_db_connections", one.max_db_connections, usual_row.max_db_connections);
    table.items.push_back(row.take());
  }
  section.put("table", std::move(table));
  return section.take();
}

namespace {

/// How the nodes are arranged; each arrangement has keys of its own.
void write_arrangement(const Cache& cache, Section& section) {
  const Cache usual;
  using Architecture = CacheArchitecture;
  section.put("architecture", cache.architecture, usual.architecture);
  const auto belongs = [&](bool here, bool differs) { return here || differs; };
  const bool cluster = cache.architecture == Architecture::cluster;
  const bool sentinel = cache.architecture == Architecture::sentinel;
  if (belongs(cluster, cache.shards != usual.shards)) section.put("shards", cache.shards, usual.shards);
  if (belongs(cache.architecture != Architecture::standalone, cache.replicas != usual.replicas))
    section.put("replicas", cache.replicas, usual.replicas);
  if (belongs(cluster, cache.node_timeout != usual.node_timeout))
    section.put("node_timeout", cache.node_timeout, usual.node_timeout);
  if (belongs(sentinel, cache.sentinels != usual.sentinels)) section.put("sentinels", cache.sentinels, usual.sentinels);
  if (belongs(sentinel, cache.quorum != usual.quorum)) section.put("quorum", cache.quorum, usual.quorum);
  if (belongs(sentinel, cache.down_after != usual.down_after)) section.put("down_after", cache.down_after, usual.down_after);
  if (belongs(sentinel, cache.failover_timeout != usual.failover_timeout))
    section.put("failover_timeout", cache.failover_timeout, usual.failover_timeout);
}

}  // namespace

YamlTree write_cache(const Cache& cache, Section section) {
  const Cache usual;
  if (section.defaults()) section.raw("engine", section.word("engine", 0));  // the model knows one
  write_arrangement(cache, section);
  write_bought(section, cache.bought);
  section.put("memory", cache.memory);
  section.put("max_clients", cache.max_clients, usual.max_clients);
  section.put("maxmemory", cache.maxmemory);
  section.put("policy", cache.policy, usual.policy);
  YamlTree uses = YamlTree::list();
  for (const CacheUse use : cache.used_for)
    uses.items.push_back(YamlTree::scalar(section.word("used_for", static_cast<std::size_t>(use))));
  section.add("used_for", std::move(uses));
  section.put("persistence", cache.persistence);
  section.put("ops", cache.ops);
  section.put("ops_max", cache.ops_max, usual.ops_max);
  Section content = section.under("content");
  content.put("entry", cache.content.entry);
  content.put("entries", cache.content.entries);
  content.put("ttl", cache.content.ttl);
  content.put("hit_rate_min", cache.content.hit_rate_min);
  section.put("content", content.take());
  write_steps(section, cache.steps);
  return section.take();
}

YamlTree write_external(const External& external, Section section) {
  Section latency = section.under("latency");
  latency.put("p50", external.p50);
  latency.put("p99", external.p99);
  section.put("latency", latency.take());
  section.put("concurrency", external.concurrency);
  section.put("rate", external.rate);
  return section.take();
}

YamlTree write_vector_store(const VectorStore& store, Section section) {
  const VectorStore usual;
  if (section.defaults()) section.raw("engine", section.word("engine", 0));  // the model knows one
  section.put("nodes", store.nodes, usual.nodes);
  if (section.defaults() || !(store.cpu.request == usual.cpu.request) || store.cpu.limit) section.range("cpu", store.cpu);
  section.put("memory", store.memory);
  write_bought(section, store.bought);
  YamlTree collections;
  for (const VectorStore::Collection& one : store.collections) {
    const VectorStore::Collection usual_one;
    Section collection = section.under("collections");
    collection.always("dimensions", one.dimensions);
    collection.put("distance", one.distance, usual_one.distance);
    collection.put("shards", one.shards, usual_one.shards);
    collection.put("replication", one.replication, usual_one.replication);
    collection.put("points", one.points);
    collections.entries.push_back({one.name, collection.take()});
  }
  section.put("collections", std::move(collections));
  return section.take();
}

}  // namespace plimsoll::spec
