// Kubernetes: which object is read by whom.

#include "import/kubernetes.h"

#include <array>

#include "import/readers.h"

namespace plimsoll::import {
namespace kubernetes {

std::string signal_name(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 63))
    out += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '_';
  if (out.empty() || (out[0] >= '0' && out[0] <= '9')) out.insert(0, "_");
  return out.substr(0, 63);
}

bool is_owned(const Node& root) {
  const Node* owners = at(root, {"metadata", "ownerReferences"});
  return owners && !owners->items.empty();
}

std::vector<LabelRule> label_rules(const Node* selector) {
  std::vector<LabelRule> rules;
  const Node* list = selector ? at(*selector, {"matchExpressions"}) : nullptr;
  if (!list) return rules;
  using Is = LabelRule::Is;
  for (const Node& item : list->items) {
    const std::string word = text(item, {"operator"});
    LabelRule made;
    made.key = text(item, {"key"});
    made.is = word == "In"             ? Is::in
              : word == "NotIn"        ? Is::not_in
              : word == "Exists"       ? Is::exists
              : word == "DoesNotExist" ? Is::absent
                                       : Is::unknown;
    if (const Node* values = at(item, {"values"}))
      for (const Node& value : values->items) made.values.push_back(value.text);
    rules.push_back(std::move(made));
  }
  return rules;
}

CountOrShare count_or_share(const Node* node) {
  const std::string_view written = text(node);
  if (const auto count = integer(node)) return {*count, std::nullopt};
  if (!written.ends_with('%')) return {};
  const auto percent = integer_of(written.substr(0, written.size() - 1));
  if (!percent) return {};
  return {std::nullopt, *percent / 100.0};
}

namespace {

/// The pods of an object; null if it has none.
const Node::Entry* pod_template(const Node& root) {
  const Node::Entry* entry = entry_at(root, {"spec", "template"});
  const Node* containers = entry ? at(entry->value, {"spec", "containers"}) : nullptr;
  return containers && containers->kind == Node::Kind::list && !containers->items.empty() ? entry : nullptr;
}

bool in_group(const Object& object, std::string_view group) { return object.api_version.starts_with(group); }

/// Whether the object's kind says anything of a stack's size; carries it out if so.
bool read_object(const Object& object, Facts& facts) {
  if (const Node::Entry* pods = pod_template(object.root)) {
    workload(object, *pods, facts);
    return true;
  }
  using Reader = void (*)(const Object&, Facts&);
  struct Row {
    std::string_view kind, group;
    Reader read;
  };
  constexpr std::array<Row, 7> rows = {{
      {"Service", "v1", service},
      {"Ingress", "", ingress},
      {"ConfigMap", "v1", config_map},
      {"HorizontalPodAutoscaler", "autoscaling/", autoscaler},
      {"PodDisruptionBudget", "policy/", disruption_budget},
      {"VerticalPodAutoscaler", "", vertical_autoscaler},
      {"ScaledObject", "keda.sh/", scaled_object},
  }};
  for (const Row& row : rows)
    if (object.kind == row.kind && in_group(object, row.group)) {
      row.read(object, facts);
      return true;
    }
  return false;
}

void read_one(std::uint32_t file, const Node& root, int depth, Facts& facts) {
  if (root.kind != Node::Kind::map) return;
  const std::string kind = text(root, {"kind"});
  if (kind.empty()) return;
  if (const Node* items = at(root, {"items"}); items && kind.ends_with("List") && items->kind == Node::Kind::list) {
    if (depth > 4) return;
    for (const Node& item : items->items) read_one(file, item, depth + 1, facts);
    return;
  }
  const Node::Entry* name = entry_at(root, {"metadata", "name"});
  if (!name) name = entry_at(root, {"metadata", "generateName"});
  const Spot spot{file, name ? name->value.at : root.at};
  const Object object{file,
                      root,
                      text(root, {"apiVersion"}),
                      kind,
                      std::string(text(name ? &name->value : nullptr)),
                      text(root, {"metadata", "namespace"}),
                      spot};
  if (read_object(object, facts))
    ++facts.documents;
  else
    ++facts.unknown_kinds[kind];
}

}  // namespace
}  // namespace kubernetes

void read_kubernetes(const Document& document, Facts& facts) { kubernetes::read_one(document.file, *document.root, 0, facts); }

}  // namespace plimsoll::import
