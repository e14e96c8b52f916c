#pragma once
// Named signals that a Prometheus server knows.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/named.h"
#include "ports/collector.h"

namespace plimsoll::collect {

/// The one element of an instant query's answer (a vector of one, or a scalar), measured when the server says, but not in our
/// future. empty: no element, or NaN. Errors (malformed): not such an answer, several elements, an infinite value; or what the
/// server itself says is wrong. Pure.
Result<Sample> read_instant(std::string_view body, TimePoint now);

/// Signals: each asked of its server as an instant query, all at once; one number for the tier. Of a signal per instance the
/// query's number is every ready instance's. A server that knows how (lookback_delta) leaves out samples older than the signal's
/// max_age; others answer with what they have seen of the last five minutes.
/// Gaps: as read_instant(), and unreachable. An Error, with what the first one said, if no query was answered with a number or
/// with nothing. A URL's own query, which may hold a token, is not in it.
class PrometheusCollector final : public Collector {
 public:
  struct Options {
    Duration period = std::chrono::seconds(5);  // a server itself looks no oftener, as a rule
  };
  PrometheusCollector(const std::vector<NamedWanted>& wanted, Options options);
  explicit PrometheusCollector(const std::vector<NamedWanted>& wanted) : PrometheusCollector(wanted, Options()) {}

  std::string_view name() const override { return "prometheus"; }
  Duration period() const override { return options_.period; }
  Result<void> collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) override;

 private:
  /// One named signal, whoever reads it.
  struct Query {
    std::string signal;
    std::string host;
    std::uint16_t port = 0;
    std::string target;
    std::string wrong;  // why it can't be asked; empty: it can
    std::vector<Wanted> readers;
  };
  static Query query_of(const NamedSignal& signal);
  static void give(const Query& query, const Sample& sample, const Fleet& fleet, Readings& out);

  Options options_;
  std::vector<Query> queries_;
};

/// Null if no policy of the plan reads such a signal. `plan` was compiled from `stack`; both are read here only.
std::unique_ptr<Collector> prometheus_collector(const Plan& plan, const Stack& stack);

}  // namespace plimsoll::collect
