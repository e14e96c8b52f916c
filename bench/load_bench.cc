// One run of the load engine against 127.0.0.1, and what it cost: a line of key=value for load_vs_wrk.sh.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "core/quantity.h"
#include "load/engine.h"

namespace {

using namespace plimsoll;
using namespace plimsoll::load;

int usage() {
  std::fputs("usage: load_bench PORT closed CONNECTIONS DURATION\n       load_bench PORT open RATE DURATION\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return usage();
  const std::string_view kind = argv[2];
  const auto port = parse_integer(argv[1]);
  const auto amount = parse_integer(argv[3]);
  const auto duration = parse_duration(argv[4]);
  if ((kind != "closed" && kind != "open") || !port || !amount || !duration || *port < 1 || *port > 65535 || *amount < 1 ||
      *amount > 1'000'000 || duration->count() <= 0)
    return usage();

  Plan plan;
  plan.port = static_cast<std::uint16_t>(*port);
  const RequestTemplate get{.headers = {}, .body = {}};
  plan.mix = RequestMix::build({.authority = fmt::format("127.0.0.1:{}", *port), .id_prefix = {}}, {get}).value();
  if (kind == "closed") {
    plan.max_connections = static_cast<int>(*amount);
    plan.model = ClosedLoop{.connections = plan.max_connections, .duration = *duration};
  } else {
    plan.model = OpenLoop{.schedule = Schedule({{*duration, {static_cast<double>(*amount)}, Stage::Shape::hold}})};
  }
  Engine engine(std::move(plan));
  if (const auto started = engine.start(); !started) {
    std::fprintf(stderr, "load_bench: %s\n", started.error().message.c_str());
    return 2;
  }
  engine.wait();
  const Summary s = engine.result();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "requests={} failed={} per_second={:.0f} cpu_us_per_request={:.2f} p50_us={:.0f} p99_us={:.0f} slip_p99_us={:.0f} "
      "rss_mb={}\n",
      s.counts.succeeded, s.counts.failed(), static_cast<double>(s.counts.succeeded) / seconds(s.elapsed),
      s.cpu_s * 1e6 / static_cast<double>(std::max<std::uint64_t>(s.counts.succeeded, 1)), seconds(s.response.p50) * 1e6,
      seconds(s.response.p99) * 1e6, seconds(s.slip.p99) * 1e6, usage.ru_maxrss / 1024);
  return s.counts.failed() == 0 ? 0 : 1;
}
