#pragma once
// What HAProxy sees of the tiers behind it.

#include <map>
#include <string>
#include <vector>

#include "collect/wanted.h"
#include "collect/window.h"
#include "ports/collector.h"
#include "wire/haproxy_socket.h"

namespace plimsoll::collect {

/// Signals, from the backend named as the tier:
///   requests_per_second   requests that arrived for it, whether served, waiting or refused, over a sliding window; 1/s
///   queued_requests       waiting for a free server now
///   errors                of the requests answered within a sliding window, the share answered 5xx, by a server or by HAProxy
///                         itself: no connection, no answer or a broken one after all retries, no free server in time. What a
///                         retry or another server made good is no failure, and a client that left is none
/// Gaps: empty until the counter was read twice, also after a reload or restart has set it to zero, and for errors without an
/// answer in the window; malformed if there is no such
/// backend; an Error if the socket does not answer.
/// Gauges of each backend: haproxy.TIER.requests_per_s, .sessions, .queued, .servers_up, .errors_ratio, and totals
/// since HAProxy's start: .responses_5xx, .connect_errors, .response_errors, .retries, .redispatches.
class HaproxyCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(1);
    Duration window = std::chrono::seconds(5);
    Duration errors_window = std::chrono::seconds(10);
  };
  /// @param admin_socket  path of the runtime API's UNIX socket
  HaproxyCollector(const Plan& plan, std::string admin_socket, Options options);
  HaproxyCollector(const Plan& plan, std::string admin_socket) : HaproxyCollector(plan, std::move(admin_socket), Options()) {}

  std::string_view name() const override { return "haproxy"; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  struct Backend {
    std::string name;
    CounterWindow requests;
    ShareWindow errors;
    const wire::HaproxyServerStat* row = nullptr;  // of this round
    int servers_up = 0;
  };
  void take(const std::vector<wire::HaproxyServerStat>& rows, TimePoint now);
  [[nodiscard]] Reading reading(const Wanted& signal, TimePoint now) const;
  static void append_gauges(const Backend& backend, Readings& out);

  wire::HaproxySocket socket_;
  Options options_;
  std::vector<Backend> backends_;  // by TierId
  std::vector<Wanted> wanted_;
};

}  // namespace plimsoll::collect
