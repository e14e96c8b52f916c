// The spec, key by key: vector stores.

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Names, 1> vector_engines = {"qdrant"};
constexpr std::array<Names, 4> distances = {"cosine", "dot", "euclid", "manhattan"};

constexpr std::array<Field, 5> collection_fields = {{
    {.key = "dimensions",
     .kind = Kind::integer,
     .doc = "numbers in one vector",
     .required = true,
     .range = {.least = 1, .most = 65536},
     .set = value<&VectorStore::Collection::dimensions>},
    {.key = "distance",
     .kind = Kind::enumeration,
     .fallback = "cosine",
     .doc = "how nearness is measured",
     .names = distances,
     .set = value<&VectorStore::Collection::distance>},
    {.key = "shards",
     .kind = Kind::integer,
     .unit = "shards",
     .fallback = "1",
     .doc = "parts the points are spread over",
     .range = {.least = 1, .most = 1000},
     .set = value<&VectorStore::Collection::shards>},
    {.key = "replication",
     .kind = Kind::integer,
     .unit = "copies",
     .fallback = "1",
     .doc = "of each shard, every one on another node",
     .range = {.least = 1, .most = 100},
     .set = value<&VectorStore::Collection::replication>},
    {.key = "points",
     .kind = Kind::number,
     .unit = "points",
     .doc = "how many there are",
     .range = {.most = 1e15},
     .set = value<&VectorStore::Collection::points>},
}};
constexpr Object collection{.title = "a collection", .fields = collection_fields};

constexpr std::array<Field, 5> own_fields = {{
    {.key = "engine",
     .kind = Kind::enumeration,
     .fallback = "qdrant",
     .doc = "the vector store's program",
     .names = vector_engines,
     .set = fixed},
    {.key = "nodes",
     .kind = Kind::integer,
     .unit = "nodes",
     .fallback = "1",
     .doc = "how many there are",
     .range = {.least = 1, .most = 1000},
     .set = value<&VectorStore::nodes>},
    {.key = "cpu",
     .kind = Kind::cores_range,
     .fallback = "1",
     .doc = "CPU of one node",
     .range = {.least = 0.01, .most = 1024},
     .set = value<&VectorStore::cpu>},
    {.key = "memory",
     .kind = Kind::bytes_range,
     .doc = "memory of one node",
     .range = {.least = 1 << 20, .most = 0x1p50},
     .set = value<&VectorStore::memory>},
    {.key = "collections",
     .kind = Kind::map,
     .doc = "its collections by name",
     .example = "{docs: {dimensions: 384, shards: 3, replication: 2}}",
     .element = Kind::object,
     .keys = &collection_name,
     .of = &collection,
     .set = named<&VectorStore::collections, &VectorStore::Collection::name>},
}};
constexpr auto vector_store_fields = join(own_fields, bought_fields<&VectorStore::bought>());

}  // namespace

constinit const Object vector_store{.title = "a vector store", .fields = vector_store_fields};

}  // namespace plimsoll::spec::tables
