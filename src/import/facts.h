#pragma once
// What the readers of the formats found, before it is a stack: plain facts with their places. Each format's reader adds to it
// (readers.h); assemble.cc makes the stack of it, lint*.cc judges what the stack does not hold.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/origin.h"
#include "core/stack.h"
#include "import/import.h"
#include "spec/overlay.h"

namespace plimsoll::import {

/// A value and where it stands. `key` is the place of its key.
template <class T>
struct Found {
  T value{};
  Spot key, at;
  std::string prefix;  // as in Origin: "replicas: "
};
template <class T>
using Maybe = std::optional<Found<T>>;

/// One of a selector's matchExpressions.
struct LabelRule {
  enum class Is { in, not_in, exists, absent, unknown } is = Is::unknown;  // unknown: a word that no cluster takes; holds always
  std::string key;
  std::vector<std::string> values;
};

/// An environment variable of a container. `value` is empty with `secret` where it comes from a Secret, a file or "${NAME}".
struct Variable {
  std::string name, value;
  bool secret = false;
  std::string from;          // the Secret's or ConfigMap's name and key, "db-credentials/url", or "${NAME}"; may be empty
  Spot at;                   // of the value where there is one of its own
  std::string prefix;        // as in Origin: "value: ", "POOL_MODE: "; empty: not one line
  bool from_config = false;  // `from` is a ConfigMap; the value is filled in once all files are read, if it is among them
};

struct Probe {
  std::string path;  // of an HTTP probe; may be empty
  bool http = false;
  std::optional<int> port;
  Duration period{}, timeout{}, initial_delay{};
  Spot at;
};

struct Container {
  std::string name, image;
  Spot image_at;
  std::vector<std::string> command;  // entrypoint and arguments as one
  std::vector<Spot> command_at;      // of each of them; may be empty: then they stand at `at`
  std::string build;                 // Compose: the folder it is built from, where `image` may be empty
  std::vector<Variable> environment;
  /// Whole ConfigMaps and Secrets whose keys are variables too; the variables above have precedence.
  struct From {
    std::string name, prefix;
    bool secret = false;
  };
  std::vector<From> environment_from;
  Maybe<Cores> cpu_request, cpu_limit;
  Maybe<Bytes> memory_request, memory_limit;
  bool has_cpu_request = false, has_memory_request = false;  // said, be it as 0, or taken from the limit
  std::vector<int> ports;
  std::map<std::string, int> named_ports;
  std::optional<Probe> readiness, liveness, startup;
  bool pre_stop = false;
  std::optional<Duration> pre_stop_sleep;  // as far as the hook says how long it takes
  std::vector<std::string> config_maps;    // mounted or envFrom
  bool sidecar = false;                    // an init container that runs along (restartPolicy: Always)
  Spot at;
  Spot resources;  // its `resources`, or where they would be added
};

/// Deployment, StatefulSet, ReplicaSet, DaemonSet, Compose service: something that runs in copies.
struct Workload {
  enum class Kind { deployment, stateful_set, replica_set, daemon_set, job, compose_service, other };
  Kind kind = Kind::deployment;
  std::string api_kind;                       // as written: "Deployment", "Rollout"
  std::string name, space;                    // namespace; Compose: the project's file
  std::map<std::string, std::string> labels;  // of the pods
  Maybe<int> replicas;
  std::vector<Container> containers;  // without init containers
  Maybe<Duration> termination_grace;
  Maybe<int> surge;           // maxSurge in instances
  Maybe<double> surge_share;  // or as a share
  std::optional<Placement> placement;
  std::vector<std::string> depends_on, networks, aliases;
  std::string restart;
  std::map<std::string, std::string> selector;     // of the pods it owns; empty: not said
  std::vector<LabelRule> selector_rules;           // its matchExpressions
  std::map<std::string, std::string> annotations;  // of the pods
  std::string strategy;                            // "RollingUpdate", "Recreate", "BlueGreen"; empty: not said
  Maybe<Bytes> storage;                            // of its largest volume claim
  bool owned = false;                              // made by another workload (a Deployment's ReplicaSet)
  bool live = false;                               // as a cluster has it (kubectl get -o yaml): not what anyone applies
  bool pod_requests = false;                       // the pod itself has requests
  bool by_hand = false;                            // Compose: only with a profile that someone names
  Spot at;                                         // of its name
  Spot spec;                                       // of the section a missing key would be added to
};

/// A name others connect to, and the workload behind it.
struct Endpoint {
  std::string name, space;
  std::map<std::string, std::string> selector;
  std::vector<int> ports;
  std::map<int, std::string> target_ports;
  bool external = false;      // LoadBalancer, NodePort, an Ingress' backend, published ports
  std::string external_name;  // ExternalName
  bool sticky = false;        // sessionAffinity: ClientIP, a cookie of the ingress
  bool headless = false;
  std::map<int, std::string> port_names;
  Spot at;
  Spot selector_at;
};

/// HPA or ScaledObject.
struct Autoscaler {
  enum class Kind { hpa, keda } kind = Kind::hpa;
  std::string name, space, target_kind, target;
  Maybe<int> min, max;
  Scale scale;                               // metrics, behaviour, triggers' queues as named signals or lists
  std::vector<QueueTarget> queues;           // KEDA's redis triggers
  std::vector<std::string> queue_addresses;  // of each of them: host:port
  std::map<std::string, NamedSignal> signals;
  std::map<std::string, Origin> origins;  // below the tier: "scale.metrics[0]", "scale.behavior.down.window"
  std::optional<int> paused_at;
  std::string api_version;  // "autoscaling/v2beta2"
  Spot api_version_at;
  std::vector<std::string> unknown;  // triggers that are no signal of plimsoll's: "kafka"
  struct Asked {
    std::string signal, type;  // "worker_kafka_0", "kafka"
  };
  std::string takes_over;             // an HPA that KEDA is told to make its own
  std::vector<Asked> asked;           // signals among `signals` whose source nothing says
  std::vector<Inference> inferences;  // what else is to be said of it; paths are below the tier
  Spot at;
};

/// What sends requests from outside to an endpoint.
struct IngressRule {
  std::string name, space, controller;  // its class: "nginx", "traefik", "alb"; may be empty
  std::vector<std::string> services, hosts;
  std::string cookie;  // that keeps a client on its instance; empty: none
  Maybe<Duration> read_timeout;
  Maybe<double> client_rate;  // requests a second of one client
  Spot at;
};

struct DisruptionBudget {
  std::string name, space;
  std::map<std::string, std::string> selector;
  std::vector<LabelRule> selector_rules;  // its matchExpressions
  Disruption budget;
  Spot named_at;  // of its name
  Spot at;        // of the one figure's key
  Spot value;     // and of the figure
  std::string prefix;
};

struct VerticalAutoscaler {
  std::string name, space, target_kind, target;
  Vertical bounds;
  /// What a container's policy says; "*" is all that have none of their own.
  struct Policy {
    std::string container;
    bool cpu = true, memory = true;
    Vertical bounds;  // without its mode
  };
  std::vector<Policy> policies;
  Spot at;
  Spot mode;  // of updateMode

  /// The policy of a container; null if none is said.
  [[nodiscard]] const Policy* policy_of(std::string_view container) const;
  /// Does it change the container's requests? Of an empty name: those of any.
  [[nodiscard]] bool controls(std::string_view container, bool cpu_not_memory) const;
};

/// pgbouncer.ini, wherever it stands (a file, a ConfigMap's key, a container's variables).
struct PoolerFile {
  struct Target {
    std::string name, host, dbname;
    int port = 5432;
    std::optional<int> pool_size;
    Spot at;                                             // of the name
    std::map<std::string, Found<std::string>> settings;  // lower case: pool_size, reserve_pool, max_db_connections, pool_mode
  };
  std::string owner, space;  // the ConfigMap's, Compose service's or file's name
  std::vector<Target> databases;
  std::map<std::string, Found<std::string>> settings;                      // of [pgbouncer], lower case
  std::map<std::string, std::map<std::string, Found<std::string>>> users;  // of [users]: pool_mode, max_user_connections
  Spot at;
};

/// redis.conf and postgresql.conf alike, also as arguments ("redis-server --maxmemory 1gb", "postgres -c max_connections=200").
struct SettingsFile {
  enum class Of { redis, sentinel, postgres } of = Of::redis;
  std::string owner, space;
  std::map<std::string, Found<std::string>> settings;
  Spot at;
};

struct Upstream {
  struct Server {
    std::string host;
    int port = 80;
    int weight = 1;
    bool backup = false, down = false;
    int max_fails = 1;
    Duration fail_timeout = std::chrono::seconds(10);
    Spot at;
  };
  std::string name, algorithm;  // "least_conn", "ip_hash", …; empty: round robin
  std::vector<Server> servers;
  std::optional<int> keepalive;
  Spot at;
};

struct NginxFile {
  std::string owner;
  std::vector<Upstream> upstreams;
  std::vector<std::string> passes;  // upstreams or hosts that requests are passed to
  std::vector<int> listens;
  Maybe<Duration> connect_timeout, send_timeout, read_timeout;
  Maybe<double> client_rate;  // per second
  int client_burst = 0;
  Spot at;
};

/// Plain texts by ConfigMap key: a file in a file. Its lines are the outer file's from `at.line` on where it is a block scalar.
struct ConfigText {
  std::string owner, space, key;
  std::string text;
  Spot at;                   // of the first line of the text
  bool lines_match = false;  // line n of the text is line at.line + n - 1 of the file
  int indent = 0;            // columns to add
};

/// Something a reader understood but could not follow: an include, an env_file. No mistake of the file's.
struct Note {
  Spot at;
  std::string text;  // "its variables from .env are not seen"
};

/// What `plimsoll render` put beside its files of what they have no words for (spec/overlay.h).
struct Carried {
  spec::Overlay overlay;
  bool compose = false;  // of a Compose file; else of a ConfigMap
  Spot at;
};

struct Facts {
  std::vector<Workload> workloads;
  std::vector<Endpoint> endpoints;
  std::vector<Autoscaler> autoscalers;
  std::vector<DisruptionBudget> budgets;
  std::vector<VerticalAutoscaler> verticals;
  std::vector<IngressRule> ingresses;
  std::vector<PoolerFile> poolers;
  std::vector<SettingsFile> settings;
  std::vector<Carried> carried;
  std::vector<NginxFile> nginx;
  std::vector<ConfigText> texts;
  struct ConfigValue {
    std::string value;
    Spot at;
  };
  /// ConfigMaps by name, then namespace: key → value, for the environment. In "" are those whose namespace is not said.
  std::map<std::string, std::map<std::string, std::map<std::string, ConfigValue>>> config_maps;
  std::vector<std::pair<std::uint32_t, Diagnostic>> diagnostics;
  std::vector<Note> notes;
  int documents = 0;
  std::map<std::string, int> unknown_kinds;  // objects of Kubernetes that say nothing of a stack's size
};

}  // namespace plimsoll::import
