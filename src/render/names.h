#pragma once
// What things are called in every target: hosts, ports, images, variables. One convention, so that the files fit together.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "render/render.h"

namespace plimsoll::render {

/// Where each listens, on every machine of its own.
inline constexpr std::uint16_t instance_port = 8080;  // PORT of the instance contract
inline constexpr std::uint16_t postgres_port = 5432;
inline constexpr std::uint16_t pgbouncer_port = 6432;
inline constexpr std::uint16_t redis_port = 6379;
inline constexpr std::uint16_t sentinel_port = 26379;
inline constexpr std::uint16_t qdrant_port = 6333;
inline constexpr std::uint16_t qdrant_peer_port = 6335;
inline constexpr std::uint16_t prometheus_port = 9090;
inline constexpr std::uint16_t alertmanager_port = 9093;
inline constexpr std::uint16_t grafana_port = 3000;
inline constexpr std::uint16_t postgres_exporter_port = 9187;
inline constexpr std::uint16_t pgbouncer_exporter_port = 9127;
inline constexpr std::uint16_t redis_exporter_port = 9121;

/// Container images of what the spec names no image for. Versions whose settings are the ones rendered here.
inline constexpr std::string_view postgres_image = "postgres:16";
inline constexpr std::string_view pgvector_image = "pgvector/pgvector:pg16";  // where extensions name `vector`
inline constexpr std::string_view pgbouncer_image = "edoburu/pgbouncer:v1.23.1-p3";
inline constexpr std::string_view redis_image = "redis:7.4";
inline constexpr std::string_view nginx_image = "nginx:1.28";
inline constexpr std::string_view haproxy_image = "haproxy:3.0";
inline constexpr std::string_view traefik_image = "traefik:v3.5";
inline constexpr std::string_view qdrant_image = "qdrant/qdrant:v1.15.4";
inline constexpr std::string_view prometheus_image = "prom/prometheus:v2.55.1";
inline constexpr std::string_view alertmanager_image = "prom/alertmanager:v0.27.0";
inline constexpr std::string_view grafana_image = "grafana/grafana:11.6.0";
inline constexpr std::string_view postgres_exporter_image = "quay.io/prometheuscommunity/postgres-exporter:v0.16.0";
inline constexpr std::string_view pgbouncer_exporter_image = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.10.2";
inline constexpr std::string_view redis_exporter_image = "oliver006/redis_exporter:v1.66.0";

/// `run.image`, or "STACK/TIER" where it is not given (a note says so: note_missing_image). A name without tag stays without.
std::string image_of(const Stack&, const Tier&);
void note_missing_image(const Tier&, std::vector<Note>&);

/// Where `name` answers: what Options::at says, else `name` itself at `port`. At least one.
std::vector<Endpoint> endpoints_of(const Options&, const std::string& name, std::uint16_t port);
/// "main:5432"; an IPv6 address in brackets.
std::string to_text(const Endpoint&);

/// The database in a server; as render/postgresql.h has it.
std::string database_of(const Database&);

/// A name as an environment variable's: "main-db" → "MAIN_DB". With it: MAIN_DB_PASSWORD, a secret that the reader sets.
std::string variable_of(std::string_view name);

/// The instance contract's variables that an instance of the tier gets, in a fixed order, secrets as `reference` writes them.
/// PORT and INSTANCE are the target's own and not here. DATABASE_URL is that of the first database used, DATABASE_READ_URL its
/// read replicas' where there are any and the tier reads from them, POOL_SIZE its connections, REDIS_URL that of redis_of() (a
/// cluster's and a Sentinel's first node's; REDIS_CLUSTER_MODE, REDIS_SENTINELS and REDIS_MASTER_NAME beside it where a client
/// has to know), QUEUES queues_of(). Further databases, caches and vector stores have NAME_URL (SESSIONS_URL, and
/// SESSIONS_CLUSTER_MODE as above), a vector store NAME_API_KEY, too. Then run.env.
struct Variable {
  std::string name;
  std::string value;    // with `user` and `password` written as the target refers to them
  std::string derived;  // for a comment; empty: from the spec as it stands
};
/// How a target writes user and password of a component, for a URL, and its API key: {"$(MAIN_USER)", "$(MAIN_PASSWORD)",
/// "$(MAIN_API_KEY)"}.
struct Login {
  std::string user, password, key;
};
std::vector<Variable> variables_of(const Stack&, const Tier&, const Options&, Login (*login)(const std::string& component));

/// The lists a worker takes from or a service puts into, with commas between.
std::string queues_of(const Tier&);

/// The cache of REDIS_URL: with queues the one that holds them (promql::queue_cache_of), else the first that the tier uses; null:
/// none.
const Cache* redis_of(const Stack&, const Tier&);

/// Whether a tier, database, pooler, cache or vector store is called so.
bool is_component(const Stack&, std::string_view name);

/// Why the stack's files can't be laid out: a component is called like a part that the files have of their own (database main
/// with read replicas has a host main-read), or two parts, two secrets' variables or two components' alerts would be called the
/// same (tiers a-1 and a1). Empty: all is well. Asked before anything is rendered.
std::string name_clash(const Stack&);

/// The first service tier of the stack: who the balancer sends requests to; null: none.
const Tier* entrance_of(const Stack&);

/// Whether another tier runs the same image with another command: only the command tells them apart then.
bool image_is_shared(const Stack&, const Tier&);

/// The length of a "${NAME}", a reference, at the front of a text; 0: there is none.
std::size_t reference_length(std::string_view text);

/// Seconds, rounded up: what Kubernetes and nginx take.
std::int64_t seconds_of(Duration);

}  // namespace plimsoll::render
