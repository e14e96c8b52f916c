#include "cli/render_ask.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/suggest.h"

namespace plimsoll::cli {
namespace {

using render::Endpoint;
using render::Target;

tl::unexpected<Error> wrong(std::string_view option, std::string message) {
  return fail(Errc::malformed, fmt::format("{}: {}", option, message));
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(by)) != std::string_view::npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

std::optional<int> number_in(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
  return value;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view near = nearest(word, candidates);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

std::vector<std::string> words() {
  std::vector<std::string> all;
  for (const render::TargetInfo& row : render::targets()) all.emplace_back(row.word);
  all.emplace_back("all");
  return all;
}

Result<void> add_targets(const std::vector<std::string>& to, const Stack& stack, RenderAsk& ask) {
  const auto add = [&](Target target) {
    if (std::ranges::find(ask.targets, target) == ask.targets.end()) ask.targets.push_back(target);
  };
  for (const std::string& one : to)
    for (const std::string_view word : split(one, ',')) {
      if (word == "all") {
        ask.all = true;
        for (const Target target : render::all_targets(stack)) add(target);
      } else if (const render::TargetInfo* row = render::target_of(word)) {
        add(row->target);
      } else {
        return wrong("--to",
                     fmt::format("'{}' is no target{}\n  targets: {}", word, did_you_mean(word, words()), target_words()));
      }
    }
  if (ask.targets.empty()) return wrong("--to", fmt::format("say for which target\n  targets: {}", target_words()));
  return {};
}

Result<render::KubeVersion> version_of(std::string_view text) {
  const std::string_view bare = text.starts_with('v') ? text.substr(1) : text;
  const std::size_t dot = bare.find('.');
  // Clusters print "v1.31.4+k3s1" and "1.29.3-gke.100": what comes after the minor version decides on nothing here.
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : bare.substr(dot + 1);
  const auto minor = number_in(rest.substr(0, rest.find('.')), 16, 99);
  if (bare.substr(0, dot) != "1" || !minor)
    return wrong("--kube-version", fmt::format("'{}' is no version of Kubernetes; expected 1.16 to 1.99, e.g. 1.29", text));
  return render::KubeVersion{1, *minor};
}

bool is_label(std::string_view text) {
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && word(text.front()) && word(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return word(c) || c == '-'; });
}

/// A host name or address: nothing that means something in any file it is written to.
bool is_host(std::string_view text) {
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const bool v6 = std::ranges::count(text, ':') >= 2;
  return !text.empty() && text.size() <= 253 && text.front() != '-' &&
         std::ranges::all_of(text, [&](char c) { return word(c) || (v6 && c == ':'); });
}

/// "10.0.0.7:8080", "[::1]:8080"
std::optional<Endpoint> endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto port = number_in(text.substr(colon + 1), 1, 65535);
  const bool v6 = host.find(':') != std::string_view::npos;
  if (!port || v6 != brackets || !is_host(host)) return std::nullopt;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

/// Who can be somewhere, and who of them in several places: the host names that rendered files have.
struct Places {
  std::vector<std::string> one, several;
};
Places places_of(const Stack& stack) {
  Places places;
  std::vector<std::string> exporters;
  for (const Tier& tier : stack.tiers) places.several.push_back(tier.name);
  for (const Database& database : stack.databases) {
    places.one.push_back(database.name);
    if (database.read_replicas > 0) places.one.push_back(database.name + "-read");
    exporters.push_back(database.name);
    places.one.push_back(database.name + "-machine");
  }
  for (const Pooler& pooler : stack.poolers) {
    places.one.push_back(pooler.name);
    exporters.push_back(pooler.name);
  }
  for (const Cache& cache : stack.caches) {
    const bool alone = cache.architecture == CacheArchitecture::standalone;
    (alone ? places.one : places.several).push_back(cache.name);
    if (!alone && cache.architecture != CacheArchitecture::cluster) places.several.push_back(cache.name + "-replica");
    if (cache.architecture == CacheArchitecture::sentinel) places.several.push_back(cache.name + "-sentinel");
    exporters.push_back(cache.name);
  }
  for (const VectorStore& store : stack.vector_stores) (store.nodes > 1 ? places.several : places.one).push_back(store.name);
  for (const std::string& name : exporters) places.one.push_back(name + "-exporter");
  for (const char* name : {"balancer", "balancer-metrics", "prometheus"}) places.one.emplace_back(name);
  places.several.emplace_back("alertmanager");
  return places;
}

Result<void> add_place(std::string_view text, const Places& places, std::map<std::string, std::vector<Endpoint>>& at) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return wrong("--at", fmt::format("'{}': expected NAME=HOST:PORT, e.g. main=10.0.0.7:5432", text));
  const std::string name(text.substr(0, equals));
  const bool several = std::ranges::find(places.several, name) != places.several.end();
  if (!several && std::ranges::find(places.one, name) == places.one.end()) {
    std::vector<std::string> all = places.several;
    all.insert(all.end(), places.one.begin(), places.one.end());
    return wrong("--at",
                 fmt::format("the stack has no '{}'{}\n  it has: {}", name, did_you_mean(name, all), fmt::join(all, ", ")));
  }
  if (at.contains(name)) return wrong("--at", fmt::format("'{}' was named twice; its places stand in one list, by commas", name));
  std::vector<Endpoint>& endpoints = at[name];
  for (const std::string_view part : split(text.substr(equals + 1), ',')) {
    const std::optional<Endpoint> one = endpoint_of(part);
    if (!one)
      return wrong("--at", fmt::format("{}: '{}' is no HOST:PORT; expected e.g. 10.0.0.7:8080 or [::1]:8080, ports 1 to 65535",
                                       name, part));
    endpoints.push_back(*one);
  }
  if (endpoints.size() > 1 && !several)
    return wrong(
        "--at", fmt::format("{} is in one place; only the instances of a tier and the nodes of a store may be in several", name));
  return {};
}

}  // namespace

std::string target_words() { return fmt::format("{}", fmt::join(words(), ", ")); }

Result<RenderAsk> render_ask(const RenderTexts& texts, const Stack& stack) {
  RenderAsk ask;
  if (Result<void> added = add_targets(texts.to, stack, ask); !added) return fail(added.error());
  const Result<render::KubeVersion> version = version_of(texts.kube_version);
  if (!version) return fail(version.error());
  ask.options.kube = *version;
  if (!texts.kube_namespace.empty() && !is_label(texts.kube_namespace))
    return wrong("--namespace",
                 fmt::format("'{}' is no name of a namespace; expected a-z, 0-9 and -, at most 63", texts.kube_namespace));
  ask.options.kube_namespace = texts.kube_namespace;
  const Places places = places_of(stack);
  for (const std::string& text : texts.at)
    if (Result<void> added = add_place(text, places, ask.options.at); !added) return fail(added.error());
  return ask;
}

}  // namespace plimsoll::cli
