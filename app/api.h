#pragma once
// The role `api`: decisions, history and sessions. Stateless: any instance answers any request, and a request may be sent twice.

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "app/metrics.h"
#include "app/service.h"

namespace plimsoll::app {

/// Order of work in POST /api/decide, and what a crash or a lost answer costs at each step; the client (or the balancer for it)
/// repeats the request with the same Idempotency-Key:
///   1. CPU, profile, outside call        nothing was changed
///   2. the decision's row (unique key)   the repeat finds the row, gives the stored answer and goes on with 3
///   3. one job a queue, and the position in the write-ahead log (read-your-writes)
///                                        the repeat pushes again the jobs without an effect; doubles are harmless, since
///                                        the effect of a job id is written once
///   4. the answer                        as 3
/// So an answered decision has one row, and each of its jobs is in a queue, in a worker's hand, or done.
class Api {
 public:
  /// Borrows both; thread-safe.
  Api(const Settings& settings, Stores& stores);

  wire::HttpResponse handle(const wire::HttpRequest& request);
  void write_metrics(MetricsText& out) const;

 private:
  struct Route {
    const char* method;
    const char* path;
    wire::HttpResponse (Api::*answer)(const wire::HttpRequest&, Deadline);
  };
  struct Counted {
    Histogram duration;
    std::array<std::atomic<std::uint64_t>, 600> codes{};
  };
  struct Decision {
    std::string answer;
    bool created = false;
    bool of_another_user = false;  // the key is taken
    std::int64_t wal_position = 0;
  };
  static const std::array<Route, 4> routes;

  wire::HttpResponse decide(const wire::HttpRequest& request, Deadline deadline);
  wire::HttpResponse history(const wire::HttpRequest& request, Deadline deadline);
  wire::HttpResponse login(const wire::HttpRequest& request, Deadline deadline);
  wire::HttpResponse me(const wire::HttpRequest& request, Deadline deadline);

  Result<int> segment_of(const std::string& user, Deadline deadline);
  Result<Decision> store(const std::string& key, const std::string& user, const std::string& answer, Deadline deadline);
  Result<std::vector<std::string>> queues_to_serve(const std::string& key, bool created, Deadline deadline);
  Result<void> publish(const std::string& key, const std::string& user, const Decision& decision, Deadline deadline);
  Result<std::string> session_user(const wire::HttpRequest& request, Deadline deadline);
  /// The user's last write, 0 if none is remembered.
  Result<std::int64_t> own_position(const std::string& user, Deadline deadline);

  const Settings& settings_;
  Stores& stores_;
  std::array<Counted, 5> counted_;  // one a route, the last for the rest
  std::atomic<std::uint64_t> cache_hits_{0}, cache_misses_{0}, replica_reads_{0}, primary_reads_{0}, pushes_{0};
};

}  // namespace plimsoll::app
