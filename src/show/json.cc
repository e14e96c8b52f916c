#include "show/json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace plimsoll::show {
namespace {

using Json = nlohmann::ordered_json;

/// An answer in the making, with the reasons of what is absent.
class Envelope {
 public:
  explicit Envelope(const std::string& verb) { body_["schema"] = "plimsoll/" + verb + "/v1"; }
  Json& operator[](const char* key) { return body_[key]; }
  void absent(const std::string& pointer, const char* why) {
    body_[Json::json_pointer(pointer)] = nullptr;
    explain(pointer, why);
  }
  void explain(const std::string& pointer, const char* why) { absent_[pointer] = why; }
  [[nodiscard]] std::string text() {
    body_["absent"] = absent_;
    return body_.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  Json body_ = Json::object();
  Json absent_ = Json::object();
};

void put_latencies(Envelope& out, const Summary& s) {
  Json& latency = out["latency"] = Json::object();
  const std::pair<const char*, std::optional<Duration>> keys[] = {
      {"p50_s", s.p50}, {"p95_s", s.p95}, {"p99_s", s.p99}, {"max_s", s.max}};
  for (const auto& [key, value] : keys) {
    if (value)
      latency[key] = seconds(*value);
    else
      out.absent(std::string("/latency/") + key, s.requests == 0 ? "no request was sent" : "no request was answered");
  }
  if (s.p95_objective)
    latency["p95_objective_s"] = seconds(*s.p95_objective);
  else
    out.absent("/latency/p95_objective_s", "the stack states none");
}

enum class Numbers { real, whole };

/// The samples, with null for those that are absent.
Json series(Envelope& out, const std::string& pointer, const std::vector<double>& values, Numbers numbers) {
  Json array = Json::array();
  bool gaps = false;
  for (const double v : values) {
    const bool known = std::isfinite(v);
    array.push_back(!known                      ? Json(nullptr)
                    : numbers == Numbers::whole ? Json(std::llround(std::clamp(v, -1e15, 1e15)))
                                                : Json(v));
    gaps = gaps || !known;
  }
  if (gaps) out.explain(pointer, "null for periods in which nothing was measured");
  return array;
}

/// A key as one step of a JSON pointer.
std::string escaped(const std::string& key) {
  std::string out;
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

void put_timeline(Envelope& out, const Summary& s) {
  Json timeline = {{"period_s", seconds(s.sample_period)}};
  timeline["rate_per_s"] = series(out, "/timeline/rate_per_s", s.rate_per_s, Numbers::real);
  timeline["p95_s"] = series(out, "/timeline/p95_s", s.p95_s, Numbers::real);
  Json& replicas = timeline["replicas"] = Json::object();
  for (const TierHistory& t : s.tiers)
    replicas[t.tier] = series(out, "/timeline/replicas/" + escaped(t.tier), t.replicas, Numbers::whole);
  out["timeline"] = timeline;
}

}  // namespace

std::string demo_report_json(const Summary& s) {
  Envelope out("demo");
  out["stack"] = s.stack;
  out["well"] = went_well(s);
  out["verdict"] = verdict_text(s);
  out["elapsed_s"] = seconds(s.elapsed);
  Json kinds = Json::object();
  for (const FailureCount& f : s.failures) kinds[f.kind] = f.count;
  out["requests"] = {
      {"sent", s.requests}, {"ok", s.ok}, {"failed", s.failed()}, {"unanswered", s.unanswered()}, {"failed_by_kind", kinds}};
  put_latencies(out, s);
  if (s.jobs)
    out["jobs"] = {{"in", s.jobs->in},
                   {"done", s.jobs->done},
                   {"duplicate", s.jobs->duplicate},
                   {"lost", s.jobs->lost},
                   {"unfinished", s.jobs->unfinished()}};
  else
    out.absent("/jobs", "the stack has no queue");
  put_timeline(out, s);
  Json& decisions = out["decisions"] = Json::array();
  for (const Decision& d : s.decisions)
    decisions.push_back(
        {{"at_s", seconds(d.at)}, {"tier", d.tier}, {"from", d.from}, {"to", d.to}, {"why", std::string(reason_of(d))}});
  out["notes"] = s.notes;
  return out.text();
}

std::string up_json(const std::string& stack, const std::vector<ComponentRow>& rows) {
  Envelope out("up");
  out["stack"] = stack;
  Json& components = out["components"] = Json::array();
  for (const ComponentRow& row : rows)
    components.push_back({{"kind", row.kind},
                          {"version", row.version},
                          {"name", row.name},
                          {"address", row.address},
                          {"state", to_text(row.state)},
                          {"note", row.note}});
  return out.text();
}

}  // namespace plimsoll::show
