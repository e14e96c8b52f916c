#include "collect/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "collect/metrics_text.h"
#include "wire/http_client.h"
#include "wire/url.h"

namespace plimsoll::collect {
namespace {

using nlohmann::json;

constexpr std::size_t longest_complaint = 200;
constexpr double latest_time_s = 4e9;  // later than any clock says, within what a TimePoint holds

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                       c == '.' || c == '~';
    if (plain)
      encoded.push_back(c);
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

/// [1700000000.123, "42"]
Result<Sample> sample_of(const json& pair, TimePoint now) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_string())
    return fail(Errc::malformed, "its answer has no value");
  const double at = pair[0].get<double>();
  const auto value = parse_metric_number(pair[1].get_ref<const std::string&>());
  if (!value || !(at >= 0 && at <= latest_time_s)) return fail(Errc::malformed, "its answer has no value");
  const Figure read = figure(*value);
  if (read.gap == Gap::malformed) return fail(Errc::malformed, "its answer is infinite");
  return Sample{read.value, std::min(TimePoint(from_seconds(at)), now), {}, read.gap};
}

Result<Sample> read(const json& answer, TimePoint now) {
  if (!answer.is_object()) return fail(Errc::malformed, "its answer is not a query's");
  if (answer.value("status", "") != "success") {
    const std::string said = answer.value("error", "");
    return fail(Errc::malformed, said.empty() ? "its answer is not a query's" : said.substr(0, longest_complaint));
  }
  const json& data = answer.at("data");
  const json& result = data.at("result");
  const std::string type = data.value("resultType", "");
  if (type == "scalar") return sample_of(result, now);
  if (type != "vector" || !result.is_array())
    return fail(Errc::malformed, fmt::format("its answer is a {}, not one number", type));
  if (result.empty()) return Sample{};
  if (result.size() > 1)
    return fail(Errc::malformed, fmt::format("its answer has {} elements, not one: sum() or max() over them?", result.size()));
  return sample_of(result[0].at("value"), now);
}

Result<Sample> sample_in(const Result<wire::HttpResponse>& answer, const std::string& target, TimePoint now) {
  if (!answer) {
    // "http://host:port/api/v1/query?query=...: connection refused"
    const std::string& message = answer.error().message;
    const std::size_t at = message.find(target);
    return fail(answer.error().code, at == std::string::npos ? message : message.substr(at + target.size() + 2));
  }
  // 400, 422 and 503 come with an answer that says why.
  const bool is_json = answer->header("Content-Type").starts_with("application/json");
  if (answer->status != 200 && !is_json)
    return fail(answer->status >= 500 ? Errc::unreachable : Errc::malformed, fmt::format("it answers {}", answer->status));
  Result<Sample> sample = read_instant(answer->body, now);
  if (!sample && answer->status >= 500) sample.error().code = Errc::unreachable;
  return sample;
}

}  // namespace

Result<Sample> read_instant(std::string_view body, TimePoint now) {
  const json answer = json::parse(body, nullptr, false);
  try {
    return read(answer, now);
  } catch (const json::exception&) {  // a member that is not there, or is something else
    return fail(Errc::malformed, "its answer is not a query's");
  }
}

PrometheusCollector::Query PrometheusCollector::query_of(const NamedSignal& signal) {
  Query query;
  query.signal = signal.name;
  const Result<wire::Url> url = wire::parse_url(signal.url);
  if (!url) {
    query.wrong = url.error().message;
    return query;
  }
  if (url->scheme != "http") query.wrong = fmt::format("{}:// is not supported, only http://", url->scheme);
  if (!url->user.empty() || !url->password.empty()) query.wrong = "a user and password in its URL are not supported";
  query.host = url->host;
  query.port = url->port == 0 ? std::uint16_t{80} : url->port;
  query.target = url->path;
  while (query.target.ends_with('/')) query.target.pop_back();
  query.target += "/api/v1/query?";
  if (!url->query.empty()) query.target += url->query + "&";
  const auto max_age_ms = std::chrono::ceil<std::chrono::milliseconds>(signal.max_age).count();
  query.target += fmt::format("query={}&lookback_delta={}ms", percent_encoded(signal.query), max_age_ms);
  return query;
}

PrometheusCollector::PrometheusCollector(const std::vector<NamedWanted>& wanted, Options options) : options_(options) {
  for (const NamedWanted& one : wanted) {
    auto query = std::ranges::find(queries_, one.source.name, &Query::signal);
    if (query == queries_.end()) query = queries_.insert(queries_.end(), query_of(one.source));
    query->readers.push_back(one.signal);
  }
}

Result<void> PrometheusCollector::collect(const Fleet& fleet, TimePoint now, Duration deadline, Readings& out) {
  std::vector<wire::HttpGet> requests;
  for (const Query& query : queries_)
    if (query.wrong.empty()) requests.push_back({query.host, query.port, query.target});
  const auto answers = wire::get_all(requests, deadline - deadline / 10);

  std::optional<Error> first_error;
  bool any = false;
  auto answer = answers.begin();
  for (const Query& query : queries_) {
    const Result<Sample> sample =
        !query.wrong.empty() ? Result<Sample>(fail(Errc::malformed, query.wrong)) : sample_in(*answer++, query.target, now);
    any = any || sample;
    if (sample) {
      give(query, *sample, fleet, out);
      continue;
    }
    const Error& error = sample.error();
    give(query, {0, {}, {}, error.code == Errc::malformed ? Gap::malformed : Gap::unreachable}, fleet, out);
    if (!first_error)
      first_error =
          Error{error.code, fmt::format("prometheus {}:{}, signal {}: {}", query.host, query.port, query.signal, error.message)};
  }
  if (first_error && !any) return fail(std::move(*first_error));
  return {};
}

void PrometheusCollector::give(const Query& query, const Sample& sample, const Fleet& fleet, Readings& out) {
  for (const Wanted& reader : query.readers) {
    out.readings.push_back({reader.tier, reader.signal, sample});
    if (!reader.own || sample.gap != Gap::none) continue;
    for (const Instance& instance : fleet.instances)
      if (instance.tier == reader.tier && instance.phase == Phase::ready)
        out.own.push_back(reader.of_instance(instance.number, sample.value, sample.measured));
  }
}

std::unique_ptr<Collector> prometheus_collector(const Plan& plan, const Stack& stack) {
  const std::vector<NamedWanted> all = wanted_from(plan, stack, NamedSignal::From::prometheus);
  if (all.empty()) return nullptr;
  return std::make_unique<PrometheusCollector>(all);
}

}  // namespace plimsoll::collect
