#include "render/kubernetes_env.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/quantity.h"
#include "render/kubernetes_pod.h"
#include "render/names.h"

namespace plimsoll::render::kube {
namespace {

std::string_view name_in(std::string_view reference) { return reference.substr(2, reference.size() - 3); }

/// One character of a text as Kubernetes must have it.
std::string literal_at(std::string_view text, std::size_t i) {
  const bool opens = text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '(' || text[i + 1] == '$');
  return opens ? "$$" : std::string(1, text[i]);
}

Login login_of(const std::string& component) {
  const std::string name = variable_of(component);
  return {fmt::format("$({}_USER)", name), fmt::format("$({}_PASSWORD)", name), fmt::format("$({}_API_KEY)", name)};
}

Yaml plain(std::string_view name, std::string value, const std::string& why = "") {
  Yaml made;
  made["name"] = name;
  made["value"] = Yaml(std::move(value)).why(why);
  return made;
}

/// The list as it is put together: each name once.
class Environment {
 public:
  Environment(const Scope& scope, const Tier& tier) : scope_(scope), tier_(tier) {}

  Yaml make() {
    add("PORT", plain("PORT", std::to_string(instance_port)));
    // plimsoll-app's own default is the loopback, where neither probes nor the Service reach it.
    add("ADDRESS", plain("ADDRESS", "0.0.0.0"));
    add("INSTANCE", env_from_field("INSTANCE", "metadata.name"));
    const std::vector<Variable> variables = variables_of(scope_.stack, tier_, scope_.options, login_of);
    for (const Variable& one : variables)
      if (!is_own(one.name)) secrets_for(one.value);
    for (const Variable& one : variables)
      if (!is_own(one.name)) add(one.name, plain(one.name, one.value, one.derived));
    leader();
    for (const auto& [name, value] : tier_.run.env) own(name, value);
    if (!secret_keys_.empty()) note_secret();
    note_overflow();
    return std::move(list_);
  }

 private:
  [[nodiscard]] bool is_own(const std::string& name) const { return tier_.run.env.contains(name); }

  /// What run.env sets goes before what would be set here.
  void add(const std::string& name, Yaml entry) {
    if (is_own(name) || !names_.insert(name).second) return;
    list_.add(std::move(entry));
  }

  /// User and password that a derived value refers to; where run.env has one of that name, that one, and here already.
  void secrets_for(const std::string& value) {
    const auto wants = [&](const std::string& variable) {
      return value.find(fmt::format("$({})", variable)) != std::string::npos;
    };
    const auto take = [&](const std::string& component, const char* ending, const char* key) {
      const std::string variable = variable_of(component) + ending;
      if (!wants(variable)) return;
      const auto given = tier_.run.env.find(variable);
      if (given != tier_.run.env.end()) {
        own(variable, given->second);
        scope_.notes.push_back({fmt::format("tiers.{}.run.env.{}", tier_.name, variable),
                                fmt::format("stands in the URLs of {} in place of its Secret", component)});
      } else
        add(variable, env_from_secret(variable, component, key));
    };
    for (const Database& one : scope_.stack.databases) {
      take(one.name, "_USER", "user");
      take(one.name, "_PASSWORD", "password");
    }
    for (const Cache& one : scope_.stack.caches) take(one.name, "_PASSWORD", "password");
    for (const VectorStore& one : scope_.stack.vector_stores) take(one.name, "_API_KEY", "api-key");
  }

  void leader() {
    if (!tier_.leader) return;
    add("LEASE_NAME", plain("LEASE_NAME", tier_.name));
    add("LEASE_NAMESPACE", env_from_field("LEASE_NAMESPACE", "metadata.namespace"));
    add("LEASE_DURATION", plain("LEASE_DURATION", plimsoll::to_text(tier_.leader->lease)));
    add("LEASE_RENEW_DEADLINE", plain("LEASE_RENEW_DEADLINE", plimsoll::to_text(tier_.leader->renew)));
    add("LEASE_RETRY_PERIOD", plain("LEASE_RETRY_PERIOD", plimsoll::to_text(tier_.leader->retry)));
  }

  void own(const std::string& name, const std::string& value) {
    if (!names_.insert(name).second) return;
    const std::vector<std::string> references = references_in(value);
    for (const std::string& one : references) secret_keys_.insert(one);
    if (references.size() == 1 && value.size() == references.front().size() + 3) {
      list_.add(env_from_secret(name, tier_.name, references.front()));
      return;
    }
    for (const std::string& one : references) part_of(name, one);
    list_.add(plain(name, env_value(value)));
  }

  /// A reference within a longer text needs a variable of its name before it.
  void part_of(const std::string& name, const std::string& reference) {
    const auto given = tier_.run.env.find(reference);
    if (given == tier_.run.env.end()) {
      if (names_.insert(reference).second) list_.add(env_from_secret(reference, tier_.name, reference));
    } else if (given->second == fmt::format("${{{}}}", reference)) {
      own(reference, given->second);
    } else {
      scope_.notes.push_back(
          {fmt::format("tiers.{}.run.env.{}", tier_.name, name),
           fmt::format("its ${{{0}}} is read here as the variable {0} beside it; call that one otherwise", reference)});
    }
  }

  /// The instance contract has no variable for it.
  void note_overflow() {
    for (const Use& use : tier_.uses)
      if (use.overflow > 0)
        scope_.notes.push_back(
            {fmt::format("tiers.{}.uses.{}.overflow", tier_.name, use.component),
             fmt::format("the {} beyond POOL_SIZE are a setting of the program's own; {}'s budget has room for them",
                         use.overflow, use.component)});
  }

  void note_secret() {
    std::string literals;
    for (const std::string& key : secret_keys_) literals += fmt::format(" --from-literal={}=…", key);
    scope_.notes.push_back({fmt::format("tiers.{}.run.env", tier_.name),
                            fmt::format("make the Secret {0}: kubectl create secret generic {0} -n {1}{2}", tier_.name,
                                        scope_.name_space(), literals),
                            true});
  }

  const Scope& scope_;
  const Tier& tier_;
  Yaml list_ = Yaml::list();
  std::set<std::string> names_, secret_keys_;
};

}  // namespace

std::string literal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) out += literal_at(text, i);
  return out;
}

std::string env_value(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const std::size_t length = reference_length(text.substr(i)); length > 0) {
      out += fmt::format("$({})", name_in(text.substr(i, length)));
      i += length - 1;
      continue;
    }
    out += literal_at(text, i);
  }
  return out;
}

std::vector<std::string> references_in(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (const std::size_t length = reference_length(text.substr(i)); length > 0) {
      const std::string name(name_in(text.substr(i, length)));
      if (std::ranges::find(found, name) == found.end()) found.push_back(name);
      i += length - 1;
    }
  return found;
}

Yaml environment(const Scope& scope, const Tier& tier) { return Environment(scope, tier).make(); }

}  // namespace plimsoll::render::kube
