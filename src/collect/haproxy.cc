#include "collect/haproxy.h"

#include <utility>

namespace plimsoll::collect {
namespace {

using Kind = wire::HaproxyServerStat::Kind;

struct Answers {
  double failed = 0, all = 0;
};

/// Since HAProxy's start. Those it gives itself (503 where no server could be reached) are among them, so `econ` and `eresp` are
/// not: they also count what a retry made good.
std::optional<Answers> answers_of(const wire::HaproxyServerStat* row) {
  if (row == nullptr || !row->hrsp_5xx || !row->hrsp_2xx) return std::nullopt;
  const std::int64_t all = *row->hrsp_2xx + row->hrsp_3xx.value_or(0) + row->hrsp_4xx.value_or(0) + *row->hrsp_5xx;
  return Answers{static_cast<double>(*row->hrsp_5xx), static_cast<double>(all)};
}

}  // namespace

HaproxyCollector::HaproxyCollector(const Plan& plan, std::string admin_socket, Options options)
    : socket_(std::move(admin_socket)),
      options_(options),
      wanted_(wanted(plan, {SignalKind::requests_per_second, SignalKind::queued_requests, SignalKind::errors})) {
  for (const TierPlan& tier : plan.tiers)
    backends_.push_back({tier.name, CounterWindow(options.window), ShareWindow(options.errors_window)});
}

Result<void> HaproxyCollector::collect(const Fleet&, TimePoint now, Duration deadline, Readings& out) {
  const auto rows = socket_.show_stat(deadline);
  if (!rows) {
    append_gaps(wanted_, Gap::unreachable, out);
    return fail(rows.error());
  }
  take(*rows, now);
  for (const Wanted& signal : wanted_) out.readings.push_back(reading(signal, now));
  for (Backend& backend : backends_) {
    append_gauges(backend, out);
    backend.row = nullptr;
  }
  return {};
}

void HaproxyCollector::take(const std::vector<wire::HaproxyServerStat>& rows, TimePoint now) {
  for (Backend& backend : backends_) {
    backend.row = nullptr;
    backend.servers_up = 0;
    for (const wire::HaproxyServerStat& row : rows) {
      if (row.proxy != backend.name) continue;
      if (row.kind == Kind::backend) backend.row = &row;
      // "UP 1/2" is going down and still serves.
      if (row.kind == Kind::server && (row.status.starts_with("UP") || row.status == "no check")) ++backend.servers_up;
    }
    if (backend.row != nullptr && backend.row->stot) backend.requests.add(now, static_cast<double>(*backend.row->stot));
    if (const auto answers = answers_of(backend.row)) backend.errors.add(now, answers->failed, answers->all);
  }
}

Reading HaproxyCollector::reading(const Wanted& signal, TimePoint now) const {
  const Backend& backend = backends_[signal.tier.index];
  if (backend.row == nullptr) return signal.gap(Gap::malformed);
  if (signal.kind == SignalKind::queued_requests) {
    if (!backend.row->qcur) return signal.gap(Gap::malformed);
    return signal.value(static_cast<double>(*backend.row->qcur), now);
  }
  if (signal.kind == SignalKind::errors) {
    if (!answers_of(backend.row)) return signal.gap(Gap::malformed);
    const auto share = backend.errors.share();
    return share ? signal.value(share->ratio, share->end, share->span) : signal.gap(Gap::empty);
  }
  if (!backend.row->stot) return signal.gap(Gap::malformed);
  const auto rate = backend.requests.rate();
  return rate ? signal.value(rate->per_second, rate->end, rate->span) : signal.gap(Gap::empty);
}

void HaproxyCollector::append_gauges(const Backend& backend, Readings& out) {
  if (backend.row == nullptr) return;
  const std::string prefix = "haproxy." + backend.name;
  if (const auto rate = backend.requests.rate()) out.gauges.push_back({prefix + ".requests_per_s", rate->per_second});
  if (const auto share = backend.errors.share()) out.gauges.push_back({prefix + ".errors_ratio", share->ratio});
  out.gauges.push_back({prefix + ".servers_up", static_cast<double>(backend.servers_up)});
  for (const auto& [what, figure] : {std::pair{".sessions", backend.row->scur},
                                     {".queued", backend.row->qcur},
                                     {".responses_5xx", backend.row->hrsp_5xx},
                                     {".connect_errors", backend.row->econ},
                                     {".response_errors", backend.row->eresp},
                                     {".retries", backend.row->wretr},
                                     {".redispatches", backend.row->wredis}})
    if (figure) out.gauges.push_back({prefix + what, static_cast<double>(*figure)});
}

}  // namespace plimsoll::collect
