// Compose files of versions 2 and 3 and of the Compose specification.

#include "import/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "import/readers.h"
#include "spec/overlay.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t most_names = 128;  // of one service

using compose::Service;
using spec::Node;

void read_configs(const Document& document, std::string_view file_name, const std::vector<Service>& services, Facts& facts) {
  const Node::Entry* configs = document.root->find("configs");
  if (!configs || configs->value.kind != Node::Kind::map) return;
  std::map<std::string, std::string> mounted;
  for (const Service& service : services) mounted.insert(service.configs.begin(), service.configs.end());
  for (const Node::Entry& config : configs->value.entries) {
    const Node::Entry* content = config.value.kind == Node::Kind::map ? config.value.find("content") : nullptr;
    if (!content || content->value.kind != Node::Kind::scalar) continue;
    ConfigText text;
    text.owner = config.key;
    text.space = file_name;
    const auto file = mounted.find(config.key);
    text.key = file == mounted.end() ? config.key : file->second;
    text.text = interpolate(content->value.text).text;
    text.at = {document.file, content->value.at};
    text.lines_match = content->value.literal;
    text.indent = content->value.indent;
    if (text.lines_match) ++text.at.at.line;
    facts.texts.push_back(std::move(text));
  }
}

/// A service others wait for to end is a job (a migration).
void mark_jobs(std::vector<Service>& services) {
  std::set<std::string> jobs;
  for (const Service& service : services) jobs.insert(service.completed.begin(), service.completed.end());
  for (Service& service : services)
    if (jobs.contains(service.workload.name)) service.workload.kind = Workload::Kind::job;
}

/// `links: [db:database]`: the name leads to db.
void follow_links(std::vector<Service>& services) {
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < services.size(); ++i) by_name.emplace(services[i].workload.name, i);
  for (const Service& from : services)
    for (const auto& link : from.links) {
      const std::string& alias = link.second;
      const auto to = by_name.find(link.first);
      if (to == by_name.end() || by_name.contains(alias)) continue;
      std::vector<Endpoint>& endpoints = services[to->second].endpoints;
      if (endpoints.size() >= most_names) continue;
      if (std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& e) { return e.name == alias; })) continue;
      Endpoint copy = endpoints.front();
      copy.name = alias;
      copy.external = false;
      endpoints.push_back(std::move(copy));
    }
}

/// Compose reads "$$" as a dollar everywhere.
Node single_dollars(Node node) {
  const auto halve = [](std::string& text) {
    for (std::size_t at = 0; (at = text.find("$$", at)) != std::string::npos; ++at) text.erase(at, 1);
  };
  halve(node.text);
  for (Node& item : node.items) item = single_dollars(std::move(item));
  for (Node::Entry& entry : node.entries) {
    halve(entry.key);
    entry.value = single_dollars(std::move(entry.value));
  }
  return node;
}

}  // namespace

void read_compose(const Document& document, std::string_view file_name, Facts& facts) {
  if (document.root == nullptr || document.root->kind != Node::Kind::map) return;
  if (const Node::Entry* carried = document.root->find("x-plimsoll"); carried && carried->value.kind == Node::Kind::map) {
    const auto part = [&](const char* key) {
      const Node::Entry* entry = carried->value.find(key);
      return entry && !entry->value.is_null() ? spec::text_of(single_dollars(entry->value)) : std::string();
    };
    facts.carried.push_back({{part("spec"), part("rendered")}, true, {document.file, carried->at}});
  }
  if (const Node::Entry* include = document.root->find("include"))
    facts.notes.push_back({{document.file, include->at}, "the files it includes are not seen"});
  const Node::Entry* list = document.root->find("services");
  if (!list || list->value.is_null()) return;
  if (list->value.kind != Node::Kind::map) {
    facts.diagnostics.emplace_back(
        document.file, Diagnostic{Severity::warning, list->at, {}, "services is no map", "a map of services by name", {}});
    return;
  }
  std::vector<Service> services;
  for (const Node::Entry& entry : list->value.entries) {
    if (entry.key.starts_with("x-")) continue;
    if (entry.value.kind != Node::Kind::map) {
      facts.diagnostics.emplace_back(document.file, Diagnostic{Severity::warning,
                                                               entry.at,
                                                               {},
                                                               fmt::format("service {} is no map", spec::quote(entry.key)),
                                                               "image, environment and so on",
                                                               {}});
      continue;
    }
    services.push_back(compose::read_service(document.file, file_name, list->value, entry, facts));
  }
  read_configs(document, file_name, services, facts);
  mark_jobs(services);
  follow_links(services);
  compose::merge_numbered(services, facts);
  for (Service& service : services) {
    facts.workloads.push_back(std::move(service.workload));
    std::move(service.endpoints.begin(), service.endpoints.end(), std::back_inserter(facts.endpoints));
  }
}

}  // namespace plimsoll::import
