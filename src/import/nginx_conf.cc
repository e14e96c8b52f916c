// nginx.conf, a file of conf.d, or a snippet of either: upstreams, whom requests are passed to, and the limits on clients.

#include "import/nginx_conf.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/quantity.h"
#include "import/readers.h"
#include "import/text_lines.h"
#include "import/url.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t most_blocks = 64;  // in one another

bool has_variable(std::string_view text) { return text.find_first_of("${") != std::string_view::npos; }

/// Blocks whose lines are data, not directives.
bool is_table(std::string_view name) {
  return name == "map" || name == "geo" || name == "types" || name == "split_clients" || name == "match" || name == "charset_map";
}

bool is_pass(std::string_view name) {
  return name == "proxy_pass" || name == "fastcgi_pass" || name == "uwsgi_pass" || name == "scgi_pass" || name == "grpc_pass";
}

class Conf {
 public:
  Conf(const TextAt& text, Facts& facts) : text_(text), lines_(text), facts_(facts) {
    file_.owner = text.owner;
    file_.at = text.at;
  }

  void read() {
    NginxTokens tokens(text_.text);
    std::vector<Word> words;
    while (true) {
      const NginxTokens::End end = tokens.next(words);
      if (end != NginxTokens::End::statement && end != NginxTokens::End::block && !words.empty()) missing_end(words);
      if (end == NginxTokens::End::text) break;
      if (end == NginxTokens::End::close) {
        if (blocks_.empty()) {
          lines_.warn(facts_, tokens.end_mark(), "this } closes nothing");
          break;  // what follows stands somewhere else than it seems
        }
        blocks_.pop_back();
        continue;
      }
      const std::string name = words.empty() ? std::string() : words[0].text;
      if (end == NginxTokens::End::statement) {
        directive(name, words);
      } else if (name.ends_with("_by_lua_block")) {
        tokens.skip_block();
      } else if (blocks_.size() == most_blocks) {
        lines_.warn(facts_, tokens.end_mark(), "too many blocks in one another");
        break;
      } else {
        open(name, words);
      }
    }
    finish();
  }

 private:
  struct Zone {
    double rate = 0;
    Found<std::string> at;
  };
  struct Limit {
    std::string zone;
    int burst = 0;
    std::size_t depth = 0;
  };

  void missing_end(const std::vector<Word>& words) {
    lines_.warn(facts_, words[0].raw, fmt::format("'{}' is not ended by a ;", words[0].text.substr(0, 60)));
  }

  [[nodiscard]] bool inside(std::string_view block) const {
    return std::find(blocks_.begin(), blocks_.end(), block) != blocks_.end();
  }

  void open(const std::string& name, const std::vector<Word>& words) {
    blocks_.push_back(name);
    if (name == "upstream" && words.size() > 1) {
      Upstream upstream;
      upstream.name = words[1].text;
      upstream.at = lines_.spot(words[1].raw);
      file_.upstreams.push_back(std::move(upstream));
    }
  }

  void directive(const std::string& name, const std::vector<Word>& words) {
    if (!blocks_.empty() && is_table(blocks_.back())) return;
    if (!blocks_.empty() && blocks_.back() == "upstream") {
      if (!file_.upstreams.empty()) upstream(file_.upstreams.back(), name, words);
      return;
    }
    if (words.size() < 2) return;
    if (name == "listen") return listen(words[1].text);
    if (name == "set" && words.size() > 2) return set(words[1].text, words[2].text);
    if (is_pass(name)) return passes_.emplace_back(words[1].text, words[1].raw), void();
    if (name == "limit_req_zone") return zone(words);
    if (name == "limit_req") return limit(words);
    if (name == "include" && words[1].text.ends_with(".conf"))
      return lines_.note(facts_, words[0].raw, fmt::format("what {} says is not seen", words[1].text));
    timeout(name, words);
  }

  void upstream(Upstream& to, const std::string& name, const std::vector<Word>& words) {
    if (name == "server" && words.size() > 1) return server(to, words);
    if (name == "keepalive" && words.size() > 1) {
      if (const auto count = parse_integer(words[1].text); count && *count > 0 && *count < 1'000'000)
        to.keepalive = static_cast<int>(*count);
      return;
    }
    for (const std::string_view one : {"least_conn", "ip_hash", "hash", "random", "least_time", "sticky"})
      if (name == one) {
        to.algorithm = name;
        for (std::size_t i = 1; i < words.size(); ++i) to.algorithm += " " + words[i].text;
      }
  }

  void server(Upstream& to, const std::vector<Word>& words) {
    Upstream::Server one;
    one.at = lines_.spot(words[1].raw);
    if (words[1].text.starts_with("unix:")) return;
    if (!host_and_port(words[1].text, one.host, one.port)) {
      if (has_variable(words[1].text))
        lines_.note(facts_, words[1].raw, fmt::format("which server {} is, is not known", words[1].text));
      return;
    }
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::string& word = words[i].text;
      const std::size_t equals = std::min(word.find('='), word.size());
      const std::string key = word.substr(0, equals);
      const std::string value = word.substr(std::min(equals + 1, word.size()));
      const auto number = parse_integer(value);
      const bool fits = number && *number >= 0 && *number < 1'000'000;
      if (key == "backup") one.backup = true;
      if (key == "down") one.down = true;
      if (key == "weight" && fits && *number > 0) one.weight = static_cast<int>(*number);
      if (key == "max_fails" && fits) one.max_fails = static_cast<int>(*number);
      if (const auto time = nginx_duration(value); key == "fail_timeout" && time) one.fail_timeout = *time;
    }
    to.servers.push_back(std::move(one));
  }

  static bool host_and_port(std::string_view text, std::string& host, int& port) {
    const std::vector<Endpointish> found = endpoints_in(text);
    if (found.size() != 1 || found[0].form == Endpointish::Form::dsn) return false;
    host = found[0].host;
    if (found[0].port_given) port = found[0].port;
    return true;
  }

  void listen(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const bool address = text.ends_with(']') || text.starts_with("unix:");
    const auto port = parse_integer(colon == std::string::npos ? text : text.substr(colon + 1));
    const int number = port && *port > 0 && *port < 65536 ? static_cast<int>(*port) : address || port ? 0 : 80;
    if (number != 0 && !text.starts_with("unix:") && std::count(file_.listens.begin(), file_.listens.end(), number) == 0)
      file_.listens.push_back(number);
  }

  void set(const std::string& variable, const std::string& value) {
    const auto [at, fresh] = variables_.emplace(variable, value);
    if (!fresh && at->second != value) at->second = "$";  // more than one thing: not known
  }

  // Only a zone at the level of http is one; nginx does not start with one in a server or location.
  void zone(const std::vector<Word>& words) {
    if (inside("server") || inside("location"))
      lines_.warn(
          facts_, words[0].raw,
          fmt::format("limit_req_zone cannot stand in a {}: nginx does not start", inside("location") ? "location" : "server"),
          "limit_req_zone in http { }, above the server");
    Zone zone;
    std::string name;
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::string_view text = words[i].text;
      if (text.starts_with("zone=")) name = text.substr(5, text.find(':') - 5);
      if (const auto rate = nginx_rate(text.substr(std::min<std::size_t>(5, text.size()))); text.starts_with("rate=") && rate) {
        zone.rate = *rate;
        const bool plain = words[i].raw == text;
        zone.at = lines_.found(std::string(text.substr(5)), words[0].raw, plain ? words[i].raw.substr(5) : words[i].raw);
        if (!plain) zone.at.prefix.clear();
      }
    }
    // A limit on each client's address; one on the server's name or a header is another thing.
    const std::string_view key = words[1].text;
    const bool client = key == "$binary_remote_addr" || key == "$remote_addr" || key == "$http_x_forwarded_for" ||
                        key == "$realip_remote_addr" || key == "$proxy_protocol_addr";
    if (client && zone.rate > 0 && !name.empty()) zones_.emplace(name, std::move(zone));
  }

  void limit(const std::vector<Word>& words) {
    Limit limit;
    limit.depth = blocks_.size();
    for (const Word& word : words) {
      if (word.text.starts_with("zone=")) limit.zone = word.text.substr(5);
      if (word.text.starts_with("burst="))
        if (const auto burst = parse_integer(word.text.substr(6)); burst && *burst >= 0 && *burst < 1'000'000'000)
          limit.burst = static_cast<int>(*burst);
    }
    limits_.push_back(std::move(limit));
  }

  // Of several the longest: what the slowest request may take.
  void timeout(const std::string& name, const std::vector<Word>& words) {
    Maybe<Duration>* slot = nullptr;
    for (const std::string_view from : {"proxy_", "fastcgi_", "uwsgi_", "grpc_"}) {
      if (!name.starts_with(from)) continue;
      const std::string_view rest = std::string_view(name).substr(from.size());
      if (rest == "connect_timeout") slot = &file_.connect_timeout;
      if (rest == "send_timeout") slot = &file_.send_timeout;
      if (rest == "read_timeout") slot = &file_.read_timeout;
    }
    const auto time = nginx_duration(words[1].text);
    if (!slot || !time || (*slot && (*slot)->value >= *time)) return;
    const Found<std::string> found = lines_.found({}, words[0].raw, words[1].raw);
    *slot = Found<Duration>{*time, found.key, found.at, found.prefix};
  }

  void finish() {
    for (const auto& [text, raw] : passes_) pass(text, raw);
    // The limit that covers most: the outermost; of those at one level the loosest.
    const Limit* best = nullptr;
    for (const Limit& one : limits_) {
      if (!zones_.contains(one.zone)) continue;
      const bool looser = best && one.depth == best->depth && zones_[one.zone].rate > zones_[best->zone].rate;
      if (!best || one.depth < best->depth || looser) best = &one;
    }
    if (best) {
      const Zone& zone = zones_[best->zone];
      file_.client_rate = Found<double>{zone.rate, zone.at.key, zone.at.at, zone.at.prefix};
      file_.client_burst = best->burst;
    }
    const bool empty = file_.upstreams.empty() && file_.passes.empty() && file_.listens.empty() && !file_.client_rate;
    if (!empty) facts_.nginx.push_back(std::move(file_));
  }

  void pass(std::string text, std::string_view raw) {
    if (const std::size_t dollar = text.find('$'); dollar != std::string::npos)  // $backend, http://$backend
      if (const auto known = variables_.find(text.substr(dollar)); known != variables_.end())
        text.replace(dollar, text.size(), known->second);
    std::string_view rest = text;
    if (const std::size_t mark = rest.find("://"); mark != std::string_view::npos) rest.remove_prefix(mark + 3);
    rest = rest.substr(0, rest.find_first_of("/?"));
    if (rest.starts_with("unix:")) return;
    if (rest.empty() || has_variable(rest)) return lines_.note(facts_, raw, "where this passes requests to is not known");
    if (seen_.emplace(rest).second) file_.passes.emplace_back(rest);
  }

  TextAt text_;
  TextLines lines_;
  Facts& facts_;
  NginxFile file_;
  std::vector<std::string> blocks_;
  std::map<std::string, std::string> variables_;
  std::map<std::string, Zone> zones_;
  std::vector<Limit> limits_;
  std::set<std::string> seen_;
  std::vector<std::pair<std::string, std::string_view>> passes_;
};

}  // namespace

void read_nginx(const TextAt& text, Facts& facts) { Conf(text, facts).read(); }

}  // namespace plimsoll::import
