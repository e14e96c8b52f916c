#include "import/url.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "core/quantity.h"
#include "import/text_lines.h"

namespace plimsoll::import {
namespace {

constexpr std::size_t most_endpoints = 64;  // these two bound the work for any value
constexpr std::size_t longest_value = 1U << 16U;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_address(std::string_view text) {  // IPv4
  int dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && (i == 0 || text[i - 1] == '.' || i + 1 == text.size())) return false;
    dots += text[i] == '.';
    if (text[i] != '.' && !is_digit(text[i])) return false;
  }
  return dots == 3;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.front() == '-' || text.back() == '-') return false;
  const bool all = std::all_of(text.begin(), text.end(),
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
  return all && std::any_of(text.begin(), text.end(), is_letter);
}

bool is_hex_address(std::string_view text) {  // IPv6, roughly
  return text.find(':') != std::string_view::npos && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
         });
}

std::optional<int> port_of(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > 65535) return std::nullopt;
  return static_cast<int>(*number);
}

/// "host", "host:port", "[::1]:port" -> out.host and port. False if it is none.
bool read_host(std::string_view text, Endpointish& out) {
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!is_hex_address(host) || host == "::" || (!rest.empty() && rest.front() != ':')) return false;
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
      host = text.substr(0, colon);
      port = text.substr(colon + 1);
    }
    if (!is_name(host) && !is_address(host)) return false;
    if (host == "0.0.0.0") return false;
  }
  if (!port.empty()) {
    const std::optional<int> number = port_of(port);
    if (!number) return false;
    out.port = *number;
    out.port_given = true;
  }
  out.host = lower(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
  return true;
}

bool names_user(std::string_view name) {
  const std::string key = lower(name);
  return key == "user" || key == "username" || key == "uid" || key == "user id" || key == "userid" || key == "login";
}

bool has_port(const std::vector<Endpointish>& endpoints) {
  return std::any_of(endpoints.begin(), endpoints.end(), [](const Endpointish& e) { return e.port_given; });
}

/// Reads one value; says also which pieces of it are credentials.
class Reader {
 public:
  explicit Reader(std::string_view value) : value_(value) {}

  void read() {
    if (value_.size() > longest_value) return;  // a document, not a value
    std::string_view text = trim(value_);
    while (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
      text = trim(text.substr(1, text.size() - 2));
    if (text.find("://") != std::string_view::npos) return read_urls(text);
    if (read_go(text) || read_pairs(text)) return;
    read_list(text);
  }

  std::vector<Endpointish> endpoints;
  std::vector<std::pair<std::size_t, std::size_t>> secrets;  // offset and length in the value

 private:
  std::size_t offset(std::string_view part) const { return static_cast<std::size_t>(part.data() - value_.data()); }
  void hide(std::string_view part) { secrets.emplace_back(offset(part), part.size()); }

  void add(Endpointish endpoint) {
    if (endpoint.port == 0) endpoint.port = default_port(endpoint.scheme);
    if (endpoints.size() < most_endpoints) endpoints.push_back(std::move(endpoint));
  }

  // Every "scheme://" begins a URL, which ends at the next blank or quote, or at a comma or semicolon before the next one.
  void read_urls(std::string_view text) {
    std::size_t from = 0;
    while (true) {
      const std::size_t mark = text.find("://", from);
      if (mark == std::string_view::npos) return;
      std::size_t begin = mark;
      while (begin > from && (is_letter(text[begin - 1]) || is_digit(text[begin - 1]) || text[begin - 1] == '+' ||
                              text[begin - 1] == '-' || text[begin - 1] == '.'))
        --begin;
      const std::string scheme = known_scheme(text.substr(begin, mark - begin));
      const std::size_t end = url_end(text, mark + 3);
      if (!scheme.empty()) read_url(scheme, text.substr(mark + 3, end - mark - 3));
      from = end;
    }
  }

  static std::size_t url_end(std::string_view text, std::size_t from) {
    std::size_t end = from;
    for (; end < text.size(); ++end) {
      if (is_blank(text[end]) || std::string_view("\"'`<>|\\").find(text[end]) != std::string_view::npos) return end;
      if (text[end] != ':' || text.substr(end, 3) != "://") continue;
      std::size_t cut = end;
      while (cut > from && (is_letter(text[cut - 1]) || text[cut - 1] == '+' || text[cut - 1] == '-')) --cut;
      if (cut > from && (text[cut - 1] == ',' || text[cut - 1] == ';')) return cut - 1;
    }
    return end;
  }

  void read_url(const std::string& scheme, std::string_view rest) {
    const bool web = scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss";
    std::size_t authority_end = std::min(rest.find_first_of("/?#;"), rest.size());
    std::size_t at = rest.substr(0, authority_end).rfind('@');
    // A password with a '/', '?' or '#' in it ends the authority too early: then the host is no host, or an '@' follows.
    const std::string_view before_query = rest.substr(0, rest.find('?'));
    if (!web && before_query.rfind('@') != std::string_view::npos) at = before_query.rfind('@');
    Endpointish probe;
    const std::string_view first = rest.substr(0, std::min(rest.find(','), authority_end));
    const bool variable = web && first.find_first_of("${") != std::string_view::npos;
    if (at == std::string_view::npos && !variable && !read_host(first, probe) && first.find(':') != std::string_view::npos)
      at = rest.rfind('@');
    // "u:12?x@redis:6379": what looks like a port is the beginning of a password. A query has "=" in it.
    if (at == std::string_view::npos && first.find(':') != std::string_view::npos && authority_end < rest.size() &&
        rest[authority_end] != '/') {
      const std::size_t last = rest.rfind('@');
      if (last != std::string_view::npos && rest.substr(authority_end, last - authority_end).find('=') == std::string_view::npos)
        at = last;
    }
    if (at != std::string_view::npos) {
      hide(rest.substr(0, at + 1));
      rest.remove_prefix(at + 1);
      authority_end = std::min(rest.find_first_of("/?#;"), rest.size());
    }
    Endpointish base;
    base.scheme = scheme;
    std::string_view path = rest.substr(authority_end);
    if (const std::size_t query = path.find_first_of("?;"); query != std::string_view::npos) {
      read_parameters(path.substr(query + 1), base);
      path = path.substr(0, query);
    }
    if (!web && path.starts_with('/')) base.database = path.substr(1, path.find_first_of("/#", 1) - 1);
    if (authority_end == 0) {  // postgres:///shop?host=db
      const auto host = base.parameters.find("host");
      if (host != base.parameters.end() && read_host(host->second, base)) {
        if (const auto port = base.parameters.find("port"); port != base.parameters.end() && port_of(port->second)) {
          base.port = *port_of(port->second);
          base.port_given = true;
        }
        add(base);
      }
      return;
    }
    read_hosts(rest.substr(0, authority_end), base);
  }

  void read_hosts(std::string_view hosts, const Endpointish& base) {
    while (!hosts.empty()) {
      const std::size_t comma = std::min(hosts.find(','), hosts.size());
      Endpointish one = base;
      if (read_host(trim(hosts.substr(0, comma)), one)) add(std::move(one));
      hosts.remove_prefix(std::min(comma + 1, hosts.size()));
    }
  }

  void read_parameters(std::string_view query, Endpointish& out) {
    query = query.substr(0, query.find('#'));
    while (!query.empty() && out.parameters.size() < most_endpoints) {
      const std::size_t end = std::min(query.find_first_of("&;"), query.size());
      const std::string_view pair = query.substr(0, end);
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos) set(pair.substr(0, equals), pair.substr(equals + 1), out);
      query.remove_prefix(std::min(end + 1, query.size()));
    }
  }

  void set(std::string_view key, std::string_view value, Endpointish& out) {
    if (names_secret(key) || names_user(key)) return hide(value);
    if (!key.empty() && value.find('@') == std::string_view::npos) out.parameters.emplace(key, value);
  }

  // Go's MySQL driver: user:password@tcp(host:port)/database?key=value
  bool read_go(std::string_view text) {
    const std::size_t at = text.find("@tcp(");
    const std::size_t end = text.find(')', at == std::string_view::npos ? 0 : at);
    if (at == std::string_view::npos || end == std::string_view::npos) return false;
    hide(text.substr(0, at + 1));
    Endpointish one;
    one.scheme = "mysql";
    std::string_view path = text.substr(end + 1);
    if (const std::size_t query = path.find('?'); query != std::string_view::npos) {
      read_parameters(path.substr(query + 1), one);
      path = path.substr(0, query);
    }
    if (path.starts_with('/')) one.database = path.substr(1);
    one.form = Endpointish::Form::dsn;
    if (read_host(text.substr(at + 5, end - at - 5), one)) add(std::move(one));
    return true;
  }

  struct Pair {
    std::string key;
    std::string_view value;
  };

  /// "a=b c='d e'" or "A=b;C=d"; nothing if it is not that throughout.
  static std::vector<Pair> pairs_in(std::string_view text, char separator) {
    std::vector<Pair> pairs;
    while (!(text = trim(text)).empty()) {
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) return {};
      Pair pair{lower(trim(text.substr(0, equals))), {}};
      const bool letters = std::all_of(pair.key.begin(), pair.key.end(),
                                       [](char c) { return is_letter(c) || c == '_' || c == ' ' || is_digit(c); });
      if (pair.key.empty() || pair.key.size() > 40 || !letters) return {};
      text.remove_prefix(equals + 1);
      if (separator == ' ') text = trim(text);
      std::size_t end = 0;
      if (text.starts_with('\'')) {
        end = text.find('\'', 1);
        while (end != std::string_view::npos && text[end - 1] == '\\') end = text.find('\'', end + 1);
        if (end == std::string_view::npos) return {};
        pair.value = text.substr(1, end - 1);
        ++end;
      } else {
        while (end < text.size() && (separator == ' ' ? !is_blank(text[end]) : text[end] != separator)) ++end;
        pair.value = trim(text.substr(0, end));
      }
      pairs.push_back(std::move(pair));
      text.remove_prefix(std::min(end + (separator == ' ' ? 0 : 1), text.size()));
      if (pairs.size() > most_endpoints) return {};
    }
    return pairs;
  }

  // libpq's "host=db port=5432" and .NET's "Host=db;Port=5432".
  bool read_pairs(std::string_view text) {
    const bool semicolons = text.find(';') != std::string_view::npos;
    const std::vector<Pair> pairs = pairs_in(text, semicolons ? ';' : ' ');
    Endpointish base;
    base.form = Endpointish::Form::dsn;
    std::string_view host;
    std::vector<std::string_view> ports;
    for (const Pair& pair : pairs) {
      if (pair.key == "host" || pair.key == "server" || pair.key == "data source" || (pair.key == "hostaddr" && host.empty()))
        host = pair.value;
      else if (pair.key == "port")
        ports = split(pair.value);
      else if (pair.key == "dbname" || pair.key == "database" || pair.key == "initial catalog")
        base.database = std::string(pair.value);
      else
        set(pair.key, pair.value, base);
      if (pair.key == "dbname" || (pair.key == "sslmode" && !semicolons)) base.scheme = "postgres";
    }
    if (host.empty()) return false;
    if (!semicolons) base.scheme = "postgres";  // only libpq writes them with blanks
    if (host.starts_with("tcp:")) host.remove_prefix(4);
    const std::vector<std::string_view> hosts = split(host);
    // SQL Server writes the port after a comma.
    if (hosts.size() == 2 && ports.empty() && port_of(hosts[1])) return read_one(hosts[0], hosts[1], base), true;
    for (std::size_t i = 0; i < hosts.size(); ++i)
      read_one(hosts[i], ports.empty() ? std::string_view() : ports[std::min(i, ports.size() - 1)], base);
    return true;
  }

  void read_one(std::string_view host, std::string_view port, Endpointish one) {
    if (!read_host(host, one)) return;
    if (const std::optional<int> number = port_of(port)) {
      one.port = *number;
      one.port_given = true;
    }
    add(std::move(one));
  }

  static std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty() && parts.size() < most_endpoints) {
      const std::size_t comma = std::min(text.find(','), text.size());
      parts.push_back(trim(text.substr(0, comma)));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
  }

  // "redis:6379", "a:9092,b:9092", "redis:6379,password=x,abortConnect=false", "user:secret@rabbit:5672/jobs"
  void read_list(std::string_view text) {
    const bool blanks = std::any_of(text.begin(), text.end(), is_blank);
    std::vector<Endpointish> found;
    Endpointish options;
    bool all = true;
    while (!text.empty() && found.size() < most_endpoints) {
      const std::size_t end = std::min(text.find_first_of(", \t\n;"), text.size());
      std::string_view item = trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (item.empty()) continue;
      if (const std::size_t equals = item.find('='); equals != std::string_view::npos && !found.empty()) {
        set(item.substr(0, equals), item.substr(equals + 1), options);
        continue;
      }
      Endpointish one;
      std::string_view user;
      if (const std::size_t at = item.rfind('@'); at != std::string_view::npos) {
        user = item.substr(0, at + 1);
        item.remove_prefix(at + 1);
      }
      if (const std::size_t slash = item.find('/'); slash != std::string_view::npos) {
        one.database = item.substr(slash + 1, item.find('/', slash + 1) - slash - 1);
        item = item.substr(0, slash);
        if (item.find(':') == std::string_view::npos) all = false;  // a path or an image: "shop/api"
      }
      // Without a port "ada@example.com" is a person's address.
      if (read_host(item, one) && (user.empty() || one.port_given)) {
        if (!user.empty()) hide(user);
        one.form = one.port_given ? Endpointish::Form::host_port : Endpointish::Form::host;
        found.push_back(std::move(one));
      } else {
        all = false;
      }
    }
    if (!all || (blanks && !has_port(found)) || is_word(found)) return;
    for (Endpointish& one : found) {
      one.parameters = options.parameters;
      add(std::move(one));
    }
  }

  /// A word that is never a host's name.
  static bool is_word(const std::vector<Endpointish>& found) {
    if (found.size() != 1 || found[0].port_given) return false;
    for (const std::string_view word : {"true", "false", "yes", "no", "on", "off", "none", "null"})
      if (found[0].host == word) return true;
    return false;
  }

  std::string_view value_;
};

}  // namespace

std::vector<Endpointish> endpoints_in(std::string_view value) {
  Reader reader(value);
  reader.read();
  return std::move(reader.endpoints);
}

std::string without_credentials(std::string_view value) {
  if (value.size() > longest_value) return {};
  Reader reader(value);
  reader.read();
  std::sort(reader.secrets.begin(), reader.secrets.end());
  std::string out;
  std::size_t done = 0;
  for (const auto& [from, length] : reader.secrets) {
    if (from < done) continue;
    out += value.substr(done, from - done);
    done = from + length;
  }
  return out += value.substr(done);
}

}  // namespace plimsoll::import
