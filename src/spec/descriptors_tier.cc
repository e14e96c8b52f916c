// The spec, key by key: a tier.

#include <fmt/format.h>

#include <algorithm>

#include "spec/shared_fields.h"
#include "spec/tables.h"

namespace plimsoll::spec::tables {
namespace {

constexpr std::array<Names, 6> contract_variables = {"PORT",      "INSTANCE", "DATABASE_URL", "DATABASE_READ_URL",
                                                     "REDIS_URL", "QUEUES"};
constexpr std::array<Field, 4> probe_fields = {{
    {.key = "after",
     .kind = Kind::duration,
     .fallback = "0",
     .doc = "the first one comes so long after the start",
     .set = value<&Probe::after>},
    {.key = "every",
     .kind = Kind::duration,
     .fallback = "10s",
     .doc = "time between two",
     .range = positive,
     .set = value<&Probe::every>},
    {.key = "timeout",
     .kind = Kind::duration,
     .fallback = "1s",
     .doc = "no answer by then is a failure",
     .range = positive,
     .set = value<&Probe::timeout>},
    {.key = "failures",
     .kind = Kind::integer,
     .fallback = "3",
     .doc = "so many in a row count",
     .range = {.least = 1, .most = 1000},
     .set = value<&Probe::failures>},
}};
constexpr Object probe{.title = "a probe", .fields = probe_fields};
constexpr std::array<Field, 2> probes_fields = {{
    {.key = "ready",
     .kind = Kind::object,
     .doc = "when requests go to an instance",
     .of = &probe,
     .set = object<&Run::ready_probe>},
    {.key = "live",
     .kind = Kind::object,
     .doc = "when an instance is started anew",
     .of = &probe,
     .set = object<&Run::live_probe>},
}};
constexpr Object probes{.title = "a container's probes", .fields = probes_fields};

constexpr std::array<Field, 9> run_fields = {{
    {.key = "command",
     .kind = Kind::list,
     .doc = "program and arguments; started as they stand, no shell between",
     .example = "[plimsoll-app, api]",
     .element = Kind::string,
     .not_empty = true,
     .set = value<&Run::command>},
    {.key = "image",
     .doc = "of the container; on this machine only what has a command runs",
     .pattern = &image_name,
     .set = value<&Run::image>},
    {.key = "env",
     .kind = Kind::map,
     .doc = "environment of the instance, beside what plimsoll sets; the place for secrets: \"${NAME}\"",
     .environment = true,
     .element = Kind::string,
     .keys = &variable_name,
     .taken = contract_variables,
     .taken_by = "plimsoll sets PORT, INSTANCE, DATABASE_URL, DATABASE_READ_URL, REDIS_URL and QUEUES",
     .set = value<&Run::env>},
    {.key = "ready",
     .fallback = "/ready",
     .doc = "path that answers 200 once the instance can work",
     .pattern = &url_path,
     .set = value<&Run::ready>},
    {.key = "live",
     .doc = "path that answers while an instance is worth keeping; containers are started anew when it stops doing so",
     .pattern = &url_path,
     .set = value<&Run::live>},
    {.key = "probes",
     .kind = Kind::object,
     .doc = "how often Kubernetes asks for `ready` and `live`",
     .of = &probes,
     .set = same_owner},
    {.key = "metrics",
     .doc = "path of the instance's Prometheus text; p95 and p99 come from there",
     .pattern = &url_path,
     .set = value<&Run::metrics>},
    {.key = "ready_within",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an instance not ready by then has failed to start",
     .range = positive,
     .set = value<&Run::ready_within>},
    {.key = "stop_within",
     .kind = Kind::duration,
     .fallback = "30s",
     .doc = "an instance still there so long after SIGTERM is killed",
     .range = positive,
     .set = value<&Run::stop_within>},
}};
constexpr std::array<Names, 2> run_choice = {"command", "image"};
constexpr Object run{.title = "run", .fields = run_fields, .at_least_one = run_choice};

/// The controller counts with the price in effect, which may be the class's; what was written is kept beside it.
void instance_price(Reader& reader, const Field& field, const Node& node, void* owner) {
  InstanceResources& instance = *static_cast<InstanceResources*>(owner);
  reader.read(field, node, instance.price);
  instance.bought.price = instance.price;
}

constexpr std::array<Field, 3> resources_fields = {{
    {.key = "cpu",
     .kind = Kind::cores_range,
     .fallback = "1",
     .doc = "CPU of one instance; utilization is measured against the request",
     .range = {.least = 0.01, .most = 1024},
     .set = value<&InstanceResources::cpu>},
    {.key = "memory",
     .kind = Kind::bytes_range,
     .doc = "memory of one instance; past the limit it is killed",
     .range = {.least = 1 << 20, .most = 0x1p50},
     .set = value<&InstanceResources::memory>},
    {.key = "start",
     .kind = Kind::duration,
     .fallback = "10s",
     .doc = "from being asked for to serving, as a rule; sizing counts on it",
     .set = value<&InstanceResources::start>},
}};
constexpr auto instance_fields = join(resources_fields, bought_fields<&InstanceResources::bought>(instance_price));
constexpr Object instance{.title = "an instance's resources", .fields = instance_fields};

constexpr std::array<Field, 2> service_time_fields = {{
    {.key = "mean",
     .kind = Kind::duration,
     .doc = "of one request or job on an idle instance",
     .required = true,
     .range = positive,
     .set = value<&Capacity::service_mean>},
    {.key = "p99",
     .kind = Kind::duration,
     .doc = "99 of 100 are faster on an idle instance; without it exponential service times are assumed",
     .range = positive,
     .set = value<&Capacity::service_p99>},
}};
constexpr Object service_time{.title = "a service time", .fields = service_time_fields};

constexpr std::array<Field, 4> capacity_fields = {{
    {.key = "concurrency",
     .kind = Kind::integer,
     .unit = "requests or jobs",
     .fallback = "1",
     .doc = "what one instance works on at once",
     .range = {.least = 1, .most = 100000},
     .set = value<&Capacity::concurrency>},
    {.key = "service_time",
     .kind = Kind::object,
     .doc = "how long one request or job takes",
     .example = "{mean: 20ms, p99: 120ms}",
     .required = true,
     .of = &service_time,
     .set = same_owner},
    {.key = "arrivals",
     .doc = "the signal with the tier's arrivals a second; a service's are counted at the balancer without it",
     .pattern = &signal_name,
     .set = value<&Capacity::arrivals>},
    {.key = "utilization",
     .kind = Kind::ratio,
     .fallback = "80%",
     .doc = "most that instances may be busy, however good the latency",
     .range = {.least = 0, .most = 1, .above = true},
     .set = value<&Capacity::utilization_max>},
}};
constexpr Object capacity{.title = "a capacity", .fields = capacity_fields};

constexpr std::array<Names, 6> session_features = {"prepared_statements", "listen",           "advisory_locks", "set",
                                                   "temporary_tables",    "cursors_with_hold"};
constexpr std::array<Field, 8> use_fields = {{
    {.key = "through",
     .doc = "a pooler in front of the database; without it instances connect directly",
     .pattern = &component_name,
     .set = value<&Use::through>},
    {.key = "connections",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "5",
     .doc = "largest pool one instance opens to a database or cache",
     .range = {.least = 1, .most = 10000},
     .set = value<&Use::connections>},
    {.key = "overflow",
     .kind = Kind::integer,
     .unit = "connections",
     .fallback = "0",
     .doc = "more that one instance opens to a database under load",
     .range = {.least = 0, .most = 10000},
     .set = value<&Use::overflow>},
    {.key = "share",
     .kind = Kind::ratio,
     .doc = "of the instance's requests that make the call; without it all",
     .range = share,
     .set = value<&Use::share>},
    {.key = "reads",
     .kind = Kind::ratio,
     .doc = "share of the calls to a database that a read replica may answer; without it none",
     .range = share,
     .set = value<&Use::reads>},
    {.key = "session_features",
     .kind = Kind::list,
     .doc = "what it uses of a database that a pooler in transaction mode breaks",
     .example = "[prepared_statements]",
     .names = session_features,
     .element = Kind::enumeration,
     .set = words<&Use::session_features>},
    {.key = "calls",
     .kind = Kind::number,
     .unit = "calls",
     .fallback = "1",
     .doc = "most that one instance has in flight to an external",
     .range = {.least = 0, .most = 100000, .above = true},
     .set = value<&Use::calls>},
    {.key = "rate",
     .kind = Kind::rate,
     .doc = "calls a second one instance makes to an external at most",
     .range = positive,
     .set = value<&Use::rate>},
}};
constexpr Object use{.title = "the use of a component", .fields = use_fields};

constexpr std::array<Field, 2> queue_fields = {{
    {.key = "per_instance",
     .kind = Kind::number,
     .unit = "jobs",
     .doc =
         "waiting jobs one instance is given; wanted = jobs / per_instance; required unless scale.profile or a trigger says it",
     .range = positive,
     .set = value<&QueueTarget::per_instance>},
    {.key = "activation",
     .kind = Kind::number,
     .unit = "jobs",
     .fallback = "0",
     .doc = "a tier at zero (or idle) wakes when more jobs than this wait",
     .range = {},
     .set = value<&QueueTarget::activation>},
}};
constexpr Object queue{.title = "a queue", .fields = queue_fields};

/// minReplicaCount and maxReplicaCount stand in place of `replicas`; what neither says is KEDA's default, if it is KEDA's block.
void bounds(Reader& reader, Tier& tier) {
  const Draft& draft = reader.draft();
  const ModelPath& path = reader.path();
  const std::string low = path + ".scale.minReplicaCount", high = path + ".scale.maxReplicaCount";
  if (reader.given_twice(path + ".replicas", low) || reader.given_twice(path + ".replicas", high)) return;
  const bool kedas = draft.min_replicas || draft.max_replicas || reader.places().has(path + ".scale.triggers");
  if (reader.places().has(path + ".replicas") || !kedas) return;
  tier.replicas = {draft.min_replicas.value_or(0), draft.max_replicas.value_or(100)};
}

void bounds_in_order(Reader& reader, const Tier& tier) {
  const ModelPath& path = reader.path();
  if (tier.replicas.min <= tier.replicas.max || reader.places().is_broken(path)) return;
  const std::string low = path + ".scale.minReplicaCount";
  reader.complain(reader.places().value(low),
                  fmt::format("the minimum {} is above the maximum {}", tier.replicas.min, tier.replicas.max),
                  fmt::format("at most {}", tier.replicas.max));
}

void profile_of(Reader& reader, Tier& tier) {
  const Draft& draft = reader.draft();
  if (draft.profile.empty()) return;
  if (const Profile* profile = find_profile(draft.profile, draft.profiles)) return apply_profile(reader, *profile, tier);
  Places& places = reader.places();
  const std::string at = reader.path() + ".scale.profile";
  if (places.is_broken("") || places.is_broken("profiles")) {
    places.broken.insert(at);
    return;
  }
  std::vector<std::string_view> names;
  for (const Profile& profile : built_in_profiles()) names.push_back(profile.name);
  for (const Profile& profile : draft.profiles) names.push_back(profile.name);
  reader.unknown_name(at, fmt::format("there is no profile '{}'", draft.profile), draft.profile, names);
}

void queues_have_targets(Reader& reader, const Tier& tier) {
  Places& places = reader.places();
  const std::string profile = reader.path() + ".scale.profile";
  const bool may_be_given = places.is_broken(profile) || places.is_broken(reader.path() + ".scale") ||
                            places.is_broken(reader.path() + ".scale.triggers") || places.is_broken(reader.path());
  for (const QueueTarget& target : tier.consumes) {
    const std::string at = fmt::format("{}.consumes.{}", reader.path(), target.list);
    if (target.per_instance > 0 || may_be_given || places.is_broken(at) || places.is_broken(at + ".per_instance")) continue;
    reader.missing(at, "a queue needs 'per_instance'", expectation(queue_fields[0]));
  }
}

void finish_tier(Reader& reader, const Node& node, void* owner) {
  Tier& tier = *static_cast<Tier*>(owner);
  if (!node.find("priority") && tier.kind == TierKind::service) tier.priority = 10;
  bounds(reader, tier);
  apply_triggers(reader, reader.draft().triggers, tier);
  profile_of(reader, tier);
  bounds_in_order(reader, tier);
  queues_have_targets(reader, tier);
  reader.draft().next_tier();
}

constexpr std::array<Names, 3> session_states = {"none", "cache", "memory"};
constexpr std::array<Names, 2> tier_kinds = {"service", "worker"};
constexpr std::array<Field, 18> tier_fields = {{
    {.key = "kind",
     .kind = Kind::enumeration,
     .doc = "service: has requests from the balancer; worker: takes jobs from lists",
     .required = true,
     .names = tier_kinds,
     .set = value<&Tier::kind>},
    {.key = "run",
     .kind = Kind::object,
     .doc = "how one instance is started and asked for its health",
     .required = true,
     .of = &run,
     .set = object<&Tier::run>},
    {.key = "instance",
     .kind = Kind::object,
     .doc = "resources of one instance",
     .of = &instance,
     .set = object<&Tier::instance>},
    {.key = "replicas",
     .kind = Kind::bounds,
     .unit = "instances",
     .fallback = "1",
     .doc = "how many instances there may be",
     .range = {.least = 0, .most = 10000},
     .set = value<&Tier::replicas>},
    {.key = "surge",
     .kind = Kind::integer,
     .unit = "instances",
     .fallback = "0",
     .doc = "what a rollout may have beyond the count; shared limits keep room for them",
     .range = {.least = 0, .most = 10000},
     .set = value<&Tier::surge>},
    {.key = "priority",
     .kind = Kind::integer,
     .doc = "who grows first where a shared limit leaves too little for all: the higher; a service has 10, a worker 0 if it says "
            "nothing",
     .range = {.least = 0, .most = 1000},
     .set = value<&Tier::priority>},
    {.key = "capacity",
     .kind = Kind::object,
     .doc = "what one instance can do; with it the tier is sized for its arrivals",
     .of = &capacity,
     .set = object<&Tier::capacity>},
    {.key = "uses",
     .kind = Kind::map,
     .doc = "databases, caches and externals the instances talk to",
     .example = "{main: {connections: 5}}",
     .element = Kind::object,
     .keys = &component_name,
     .of = &use,
     .set = named<&Tier::uses, &Use::component>},
    {.key = "publishes",
     .kind = Kind::list,
     .doc = "lists the instances push jobs to",
     .example = "[jobs]",
     .pattern = &list_name,
     .element = Kind::string,
     .set = value<&Tier::publishes>},
    {.key = "consumes",
     .kind = Kind::map,
     .doc = "lists a worker takes jobs from",
     .example = "{jobs: {per_instance: 20}}",
     .element = Kind::object,
     .keys = &list_name,
     .of = &queue,
     .set = named<&Tier::consumes, &QueueTarget::list>},
    {.key = "objectives",
     .kind = Kind::object,
     .doc = "this tier's own objectives in place of the stack's",
     .of = &objectives,
     .set = object<&Tier::objectives>},
    {.key = "scale",
     .kind = Kind::object,
     .doc = "what decides the count between the bounds",
     .of = &scale,
     .set = object<&Tier::scale>},
    {.key = "baseline",
     .kind = Kind::object,
     .doc = "what one instance of this size was seen to carry, for plan",
     .example = "{users: 100, rate: 550/min, p95: 3s, cpu: 60%}",
     .of = &baseline,
     .set = object<&Tier::baseline>},
    {.key = "placement",
     .kind = Kind::object,
     .doc = "where instances may stand",
     .of = &placement,
     .set = object<&Tier::placement>},
    {.key = "disruption",
     .kind = Kind::object,
     .doc = "how many instances must stay when machines are emptied",
     .of = &disruption,
     .set = object<&Tier::disruption>},
    {.key = "leader",
     .kind = Kind::object,
     .doc = "exactly one instance runs what may only run once; how it is found",
     .of = &leader,
     .set = object<&Tier::leader>},
    {.key = "vertical",
     .kind = Kind::object,
     .doc = "what a vertical autoscaler may set",
     .of = &vertical,
     .set = object<&Tier::vertical>},
    {.key = "sessions",
     .kind = Kind::enumeration,
     .fallback = "none",
     .doc = "where what belongs to a user's session is kept; memory: in the instance, so that it goes with it",
     .names = session_states,
     .set = value<&Tier::sessions>},
}};
}  // namespace

constinit const Object tier{.title = "a tier", .fields = tier_fields, .finish = finish_tier};

}  // namespace plimsoll::spec::tables
