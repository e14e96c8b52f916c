#pragma once

// What prometheus.yml expects of whoever runs Prometheus and its exporters.

#include <string>
#include <string_view>

#include "core/stack.h"
#include "render/yaml.h"

namespace plimsoll::render {

/// Where Prometheus finds the key that a vector store's page wants: "/run/secrets/vectors_api_key".
std::string api_key_file(const VectorStore&);

/// In the configuration of an exporter that asks several read replicas: the module with its login.
inline constexpr std::string_view postgres_probe_module = "monitoring";

/// How long Alertmanager remembers whom it told: longer than the longest repeat_interval, or it repeats when it has forgotten.
inline constexpr std::string_view alertmanager_retention = "192h";

/// Where a page is, in a scrape configuration or a monitor: "/metrics?format=prometheus" is a path and parameters to Prometheus,
/// which would ask for "/metrics%3Fformat=prometheus" otherwise. `key`: what the path is called there.
void add_page(Yaml& scrape, std::string_view key, std::string_view page);

}  // namespace plimsoll::render
