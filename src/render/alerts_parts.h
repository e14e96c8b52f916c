#pragma once
// The parts of rule_groups(), each in its own file. Contract: alerts.h.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/stack.h"
#include "core/time.h"
#include "render/render.h"

namespace plimsoll::render::alerting {

enum class Severity { info, warning, critical };

/// One rule. Texts may have Prometheus' templates in them, so nothing free from the spec goes in.
struct Alert {
  std::string name;  // without the component: "LatencyP99High"
  Severity severity = Severity::warning;
  Duration held{};
  std::string expr;
  std::string signal;                                            // what its levels have in common: "cpu", "latency"
  std::string summary;                                           // a sentence, with figures
  std::string action;                                            // what to do
  std::string why;                                               // a comment: where the figure is from; may be empty
  std::vector<std::pair<std::string, std::string>> labels = {};  // more of them: {"list", "decisions"}
};

/// The alerts of one component as they come together.
struct Group {
  std::string component;
  std::vector<Alert> alerts = {};
  /// (job, series) that a page must have, or the alerts on it are deaf. Series that come and go (an empty list has none) are not
  /// here.
  std::vector<std::pair<std::string, std::string>> needs = {};

  void need(std::string_view job, std::string_view series);
};

struct Scope {
  const Stack& stack;
  std::vector<Note>& notes;
};

void tier_alerts(const Scope&, const Tier&, Group&);          // alerts_tier.cc: usual levels and objectives
void queue_alerts(const Scope&, const Tier&, Group&);         // alerts_queue.cc
void spec_rules(const Scope&, const Tier&, Group&);           // alerts_rules.cc: scale.rules
void database_alerts(const Scope&, const Database&, Group&);  // alerts_stores.cc
void pooler_alerts(const Pooler&, Group&);                    // alerts_stores.cc
void cache_alerts(const Cache&, Group&);                      // alerts_stores.cc
void balancer_alerts(const Stack&, Group&);                   // alerts_balancer.cc
void vector_store_alerts(const VectorStore&, Group&);         // alerts_stores.cc

/// Whether the spec has a rule of its own that grows the tier, or has somebody look, when the signal is high.
bool has_own_rule(const Tier&, SignalKind, std::string_view list = "");

/// All of a job's places, or none of them, answer to Prometheus (and `series`, if any, is 1: the exporter reaches its store).
Alert down_alert(std::string_view component, std::string_view series, std::string action);

/// "MainDb" of "main-db".
std::string pascal(std::string_view name);

}  // namespace plimsoll::render::alerting
