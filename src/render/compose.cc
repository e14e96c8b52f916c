// compose.yaml: every component as a service, and the files of the other targets that they read.
//
// For `docker compose` 2 and for docker-compose 1.29: no `version`, which the one ignores, and no `name`, which the other
// refuses.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "render/compose_parts.h"
#include "render/names.h"
#include "render/targets.h"

namespace plimsoll::render {
namespace compose_parts {
namespace {

std::string escaped(std::string_view text, bool references) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const std::size_t length = references ? reference_length(text.substr(i)) : 0; length > 0) {
      const std::string_view name = text.substr(i + 2, length - 3);
      out += fmt::format("${{{}:?is not set}}", name);
      i += length - 1;
      continue;
    }
    out.append(text[i] == '$' ? 2 : 1, text[i]);
  }
  return out;
}

}  // namespace

bool Project::has_file(std::string_view path) const { return std::ranges::find(files, path, &File::path) != files.end(); }

std::string Project::password(const std::string& variable) {
  if (std::ranges::find(passwords, variable) == passwords.end()) passwords.push_back(variable);
  return fmt::format("${{{}:?is not set}}", variable);
}

std::string plain(std::string_view text) { return escaped(text, false); }
std::string with_references(std::string_view text) { return escaped(text, true); }

std::string cpus(Cores cores) { return fmt::format("{}", cores.count); }

std::string memory(Bytes bytes) {
  for (const auto& [size, suffix] : {std::pair{std::int64_t{1} << 30, "G"}, std::pair{std::int64_t{1} << 20, "M"}})
    if (bytes.count % size == 0) return fmt::format("{}{}", bytes.count / size, suffix);
  return std::to_string(bytes.count);
}

void resources(Yaml& service, const std::optional<RequestLimit<Cores>>& cpu,
               const std::optional<RequestLimit<Bytes>>& memory_of) {
  Yaml limits, reservations;
  if (cpu && cpu->limit) limits["cpus"] = cpus(*cpu->limit);
  if (memory_of && memory_of->limit) limits["memory"] = memory(*memory_of->limit);
  if (cpu) reservations["cpus"] = cpus(cpu->request);
  if (memory_of) reservations["memory"] = memory(memory_of->request);
  if (!limits.empty()) service["deploy"]["resources"]["limits"] = std::move(limits);
  if (!reservations.empty()) service["deploy"]["resources"]["reservations"] = std::move(reservations);
}

void mount(const Project& project, Yaml& service, std::string_view file, std::string_view at) {
  if (project.has_file(file)) service["volumes"].add(fmt::format("./{}:{}:ro", file, at));
}

void keep_data(Project& project, Yaml& service, const std::string& name, std::string_view at) {
  service["volumes"].add(fmt::format("{}:{}", name, at));
  project.volumes[name] = Yaml();
}

void use_secret(Project& project, Yaml& service, const std::string& name, std::string_view at, std::string made_by) {
  Yaml& secret = service["secrets"].add();
  secret["source"] = name;
  secret["target"] = at;
  project.secrets[name]["file"] = "./secrets/" + name;
  project.secret_files[name] = std::move(made_by);
}

void health(Yaml& service, std::vector<Yaml> test, std::string_view start) {
  Yaml& check = service["healthcheck"];
  check["test"] = Yaml::list(std::move(test)).flow();
  check["interval"] = "5s";
  check["timeout"] = "3s";
  check["retries"] = 5;
  if (!start.empty()) check["start_period"] = start;
}

void put(Project& project, const std::string& name, Yaml service) {
  if (project.services.has(name)) {
    project.notes.push_back(
        {"", fmt::format("{} is a component's name: no service of that name for what Compose runs beside it", name)});
    return;
  }
  project.services[name] = std::move(service);
}

void wait_for(const Project& project, Yaml& service, const std::string& other) {
  if (!project.services.has(other)) return;
  const bool checked = project.services.at(other).has("healthcheck");
  service["depends_on"][other]["condition"] = checked ? "service_healthy" : "service_started";
}

}  // namespace compose_parts

namespace {

using compose_parts::Project;

/// Notes of a store's target that say how to start it, or which secret it reads: its service does that here.
bool is_started_here(const Project& project, const Note& note) {
  const Stack& stack = project.stack;
  const auto is = [&](const std::string& key, const std::string& name, std::string_view more) {
    return project.is_here(name) && note.path == fmt::format("{}.{}{}", key, name, more);
  };
  const auto any = [&](const auto& all, const auto& says) { return std::ranges::any_of(all, says); };
  return any(stack.databases,
             [&](const Database& one) { return is("databases", one.name, "") || is("databases", one.name, ".read_replicas"); }) ||
         any(stack.poolers,
             [&](const Pooler& one) { return is("poolers", one.name, "") || is("poolers", one.name, ".replicas"); }) ||
         any(stack.vector_stores,
             [&](const VectorStore& one) {
               return is("vector_stores", one.name, "") || is("vector_stores", one.name, ".nodes");
             }) ||
         any(stack.caches, [&](const Cache& one) {
           const bool made_here = one.architecture == CacheArchitecture::cluster && is("caches", one.name, ".architecture");
           return made_here || is("caches", one.name, ".sentinels") || (note.to_make && is("caches", one.name, ""));
         });
}

/// What Compose does by itself of what another target leaves to the reader.
bool is_done_here(const Project& project, Target target, const Note& note) {
  switch (target) {
    case Target::pgbouncer:
    case Target::postgresql:
    case Target::redis:
    case Target::qdrant:
      return is_started_here(project, note);
    case Target::prometheus:  // the exporters' settings and the file with an API key
      return note.path.starts_with("caches.") ||
             (note.to_make && (note.path.starts_with("databases.") || note.path.starts_with("vector_stores.")));
    case Target::haproxy:
      return note.path == "balancer.listen" || note.path == "balancer";  // names on Kubernetes
    case Target::nginx:
    case Target::traefik:
      return note.path == "balancer.listen";
    case Target::alertmanager:  // their files of secrets, and how they are started
    case Target::grafana:
      return true;
    default:
      return false;
  }
}

void take(Project& project, Target target) {
  Rendered made = render(project.stack, target, project.options);
  for (File& file : made.files)
    if (!project.has_file(file.path)) project.files.push_back(std::move(file));
  const bool none = made.files.empty();  // its note says that the stack has no such component
  for (Note& note : made.notes)
    if (!none && !is_done_here(project, target, note)) project.notes.push_back(std::move(note));
}

void files_of_others(Project& project) {
  const Stack& stack = project.stack;
  if (stack.balancer && entrance_of(stack) != nullptr) {
    switch (stack.balancer->engine) {
      case BalancerEngine::nginx:
        take(project, Target::nginx);
        break;
      case BalancerEngine::haproxy:
        take(project, Target::haproxy);
        break;
      case BalancerEngine::traefik:
        take(project, Target::traefik);
        break;
    }
  }
  for (const Target target : {Target::pgbouncer, Target::postgresql, Target::redis, Target::qdrant, Target::prometheus,
                              Target::alertmanager, Target::grafana})
    take(project, target);
}

void note_secrets(Project& project) {
  std::string names;
  for (const std::string& one : project.passwords) names += (names.empty() ? "" : " ") + one;
  if (!names.empty())
    project.notes.push_back(
        {"",
         fmt::format(
             "compose.yaml takes passwords from .env beside it, letters and digits since they stand in URLs; before the first "
             "start, and again when there is one more: umask 077; for name in {}; do grep -qs \"^$name=\" .env || echo "
             "\"$name=$(openssl rand -hex 16)\" "
             ">> .env; done",
             names),
         true});
  if (project.secret_files.empty()) return;
  std::string commands;
  for (const auto& [name, printed] : project.secret_files)
    commands += fmt::format("; [ -e secrets/{1} ] || {0} > secrets/{1}", printed, name);
  project.notes.push_back(
      {"",
       fmt::format("files that containers read as secrets, in a folder that only you can enter: mkdir -pm 700 secrets; . "
                   "./.env{}; chmod 644 secrets/*",
                   commands),
       true});
}

void note_machine(Project& project) {
  project.notes.push_back(
      {"", fmt::format("start: docker compose -p {} up -d; with monitoring: docker compose -p {} --profile monitoring up -d. "
                       "Verify: docker compose -p {} ps",
                       project.stack.name, project.stack.name, project.stack.name)});
  if (!project.stack.regions.empty()) project.notes.push_back({"regions", "one Compose project is one machine of one region"});
  for (const External& one : project.stack.externals)
    if (one.concurrency || one.rate)
      project.notes.push_back({"externals." + one.name, "its limits are the instances' to keep: Compose knows nothing of them"});
}

/// The entrance on top, then who does the work, then what they use.
Yaml in_order(const Project& project) {
  Yaml sorted;
  const auto put = [&](const std::string& name) {
    if (project.services.has(name) && !sorted.has(name)) sorted[name] = project.services.at(name);
  };
  put("balancer");
  for (const Tier& tier : project.stack.tiers) put(tier.name);
  for (const std::string& name : project.services.keys()) put(name);
  return sorted;
}

std::string document(const Project& project) {
  Yaml root;
  root.about(
      fmt::format("The stack {} on one machine, made by `plimsoll render`.\n"
                  "Passwords come from .env and secrets/, which it does not make.",
                  project.stack.name));
  root["services"] = in_order(project);
  if (!project.networks.empty()) root["networks"] = project.networks;
  if (!project.volumes.empty()) root["volumes"] = project.volumes;
  if (!project.secrets.empty()) root["secrets"] = project.secrets;
  return to_yaml(root);
}

}  // namespace

Rendered compose(const Stack& stack, const Options& options) {
  Project project{.stack = stack, .options = options};
  files_of_others(project);
  // What others wait for comes first.
  add_databases(project);
  add_poolers(project);
  add_caches(project);
  add_vector_stores(project);
  add_tiers(project);
  add_balancer(project);
  add_monitoring(project);
  note_secrets(project);
  note_machine(project);
  project.files.push_back({"compose.yaml", document(project)});
  return {std::move(project.files), std::move(project.notes)};
}

}  // namespace plimsoll::render
