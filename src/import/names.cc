// Names of components.

#include <algorithm>
#include <array>

#include "import/assembly.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t longest = 40;

/// In the letters of the spec: a-z, 0-9 and -, beginning with a letter.
std::string spelled(std::string_view original) {
  std::string out;
  for (char c : original) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (fits)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  if (out.empty() || out[0] == '-' || (out[0] >= '0' && out[0] <= '9')) out.insert(0, "x");
  out.resize(std::min(out.size(), longest));
  while (out.back() == '-') out.pop_back();
  return out;
}

std::string_view without_suffix(std::string_view name) {
  for (const std::string_view suffix : {"-deployment", "-statefulset", "-rollout"})
    if (name.size() > suffix.size() && name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

}  // namespace

void Names::release_of(const std::vector<const Workload*>& workloads) {
  constexpr std::array labels = {"app.kubernetes.io/instance", "release", "app.kubernetes.io/part-of"};
  for (const Workload* one : workloads)
    for (const char* label : labels)
      if (const auto found = one->labels.find(label); found != one->labels.end() && one->name.size() > found->second.size() + 1 &&
                                                      !found->second.empty() && one->name.starts_with(found->second + "-"))
        prefixes_.insert(found->second + "-");
  if (workloads.size() < 2) return;
  std::string common = workloads.front()->name;
  for (const Workload* one : workloads) {
    std::size_t same = 0;
    while (same < common.size() && same < one->name.size() && common[same] == one->name[same]) ++same;
    common.resize(same);
  }
  const std::size_t dash = common.rfind('-');
  if (dash == std::string::npos) return;
  prefixes_.insert(common.substr(0, dash + 1));
}

std::string Names::plain(std::string_view original) const {
  if (original.empty()) return "unnamed";
  std::string_view best = original;
  for (const std::string& prefix : prefixes_)
    if (original.starts_with(prefix) && original.size() > prefix.size() && original.size() - prefix.size() < best.size())
      best = original.substr(prefix.size());
  if (best.front() >= '0' && best.front() <= '9') best = original;
  return spelled(without_suffix(best));
}

std::string Names::fresh(std::string_view original, std::string_view hint) {
  const std::string name = plain(original);
  if (taken_.insert(name).second) return name;
  if (const std::string whole = spelled(original); taken_.insert(whole).second) return whole;
  for (int n = 1;; ++n) {
    const std::string behind = n > 1 ? "-" + std::to_string(n) : hint.empty() ? "-2" : "-" + spelled(hint);
    std::string next = name.substr(0, longest - std::min(behind.size(), longest / 2)) + behind.substr(0, longest / 2);
    if (taken_.insert(next).second) return next;
  }
}

}  // namespace plimsoll::import
